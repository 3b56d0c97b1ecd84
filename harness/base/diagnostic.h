#pragma once
// A message about a place in a text file, as users see it:
//
//   error: CONNECT has no field 'clean_strat'
//    --> cases/bad.mqs:4:31
//     |
//   4 |     c > CONNECT client_id="a" clean_strat=1
//     |                               ^^^^^^^^^^^ unknown field
//     |
//     = help: did you mean 'clean_start'?

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mqttspec {

// A range of one line of one file. Lines and columns count from 1; columns count octets.
struct source_span {
  std::string file;
  std::uint32_t line = 0;  // 0: the whole file
  std::uint32_t column = 0;
  std::uint32_t length = 1;

  friend bool operator==(const source_span&, const source_span&) = default;
};

enum class severity : std::uint8_t { error, warning };

struct diagnostic {
  severity level = severity::error;
  std::string message;
  source_span where;
  std::string source_line;  // the text of the line; empty: no excerpt
  std::string label;        // stands behind the caret
  std::string help;         // empty: no help line
};

// The text above, ending in a new line. Control characters of the source line are made visible.
// |colour| adds ANSI colours.
std::string render(const diagnostic& d, bool colour = false);
std::string render(const std::vector<diagnostic>& list, bool colour = false);

}  // namespace mqttspec
