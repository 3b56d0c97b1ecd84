#pragma once
// Packets as fuzzing wants them: made from decisions, cut out of a stream, damaged.

#include <vector>

#include "base/random.h"
#include "fuzz/input.h"
#include "wire/craft.h"
#include "wire/decode.h"
#include "wire/sample.h"

namespace mqttspec::fuzz {

// The decisions of wire/sample.h, read from an input: an octet for most of them.
class input_choices : public wire::choice_source {
 public:
  explicit input_choices(input_reader& input) : input_(input) {}
  std::uint64_t below(std::uint64_t limit) override;
  bool chance(std::uint64_t one_in) override { return below(one_in) == one_in - 1; }

 private:
  input_reader& input_;
};

// |stream| cut at the ends of its packets; the last piece is what is left over.
std::vector<byte_buffer> split_frames(byte_view stream, wire::protocol_version version);

// One change of a stream: a packet more, less, twice, elsewhere, edited or sampled anew.
void mutate_frames(std::vector<byte_buffer>& frames, random_source& random,
                   const wire::decode_options& options);

}  // namespace mqttspec::fuzz
