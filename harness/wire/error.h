#pragma once
// What can be wrong with a packet: one enum for decoder, encoder and craft.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/types.h"

namespace mqttspec::wire {

enum class wire_error : std::uint8_t {
  none = 0,
  reserved_packet_type,  // type 0; 15 in 3.1.1
  reserved_flags,        // the low four bits are not those of the type
  invalid_qos,           // QoS 3
  dup_without_qos,       // DUP 1 with QoS 0
  length_overlong,       // a variable byte integer longer than it need be
  length_too_large,      // a fourth octet with its continuation bit set
  truncated,             // a field reaches past the end of the packet
  trailing_bytes,        // octets behind the last field
  ill_formed_text,       // not UTF-8
  null_in_text,          // U+0000
  bad_protocol_name,
  unsupported_protocol_level,
  reserved_connect_flag,
  will_flags_without_will,     // Will QoS or Will Retain with Will Flag 0
  password_without_user_name,  // 3.1.1
  reserved_acknowledge_flags,  // CONNACK bits 7-1
  session_present_on_refusal,  // Session Present 1 with a code other than 0
  zero_packet_id,
  unknown_reason,  // a reason code that the packet does not allow
  unknown_property,
  misplaced_property,
  duplicate_property,
  property_out_of_range,
  property_length_mismatch,       // a property reaches past the property length
  empty_list,                     // SUBSCRIBE, UNSUBSCRIBE, SUBACK without an entry
  reserved_subscription_options,  // bits 7-6, QoS 3, Retain Handling 3
  no_local_on_shared,
  bad_topic_name,    // wildcard in a topic name; empty without a Topic Alias
  bad_topic_filter,  // misplaced wildcard, empty, malformed $share
  authentication_data_without_method,
  packet_too_large,     // over the limit that the caller gave
  field_not_in_packet,  // craft, encode: the packet does not have that field
  field_too_long,       // encode: a string over 65,535 octets, a packet over the maximum
};

std::string_view error_name(wire_error e);  // "reserved_flags"
std::string_view error_sentence(
    wire_error e);  // "the reserved flag bits are not those of the type"

// A fault in a packet: what, where (offset in octets from the first octet of the packet), and the
// statement that forbids it ("MQTT-2.1.3-1" or "v5-2.2.2.2-a"; of the version in |version|).
struct wire_fault {
  wire_error error = wire_error::none;
  std::uint32_t offset = 0;
  protocol_version version = protocol_version::v5;
  std::string_view statement;

  friend bool operator==(const wire_fault&, const wire_fault&) = default;
};

// "reserved_flags at byte 0 [v5:MQTT-2.1.3-1]: the reserved ..."
std::string print(const wire_fault& f);

template <class T>
using wire_result = result<T, wire_fault>;

}  // namespace mqttspec::wire
