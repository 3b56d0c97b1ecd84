#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec {

namespace {

// One printable character an octet or code point, so that the caret stays below its word.
std::string visible(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const auto octet = static_cast<unsigned char>(c);
    out += (octet < 0x20 || octet == 0x7F) ? (c == '\t' ? ' ' : '?') : c;
  }
  return out;
}

// Columns count octets; a terminal counts characters.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string render(const diagnostic& d, bool colour) {
  const char* bold = colour ? "\033[1m" : "";
  const char* tint = !colour ? "" : d.level == severity::error ? "\033[1;31m" : "\033[1;33m";
  const char* blue = colour ? "\033[34m" : "";
  const char* reset = colour ? "\033[0m" : "";
  std::string out =
      fmt::format("{}{}{}: {}{}{}\n", tint, d.level == severity::error ? "error" : "warning", reset,
                  bold, d.message, reset);
  const std::string number = std::to_string(d.where.line);
  const std::string margin(number.size(), ' ');
  if (d.where.line == 0) {
    if (!d.where.file.empty()) out += fmt::format(" {}-->{} {}\n", blue, reset, d.where.file);
  } else {
    out += fmt::format("{}{}-->{} {}:{}:{}\n", margin, blue, reset, d.where.file, d.where.line,
                       d.where.column);
  }
  if (d.where.line != 0 && !d.source_line.empty()) {
    // A statement of several lines comes whole: the place is in its first.
    const auto first = std::min(d.source_line.find('\n'), d.source_line.size());
    const std::string text = visible(std::string_view(d.source_line).substr(0, first));
    const std::size_t begin = std::min<std::size_t>(d.where.column - 1, text.size());
    const std::size_t length = std::max<std::size_t>(1, d.where.length);
    const std::size_t indent = width(std::string_view(text).substr(0, begin));
    const std::size_t carets =
        std::max<std::size_t>(1, width(std::string_view(text).substr(begin, length)));
    out += fmt::format("{} {}|{}\n", margin, blue, reset);
    out += fmt::format("{}{} |{} {}\n", blue, number, reset, text);
    out += fmt::format("{} {}|{} {}{}{}{}{}{}\n", margin, blue, reset, std::string(indent, ' '),
                       tint, std::string(carets, '^'), d.label.empty() ? "" : " ", d.label, reset);
    for (auto at = first; at < d.source_line.size();) {
      const auto next = std::min(d.source_line.find('\n', at + 1), d.source_line.size());
      const std::string_view line = std::string_view(d.source_line).substr(at + 1, next - at - 1);
      if (!line.empty()) out += fmt::format("{} {}|{} {}\n", margin, blue, reset, visible(line));
      at = next;
    }
  }
  if (!d.help.empty()) {
    out += fmt::format("{} {}|{}\n", margin, blue, reset);
    out += fmt::format("{} {}= help:{} {}\n", margin, blue, reset, d.help);
  }
  return out;
}

std::string render(const std::vector<diagnostic>& list, bool colour) {
  std::string out;
  for (const diagnostic& d : list) {
    if (!out.empty()) out += '\n';
    out += render(d, colour);
  }
  return out;
}

}  // namespace mqttspec
