#pragma once
// Packets as fuzzing wants them: built from decisions, cut out of a stream, damaged.

#include <vector>

#include "base/random.h"
#include "fuzz/input.h"
#include "wire/craft.h"
#include "wire/decode.h"

namespace mqttspec::fuzz {

// A packet with the fields that |input| chooses, every field and property of the table among them.
// Legal but for rare combinations, which encode() refuses.
wire::packet read_packet(input_reader& input, wire::packet_type type,
                         wire::protocol_version version, wire::sender from);

// |stream| cut at the ends of its packets; the last piece is what is left over.
std::vector<byte_buffer> split_frames(byte_view stream, wire::protocol_version version);

// One change of a stream: a packet more, less, twice, elsewhere, edited or sampled anew.
void mutate_frames(std::vector<byte_buffer>& frames, random_source& random,
                   const wire::decode_options& options);

// Some edit that can be applied to |e|, malformed or not.
wire::edit random_edit(random_source& random, const wire::encoded& e);

}  // namespace mqttspec::fuzz
