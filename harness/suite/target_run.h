#pragma once
// A whole run: what is tested is brought up, the suite runs on it, it is ended, and the record says
// what it was. All that `mqttspec run`, `profile` and mqttspec_gtest do to a broker.
//
//   target_run run;
//   run.target.where = target::place::simulated;
//   run.files = &files;
//   results::run_results r = run_on_target(run, observer);

#include <string>
#include <vector>

#include "results/results.h"
#include "script/library.h"
#include "suite/suite.h"
#include "target/description.h"

namespace mqttspec::suite {

struct target_run {
  target::description target;
  suite_settings suite;  // but for what the target says: run_tag, declared and reach
  const script::file_set* files = nullptr;
  std::string cases_root;            // where the cases lie, which results call cases/
  std::vector<std::string> command;  // the options that say this run again
  std::string tool_version;
  std::string catalogue_version;

  // What outputs show of |command|.
  std::vector<std::string> shown_command() const;
};

// How the target wants to be spoken to: its time-outs and credentials.
play::run_options options_for(const target::description& target);

// The scenarios that |run| selects, before anything is connected.
std::vector<script::scenario> chosen_scenarios(const target_run& run);

// With everything filled in, and nothing in it that the target's hidden() knows. A run that cannot
// stand before its target is void.
results::run_results run_on_target(const target_run& run, suite_observer& observer);

}  // namespace mqttspec::suite
