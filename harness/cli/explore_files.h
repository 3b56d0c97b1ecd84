#pragma once
// What `mqttspec explore` makes of a finding: a scenario, and an entry of the record.

#include <optional>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "cli/case_files.h"
#include "explore/campaign.h"
#include "model/rules.h"
#include "play/driver.h"
#include "play/scenario_player.h"
#include "results/results.h"

namespace mqttspec::cli {

struct scenario_text {
  std::string text;
  bool sound_passes = false;  // the embedded broker, with nothing wrong, passes it
  results::verdict on_target = results::verdict::inconclusive;
  std::string problem;  // why it could not be read or run; "" otherwise

  // What came of it on the target. |rule|: the trace rule that is to speak; "": it has a claim.
  void see(const results::case_result& r, const std::string& rule);
};

// On what a scenario is tried: a sound embedded broker, and |target| or an embedded broker with
// |rules|, whichever is given.
struct scenario_trial {
  play::run_options how;
  broker::broker_options embedded;
  play::driver* target = nullptr;
  const model::rules* rules = nullptr;
  play::driver::stop_sign stop = {};  // there is no time to try it on |target|
};

// The scenario of |f|.
scenario_text make_scenario(const explore::finding& f, const case_files& cases,
                            const scenario_trial& trial);

// Traffic lines: what is left of |text| without headers, steps, comments and empty lines.
std::size_t length_of(const std::string& text);

// |f| for the record of the run; |s|: its scenario.
results::run_finding record_of(const explore::finding& f, const scenario_text& s,
                               const case_files& cases);

}  // namespace mqttspec::cli
