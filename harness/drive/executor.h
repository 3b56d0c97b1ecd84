#pragma once
// Runs expanded scenarios against one broker: over sockets (network_executor.h), or in memory and
// in virtual time (simulated_executor.h).

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "play/scenario_player.h"
#include "results/results.h"
#include "script/scenario.h"

namespace mqttspec::drive {

struct job {
  const script::scenario* scenario = nullptr;
  std::uint32_t repetition = 0;
};

struct batch {
  std::vector<job> jobs;
  std::size_t at_once = 512;
  play::run_options options;
};

class executor {
 public:
  // Called with each result as it comes, in no order. false: start no more, abandon the rest.
  using result_callback = std::function<bool(results::case_result)>;

  virtual ~executor() = default;

  // Every job of |what| has had its result when this returns, unless the callback said false, the
  // run was interrupted (what had begun is inconclusive, the rest has no result), or the broker
  // was lost (error, for those that had begun and for those that had not).
  virtual void run(const batch& what, const result_callback& ended) = 0;

  virtual instant now() const = 0;
  virtual bool interrupted() const = 0;
  // Not empty: no more connections to the broker can be made, and why.
  virtual const std::string& lost() const = 0;
};

// The result of a case that never began.
results::case_result not_run(const job& j, results::verdict outcome, std::string reason);

}  // namespace mqttspec::drive
