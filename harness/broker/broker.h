#pragma once
// The embedded reference broker: a whole MQTT server for 5.0 and 3.1.1 without I/O or a clock.
// Octets and time go in, octets and closes come out, in the order in which they must be done.
//
//   broker b({}, 1);
//   connection_id c = b.accept(now);
//   b.receive(c, octets_from_client, now);
//   for (output& o : b.take_outputs()) ...
//   b.advance(b.next_deadline());

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"

namespace mqttspec::model {
struct rules;
}

namespace mqttspec::broker {

using connection_id = std::uint32_t;

struct send_octets {
  connection_id to = 0;
  byte_buffer octets;
};
struct close_connection {  // after everything sent to it before
  connection_id to = 0;
};
using output = std::variant<send_octets, close_connection>;

enum class overflow_policy : std::uint8_t { drop_newest, drop_oldest, disconnect };

// How much is written where 5.0 leaves the choice.
enum class answer_form : std::uint8_t {
  plain,    // reason code and properties are left out where they say nothing
  spelled,  // both are always there
  wordy,    // with a reason string and user properties, where they are allowed and fit
};

// What an operator would configure. Defaults are those of `mqttspec broker`.
struct broker_options {
  std::uint32_t queue_limit = 1000;  // messages a session keeps for an absent client
  overflow_policy overflow = overflow_policy::drop_newest;
  bool qos0_queued = false;                        // QoS 0 kept for absent clients too
  std::uint32_t session_expiry_max = 0xFFFFFFFF;   // seconds; lower ones are told in CONNACK
  std::uint32_t v311_session_expiry = 0xFFFFFFFF;  // of Clean Session 0
  std::uint16_t receive_maximum = 100;             // the server's own
  std::uint16_t inflight_window = 65535;           // most it has in flight to a client
  std::uint32_t maximum_packet_size = 1u << 20;    // announced when below the protocol's maximum
  std::uint16_t topic_alias_maximum = 16;
  std::uint8_t maximum_qos = 2;
  bool retain_available = true;
  std::uint16_t server_keep_alive = 0;  // 0: the client's value rules
  bool qos2_forwarded_at_pubrel = false;
  bool empty_client_id_refused = false;  // zero-length ids, also with Clean Session 1
  bool test_method_known = false;        // Authentication Method "mqttspec" (authenticating.cc)
  bool denied_topics = false;            // access rules: nobody may use topics that end in /denied
  bool sessions_survive_restart = true;
  std::map<std::string, std::string> users{};  // empty: everybody may connect

  // What the standard leaves open and few operators would ask for (oddities.h).
  duration resend_delay{};    // behind CONNACK, before what was unacknowledged is sent again
  duration sweep_interval{};  // sessions end and wills are published at its multiples; 0: on time
  std::size_t most_sessions = 0;     // 0: any number; else the one that is absent longest ends
  std::size_t most_connections = 0;  // 0: any number; others are closed at once
  bool surplus_is_told = false;      // by CONNACK, when they send CONNECT
  bool disconnect_is_answered = false;
  bool qos0_is_last = false;  // behind all QoS 1 and 2 messages that wait
  answer_form answers = answer_form::plain;
  std::uint16_t connack_user_properties = 0;
  bool wildcards_available = true;
  bool shared_subscriptions_available = true;
  bool subscription_identifiers_available = true;
  std::string assigned_ids_begin_with = "auto-";
  bool suback_is_last = false;  // behind the retained messages
};

class broker {
 public:
  broker(broker_options options, std::uint64_t seed, const model::rules& rules);
  broker(broker_options options, std::uint64_t seed);  // sound rules
  ~broker();

  connection_id accept(instant now);
  void receive(connection_id from, byte_view octets, instant now);
  // Whether a text frame of WebSocket is taken for a binary one; else it ends the connection.
  bool takes_text_frames() const;
  // The client closed (FIN or reset); nothing is sent to it any more.
  void peer_closed(connection_id from, instant now);
  void advance(instant now);      // does what is due
  instant next_deadline() const;  // `never` when nothing is waiting

  // All connections are dropped; what survives is decided by options and |clean| (false: as after
  // kill -9, wills of connected clients are published when the broker is started again).
  void stop(bool clean, instant now);
  void start(instant now);

  std::vector<output> take_outputs();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mqttspec::broker
