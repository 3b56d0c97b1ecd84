// The owning form of a view.

#include <algorithm>

#include "wire/decode.h"

namespace mqttspec::wire {

namespace {

// Most members of a view are empty: a test is cheaper than an assignment.
void copy(std::string_view from, std::string& to) {
  if (!from.empty()) to.assign(from);
}

property_list to_list(const property_range& range) {
  property_list list;
  if (range.empty()) return list;
  // A guess that spares most lists a second allocation; numbers take five octets or fewer.
  list.reserve(std::min<std::size_t>(range.bytes().size() / 5 + 1, 8));
  for (const property_view& each : range) {
    property& p = list.emplace_back();
    p.id = each.id;
    p.number = each.number;
    copy(each.text, p.text);
    copy(each.value, p.value);
  }
  return list;
}

// The next length-prefixed text of a validated list.
std::string_view next_text(byte_view& list) {
  const std::size_t length = static_cast<std::size_t>(list[0]) << 8 | list[1];
  const std::string_view text = as_text(list.subspan(2, length));
  list = list.subspan(2 + length);
  return text;
}

void copy_list(byte_view list, packet& p) {
  switch (p.type) {
    case packet_type::suback:
    case packet_type::unsuback:
      p.reasons.assign(list.begin(), list.end());
      break;
    case packet_type::unsubscribe:
      while (!list.empty()) p.filters.emplace_back(next_text(list));
      break;
    case packet_type::subscribe:
      while (!list.empty()) {
        subscription_request& request = p.subscriptions.emplace_back();
        request.filter = next_text(list);
        const std::uint8_t options = list[0];
        list = list.subspan(1);
        request.max_qos = options & 3;
        request.no_local = (options & 4) != 0;
        request.retain_as_published = (options & 8) != 0;
        request.retain_handling = static_cast<std::uint8_t>(options >> 4 & 3);
      }
      break;
    default:
      break;
  }
}

void copy_view(const packet_view& view, packet& p) {
  p.type = view.type;
  p.version = view.version;
  p.dup = view.dup;
  p.qos = view.qos;
  p.retain = view.retain;
  p.session_present = view.session_present;
  p.clean_start = view.clean_start;
  p.packet_id = view.packet_id;
  p.keep_alive = view.keep_alive;
  p.reason = view.reason;
  copy(view.protocol_name, p.protocol_name);
  p.protocol_level = view.protocol_level;
  copy(view.client_id, p.client_id);
  if (view.has_will) {
    p.will = will_message{std::string(view.will_topic), std::string(view.will_payload),
                          view.will_qos, view.will_retain, to_list(view.will_properties)};
  }
  if (view.has_user_name) p.user_name = view.user_name;
  if (view.has_password) p.password = view.password;
  copy(view.topic, p.topic);
  copy(view.payload, p.payload);
  copy_list(view.list, p);
  p.properties = to_list(view.properties);
}

}  // namespace

packet to_packet(const packet_view& view) {
  packet p;
  copy_view(view, p);
  return p;
}

wire_result<packet> decode(byte_view whole_packet, const decode_options& options) {
  const wire_result<packet_view> view = decode_view(whole_packet, options);
  wire_result<packet> result;
  if (view) {
    copy_view(*view, *result);
  } else {
    result = unexpected(view.error());
  }
  return result;
}

}  // namespace mqttspec::wire
