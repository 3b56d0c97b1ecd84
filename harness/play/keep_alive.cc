// Keep Alive, which a client owes its server: PINGREQ in time, wherever the case is not about
// silence. The lines see nothing of it.

#include "play/scenario_state.h"

namespace mqttspec::play {

using wire::packet_type;
using wire::property_id;

// A case that names the capability, and a CONNECT that names its Keep Alive, are about it.
bool scenario_player::state::looks_after_keep_alive() const {
  return std::none_of(scenario.needs.begin(), scenario.needs.end(),
                      [](const script::need& n) { return n.capability == "server_keep_alive"; });
}

// |connack| opens |on|: what counts from here on. [v5:MQTT-3.1.2-21]
void scenario_player::state::begin_keep_alive(connection& on, const wire::packet& connack) {
  if (on.keep_alive_is_the_cases || connack.reason != 0 || !looks_after_keep_alive()) return;
  const auto imposed = wire::find_number(connack.properties, property_id::server_keep_alive);
  on.keep_alive = std::chrono::seconds(imposed.value_or(options.keep_alive));
}

instant scenario_player::state::next_ping() const {
  instant first = never;
  for (const auto& [id, on] : connections) {
    const bool can = on.state == link_state::open && !on.disconnect_sent && !on.amid_a_packet;
    if (!can || on.keep_alive <= duration::zero()) continue;
    first = std::min(first, on.last_sent + on.keep_alive * 3 / 4);
  }
  // A packet that is written in pieces would be torn apart.
  return to_write.empty() ? first : never;
}

void scenario_player::state::send_pings(instant now) {
  if (next_ping() > now) return;
  for (auto& [id, on] : connections) {
    if (on.state != link_state::open || on.disconnect_sent || on.amid_a_packet) continue;
    if (on.keep_alive <= duration::zero() || on.last_sent + on.keep_alive * 3 / 4 > now) continue;
    write(on, {static_cast<std::uint8_t>(packet_type::pingreq) << 4, 0}, now);
    on.pings.back() = pinged_by::harness;
  }
}

// True for the PINGRESP to one of ours.
bool scenario_player::state::is_for_the_harness(connection& on, const inbound& item) {
  if (item.kind != inbound_kind::packet || item.packet.type != packet_type::pingresp) return false;
  if (on.pings.empty()) return false;
  const pinged_by whose = on.pings.front();
  on.pings.pop_front();
  return whose == pinged_by::harness;
}

}  // namespace mqttspec::play
