#include "reports/escape.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::reports {

namespace {

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
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), '\n', ' ');
  const std::string shown = visible_line(lines);
  // At its beginning a line may be taken for a list ("1. ", "- ") or a heading.
  const std::size_t digits = std::min(shown.find_first_not_of("0123456789"), shown.size());
  const std::size_t block = shown.find_first_of(".)", digits) == digits ? digits : 0;
  const bool is_list = block != 0 && (block + 1 == shown.size() || shown[block + 1] == ' ');
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    const bool starts_block =
        (is_list && i == block) ||
        (i == 0 && std::string_view("+-=: ").find(c) != std::string_view::npos);
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
