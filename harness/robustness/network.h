#pragma once
// Experiments over sockets: scenarios of one file a batch.

#include <memory>

#include "net/event_loop.h"
#include "play/scenario_player.h"
#include "robustness/bench.h"
#include "target/broker_control.h"
#include "target/residue.h"
#include "target/routes.h"
#include "verdicts/decide.h"

namespace mqttspec::robustness {

struct bench_options {
  play::run_options engine;
  std::uint64_t seed = 0;  // of the names
  std::uint16_t port = 0;
  target::residue* left = nullptr;  // as of drive/network_driver.h
};

// |loop|, |reach|'s connectors and |control| (nullptr: nobody can start the broker again) must
// outlive it.
std::unique_ptr<bench> make_network_bench(net::event_loop& loop, const target::routes& reach,
                                          target::broker_control* control, bench_options options);

// What became of |trial|: exposed for tests.
outcome judge_trial(verdicts::opinion judged, reaction seen = reaction::none);

}  // namespace mqttspec::robustness
