#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/visible.h"

namespace mqttspec {

namespace {

std::string shown(std::string_view line) {
  std::string out(line);
  std::replace(out.begin(), out.end(), '\t', ' ');
  return visible_line(out);
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
                  bold, visible(d.message), reset);
  const std::string number = std::to_string(d.where.line);
  const std::string margin(number.size(), ' ');
  if (d.where.line == 0) {
    if (!d.where.file.empty())
      out += fmt::format(" {}-->{} {}\n", blue, reset, visible_line(d.where.file));
  } else {
    out += fmt::format("{}{}-->{} {}:{}:{}\n", margin, blue, reset, visible_line(d.where.file),
                       d.where.line, d.where.column);
  }
  if (d.where.line != 0 && !d.source_line.empty()) {
    // A statement of several lines comes whole: the place is in its first.
    const auto first = std::min(d.source_line.find('\n'), d.source_line.size());
    const std::string_view text = std::string_view(d.source_line).substr(0, first);
    const std::size_t begin =
        std::min<std::size_t>(std::max<std::uint32_t>(1, d.where.column) - 1, text.size());
    const std::size_t length = std::max<std::size_t>(1, d.where.length);
    // What is made visible takes more columns.
    const std::size_t indent = width(shown(text.substr(0, begin)));
    const std::size_t carets = std::max<std::size_t>(1, width(shown(text.substr(begin, length))));
    out += fmt::format("{} {}|{}\n", margin, blue, reset);
    out += fmt::format("{}{} |{} {}\n", blue, number, reset, shown(text));
    out += fmt::format("{} {}|{} {}{}{}{}{}{}\n", margin, blue, reset, std::string(indent, ' '),
                       tint, std::string(carets, '^'), d.label.empty() ? "" : " ",
                       visible_line(d.label), reset);
    for (auto at = first; at < d.source_line.size();) {
      const auto next = std::min(d.source_line.find('\n', at + 1), d.source_line.size());
      const std::string_view line = std::string_view(d.source_line).substr(at + 1, next - at - 1);
      if (!line.empty()) out += fmt::format("{} {}|{} {}\n", margin, blue, reset, shown(line));
      at = next;
    }
  }
  if (!d.help.empty()) {
    out += fmt::format("{} {}|{}\n", margin, blue, reset);
    out += fmt::format("{} {}= help:{} {}\n", margin, blue, reset, visible(d.help));
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
