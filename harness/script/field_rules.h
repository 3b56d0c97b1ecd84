#pragma once
// Which statements speak of a field. Some fields have rules of their own (Session Present, DUP,
// QoS, RETAIN, identifiers): a difference in one breaks a statement that speaks of it, whatever
// else a line is about. Source: MQTT 5.0 and 3.1.1, the sections that the statements are named
// after.
//
//   find_field_rule(packet_type::publish, "dup", 0)->own(protocol_version::v5)  -> "MQTT-3.3.1-1"

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/types.h"

namespace mqttspec::script {

struct field_rule {
  wire::packet_type type;
  std::string_view field;
  int got;                    // the value that came, where the rule depends on it; -1: any
  std::string_view speak_v5;  // ids with blanks between; '*' at the end of one: all that begin so
  std::string_view own_v5;    // what it breaks whatever the line cites; "": left to the line
  std::string_view speak_v311;
  std::string_view own_v311;

  bool speaks_of_it(wire::protocol_version version, std::string_view id) const;
  std::string_view own(wire::protocol_version version) const;
};

// nullptr: the field has no rule of its own, or none for the value that came.
const field_rule* find_field_rule(wire::packet_type type, std::string_view field,
                                  std::optional<std::uint64_t> got);

// True where |id| is about nothing but such a field: a packet that does not come breaks others.
bool only_about_a_field(wire::protocol_version version, std::string_view id);
// True where |id| is about how many messages are open: no field shows that.
bool only_about_the_window(wire::protocol_version version, std::string_view id);
// True where |id| speaks of this field.
bool speaks_of(wire::protocol_version version, std::string_view id, wire::packet_type type,
               std::string_view field);

}  // namespace mqttspec::script
