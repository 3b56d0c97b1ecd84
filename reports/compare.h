#pragma once
// What changed against an older run of the same cases, for people without a baseline.
//
//   comparison c = compare(older, run);
//   if (c.worse()) ...                      // something fails now that did not fail then

#include <string>
#include <vector>

#include "results/results.h"

namespace mqttspec::reports {

struct change {
  std::string id;
  std::string title;
  std::string before;  // verdict; empty: the older run lacks the case
  std::string now;     // verdict; empty: this run lacks the case
  std::string detail;  // what went wrong, of a case that fails now
};

struct comparison {
  std::string since;                 // "mosquitto, 2026-01-02T03:04:05Z"
  std::vector<change> new_failures;  // fail or error now; passed, was skipped or did not exist then
  std::vector<change> mended;        // failed then, passes now
  std::vector<change> changed;       // any other difference of verdicts
  std::vector<change> added;         // cases that the older run lacks and that do not fail
  std::vector<change> gone;          // cases that this run lacks
  std::size_t still_failing = 0;

  bool worse() const { return !new_failures.empty(); }
};

// Of repetitions the worst counts.
comparison compare(const results::run_results& older, const results::run_results& run);

// "2 new failures, 1 mended, 3 still failing"; "no change"
std::string comparison_summary(const comparison& c);

// The parts of |c| that hold anything, in the order in which they matter, with their titles.
struct comparison_part {
  std::string_view title;  // "New failures"
  const std::vector<change>* changes;
};
std::vector<comparison_part> comparison_parts(const comparison& c);

// "pass -> fail: PUBLISH.dup: expected 0, got 1"
std::string change_text(const change& c);

// For a terminal: the summary, then each part.
std::string to_text(const comparison& c);

// The worst of two verdicts: fail, error, inconclusive, skip, pass-note, pass.
results::verdict worse_verdict(results::verdict a, results::verdict b);

}  // namespace mqttspec::reports
