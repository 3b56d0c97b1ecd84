#pragma once
// Runs one scenario: a state machine without sockets or a clock. What the network and the clock
// do goes in, with `now`; what should be done next comes out as actions.
//
//   case_run run(scenario, options);
//   run.start(now);
//   while (auto a = run.next_action()) perform(*a);   // after every call
//   ... run.connected(c, now), run.received(c, octets, now), run.time_passed(now) ...
//   if (run.finished()) report(run.take_result());
//
// The lines are executed in order; each reads from the queue of its own client. A packet is
// judged by the instant it was received, not by when its line came to read it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "results/results.h"
#include "script/scenario.h"

namespace mqttspec::engine {

// One network connection of a case. Never reused within a case.
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
using action = std::variant<open_connection, write_octets, shut_down, close_connection, run_hook>;

struct run_options {
  duration timeout = std::chrono::seconds(5);  // of an expectation without a window
  duration slack = std::chrono::seconds(1);    // widens windows on both sides
  // How late may come what no statement gives a time for: later than the time-out or `within` it is
  // noted, later than this it is missing.
  duration patience = std::chrono::seconds(60);
  duration case_deadline = std::chrono::seconds(120);       // beyond the waits in its lines
  duration late_tolerance = std::chrono::milliseconds(50);  // a harness later than this is late
  std::uint16_t keep_alive = 0;  // seconds, of CONNECTs that do not say it themselves
  std::string user_name;         // put into every CONNECT that does not say user_name itself
  std::string password;
  bool clean_up = true;       // remove sessions and retained messages at the end
  bool trace_passed = false;  // keep the trace of passed cases too
  bool trace_rules = true;    // look at the whole trace by the rules of oracle/ too
  // The catalogue's summary of a statement; may be empty.
  std::function<std::string(const script::statement_reference&)> summary_of;
};

class case_run {
 public:
  case_run(const script::scenario& scenario, run_options options);
  ~case_run();
  case_run(case_run&&) noexcept;

  void start(instant now);
  void connected(connection_id id, instant now);
  // The connection could not be made; |why| is the operating system's text.
  void connect_failed(connection_id id, const std::string& why, instant now);
  void received(connection_id id, byte_view octets, instant now);
  void closed(connection_id id, close_kind how, instant now);
  // What a layer below MQTT met, such as a ping of WebSocket; for the trace.
  void noted(connection_id id, const std::string& what, instant now);
  void hook_done(bool ok, const std::string& why, instant now);
  void time_passed(instant now);
  // The harness itself stood still for |length| before |now|: windows missed by less than that are
  // nobody's fault.
  void stalled(duration length, instant now);
  // The broker broke a rule of a layer below MQTT, and the connection is no more. Where |statement|
  // of MQTT says so as well, the case fails, whatever it is about; else it ends with an error.
  void broke_below(connection_id id, const std::string& what, std::string_view statement,
                   instant now);
  // Ends the case at once: interrupted, or the broker is gone.
  void abandon(results::verdict outcome, const std::string& reason, instant now);

  std::optional<action> next_action();
  // When time_passed must be called at the latest; `never` when only the network can go on.
  instant next_deadline() const;
  bool finished() const;  // judged and cleaned up
  bool judged() const;    // the verdict stands; cleaning up may go on
  results::case_result take_result();

 private:
  struct state;
  void after_input(instant now);
  std::unique_ptr<state> state_;
};

}  // namespace mqttspec::engine
