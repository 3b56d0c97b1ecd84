#pragma once
// Experiments over sockets: scenarios of one file a batch, played by the runner.

#include <memory>

#include "engine/engine.h"
#include "hostile/bench.h"
#include "net/event_loop.h"
#include "runner/broker_control.h"
#include "runner/routes.h"

namespace mqttspec::hostile {

struct bench_options {
  engine::run_options engine;
  std::uint64_t seed = 0;  // of the names
  std::uint16_t port = 0;
};

// |loop|, |reach|'s connectors and |control| (nullptr: nobody can start the broker again) must
// outlive it.
std::unique_ptr<bench> make_network_bench(net::event_loop& loop, const runner::routes& reach,
                                          runner::broker_control* control, bench_options options);

// What became of |trial|: exposed for tests.
outcome judge_trial(results::case_result trial);

}  // namespace mqttspec::hostile
