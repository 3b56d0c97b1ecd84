#pragma once
// The contents of the packet table, as compile-time data: what table.h tells at run time and what
// the decoder looks up once an octet. Nothing outside wire/ includes this.
//
// Sources: 5.0 tables 2-1 (packet types), 2-2 (flags), 2-4 (properties), 2-6 (reason codes);
// 3.1.1 tables 2.1, 2.2, 3.1 and section 3.9.3.

#include <array>
#include <cstdint>
#include <string_view>

#include "wire/table.h"

namespace mqttspec::wire::data {

using enum packet_type;

inline constexpr std::string_view general_flags_v5 = "MQTT-2.1.3-1";
inline constexpr std::string_view general_flags_v311 = "MQTT-2.2.2-1";
inline constexpr std::string_view general_property = "v5-2.2.2.2-a";

inline constexpr std::array<packet_spec, packet_count> packet_specs{{
    {connect, "CONNECT", version_set::both, packet_direction::from_client, 0, general_flags_v5,
     general_flags_v311},
    {connack, "CONNACK", version_set::both, packet_direction::from_server, 0, general_flags_v5,
     general_flags_v311},
    {publish, "PUBLISH", version_set::both, packet_direction::both, 0, "", ""},
    {puback, "PUBACK", version_set::both, packet_direction::both, 0, general_flags_v5,
     general_flags_v311},
    {pubrec, "PUBREC", version_set::both, packet_direction::both, 0, general_flags_v5,
     general_flags_v311},
    {pubrel, "PUBREL", version_set::both, packet_direction::both, 2, "MQTT-3.6.1-1",
     "MQTT-3.6.1-1"},
    {pubcomp, "PUBCOMP", version_set::both, packet_direction::both, 0, general_flags_v5,
     general_flags_v311},
    {subscribe, "SUBSCRIBE", version_set::both, packet_direction::from_client, 2, "MQTT-3.8.1-1",
     "MQTT-3.8.1-1"},
    {suback, "SUBACK", version_set::both, packet_direction::from_server, 0, general_flags_v5,
     general_flags_v311},
    {unsubscribe, "UNSUBSCRIBE", version_set::both, packet_direction::from_client, 2,
     "MQTT-3.10.1-1", "MQTT-3.10.1-1"},
    {unsuback, "UNSUBACK", version_set::both, packet_direction::from_server, 0, general_flags_v5,
     general_flags_v311},
    {pingreq, "PINGREQ", version_set::both, packet_direction::from_client, 0, general_flags_v5,
     general_flags_v311},
    {pingresp, "PINGRESP", version_set::both, packet_direction::from_server, 0, general_flags_v5,
     general_flags_v311},
    {disconnect, "DISCONNECT", version_set::both, packet_direction::both, 0, "MQTT-3.14.1-1",
     "MQTT-3.14.1-1"},
    {auth, "AUTH", version_set::v5, packet_direction::both, 0, "MQTT-3.15.1-1", ""},
}};

inline constexpr packet_set acknowledgements = packets(puback, pubrec, pubrel, pubcomp);
inline constexpr number_range any_byte{0, 0xFF};
inline constexpr number_range any_two_bytes{0, 0xFFFF};
inline constexpr number_range positive_two_bytes{1, 0xFFFF};
inline constexpr number_range zero_or_one{0, 1};
inline constexpr number_range zero_to_two{0, 2};
inline constexpr number_range any_four_bytes{0, 0xFFFFFFFF};
inline constexpr number_range positive_four_bytes{1, 0xFFFFFFFF};
inline constexpr number_range positive_variable{1, largest_variable_integer};

// In wire order; the same field stands twice where versions or kinds differ by packet.
inline constexpr std::array<field_spec, 31> field_specs{{
    {field_id::dup, "dup", field_kind::flag, version_set::both, packets(publish), zero_or_one},
    {field_id::qos, "qos", field_kind::number, version_set::both, packets(publish), zero_to_two},
    {field_id::retain, "retain", field_kind::flag, version_set::both, packets(publish),
     zero_or_one},
    {field_id::protocol_name, "protocol_name", field_kind::text, version_set::both,
     packets(connect)},
    {field_id::protocol_level, "protocol_level", field_kind::number, version_set::both,
     packets(connect), any_byte},
    {field_id::clean_start, "clean_start", field_kind::flag, version_set::v5, packets(connect),
     zero_or_one},
    {field_id::clean_session, "clean_session", field_kind::flag, version_set::v311,
     packets(connect), zero_or_one},
    {field_id::keep_alive, "keep_alive", field_kind::number, version_set::both, packets(connect),
     any_two_bytes},
    {field_id::session_present, "session_present", field_kind::flag, version_set::both,
     packets(connack), zero_or_one},
    {field_id::topic, "topic", field_kind::text, version_set::both, packets(publish), {}, false},
    {field_id::packet_id, "id", field_kind::number, version_set::both, packets(publish),
     any_two_bytes},
    {field_id::packet_id, "id", field_kind::number, version_set::both,
     static_cast<packet_set>(acknowledgements | packets(subscribe, suback, unsubscribe, unsuback)),
     any_two_bytes, false},
    {field_id::reason, "reason", field_kind::reason, version_set::both, packets(connack), any_byte},
    {field_id::reason, "reason", field_kind::reason, version_set::v5,
     static_cast<packet_set>(acknowledgements | packets(disconnect, auth)), any_byte},
    {field_id::client_id, "client_id", field_kind::text, version_set::both, packets(connect)},
    {field_id::will_topic, "will_topic", field_kind::text, version_set::both, packets(connect)},
    {field_id::will_payload, "will_payload", field_kind::binary, version_set::both,
     packets(connect)},
    {field_id::will_qos, "will_qos", field_kind::number, version_set::both, packets(connect),
     zero_to_two},
    {field_id::will_retain, "will_retain", field_kind::flag, version_set::both, packets(connect),
     zero_or_one},
    {field_id::user_name, "user_name", field_kind::text, version_set::both, packets(connect)},
    {field_id::password, "password", field_kind::binary, version_set::both, packets(connect)},
    {field_id::filter,
     "filter",
     field_kind::text,
     version_set::both,
     packets(subscribe),
     {},
     false},
    {field_id::filter,
     "filter",
     field_kind::text,
     version_set::both,
     packets(unsubscribe),
     {},
     false},
    {field_id::filters, "filters", field_kind::filter_list, version_set::both,
     packets(subscribe, unsubscribe)},
    {field_id::max_qos, "max_qos", field_kind::number, version_set::both, packets(subscribe),
     zero_to_two},
    {field_id::no_local, "no_local", field_kind::flag, version_set::v5, packets(subscribe),
     zero_or_one},
    {field_id::retain_as_published, "retain_as_published", field_kind::flag, version_set::v5,
     packets(subscribe), zero_or_one},
    {field_id::retain_handling, "retain_handling", field_kind::number, version_set::v5,
     packets(subscribe), zero_to_two},
    {field_id::reasons, "reasons", field_kind::reason_list, version_set::both, packets(suback),
     any_byte, false},
    {field_id::reasons, "reasons", field_kind::reason_list, version_set::v5, packets(unsuback),
     any_byte, false},
    {field_id::payload, "payload", field_kind::binary, version_set::both, packets(publish)},
}};

inline constexpr packet_set with_message = static_cast<packet_set>(packets(publish) | in_will);
inline constexpr packet_set with_reason_string = static_cast<packet_set>(
    acknowledgements | packets(connack, suback, unsuback, disconnect, auth));
inline constexpr packet_set with_user_property = static_cast<packet_set>(
    with_reason_string | packets(connect, publish, subscribe, unsubscribe) | in_will);

inline constexpr std::array<property_spec, property_count> property_specs{{
    {property_id::payload_format_indicator, "payload_format_indicator", property_type::byte,
     with_message, false, zero_or_one, general_property},
    {property_id::message_expiry_interval, "message_expiry_interval",
     property_type::four_byte_integer, with_message, false, any_four_bytes, general_property},
    {property_id::content_type,
     "content_type",
     property_type::utf8_string,
     with_message,
     false,
     {},
     "v5-3.3.2.3.5-a"},
    {property_id::response_topic,
     "response_topic",
     property_type::utf8_string,
     with_message,
     false,
     {},
     "v5-3.3.2.3.5-a"},
    {property_id::correlation_data,
     "correlation_data",
     property_type::binary_data,
     with_message,
     false,
     {},
     "v5-3.3.2.3.5-a"},
    {property_id::subscription_identifier, "subscription_identifier",
     property_type::variable_byte_integer, packets(publish, subscribe), true, positive_variable,
     "v5-3.3.2.3.8-a"},
    {property_id::session_expiry_interval, "session_expiry_interval",
     property_type::four_byte_integer, packets(connect, connack, disconnect), false, any_four_bytes,
     general_property},
    {property_id::assigned_client_identifier,
     "assigned_client_identifier",
     property_type::utf8_string,
     packets(connack),
     false,
     {},
     general_property},
    {property_id::server_keep_alive, "server_keep_alive", property_type::two_byte_integer,
     packets(connack), false, any_two_bytes, general_property},
    {property_id::authentication_method,
     "authentication_method",
     property_type::utf8_string,
     packets(connect, connack, auth),
     false,
     {},
     general_property},
    {property_id::authentication_data,
     "authentication_data",
     property_type::binary_data,
     packets(connect, connack, auth),
     false,
     {},
     general_property},
    {property_id::request_problem_information, "request_problem_information", property_type::byte,
     packets(connect), false, zero_or_one, "v5-3.1.2.11.7-a"},
    {property_id::will_delay_interval, "will_delay_interval", property_type::four_byte_integer,
     in_will, false, any_four_bytes, "v5-3.1.3.2.2-a"},
    {property_id::request_response_information, "request_response_information", property_type::byte,
     packets(connect), false, zero_or_one, "v5-3.1.2.11.6-a"},
    {property_id::response_information,
     "response_information",
     property_type::utf8_string,
     packets(connack),
     false,
     {},
     general_property},
    {property_id::server_reference,
     "server_reference",
     property_type::utf8_string,
     packets(connack, disconnect),
     false,
     {},
     general_property},
    {property_id::reason_string,
     "reason_string",
     property_type::utf8_string,
     with_reason_string,
     false,
     {},
     general_property},
    {property_id::receive_maximum, "receive_maximum", property_type::two_byte_integer,
     packets(connect, connack), false, positive_two_bytes, "v5-3.1.2.11.3-a"},
    {property_id::topic_alias_maximum, "topic_alias_maximum", property_type::two_byte_integer,
     packets(connect, connack), false, any_two_bytes, general_property},
    {property_id::topic_alias, "topic_alias", property_type::two_byte_integer, packets(publish),
     false, positive_two_bytes, "v5-3.3.2.3.4-a"},
    {property_id::maximum_qos, "maximum_qos", property_type::byte, packets(connack), false,
     zero_or_one, "v5-3.2.2.3.4-a"},
    {property_id::retain_available, "retain_available", property_type::byte, packets(connack),
     false, zero_or_one, general_property},
    {property_id::user_property,
     "user_property",
     property_type::utf8_pair,
     with_user_property,
     true,
     {},
     general_property},
    {property_id::maximum_packet_size, "maximum_packet_size", property_type::four_byte_integer,
     packets(connect, connack), false, positive_four_bytes, general_property},
    {property_id::wildcard_subscription_available, "wildcard_subscription_available",
     property_type::byte, packets(connack), false, zero_or_one, general_property},
    {property_id::subscription_identifier_available, "subscription_identifier_available",
     property_type::byte, packets(connack), false, zero_or_one, general_property},
    {property_id::shared_subscription_available, "shared_subscription_available",
     property_type::byte, packets(connack), false, zero_or_one, general_property},
}};

// The notation's names in the will properties, in the order of property_specs; "" where there is
// no such will property.
inline constexpr std::array<std::string_view, property_count> will_names = [] {
  std::array<std::string_view, property_count> names{};
  names[0] = "will_payload_format_indicator";
  names[1] = "will_message_expiry_interval";
  names[2] = "will_content_type";
  names[3] = "will_response_topic";
  names[4] = "will_correlation_data";
  names[12] = "will_delay_interval";
  names[22] = "will_user_property";
  return names;
}();

inline constexpr std::size_t property_limit = 0x2B;  // identifiers lie below
inline constexpr std::uint8_t no_property = 0xFF;

// Index into property_specs by identifier.
inline constexpr std::array<std::uint8_t, 256> property_index = [] {
  std::array<std::uint8_t, 256> index{};
  index.fill(no_property);
  for (std::size_t i = 0; i < property_count; ++i) {
    index[static_cast<std::uint8_t>(property_specs[i].id)] = static_cast<std::uint8_t>(i);
  }
  return index;
}();

// Which statement a doubled or out-of-range property
// breaks where it is not the one of the property itself.
struct statement_exception {
  property_id id;
  packet_set in;
  std::string_view statement;
};
inline constexpr std::array<statement_exception, 14> statement_exceptions{{
    {property_id::payload_format_indicator, in_will, "v5-3.1.3.2.3-b"},
    {property_id::message_expiry_interval, in_will, "v5-3.1.3.2.4-a"},
    {property_id::content_type, in_will, "v5-3.1.3.2.5-a"},
    {property_id::response_topic, in_will, "v5-3.1.3.2.5-a"},
    {property_id::correlation_data, in_will, "v5-3.1.3.2.5-a"},
    {property_id::subscription_identifier, packets(subscribe), "v5-3.8.2.1.2-a"},
    {property_id::session_expiry_interval, packets(connect), "v5-3.1.2.11.2-a"},
    {property_id::session_expiry_interval, packets(disconnect), "v5-3.14.2.2.2-a"},
    {property_id::authentication_method, packets(connect), "v5-3.1.2.11.9-a"},
    {property_id::authentication_method, packets(auth), "v5-3.15.2.2.2-a"},
    {property_id::authentication_data, packets(connect), "v5-3.1.2.11.10-a"},
    {property_id::receive_maximum, packets(connack), "v5-3.2.2.3.3-a"},
    {property_id::topic_alias_maximum, packets(connect), "v5-3.1.2.11.5-a"},
    {property_id::maximum_packet_size, packets(connect), "v5-3.1.2.11.4-a"},
}};

struct reason_spec {
  std::uint8_t code;
  std::string_view name;
  packet_set in;
};

inline constexpr packet_set all_refusals =
    packets(connack, puback, pubrec, suback, unsuback, disconnect);

inline constexpr std::array<reason_spec, 45> reason_specs_v5{{
    {0x00, "success", static_cast<packet_set>(acknowledgements | packets(connack, unsuback, auth))},
    {0x00, "normal_disconnection", packets(disconnect)},
    {0x00, "granted_qos_0", packets(suback)},
    {0x01, "granted_qos_1", packets(suback)},
    {0x02, "granted_qos_2", packets(suback)},
    {0x04, "disconnect_with_will_message", packets(disconnect)},
    {0x10, "no_matching_subscribers", packets(puback, pubrec)},
    {0x11, "no_subscription_existed", packets(unsuback)},
    {0x18, "continue_authentication", packets(auth)},
    {0x19, "re_authenticate", packets(auth)},
    {0x80, "unspecified_error", all_refusals},
    {0x81, "malformed_packet", packets(connack, disconnect)},
    {0x82, "protocol_error", packets(connack, disconnect)},
    {0x83, "implementation_specific_error", all_refusals},
    {0x84, "unsupported_protocol_version", packets(connack)},
    {0x85, "client_identifier_not_valid", packets(connack)},
    {0x86, "bad_user_name_or_password", packets(connack)},
    {0x87, "not_authorized", all_refusals},
    {0x88, "server_unavailable", packets(connack)},
    {0x89, "server_busy", packets(connack, disconnect)},
    {0x8A, "banned", packets(connack)},
    {0x8B, "server_shutting_down", packets(disconnect)},
    // Table 2-6 has it for DISCONNECT, the table of section 3.14.2.1 has not.
    {0x8C, "bad_authentication_method", packets(connack, disconnect)},
    {0x8D, "keep_alive_timeout", packets(disconnect)},
    {0x8E, "session_taken_over", packets(disconnect)},
    {0x8F, "topic_filter_invalid", packets(suback, unsuback, disconnect)},
    {0x90, "topic_name_invalid", packets(connack, puback, pubrec, disconnect)},
    {0x91, "packet_identifier_in_use", packets(puback, pubrec, suback, unsuback)},
    {0x92, "packet_identifier_not_found", packets(pubrel, pubcomp)},
    {0x93, "receive_maximum_exceeded", packets(disconnect)},
    {0x94, "topic_alias_invalid", packets(disconnect)},
    {0x95, "packet_too_large", packets(connack, disconnect)},
    {0x96, "message_rate_too_high", packets(disconnect)},
    {0x97, "quota_exceeded", packets(connack, puback, pubrec, suback, disconnect)},
    {0x98, "administrative_action", packets(disconnect)},
    {0x99, "payload_format_invalid", packets(connack, puback, pubrec, disconnect)},
    {0x9A, "retain_not_supported", packets(connack, disconnect)},
    {0x9B, "qos_not_supported", packets(connack, disconnect)},
    {0x9C, "use_another_server", packets(connack, disconnect)},
    {0x9D, "server_moved", packets(connack, disconnect)},
    {0x9E, "shared_subscriptions_not_supported", packets(suback, disconnect)},
    {0x9F, "connection_rate_exceeded", packets(connack, disconnect)},
    {0xA0, "maximum_connect_time", packets(disconnect)},
    {0xA1, "subscription_identifiers_not_supported", packets(suback, disconnect)},
    {0xA2, "wildcard_subscriptions_not_supported", packets(suback, disconnect)},
}};

inline constexpr std::array<reason_spec, 10> reason_specs_v311{{
    {0, "accepted", packets(connack)},
    {1, "unacceptable_protocol_version", packets(connack)},
    {2, "identifier_rejected", packets(connack)},
    {3, "server_unavailable", packets(connack)},
    {4, "bad_user_name_or_password", packets(connack)},
    {5, "not_authorized", packets(connack)},
    {0x00, "granted_qos_0", packets(suback)},
    {0x01, "granted_qos_1", packets(suback)},
    {0x02, "granted_qos_2", packets(suback)},
    {0x80, "failure", packets(suback)},
}};

// Which packets allow a code, by code.
template <std::size_t N>
constexpr std::array<packet_set, 256> reason_sets_of(const std::array<reason_spec, N>& specs) {
  std::array<packet_set, 256> sets{};
  for (const reason_spec& spec : specs) {
    sets[spec.code] = static_cast<packet_set>(sets[spec.code] | spec.in);
  }
  return sets;
}
inline constexpr std::array<packet_set, 256> reason_sets_v5 = reason_sets_of(reason_specs_v5);
inline constexpr std::array<packet_set, 256> reason_sets_v311 = reason_sets_of(reason_specs_v311);

}  // namespace mqttspec::wire::data
