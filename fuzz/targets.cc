#include <algorithm>
#include <array>

#include "fuzz/target.h"

namespace mqttspec::fuzz {

namespace {

constexpr std::array<target, 7> all_targets{{
    {"decode", fuzz_decode, mutate_decode, 512},
    {"roundtrip", fuzz_roundtrip, mutate_roundtrip, 256},
    {"topic", fuzz_topic, mutate_topic, 256},
    {"script", fuzz_script, mutate_script, 4096},
    {"session", fuzz_session, mutate_session, 164},
    {"model_pair", fuzz_model_pair, mutate_model_pair, 164},
    {"capture", fuzz_capture, mutate_capture, 2048},
}};

}  // namespace

std::span<const target> targets() {
  return all_targets;
}

const target* find_target(std::string_view name) {
  const auto found = std::find_if(all_targets.begin(), all_targets.end(),
                                  [&](const target& t) { return t.name == name; });
  return found == all_targets.end() ? nullptr : &*found;
}

}  // namespace mqttspec::fuzz
