#include "base/visible.h"

#include <algorithm>

#include "base/utf8.h"

namespace mqttspec {

namespace {

std::string escaped_around(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kept), text.size());
    out += escape_text(text.substr(0, end));
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string visible(std::string_view text) {
  return escaped_around(text, "\"\\\n\t");
}

std::string visible_line(std::string_view text) {
  return escaped_around(text, "\"\\");
}

}  // namespace mqttspec
