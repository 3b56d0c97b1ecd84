#pragma once
// A whole run: sanity check, what the target can do, selection, the cases, what is tried again,
// sanity check again, judgement against the baseline.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "results/results.h"
#include "suite/cases.h"
#include "suite/selection.h"
#include "target/capabilities.h"
#include "target/routes.h"
#include "verdicts/baseline.h"

namespace mqttspec::suite {

struct suite_settings {
  std::vector<wire::protocol_version> versions;  // those to run; never empty
  script::side plays = script::side::client;     // server: a client library is tested
  selection chosen;
  verdicts::baseline known;
  bool strict = false;
  play::run_options engine;
  std::size_t at_once = 512;
  std::uint32_t repeat = 1;
  bool fail_fast = false;
  bool slow = false;  // cases tagged `slow` too
  bool trace_passed = false;
  std::uint64_t seed = 0;
  std::string run_tag;                 // begins every {ns}, as base/run_tag.h makes it
  target::capability_values declared;  // facts and hooks of the target; win over what is learned
  // Where clients can be `over` and `at`, as in target/routes.h.
  std::set<target::route_key> reach = {{"tcp", ""}};
};

// Makes the scenarios of the selected files for a target that |can| do this. |run_tag| differs from
// call to call, so that repetitions do not meet on the broker.
using scenario_source = std::function<std::vector<script::scenario>(
    const std::string& run_tag, const target::capability_values& can)>;

// Told of the progress of a run.
class suite_observer {
 public:
  virtual ~suite_observer() = default;
  virtual void sanity_begins(bool after_the_cases) = 0;
  virtual void cases_begin(std::size_t how_many) = 0;
  virtual void case_ended(const results::case_result& c) = 0;
};

// Fills cases, problems, void_reason, interrupted, took, target.learned and target.versions; the
// rest of the result is the caller's.
results::run_results run_suite(play::driver& on, const suite_settings& settings,
                               const scenario_source& source, suite_observer& observer);

}  // namespace mqttspec::suite
