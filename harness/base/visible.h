#pragma once
// Text of others where people read it: a terminal, a log, a page. A broker chooses topics and
// reason strings, a results file may come from anywhere.
//
//   visible("a\x1b[2J")  == "a\\x1b[2J"

#include <string>
#include <string_view>

namespace mqttspec {

// Control characters (but for new line and tab), C1 controls, bidirectional overrides and
// ill-formed octets become visible as \xNN. What is left is UTF-8 that every format can carry.
std::string visible(std::string_view text);

// As `visible`, on one line: "\n" and "\t" are spelled out too.
std::string visible_line(std::string_view text);

}  // namespace mqttspec
