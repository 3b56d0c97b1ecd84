#pragma once
// What every fuzz target offers, and the glue that makes one file serve three ways:
//
//   fuzz/decode.cc    int fuzz_decode(byte_view input)        throws `violation`, else returns 0
//                     std::size_t mutate_decode(...)          a mutator that understands the input
//                     MQTTSPEC_FUZZ_TARGET(decode)            libFuzzer's entry points
//
// With MQTTSPEC_LIBFUZZER defined the last line makes the entry points; without it nothing, and
// all targets lie in one library, for the replay program and the tests, under any compiler.

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mqttspec::model {
struct rules;
}

namespace mqttspec::fuzz {

// What a target holds true is not. Nothing on the way catches it: under libFuzzer it ends the
// program at the place where it was thrown.
class violation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void violated(std::string_view what);

inline void require(bool holds, std::string_view what) {
  if (!holds) [[unlikely]] {
    violated(what);
  }
}

// Mutates |data| in place: |size| octets of at most |most|. Returns the new size.
using plain_mutator = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t most);

// One input, while it is mutated: |data| has room for |most| octets. |plain| mutates octets
// blindly.
struct mutation {
  std::uint8_t* data;
  std::size_t size;
  std::size_t most;
  unsigned seed;
  plain_mutator plain;

  byte_view input() const { return {data, size}; }
  // Puts |bytes| in the place of the input, cut to what fits. Gives the new size.
  std::size_t replace(byte_view bytes) const;
};

int fuzz_decode(byte_view input);
int fuzz_roundtrip(byte_view input);
int fuzz_topic(byte_view input);
int fuzz_script(byte_view input);
int fuzz_session(byte_view input);
int fuzz_model_pair(byte_view input);
int fuzz_capture(byte_view input);

// The two on histories with a broker that follows |rules|: what a planted defect does to them.
void play_session(byte_view input, const model::rules& rules);
void play_model_pair(byte_view input, const model::rules& rules);

std::size_t mutate_decode(const mutation& m);
std::size_t mutate_roundtrip(const mutation& m);
std::size_t mutate_topic(const mutation& m);
std::size_t mutate_script(const mutation& m);
std::size_t mutate_session(const mutation& m);
std::size_t mutate_model_pair(const mutation& m);
std::size_t mutate_capture(const mutation& m);

struct target {
  std::string_view name;
  int (*run)(byte_view input);
  std::size_t (*mutate)(const mutation& m);
  std::size_t longest_input;  // libFuzzer's -max_len: small inputs reach everything, and are fast
};

std::span<const target> targets();
const target* find_target(std::string_view name);

}  // namespace mqttspec::fuzz

#ifdef MQTTSPEC_LIBFUZZER
#include "fuzz/arena.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

#define MQTTSPEC_FUZZ_TARGET(NAME)                                                     \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);   \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  \
    return mqttspec::fuzz::run_in_arena(mqttspec::fuzz::fuzz_##NAME, {data, size});    \
  }                                                                                    \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, \
                                                 std::size_t most, unsigned seed);     \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, \
                                                 std::size_t most, unsigned seed) {    \
    return mqttspec::fuzz::mutate_##NAME({data, size, most, seed, LLVMFuzzerMutate});  \
  }                                                                                    \
  static_assert(true)
#else
#define MQTTSPEC_FUZZ_TARGET(NAME) static_assert(true)
#endif
