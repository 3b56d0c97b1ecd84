// What the embedded client neither takes nor sends.

#include <algorithm>
#include <array>

#include "client/client.h"
#include "wire/encode.h"

namespace mqttspec::client {

using wire::packet_type;
using wire::wire_error;

namespace {

constexpr std::uint8_t alias_octet = 0x23;

bool starts_with(const std::string& text, std::string_view what) {
  return text.compare(0, what.size(), what) == 0;
}

}  // namespace

// Of malformed packets: a client without defects overlooks none.
bool client::overlooks(const wire::wire_fault& fault, byte_view octets) const {
  const bool is_disconnect = !octets.empty() && octets[0] >> 4 == 14;
  const bool has_alias = std::find(octets.begin(), octets.end(), alias_octet) != octets.end();
  switch (fault.error) {
    case wire_error::reserved_flags:
      return is_disconnect ? !rules_.closes_on_disconnect_flags : !rules_.closes_on_reserved_flags;
    case wire_error::invalid_qos:
      return !rules_.closes_on_qos_3;
    case wire_error::reserved_packet_type:
      return !rules_.closes_on_type_0;
    case wire_error::length_too_large:
      return !rules_.closes_on_long_length;
    case wire_error::ill_formed_text:
      return !rules_.closes_on_ill_text;
    case wire_error::null_in_text:
      return !rules_.closes_on_null;
    case wire_error::unknown_property:
    case wire_error::misplaced_property:
      return !rules_.closes_on_foreign_property;
    case wire_error::property_out_of_range:
      return !rules_.closes_on_alias_0;
    case wire_error::bad_topic_name:
      return !rules_.closes_on_empty_topic;
    case wire_error::duplicate_property:
      return has_alias ? !rules_.closes_on_alias_twice : !rules_.closes_on_property_twice;
    default:
      return false;
  }
}

bool client::refuses_topic(const std::string& topic) const {
  return topic.find_first_of("+#") != std::string::npos && rules_.refuses_topic_wildcards;
}

bool client::refuses_filter(const std::string& filter) const {
  if (starts_with(filter, "$share//")) return rules_.refuses_nameless_share;
  if (starts_with(filter, "$share/")) return rules_.refuses_wildcards_in_share;
  return filter.find('#') < filter.size() ? rules_.refuses_misplaced_hash
                                          : rules_.refuses_misplaced_plus;
}

// encode() makes legal packets only: the text gets into a packet that was made with another.
void client::send_as_it_is(wire::packet p, const std::string& text, instant now) {
  const std::string stand_in(text.size(), 'x');
  p.topic = p.type == packet_type::publish ? stand_in : p.topic;
  for (auto& s : p.subscriptions) s.filter = stand_in;
  auto encoded = wire::encode(p);
  if (!encoded) return;
  byte_buffer& octets = encoded->bytes;
  const auto at = std::search(octets.begin(), octets.end(), stand_in.begin(), stand_in.end());
  std::copy(text.begin(), text.end(), at);
  last_sent_ = now;
  out_.emplace_back(send_octets{std::move(octets)});
}

}  // namespace mqttspec::client
