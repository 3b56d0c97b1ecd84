#pragma once
// What a case left on the broker that would outlive it: sessions and retained messages. At the end
// of the case the engine removes just these.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "wire/packet.h"

namespace mqttspec::play {

class ledger {
 public:
  // A packet that was sent on connection |connection|, or a CONNACK that came on it.
  void sent(std::uint32_t connection, const wire::packet& p);
  void received(std::uint32_t connection, const wire::packet& p);

  struct stored_session {
    std::string client_id;
    wire::protocol_version version{};
  };
  // Sessions that may still be stored.
  std::vector<stored_session> sessions() const;
  std::vector<std::string> retained_topics() const;

 private:
  std::map<std::uint32_t, wire::packet> connects_;
  std::map<std::string, wire::protocol_version> sessions_;
  std::set<std::string> topics_;
};

}  // namespace mqttspec::play
