#pragma once
// Cases, played by a driver.
//
//   play_cases(on, {{{&scenario, 0}}, 512, options}, [&](verdicts::opinion o) { ...; return true;
//   });

#include <functional>
#include <string>
#include <vector>

#include "drive/virtual_client.h"
#include "drive/virtual_driver.h"
#include "play/driver.h"
#include "play/scenario_player.h"
#include "results/results.h"
#include "suite/schedule.h"
#include "verdicts/decide.h"

namespace mqttspec::suite {

struct batch {
  std::vector<job> jobs;
  std::size_t at_once = 512;
  play::run_options options;
  room within = {};
};

// Called with what each try came to, in no order. false: start no more, abandon the rest.
using opinion_callback = std::function<bool(verdicts::opinion)>;

// Every job of |what| has had its result when this returns, unless the callback said false, the
// run was interrupted (what had begun is inconclusive, the rest has no result), or the broker was
// lost (error, for those that had begun and for those that had not).
void play_cases(play::driver& on, const batch& what, const opinion_callback& ended,
                const play::driver::stop_sign& stop = {});

// One case, in virtual time.
results::case_result simulate(const job& j, const play::run_options& options,
                              const drive::virtual_world& in);
results::case_result simulate_client(const job& j, const play::run_options& options,
                                     const drive::virtual_client_world& in);

// The result of a case that never began.
results::case_result not_run(const job& j, results::verdict outcome, std::string reason);

}  // namespace mqttspec::suite
