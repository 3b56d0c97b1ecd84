// Odd CONNECTs, each on a connection of its own.

#include <algorithm>

#include "explore/player.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

player::progress player::probe(const action& a, instant now) {
  const connection_id own = up(a.client);
  if (own != no_connection && fence_first(own, now)) return progress::more;
  action how = a;
  if (last_connect_[a.client]) how.version = last_connect_[a.client]->version;
  const bool v5 = how.version == protocol_version::v5;
  if (how.probe == probe_kind::refused && !v5) return progress::impossible;
  if (how.probe == probe_kind::will_high && (!v5 || judge_.facts().maximum_qos >= 2)) {
    return progress::impossible;
  }
  open(a.client, how, a.probe);
  return progress::done;
}

void player::send_probe(connection_id c, instant now) {
  const std::uint8_t client = lines_[c].client;
  const action how = lines_[c].how;
  const probe_kind kind = *lines_[c].probe;
  const bool v5 = how.version == protocol_version::v5;
  judge_.probe(client, how, now);
  if (kind == probe_kind::early) return send(c, wire::make(packet_type::pingreq, how.version), now);
  action plain;
  plain.version = how.version;
  plain.clean = !v5 || kind == probe_kind::refused || kind == probe_kind::malformed ||
                kind == probe_kind::full || kind == probe_kind::will_high;
  wire::packet p = connect_packet(client, plain, no_message);
  std::string& id = p.client_id;
  const auto upper = [](char x) {
    return x >= 'a' && x <= 'z' ? static_cast<char>(x - 'a' + 'A') : x;
  };
  switch (kind) {
    case probe_kind::refused:
      p.properties.push_back(wire::text_property(property_id::authentication_method, "unknown"));
      break;
    case probe_kind::will_high: {
      wire::will_message w;
      w.topic = judge_.topic_text(0);
      w.payload = "will";
      w.qos = static_cast<std::uint8_t>(judge_.facts().maximum_qos + 1);
      p.will = std::move(w);
      break;
    }
    case probe_kind::twin:
      std::transform(id.begin(), id.end(), id.begin(), upper);
      break;
    case probe_kind::longer:
      id += "_2";
      break;
    case probe_kind::full:
      std::erase(id, '-');
      id.resize(23, 'z');
      break;
    case probe_kind::nameless:
      id.clear();
      p.clean_start = false;
      if (v5) {
        p.properties.push_back(wire::number_property(property_id::session_expiry_interval, 1));
      }
      break;
    default:
      break;
  }
  // The flags stand behind two octets of fixed header and seven of name and level.
  std::optional<octet_edit> edit;
  if (kind == probe_kind::malformed) edit = octet_edit{9, 0x03};
  if (edit && p.user_name) edit->value |= 0x80;
  if (edit && p.password) edit->value |= 0x40;
  send(c, p, now, edit);
  if (kind == probe_kind::refused) {
    // What stands behind a CONNECT that is refused is not processed.
    const message_id m = judge_.futile(client, 0, rules::nothing_behind_refusal);
    wire::packet behind = wire::make(packet_type::publish, how.version);
    behind.topic = judge_.topic_text(0);
    behind.payload = judge_.payload_of(m);
    send(c, behind, now);
    join_last_writes();
  }
}

// Once it is accepted it has done its work.
void player::end_probe(connection_id c, instant now) {
  send(c, wire::make(packet_type::disconnect, lines_[c].how.version), now);
  shut(c, now);
}

}  // namespace mqttspec::explore
