#pragma once
// What a machine made on the broker that would outlive it: sessions and retained messages. At its
// end just these are removed (play/clean_up.h).
//
//   l.sent(connection, packet);            // each packet, before it goes out
//   l.take_news();                         // for the run's own book (target/residue.h)

#include <map>
#include <string>

#include "play/machine.h"
#include "wire/packet.h"

namespace mqttspec::play {

class ledger {
 public:
  // A packet that is sent on connection |connection|, or a CONNACK that came on it.
  void sent(std::uint32_t connection, const wire::packet& p);
  void received(std::uint32_t connection, const wire::packet& p);
  // Octets that are no packet, which some broker may take for one: whatever is retained below the
  // topic |level| is removed.
  void sent_octets(const std::string& level) { made_below(level); }

  // The DISCONNECT that a machine leaves connection |connection| with. It ends the session of a
  // client whose name nobody knows yet: the server assigns it, and it could not be removed later.
  byte_buffer goodbye(std::uint32_t connection) const;

  const left_things& all() const { return all_; }
  // What is new since it was last asked.
  left_things take_news() { return std::exchange(news_, {}); }

 private:
  void made_session(const std::string& client_id, wire::protocol_version version);
  void made_retained(const std::string& topic);
  void made_below(const std::string& level);

  std::map<std::uint32_t, wire::packet> connects_;
  std::map<std::uint32_t, std::map<std::uint64_t, std::string>> aliases_;  // topics
  left_things all_;
  left_things news_;
};

}  // namespace mqttspec::play
