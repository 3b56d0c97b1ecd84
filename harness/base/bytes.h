#pragma once
// Octets and their text forms.
//
//   byte_buffer b = *from_hex("10 0c 00");
//   to_hex(b)  ==  "10 0c 00"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqttspec {

using byte_view = std::span<const std::uint8_t>;
using byte_buffer = std::vector<std::uint8_t>;

inline byte_view as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(byte_view bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lower-case hex digits, two an octet, |separator| between octets.
std::string to_hex(byte_view bytes, std::string_view separator = " ");

// Reads hex digits in pairs; white space and ':' may stand between octets.
// nullopt when a digit is missing or a character is not a hex digit.
std::optional<byte_buffer> from_hex(std::string_view text);

}  // namespace mqttspec
