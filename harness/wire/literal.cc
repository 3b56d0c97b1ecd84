#include "wire/literal.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/utf8.h"

namespace mqttspec::wire {

namespace {

bool is_printable(std::string_view text) {
  if (check_utf8(text).fault != utf8_fault::none) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet < 0x20 && c != '\n' && c != '\t' && c != '\r') || octet == 0x7F;
  });
}

}  // namespace

std::string quoted(std::string_view text) {
  return '"' + escape_text(text) + '"';
}

std::string octets_literal(std::string_view octets) {
  if (is_printable(octets)) return quoted(octets);
  return "hex(" + to_hex(as_bytes(octets)) + ")";
}

}  // namespace mqttspec::wire
