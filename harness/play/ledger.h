#pragma once
// What a case left on the broker that would outlive it: sessions and retained messages. At its end
// just these are removed (play/clean_up.h).

#include <map>
#include <set>
#include <string>

#include "wire/packet.h"

namespace mqttspec::play {

class ledger {
 public:
  // A packet that was sent on connection |connection|, or a CONNACK that came on it.
  void sent(std::uint32_t connection, const wire::packet& p);
  void received(std::uint32_t connection, const wire::packet& p);

  // Sessions that may still be stored, by Client Identifier.
  const std::map<std::string, wire::protocol_version>& sessions() const { return sessions_; }
  const std::set<std::string>& retained_topics() const { return topics_; }

 private:
  std::map<std::uint32_t, wire::packet> connects_;
  std::map<std::string, wire::protocol_version> sessions_;
  std::set<std::string> topics_;
};

}  // namespace mqttspec::play
