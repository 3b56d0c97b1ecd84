#pragma once
// Every machine against an embedded broker of its own, in memory and in virtual time: hours pass in
// microseconds, and the same seed gives the same run. A broker ends with its machine, so there is
// nothing to clean up.
//
//   scenario_player m(scenario, options);
//   play_virtually(m, {});
//   m.take_result()

#include <memory>

#include "broker/edge.h"
#include "broker/oddities.h"
#include "model/rules.h"
#include "play/driver.h"

namespace mqttspec::drive {

struct virtual_world {
  broker::broker_options broker = {};
  std::uint64_t seed = 0;
  const model::rules* rules = nullptr;     // nullptr: sound ones
  const broker::mutant* mutant = nullptr;  // what is wrong at its edge
  broker::reach* reached = nullptr;        // mutants that would have changed something
  // How long octets travel, each way. Not zero, so that what the broker does because of a packet
  // comes after it was sent, and what two ends do at the same instant does not depend on luck.
  duration latency = std::chrono::microseconds(20);
  broker::network_manner network = {};  // on top of that
  // A machine that takes more steps never ends.
  std::size_t most_steps = 200'000;
};

// Returns how long it took, in virtual time.
duration play_virtually(play::machine& what, const virtual_world& in);

// One after the other; now() is the sum of their times.
std::unique_ptr<play::driver> make_virtual_driver(virtual_world in);

}  // namespace mqttspec::drive
