#include "play/ledger.h"

namespace mqttspec::play {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

bool outlives_connection(const wire::packet& connect) {
  if (connect.version == protocol_version::v311) return !connect.clean_start;
  return wire::find_number(connect.properties, property_id::session_expiry_interval).value_or(0) !=
         0;
}

}  // namespace

void ledger::sent(std::uint32_t connection, const wire::packet& p) {
  switch (p.type) {
    case packet_type::connect:
      connects_[connection] = p;
      if (!p.client_id.empty()) {
        if (outlives_connection(p)) {
          sessions_[p.client_id] = p.version;
        } else if (p.clean_start) {
          sessions_.erase(p.client_id);
        }
      }
      if (p.will && p.will->retain) topics_.insert(p.will->topic);
      return;
    case packet_type::publish:
      if (p.retain && !p.payload.empty() && !p.topic.empty()) topics_.insert(p.topic);
      return;
    case packet_type::disconnect: {
      const auto connect = connects_.find(connection);
      const auto interval = wire::find_number(p.properties, property_id::session_expiry_interval);
      if (connect == connects_.end() || !interval || connect->second.client_id.empty()) return;
      // Not erased on 0: the broker under test may be the one that forgets to end the session.
      sessions_[connect->second.client_id] = connect->second.version;
      return;
    }
    default:
      return;
  }
}

void ledger::received(std::uint32_t connection, const wire::packet& p) {
  if (p.type != packet_type::connack) return;
  const auto connect = connects_.find(connection);
  if (connect == connects_.end()) return;
  if (const wire::property* assigned =
          wire::find_property(p.properties, property_id::assigned_client_identifier)) {
    connect->second.client_id = assigned->text;
    if (outlives_connection(connect->second)) {
      sessions_[assigned->text] = connect->second.version;
    }
  }
  // A session that ends with the connection may still be kept by a broker that is wrong.
  const std::string& id = connect->second.client_id;
  if (p.session_present && !id.empty()) sessions_[id] = connect->second.version;
}

}  // namespace mqttspec::play
