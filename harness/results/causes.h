#pragma once
// Why so much fails: the few habits of a broker that explain most failures of a run.
//
//   for (const cause& c : causes_of(run)) ...   // the one that explains most comes first
//   c.what == "CONNACK.session_present is 0, not 1"
//
// Cases belong together when a trace rule saw the same in them, when their lines differ in the same
// value, packet or statement, or when they all end at the same line of shared steps. All of it is
// read from values of the results.

#include <string>
#include <vector>

#include "results/results.h"

namespace mqttspec::results {

struct cause {
  std::string what;  // the habit
  std::string rule;  // the trace rule that saw it; empty: none did
  // That it breaks, the most often broken ones first, at most four. None: of the cases all are
  // inconclusive, or the broker breaks the format of 3.1.1.
  std::vector<statement_check> statements;
  std::vector<std::size_t> cases;  // indices of run.cases, failures first; at least one
  std::size_t failed = 0;          // of these
  std::size_t inconclusive = 0;    // and errors; the rest passed, and a trace rule spoke
};

// Of the cases |which|, each of which is told under one cause. Those without anything to compare
// are left out.
std::vector<cause> causes_of(const run_results& run, const std::vector<std::size_t>& which);

// Of all that did not pass or in which a trace rule spoke, but for what the baseline knows.
std::vector<cause> causes_of(const run_results& run);

// "96 failures, 12 inconclusive, 3 passed"
std::string weight_of(const cause& c);

}  // namespace mqttspec::results
