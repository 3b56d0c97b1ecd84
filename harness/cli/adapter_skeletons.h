#pragma once
// What `mqttspec adapter new LANGUAGE` writes: a program that says `ready` and refuses every
// command.

#include <span>
#include <string_view>

namespace mqttspec::cli {

struct skeleton {
  std::string_view language;
  std::string_view text;
};

std::span<const skeleton> skeletons();

}  // namespace mqttspec::cli
