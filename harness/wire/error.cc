#include "wire/error.h"

#include <fmt/format.h>

namespace mqttspec::wire {

namespace {

struct description {
  std::string_view name;
  std::string_view sentence;
};

constexpr description describe(wire_error e) {
  switch (e) {
    case wire_error::none:
      return {"none", "nothing is wrong"};
    case wire_error::reserved_packet_type:
      return {"reserved_packet_type", "the packet type is reserved"};
    case wire_error::reserved_flags:
      return {"reserved_flags", "the low four bits are not those of the packet type"};
    case wire_error::invalid_qos:
      return {"invalid_qos", "QoS 3 does not exist"};
    case wire_error::dup_without_qos:
      return {"dup_without_qos", "DUP is set with QoS 0"};
    case wire_error::length_overlong:
      return {"length_overlong", "a variable byte integer takes more octets than it needs"};
    case wire_error::length_too_large:
      return {"length_too_large", "a variable byte integer goes on behind its fourth octet"};
    case wire_error::truncated:
      return {"truncated", "a field reaches past the end of the packet"};
    case wire_error::trailing_bytes:
      return {"trailing_bytes", "there are octets behind the last field"};
    case wire_error::ill_formed_text:
      return {"ill_formed_text", "the text is not UTF-8"};
    case wire_error::null_in_text:
      return {"null_in_text", "the text has U+0000 in it"};
    case wire_error::bad_protocol_name:
      return {"bad_protocol_name", "the protocol name is not MQTT"};
    case wire_error::unsupported_protocol_level:
      return {"unsupported_protocol_level", "the protocol level is neither 4 nor 5"};
    case wire_error::reserved_connect_flag:
      return {"reserved_connect_flag", "the reserved connect flag is set"};
    case wire_error::will_flags_without_will:
      return {"will_flags_without_will", "Will QoS or Will Retain is set without a will"};
    case wire_error::password_without_user_name:
      return {"password_without_user_name", "there is a password but no user name"};
    case wire_error::reserved_acknowledge_flags:
      return {"reserved_acknowledge_flags", "reserved bits of the acknowledge flags are set"};
    case wire_error::session_present_on_refusal:
      return {"session_present_on_refusal", "Session Present is set on a refused connection"};
    case wire_error::zero_packet_id:
      return {"zero_packet_id", "the Packet Identifier is 0"};
    case wire_error::unknown_reason:
      return {"unknown_reason", "the packet does not allow this reason code"};
    case wire_error::unknown_property:
      return {"unknown_property", "no property has this identifier"};
    case wire_error::misplaced_property:
      return {"misplaced_property", "the packet may not carry this property"};
    case wire_error::duplicate_property:
      return {"duplicate_property", "the property stands twice"};
    case wire_error::property_out_of_range:
      return {"property_out_of_range", "the property does not allow this value"};
    case wire_error::property_length_mismatch:
      return {"property_length_mismatch", "a property reaches past the end of the properties"};
    case wire_error::empty_list:
      return {"empty_list", "the list has no entry"};
    case wire_error::reserved_subscription_options:
      return {"reserved_subscription_options", "reserved bits or values in subscription options"};
    case wire_error::no_local_on_shared:
      return {"no_local_on_shared", "No Local is set on a shared subscription"};
    case wire_error::bad_topic_name:
      return {"bad_topic_name", "the topic name is empty or has a wildcard"};
    case wire_error::bad_topic_filter:
      return {"bad_topic_filter", "the topic filter is empty or a wildcard or share is malformed"};
    case wire_error::authentication_data_without_method:
      return {"authentication_data_without_method",
              "there is authentication data but no authentication method"};
    case wire_error::packet_too_large:
      return {"packet_too_large", "the packet is larger than the limit"};
    case wire_error::field_not_in_packet:
      return {"field_not_in_packet", "the packet does not have this field"};
    case wire_error::field_too_long:
      return {"field_too_long", "the field or packet is longer than the protocol can express"};
  }
  return {"unknown", "unknown"};
}

}  // namespace

std::string_view error_name(wire_error e) {
  return describe(e).name;
}
std::string_view error_sentence(wire_error e) {
  return describe(e).sentence;
}

std::string print(const wire_fault& f) {
  std::string out = fmt::format("{} at byte {}", error_name(f.error), f.offset);
  if (!f.statement.empty()) out += fmt::format(" [{}:{}]", version_tag(f.version), f.statement);
  out += ": ";
  out += error_sentence(f.error);
  return out;
}

}  // namespace mqttspec::wire
