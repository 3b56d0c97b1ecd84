#pragma once
// One exploration from start to end: the broker stands, histories are played, findings are told and
// written.

#include <chrono>
#include <optional>
#include <string>

#include "broker/defects.h"
#include "cli/case_files.h"
#include "cli/console.h"
#include "cli/findings_record.h"
#include "explore/campaign.h"
#include "target/description.h"

namespace mqttspec::cli {

struct explore_request {
  target::description target;
  record_request record;
  explore::campaign_options campaign;
  broker::broker_options rehearsal;  // the sound broker that histories are drawn on
  duration length = std::chrono::seconds(60);
  std::optional<explore::history> replay;
  std::string out;
  const broker::defect* defect = nullptr;
  model::rules rules;
};

// The exit code.
int run_exploration(explore_request& request, const case_files& cases, console& on);

}  // namespace mqttspec::cli
