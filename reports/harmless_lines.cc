#include "reports/harmless_lines.h"

namespace mqttspec::reports {

std::string harmless(std::string_view line) {
  std::string out(line);
  // "##[name]" is taken anywhere in a line.
  for (std::size_t at = 0; (at = out.find("##[", at)) != std::string::npos;)
    out.insert(at + 2, "\\");
  // White space in front of "::" is skipped, that of Unicode too.
  const auto colons = out.find("::");
  if (colons == std::string::npos) return out;
  for (const char c : std::string_view(out).substr(0, colons)) {
    if (c > ' ' && c < '\x7f') return out;
  }
  return out.insert(colons, "\\");
}

harmless_lines::~harmless_lines() {
  if (!line_.empty()) to_ << harmless(line_);
}

harmless_lines::int_type harmless_lines::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  // GitHub ends lines at a carriage return, too.
  const char character = traits_type::to_char_type(c);
  if (character != '\n' && character != '\r') {
    line_ += character;
    return c;
  }
  to_ << harmless(line_) << character;
  line_.clear();
  return c;
}

int harmless_lines::sync() {
  to_.flush();
  return 0;
}

}  // namespace mqttspec::reports
