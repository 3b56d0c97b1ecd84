#pragma once
// Runs one scenario: a state machine without sockets or a clock. What the network and the clock
// do goes in, with `now`; what should be done next comes out as actions.
//
//   scenario_player run(scenario, options);
//   run.start(now);
//   while (auto a = run.next_action()) perform(*a);   // after every call
//   ... run.connected(c, now), run.received(c, octets, now), run.time_passed(now) ...
//   if (run.finished()) decide(run.take_trial());
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
#include "play/machine.h"
#include "play/trial.h"
#include "script/scenario.h"

namespace mqttspec::play {

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

class scenario_player {
 public:
  scenario_player(const script::scenario& scenario, run_options options);
  ~scenario_player();
  scenario_player(scenario_player&&) noexcept;

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
  // Ends the case at once.
  void abandon(abandonment why, const std::string& reason, instant now);

  std::optional<action> next_action();
  // When time_passed must be called at the latest; `never` when only the network can go on.
  instant next_deadline() const;
  bool finished() const;  // judged and cleaned up
  bool judged() const;    // its lines have ended; cleaning up may go on
  trial take_trial();

 private:
  struct state;
  void after_input(instant now);
  void end_at_once(ending how, const std::string& why, instant now);
  std::unique_ptr<state> state_;
};

}  // namespace mqttspec::play
