#pragma once
// Inside of client_watch: what a trace has shown of client libraries.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "oracle/watch.h"
#include "wire/packet.h"

namespace mqttspec::oracle {

// A message of QoS 1 or 2 that the client has sent.
struct outgoing {
  enum class stage : std::uint8_t { published, recorded, released };
  std::uint16_t id = 0;
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  stage at_stage{};
  std::uint64_t order = 0;    // of its first PUBLISH
  connection_id seen_on = 0;  // by its last packet
};

// What the client keeps for the server.
struct client_session {
  std::map<std::uint16_t, outgoing> open;
  std::set<std::uint16_t> recorded;  // of messages from the server: PUBREC was sent, no PUBREL came
  std::set<std::uint16_t>
      unanswered;  // likewise, when their connection ended: may be answered late
  std::uint64_t sent = 0;
  bool met = false;   // a CONNACK told of it
  bool known = true;  // from its beginning, and no process has ended
};

struct client_link {
  connection_id id = 0;
  std::string client;
  wire::protocol_version version{};
  std::optional<wire::packet> connect;
  std::optional<wire::packet> connack;
  bool goodbye = false;
  bool first = true;  // of its client: nothing can have been lost on the way before
  bool server_goodbye = false;
  bool odd = false;  // the server sent what is malformed or out of place
  bool ended = false;
  bool resumed = false;           // Session Present 1
  std::uint64_t last_repeat = 0;  // the youngest message that came again
  instant connack_at{};
  instant last_received{};
  std::set<std::uint16_t> requests;       // SUBSCRIBE and UNSUBSCRIBE that wait for an answer
  std::deque<std::uint16_t> owed_puback;  // in the order of the messages
  std::deque<std::uint16_t> owed_pubrec;
  std::deque<std::uint16_t> owed_pubrel;  // in the order of the PUBRECs
  std::deque<std::uint16_t> owed_pubcomp;
  std::set<std::uint16_t> window;  // messages that were sent here and are open
  std::set<std::uint32_t> aliases;

  bool v5() const { return version == wire::protocol_version::v5; }
  // What CONNACK says of |of|.
  std::uint32_t limit(wire::property_id of, std::uint32_t absent) const {
    return connack ? wire::find_number(connack->properties, of).value_or(absent) : absent;
  }
};

}  // namespace mqttspec::oracle
