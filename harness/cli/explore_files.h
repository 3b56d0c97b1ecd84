#pragma once
// What `mqttspec explore` writes about a finding: a scenario, a history, a report.

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

struct report_facts {
  std::string target;       // as reports name it
  std::string run_options;  // "--broker 127.0.0.1:1883"
  std::string scenario_file;
  std::string report_file;
  std::string history_file;
  std::uint64_t seed = 0;
};
// A line of findings.md, which lists what a run has found.
std::string finding_row(const explore::finding& f, const report_facts& facts);
std::string findings_list(const std::string& target, const std::string& summary,
                          const std::vector<std::string>& rows);

std::string finding_report(const explore::finding& f, const scenario_text& s,
                           const case_files& cases, const report_facts& facts);

}  // namespace mqttspec::cli
