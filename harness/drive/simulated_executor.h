#pragma once
// Every case against an embedded broker of its own, in memory and in virtual time: hours pass in
// microseconds, and the same seed gives the same run.

#include <memory>

#include "broker/broker.h"
#include "drive/executor.h"

namespace mqttspec::drive {

struct simulation_options {
  broker::broker_options broker;
  std::uint64_t seed = 0;
  // How long octets travel, each way. Not zero, so that what the broker does because of a packet
  // comes after it was sent, and what two ends do at the same instant does not depend on luck.
  duration latency = std::chrono::microseconds(20);
  // A case that takes more steps never ends.
  std::size_t most_steps = 200'000;
};

// One case; |rules| may be nullptr (sound ones).
results::case_result simulate(const job& j, const play::run_options& options,
                              const simulation_options& simulation,
                              const model::rules* rules = nullptr);

std::unique_ptr<executor> make_simulated_executor(simulation_options options);

}  // namespace mqttspec::drive
