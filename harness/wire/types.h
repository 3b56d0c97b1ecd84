#pragma once
// The small vocabulary of MQTT: protocol versions, packet types, properties, reason codes.
// Names and numbers are those of MQTT 5.0 sections 2.1.2, 2.2.2.2, 2.4 and 3.1.1 sections 2.2.1,
// 3.2.2.3. What may stand where is in table.h.

#include <cstdint>
#include <string_view>

namespace mqttspec::wire {

enum class protocol_version : std::uint8_t { v311 = 4, v5 = 5 };  // the Protocol Level octet

// A set of protocol versions, one bit each.
enum class version_set : std::uint8_t { none = 0, v311 = 1, v5 = 2, both = 3 };
constexpr version_set set_of(protocol_version v) {
  return v == protocol_version::v5 ? version_set::v5 : version_set::v311;
}
constexpr bool contains(version_set set, protocol_version v) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(set_of(v))) != 0;
}

// "5" and "3.1.1", the form of headers, options and reports.
constexpr std::string_view version_name(protocol_version v) {
  return v == protocol_version::v5 ? "5" : "3.1.1";
}
// "v5" and "v311", the form of guards, statement tags and case names.
constexpr std::string_view version_tag(protocol_version v) {
  return v == protocol_version::v5 ? "v5" : "v311";
}

enum class packet_type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth,
};

enum class property_id : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

// Reason codes of 5.0. 3.1.1 return codes are other numbers; see table.h.
enum class reason_code : std::uint8_t {
  success = 0x00,  // also normal_disconnection and granted_qos_0
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will_message = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  continue_authentication = 0x18,
  re_authenticate = 0x19,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_specific_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8A,
  server_shutting_down = 0x8B,
  bad_authentication_method = 0x8C,
  keep_alive_timeout = 0x8D,
  session_taken_over = 0x8E,
  topic_filter_invalid = 0x8F,
  topic_name_invalid = 0x90,
  packet_identifier_in_use = 0x91,
  packet_identifier_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9A,
  qos_not_supported = 0x9B,
  use_another_server = 0x9C,
  server_moved = 0x9D,
  shared_subscriptions_not_supported = 0x9E,
  connection_rate_exceeded = 0x9F,
  maximum_connect_time = 0xA0,
  subscription_identifiers_not_supported = 0xA1,
  wildcard_subscriptions_not_supported = 0xA2,
};

constexpr std::uint8_t code_of(reason_code r) {
  return static_cast<std::uint8_t>(r);
}

inline constexpr std::uint32_t never_expires = 0xFFFFFFFFu;  // a Session Expiry Interval
inline constexpr std::uint32_t largest_variable_integer = 268'435'455u;

}  // namespace mqttspec::wire
