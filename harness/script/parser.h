#pragma once
// Text to tree. Never stops at the first error: a line that cannot be read is reported and left
// out, and the next one is read.
//
//   problem_list problems;
//   file_node file = parse_file("cases/a.mqs", text, problems);
//
// Any octets are accepted as |text|; time and memory are linear in its size.

#include <string>

#include "script/ast.h"

namespace mqttspec::script {

// Loops, groups and values deeper than this are refused.
inline constexpr std::uint32_t deepest_nesting = 64;

file_node parse_file(std::string name, std::string text, problem_list& problems);

}  // namespace mqttspec::script
