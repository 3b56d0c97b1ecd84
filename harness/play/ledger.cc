#include "play/ledger.h"

#include "wire/encode.h"

namespace mqttspec::play {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

// A session that outlives its connection, or a will that may wait: it is released when the session
// ends, and what it retains can be removed only then.
bool leaves_something(const wire::packet& connect) {
  if (connect.will) return true;
  if (connect.version == protocol_version::v311) return !connect.clean_start;
  return wire::find_number(connect.properties, property_id::session_expiry_interval).value_or(0) !=
         0;
}

}  // namespace

void ledger::made_session(const std::string& client_id, protocol_version version) {
  if (all_.sessions.insert_or_assign(client_id, version).second) {
    news_.sessions[client_id] = version;
  }
}

void ledger::made_retained(const std::string& topic) {
  if (all_.topics.insert(topic).second) news_.topics.insert(topic);
}

void ledger::made_below(const std::string& level) {
  if (all_.levels.insert(level).second) news_.levels.insert(level);
}

void ledger::sent(std::uint32_t connection, const wire::packet& p) {
  switch (p.type) {
    case packet_type::connect: {
      connects_[connection] = p;
      aliases_.erase(connection);
      if (p.will && p.will->retain) made_retained(p.will->topic);
      // Not erased by Clean Start: the broker under test may be the one that does not obey.
      if (!p.client_id.empty() && leaves_something(p)) made_session(p.client_id, p.version);
      return;
    }
    case packet_type::publish: {
      std::string topic = p.topic;
      if (const auto alias = wire::find_number(p.properties, property_id::topic_alias)) {
        std::string& known = aliases_[connection][*alias];
        if (topic.empty()) topic = known;
        known = topic;
      }
      if (p.retain && !p.payload.empty() && !topic.empty()) made_retained(topic);
      return;
    }
    case packet_type::disconnect: {
      const auto connect = connects_.find(connection);
      const auto interval = wire::find_number(p.properties, property_id::session_expiry_interval);
      if (connect == connects_.end() || !interval || connect->second.client_id.empty()) return;
      // Not erased on 0: the broker under test may be the one that forgets to end the session.
      made_session(connect->second.client_id, connect->second.version);
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
    if (leaves_something(connect->second)) made_session(assigned->text, connect->second.version);
  }
  // A session that ends with the connection may still be kept by a broker that is wrong.
  const std::string& id = connect->second.client_id;
  if (p.session_present && !id.empty()) made_session(id, connect->second.version);
}

byte_buffer ledger::goodbye(std::uint32_t connection) const {
  byte_buffer out = {0xE0, 0x00};
  const auto connect = connects_.find(connection);
  if (connect == connects_.end()) return out;
  const wire::packet& p = connect->second;
  const bool nameless = p.client_id.empty() && p.version == protocol_version::v5;
  // Where the session ended anyway an interval would be wrong or needless.
  if (!nameless ||
      wire::find_number(p.properties, property_id::session_expiry_interval).value_or(0) == 0) {
    return out;
  }
  wire::packet bye = wire::make(packet_type::disconnect, protocol_version::v5);
  bye.properties.push_back(wire::number_property(property_id::session_expiry_interval, 0));
  out.clear();
  (void)wire::encode_to(bye, out);
  return out;
}

}  // namespace mqttspec::play
