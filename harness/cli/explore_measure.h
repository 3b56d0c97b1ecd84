#pragma once
// How many planted defects exploring finds, and how short it makes the scenarios.

#include "broker/broker.h"
#include "cli/case_files.h"
#include "cli/console.h"
#include "explore/campaign.h"
#include "play/scenario_player.h"

namespace mqttspec::cli {

struct measure_request {
  broker::broker_options broker;
  explore::campaign_options campaign;
  duration each = std::chrono::seconds(60);  // on the real clock
  unsigned threads = 2;
  std::vector<std::string> patterns;  // of defects; empty: all about sessions
  play::run_options engine;
};

// Prints a line a defect and the sum; the exit code. A defect counts as found when a violation was
// confirmed, whatever statement it cites; how many cite one that the defect breaks is told, too.
int measure(const measure_request& request, const case_files& cases, console& on);

}  // namespace mqttspec::cli
