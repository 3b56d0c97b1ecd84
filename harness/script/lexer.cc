#include "script/lexer.h"

#include <fmt/format.h>

#include <limits>

#include "base/utf8.h"

namespace mqttspec::script {

namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

void append_code_point(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Reads one line.
class line_lexer {
 public:
  line_lexer(const source_text& source, std::uint32_t number, problem_list& problems)
      : source_(source), problems_(problems), text_(source.line(number)) {
    line_.number = number;
  }

  source_line run() {
    if (const utf8_check check = check_utf8(text_); check.fault != utf8_fault::none) {
      fail(check.offset, 1,
           {"this line is not UTF-8 text", "first bad octet",
            "write octets in a string as \\xNN, or use hex(..)"});
      return std::move(line_);
    }
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    line_.indent = static_cast<std::uint32_t>(at_);
    while (at_ < text_.size() && !line_.broken) step();
    return std::move(line_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == ' ') {
      ++at_;
    } else if (c == '\t') {
      fail(at_, 1, {"tab character", "here", "indent and separate with spaces"});
    } else if (c == '#') {
      std::string_view comment = text_.substr(at_);
      while (comment.ends_with(' ') || comment.ends_with('\t')) comment.remove_suffix(1);
      line_.comment = comment;
      at_ = text_.size();
    } else if (c == '"') {
      read_string();
    } else if (c == '@') {
      std::size_t end = at_ + 1;
      while (end < text_.size() &&
             (is_word(text_[end]) || text_[end] == '.' || text_[end] == ':')) {
        ++end;
      }
      push(token_kind::tag, end);
    } else if (c == '/' && !line_.tokens.empty() && line_.tokens.back().text == "~") {
      read_regex();
    } else if (is_digit(c)) {
      read_number();
    } else if (is_letter(c) || c == '_') {
      std::size_t end = at_;
      while (end < text_.size() && is_word(text_[end])) ++end;
      push(token_kind::name, end);
    } else {
      read_punctuation();
    }
  }

  void read_number() {
    std::size_t end = at_;
    while (end < text_.size()) {
      const bool point = text_[end] == '.' && end + 1 < text_.size() && is_digit(text_[end + 1]);
      if (!point && !is_digit(text_[end]) && !is_letter(text_[end])) break;
      ++end;
    }
    push(token_kind::number, end);
  }

  void read_punctuation() {
    static constexpr std::string_view doubles[] = {"==", "!=", "<=", ">=", ".."};
    for (const std::string_view two : doubles) {
      if (text_.substr(at_).starts_with(two)) return push(token_kind::punctuation, at_ + 2);
    }
    if (std::string_view("><|=~,()[]{}:!").find(text_[at_]) != std::string_view::npos) {
      return push(token_kind::punctuation, at_ + 1);
    }
    std::size_t end = at_ + 1;  // a whole code point
    while (end < text_.size() && (text_[end] & 0xC0) == 0x80) ++end;
    fail(at_, end - at_,
         {fmt::format("unexpected character '{}'", escape_text(text_.substr(at_, end - at_))),
          "not part of the notation", ""});
  }

  void read_regex() {
    std::string pattern;
    std::size_t i = at_ + 1;
    for (; i < text_.size() && text_[i] != '/'; ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        ++i;
        if (text_[i] != '/') pattern += '\\';
      }
      pattern += text_[i];
    }
    if (i >= text_.size()) {
      return fail(at_, text_.size() - at_,
                  {"unterminated pattern", "begins here", "a pattern ends with /"});
    }
    push(token_kind::regex, i + 1);
    line_.tokens.back().pieces = {{pattern, false}};
  }

  void read_string() {
    text_template pieces;
    std::string plain;
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != '"') {
      if (text_[i] == '\\') {
        if (!read_escape(i, plain)) return;
      } else if (text_[i] == '{') {
        if (i + 1 < text_.size() && text_[i + 1] == '{') {
          plain += '{';
          i += 2;
          continue;
        }
        std::size_t end = i + 1;
        while (end < text_.size() && is_word(text_[end])) ++end;
        const std::string_view name = text_.substr(i + 1, end - i - 1);
        if (end >= text_.size() || text_[end] != '}' || !is_identifier(name)) {
          return fail(i, 1,
                      {"'{' without a variable name", "expected {name}", "a brace is written {{"});
        }
        if (!plain.empty()) pieces.push_back({std::move(plain), false});
        plain.clear();
        pieces.push_back({std::string(name), true});
        i = end + 1;
      } else {
        plain += text_[i++];
      }
    }
    if (i >= text_.size()) {
      return fail(at_, text_.size() - at_,
                  {"unterminated string", "begins here", "a string ends with \" on its line"});
    }
    if (!plain.empty()) pieces.push_back({std::move(plain), false});
    push(token_kind::string, i + 1);
    line_.tokens.back().pieces = std::move(pieces);
  }

  // At the backslash |i|; moves behind the escape.
  bool read_escape(std::size_t& i, std::string& out) {
    const std::string_view rest = text_.substr(i + 1);
    const char c = rest.empty() ? '\0' : rest[0];
    static constexpr std::string_view letters = "nrt\"\\";
    static constexpr std::string_view meanings = "\n\r\t\"\\";
    if (const auto index = letters.find(c); c != '\0' && index != std::string_view::npos) {
      out += meanings[index];
      i += 2;
      return true;
    }
    if (c == 'x' && rest.size() >= 3 && hex_digit(rest[1]) && hex_digit(rest[2])) {
      out += static_cast<char>(*hex_digit(rest[1]) << 4 | *hex_digit(rest[2]));
      i += 4;
      return true;
    }
    if (c == 'u' && rest.size() >= 2 && rest[1] == '{') {
      std::uint32_t code = 0;
      std::size_t n = 2;
      while (n < rest.size() && n < 8 && hex_digit(rest[n]))
        code = code << 4 | *hex_digit(rest[n++]);
      if (n > 2 && n < rest.size() && rest[n] == '}' && code <= 0x10FFFF) {
        append_code_point(out, code);
        i += n + 2;
        return true;
      }
    }
    fail(i, rest.empty() ? 1 : 2,
         {"unknown escape in a string", "not an escape",
          "valid here: \\n, \\r, \\t, \\\", \\\\, \\xNN, \\u{NNNN}"});
    return false;
  }

  void push(token_kind kind, std::size_t end) {
    line_.tokens.push_back({kind, text_.substr(at_, end - at_), at(at_, end - at_), {}});
    at_ = end;
  }

  place at(std::size_t offset, std::size_t length) const {
    return {line_.number, static_cast<std::uint32_t>(offset + 1),
            static_cast<std::uint32_t>(length)};
  }

  void fail(std::size_t offset, std::size_t length, complaint what) {
    problems_.error(source_, at(offset, length), std::move(what));
    line_.broken = true;
    at_ = text_.size();
  }

  const source_text& source_;
  problem_list& problems_;
  std::string_view text_;
  std::size_t at_ = 0;
  source_line line_;
};

}  // namespace

std::vector<source_line> lex(const source_text& source, problem_list& problems) {
  std::vector<source_line> lines;
  lines.reserve(source.line_count());
  for (std::uint32_t n = 1; n <= source.line_count(); ++n) {
    lines.push_back(line_lexer(source, n, problems).run());
  }
  return lines;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = hex_digit(c);
    if (!digit || *digit >= base) return std::nullopt;
    if (number > (std::numeric_limits<std::uint64_t>::max() - *digit) / base) return std::nullopt;
    number = number * base + *digit;
  }
  return number;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || !(is_letter(text[0]) || text[0] == '_')) return false;
  for (const char c : text) {
    if (!is_word(c)) return false;
  }
  return true;
}

}  // namespace mqttspec::script
