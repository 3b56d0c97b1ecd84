#pragma once
// What a run of bytes mode found, in Markdown, and each finding as a scenario file.

#include <string>

#include "robustness/campaign.h"

namespace mqttspec::robustness {

struct report_context {
  std::string target;       // "mosquitto 2.0.11"
  std::string run_options;  // "--broker 127.0.0.1:1883", for the command that plays a finding again
  std::uint64_t seed = 0;
};

// "crash-1" for the first crash.
std::string finding_name(const campaign_result& r, std::size_t index);

// The scenario, with comments that say what it shows and how to play it.
std::string finding_file(const campaign_result& r, std::size_t index, const report_context& c);

std::string report_text(const campaign_result& r, const report_context& c);

}  // namespace mqttspec::robustness
