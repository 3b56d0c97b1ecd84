#pragma once
// The UTF-8 rules for text fields in MQTT packets.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mqttspec {

enum class utf8_fault : std::uint8_t {
  none,
  ill_formed,      // not UTF-8 at all, or a surrogate: [v5:MQTT-1.5.4-1] [v311:MQTT-1.5.3-1]
  null_character,  // U+0000: [v5:MQTT-1.5.4-2] [v311:MQTT-1.5.3-2]
};

struct utf8_check {
  utf8_fault fault = utf8_fault::none;
  std::size_t offset = 0;  // of the first bad octet
};

// Checks |text| against the rules above. Non-characters and control characters other than
// U+0000 are allowed on the wire (the standards only advise against them).
utf8_check check_utf8(std::string_view text);

// |text| for a terminal or a report: control characters, DEL, C1 controls, bidirectional
// overrides and ill-formed octets become \n, \t, \r or \xNN; '"' and '\' are escaped too, so
// that the result can stand between quotation marks in the notation.
std::string escape_text(std::string_view text);

}  // namespace mqttspec
