#include "base/utf8.h"

#include "base/octet_words.h"

namespace mqttspec {

namespace {

struct decoded {
  char32_t code = 0;
  std::size_t length = 0;  // 0: ill-formed
};

decoded decode_one(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = octet(at);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  char32_t code = 0;
  char32_t smallest = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2, code = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, code = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, code = lead & 0x07, smallest = 0x10000;
  } else {
    return {};
  }
  if (text.size() - at < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(at + i) & 0xC0) != 0x80) return {};
    code = code << 6 | (octet(at + i) & 0x3F);
  }
  if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

bool reorders_text(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0x200E || code == 0x200F || code == 0x061C;
}

void append_hex_escape(std::string& out, std::string_view octets) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : octets) {
    const auto octet = static_cast<std::uint8_t>(c);
    out += "\\x";
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
}

}  // namespace

utf8_check check_utf8(std::string_view text) {
  // Most text is ASCII: no octet below 1 or above 127.
  const bool all_ascii = !find_in_words(text, [](std::uint64_t word) {
    return (((word - every_octet_1) | word) & every_octet_128) != 0;
  });
  if (all_ascii) return {};
  for (std::size_t i = 0; i < text.size();) {
    const auto octet = static_cast<std::uint8_t>(text[i]);
    if (octet == 0) return {utf8_fault::null_character, i};
    if (octet < 0x80) {
      ++i;
      continue;
    }
    const decoded next = decode_one(text, i);
    if (next.length == 0) return {utf8_fault::ill_formed, i};
    i += next.length;
  }
  return {};
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const decoded next = decode_one(text, i);
    const std::size_t length = next.length == 0 ? 1 : next.length;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (next.length == 0 || next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0) ||
               reorders_text(next.code)) {
      append_hex_escape(out, text.substr(i, length));
    } else {
      out += text.substr(i, length);
    }
    i += length;
  }
  return out;
}

}  // namespace mqttspec
