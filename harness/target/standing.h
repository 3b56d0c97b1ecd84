#pragma once
// The broker under test as it stands before us: brought up where that is our business, reached by
// every listener, and ended when we are done. All commands that ask a broker something stand before
// it by this.
//
//   standing_target broker(description);
//   if (const std::string why = broker.stand(); !why.empty()) return tell(why, broker.process());
//   auto driver = drive::make_network_driver(broker.loop(), broker.reach(),
//                                           {.control = broker.control()});
//   ...
//   broker.end();                    // what it started; its destructor would do so, too
//
// In virtual time nothing stands anywhere: each play makes a broker with description().embedded.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "net/event_loop.h"
#include "results/results.h"
#include "target/broker_control.h"
#include "target/broker_server.h"
#include "target/description.h"
#include "target/residue.h"
#include "target/ways.h"

namespace mqttspec::target {

class standing_target {
 public:
  // |seed| is of the embedded broker.
  explicit standing_target(description what, std::uint64_t seed = 0);
  ~standing_target();
  standing_target(const standing_target&) = delete;
  standing_target& operator=(const standing_target&) = delete;

  // Starts what is to be started, waits as long as the description says, and connects to every
  // listener. "": it stands; else why not, as a sentence. Once.
  std::string stand();
  // SIGINT came while stand() was at work.
  bool interrupted() const { return interrupted_; }

  // Ends what stand() has started: SIGTERM, after a grace SIGKILL. Whoever uses loop(), reach() or
  // control() must be gone.
  void end();

  // Our own broker, where it is ours.
  const broker::odd_setup& ours() const { return ours_; }
  // With the listeners of an embedded broker once it stands.
  const description& what() const { return what_; }
  bool in_virtual_time() const { return what_.where == place::simulated; }
  std::string name() const;     // "mosquitto 2.0.11", "the embedded broker"
  std::string address() const;  // of its own listener; "embedded", "simulated"
  // The facts as they were written, and what else was reached and how: for the report.
  std::map<std::string, std::string> told() const;

  net::event_loop& loop() { return loop_; }
  // Connectors by transport and node. Not in virtual time.
  const routes& reach() const { return ways_ ? ways_->table() : nowhere_; }
  // nullptr: nobody can do anything to it.
  broker_control* control() const;
  // The facts that were declared, what can be done to the broker, and what can be reached.
  capability_values declared() const;
  std::set<route_key> keys() const;

  // What was made on it and is not removed. Kept in a file where somebody else runs it.
  residue& left() { return left_; }
  // A sentence about that; "": nothing is left, or it is gone with the broker.
  std::string left_note() const;

  // Not empty: it ended though nobody asked it to, and how.
  std::string ended();
  // Not empty: it crashed when it was asked to end.
  std::string crash() const;
  // Where we launched it.
  std::optional<results::broker_process> process() const;

 private:
  std::string greet();
  std::string serve();
  std::string launch();
  std::string await_listeners();
  std::string open_listeners();
  std::string unanswered();
  void sleep(duration length);

  net::event_loop loop_;
  residue left_;
  std::string unkept_;  // why left_ has no file
  description what_;
  broker::odd_setup ours_;  // of an embedded broker
  std::uint64_t seed_;
  bool interrupted_ = false;
  bool hurry_ = false;
  std::unique_ptr<broker_server> server_;
  std::unique_ptr<net::connector> plain_;  // tells that a launched broker is ready
  std::unique_ptr<broker_control> launched_;
  std::optional<ways> ways_;
  const routes nowhere_;  // of a client library
  std::string library_;   // its name and version, as its adapter tells
  capability_values library_facts_;
  std::unique_ptr<broker_control> hooks_;
};

}  // namespace mqttspec::target
