#pragma once
// What is played against a broker, or against client libraries: a state machine without sockets or
// a clock. What the network and the clock do goes in, with `now`; what should be done next comes
// out as actions. A driver (play/driver.h) performs them, over sockets or in virtual time, and
// knows nothing else of what it plays:
//
//   m.start(now);
//   while (auto a = m.next_action()) perform(*a);   // after every call
//   ... m.connected(c, now), m.received(c, octets, now), m.time_passed(now) ...
//   if (m.finished()) ...
//
// Machines: a scenario (play/scenario_player.h), a random history (explore/player.h), and what
// removes the traces of both (play/clean_up.h).

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "adapter/protocol.h"
#include "base/bytes.h"
#include "base/instant.h"
#include "script/scenario.h"
#include "wire/types.h"

namespace mqttspec::play {

// One network connection of a machine. Never used again within it.
using connection_id = std::uint32_t;

enum class close_kind : std::uint8_t { orderly, reset };

// What the driver is asked to do.
struct open_connection {
  connection_id id = 0;
  std::string client;
  std::string transport;  // "" = the run's own
  std::string node;
};
struct write_octets {
  connection_id id = 0;
  byte_buffer octets;
  bool text = false;         // over WebSocket: in a text frame
  std::size_t fragment = 0;  // over WebSocket: octets a frame of one message; 0: one frame
};
struct shut_down {  // send FIN, go on reading
  connection_id id = 0;
};
struct close_connection {
  connection_id id = 0;
  bool abort = false;  // with RST
};
struct run_hook {
  script::broker_action action{};
};
// Where the machine plays the server, of client libraries:
struct start_client {  // it tells `ready` then
  std::string client;
};
struct ask_client {
  std::string client;
  adapter::message command;
};
struct kill_client {  // at once; its connections end, and it tells nothing more
  std::string client;
};
using action = std::variant<open_connection, write_octets, shut_down, close_connection, run_hook,
                            start_client, ask_client, kill_client>;

// Why a driver ends a machine before its end.
enum class abandonment : std::uint8_t {
  interrupted,  // by the user, or by --fail-fast
  broker_lost,  // no more connections can be made, or its process ended
  flooded,      // the broker sent more than anybody asked for
  endless,      // it never ends
  out_of_time,  // the time for all that is played is over
};

// What outlives the connections of those who made it.
struct left_things {
  std::map<std::string, wire::protocol_version> sessions;  // by Client Identifier
  std::set<std::string> topics;                            // of retained messages
  std::set<std::string> levels;  // first levels of topics, below which something may be retained

  bool empty() const { return sessions.empty() && topics.empty() && levels.empty(); }
};

// What a machine may have left on the broker when it has finished, and as whom it is removed.
struct leftovers {
  left_things what;
  // The client that clears the topics, and what every CONNECT says.
  std::string client_id;
  wire::protocol_version version = wire::protocol_version::v5;
  std::string user_name;  // "": none
  std::string password;
  std::uint16_t keep_alive = 0;
};

class machine {
 public:
  virtual ~machine() = default;

  virtual void start(instant now) = 0;
  virtual void connected(connection_id id, instant now) = 0;
  // The connection could not be made; |why| is the operating system's text.
  virtual void connect_failed(connection_id id, const std::string& why, instant now) = 0;
  virtual void received(connection_id id, byte_view octets, instant now) = 0;
  virtual void closed(connection_id id, close_kind how, instant now) = 0;
  // What a layer below MQTT met, such as a ping of WebSocket; for the trace.
  virtual void noted(connection_id, const std::string& /*what*/, instant) {}
  // The broker broke a rule of a layer below MQTT, and the connection is no more; |statement| of
  // MQTT says so as well, where it is not empty.
  virtual void broke_below(connection_id id, const std::string& what, std::string_view statement,
                           instant now) = 0;
  // Where it plays the server: |client| has made a connection, which the driver numbers.
  virtual void accepted(connection_id, const std::string& /*client*/, instant) {}
  virtual void told(const std::string& /*client*/, const adapter::message& /*event*/, instant) {}
  // Nobody has killed it; |how| is a sentence without its subject.
  virtual void client_ended(const std::string& /*client*/, const std::string& /*how*/, instant) {}
  virtual void hook_done(bool ok, const std::string& why, instant now) = 0;
  virtual void time_passed(instant now) = 0;
  // The harness itself stood still for |length| before |now|: windows missed by less than that are
  // nobody's fault.
  virtual void stalled(duration length, instant now) = 0;
  // Ends at once.
  virtual void abandon(abandonment why, const std::string& reason, instant now) = 0;

  virtual std::optional<action> next_action() = 0;
  // When time_passed must be called at the latest; `never` when only the network can go on.
  virtual instant next_deadline() const = 0;
  virtual bool finished() const = 0;
  // It stops or kills the broker: connections that are refused meanwhile are part of it.
  virtual bool stops_broker() const { return false; }
  // Asked when it has finished: nothing that the broker did, or did not, stood in its way.
  virtual bool went_well() const { return false; }
  // What the octets make that it wants written next; asked before each write.
  virtual left_things take_made() { return {}; }
  // Asked when it has finished; the driver removes them.
  virtual leftovers left_behind() const { return {}; }
};

}  // namespace mqttspec::play
