// What a history leaves on the broker.

#include <utility>

#include "explore/player.h"
#include "wire/encode.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

std::vector<std::uint8_t> player::stored_sessions() const {
  std::vector<std::uint8_t> out;
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    const session& s = judge_.session_of(client);
    if (last_connect_[client] && (over() || s.kept || s.connection != no_connection)) {
      out.push_back(client);
    }
  }
  return out;
}

// On connections that stand the client removes its traces itself: the retained messages, and its
// session by DISCONNECT with interval 0. The rest is left to play/clean_up.h.
void player::say_goodbye() {
  for (std::uint8_t topic = 0; topic < std::size(topic_names); ++topic) {
    if (judge_.is_retained(topic)) left_.retained_topics.insert(judge_.topic_text(topic));
  }
  left_.client_id = options_.ns + "-clean-up";
  left_.user_name = options_.user_name.value_or("");
  left_.password = options_.password.value_or("");
  left_.keep_alive = options_.keep_alive;
  for (const auto& last : last_connect_) {
    if (last) left_.version = last->version;
  }
  for (const std::uint8_t client : stored_sessions()) {
    const session& s = judge_.session_of(client);
    const connection_id c = up(client);
    const protocol_version version = s.version;
    const bool ends = s.interval == 0;
    if (c != no_connection && lines_[c].open && !lines_[c].deaf) {
      byte_buffer out;
      for (const std::string& topic : std::exchange(left_.retained_topics, {})) {
        wire::packet p = wire::make(packet_type::publish, version);
        p.topic = topic;
        p.retain = true;
        (void)wire::encode_to(p, out);
      }
      wire::packet bye = wire::make(packet_type::disconnect, version);
      if (!ends && version == protocol_version::v5) {
        bye.properties.push_back(wire::number_property(property_id::session_expiry_interval, 0));
      }
      (void)wire::encode_to(bye, out);
      actions_.emplace_back(play::write_octets{c, std::move(out)});
      lines_[c].open = false;  // the driver ends it when that has arrived
      if (ends || version == protocol_version::v5) continue;
    } else if (!s.kept && !over()) {
      continue;
    }
    left_.sessions[connect_packet(client, *last_connect_[client], no_message).client_id] = version;
  }
  for (connection_id c = 0; c < lines_.size(); ++c) {
    if (lines_[c].open) actions_.emplace_back(play::close_connection{c, true});
  }
}

play::leftovers player::left_behind() const {
  return left_;
}

}  // namespace mqttspec::explore
