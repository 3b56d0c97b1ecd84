#pragma once
// Plays one scenario:
//
//   auto m = std::make_unique<scenario_player>(scenario, options);
//   ... a driver plays it (play/driver.h) ...
//   decide(m->take_trial(), ...)
//
// The lines are executed in order; each reads from the queue of its own client. A packet is
// judged by the instant it was received, not by when its line came to read it.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "play/machine.h"
#include "play/trial.h"
#include "script/scenario.h"
#include "wire/types.h"

namespace mqttspec::play {

struct run_options {
  duration timeout = std::chrono::seconds(5);  // of an expectation without a window
  duration slack = std::chrono::seconds(1);    // widens windows on both sides
  // How late may come what no statement gives a time for: later than the time-out or `within` it is
  // noted, later than this it is missing.
  duration patience = std::chrono::seconds(60);
  duration case_deadline = std::chrono::seconds(120);       // beyond the waits in its lines
  duration late_tolerance = std::chrono::milliseconds(50);  // a harness later than this is late
  std::uint32_t v311_session_expiry = wire::never_expires;  // seconds; the server may end them then
  std::uint16_t keep_alive = 0;  // seconds, of CONNECTs that do not say it themselves
  std::string user_name;         // put into every CONNECT that does not say user_name itself
  std::string password;
  bool clean_up = true;       // remove sessions and retained messages at the end
  bool trace_passed = false;  // keep the trace of passed cases too
  bool trace_rules = true;    // look at the whole trace by the rules of oracle/ too
  // The catalogue's summary of a statement; may be empty.
  std::function<std::string(const script::statement_reference&)> summary_of;
};

class scenario_player : public machine {
 public:
  // |scenario| must outlive it.
  scenario_player(const script::scenario& scenario, run_options options);
  ~scenario_player() override;

  void start(instant now) override;
  void connected(connection_id id, instant now) override;
  void connect_failed(connection_id id, const std::string& why, instant now) override;
  void received(connection_id id, byte_view octets, instant now) override;
  void closed(connection_id id, close_kind how, instant now) override;
  void noted(connection_id id, const std::string& what, instant now) override;
  void accepted(connection_id id, const std::string& client, instant now) override;
  void told(const std::string& client, const adapter::message& event, instant now) override;
  void client_ended(const std::string& client, const std::string& how, instant now) override;
  void hook_done(bool ok, const std::string& why, instant now) override;
  void time_passed(instant now) override;
  void stalled(duration length, instant now) override;
  // Where |statement| of MQTT says so as well, the case fails, whatever it is about; else it ends
  // with an error.
  void broke_below(connection_id id, const std::string& what, std::string_view statement,
                   instant now) override;
  void abandon(abandonment why, const std::string& reason, instant now) override;

  std::optional<action> next_action() override;
  instant next_deadline() const override;
  bool finished() const override { return judged(); }
  bool stops_broker() const override;
  bool went_well() const override;
  left_things take_made() override;
  leftovers left_behind() const override;

  const script::scenario& scenario() const;
  const run_options& options() const;
  bool judged() const;  // its lines have ended
  trial take_trial();

 private:
  struct state;
  void end_at_once(ending how, const std::string& why, instant now);
  std::unique_ptr<state> state_;
};

}  // namespace mqttspec::play
