#pragma once
// Every case against an embedded broker of its own, in memory and in virtual time: hours pass in
// microseconds, and the same seed gives the same run.

#include <memory>

#include "broker/oddities.h"
#include "drive/executor.h"
#include "target/routes.h"

namespace mqttspec::drive {

struct simulation_options {
  broker::broker_options broker;
  std::uint64_t seed = 0;
  // How long octets travel, each way. Not zero, so that what the broker does because of a packet
  // comes after it was sent, and what two ends do at the same instant does not depend on luck.
  duration latency = std::chrono::microseconds(20);
  broker::network_manner network{};  // its latency comes on top; a restart is not simulated
  // A case that takes more steps never ends.
  std::size_t most_steps = 200'000;
};

// One case; |rules| may be nullptr (sound ones).
results::case_result simulate(const job& j, const play::run_options& options,
                              const simulation_options& simulation,
                              const model::rules* rules = nullptr);

// In memory every transport and every node leads to the same broker: `over` and `at` change
// nothing, and their cases run.
std::set<target::route_key> simulated_reach();
// What a simulated run can do to the broker, and its reach.
void add_simulated_capabilities(target::capability_values& into);

// |rules| may be nullptr (sound ones), and must outlive it.
std::unique_ptr<executor> make_simulated_executor(simulation_options options,
                                                  const model::rules* rules = nullptr);

}  // namespace mqttspec::drive
