#include "wire/packet.h"

#include <algorithm>

namespace mqttspec::wire {

property number_property(property_id id, std::uint32_t number) {
  return {id, number, {}, {}};
}
property text_property(property_id id, std::string_view text) {
  return {id, 0, std::string(text), {}};
}
property user_property(std::string_view name, std::string_view value) {
  return {property_id::user_property, 0, std::string(name), std::string(value)};
}

const property* find_property(const property_list& list, property_id id) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const property& p) { return p.id == id; });
  return found == list.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> find_number(const property_list& list, property_id id) {
  const property* found = find_property(list, id);
  if (found == nullptr) return std::nullopt;
  return found->number;
}

packet make(packet_type type, protocol_version version) {
  packet p;
  p.type = type;
  p.version = version;
  if (type == packet_type::connect) {
    p.protocol_name = "MQTT";
    p.protocol_level = static_cast<std::uint8_t>(version);
  }
  return p;
}

}  // namespace mqttspec::wire
