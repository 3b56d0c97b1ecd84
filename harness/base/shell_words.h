#pragma once
// Commands as text that a POSIX shell reads back as the same words.
//
//   shell_quote("it's")                     == R"('it'\''s')"
//   shell_line({"--start", "broker -p 1"})  == "--start 'broker -p 1'"

#include <span>
#include <string>
#include <string_view>

namespace mqttspec {

// As it is where the shell would leave it so; else in single quotation marks.
std::string shell_quote(std::string_view word);

std::string shell_line(std::span<const std::string> words);

}  // namespace mqttspec
