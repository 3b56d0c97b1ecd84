#include "reports/escape.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"

namespace mqttspec::reports {

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

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string visible(std::string_view text) {
  return escaped_around(text, "\"\\\n\t");
}

std::string visible_line(std::string_view text) {
  return escaped_around(text, "\"\\");
}

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : visible(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '`':  // some old readers take it for a quotation mark of attributes
        out += "&#96;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  // Backslash escapes do not stop links of bare addresses and mentions; character references do.
  constexpr std::string_view special = "\\`*_{}[]<>#!|~@&$";
  const std::string shown = visible_line(text);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    // At its beginning a line may be taken for a list or a heading.
    const bool starts_block = i == 0 && !letter;
    const bool starts_address = c == ':' && i + 1 < shown.size() && shown[i + 1] == '/';
    if (starts_block || starts_address || special.find(c) != std::string_view::npos) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  // The addresses that are linked without a colon.
  for (std::size_t at = 0; (at = out.find("www.", at)) != std::string::npos; at += 4) {
    out.replace(at + 3, 1, "&#46;");
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  const std::string shown = visible_line(text);
  if (shown.empty()) return "";
  const std::string fence(longest_run_of_backticks(shown) + 1, '`');
  // The space parts the fence from backticks of the text; readers take it away again.
  const bool padded = shown.front() == '`' || shown.back() == '`' || shown.front() == ' ';
  return fmt::format("{0}{1}{2}{1}{0}", fence, padded ? " " : "", shown);
}

std::string markdown_block(std::string_view text) {
  std::string shown = visible(text);
  if (shown.empty() || shown.back() != '\n') shown += '\n';
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(shown) + 1), '`');
  return fmt::format("{}text\n{}{}\n", fence, shown, fence);
}

std::string uri_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace mqttspec::reports
