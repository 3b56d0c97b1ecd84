#pragma once
// What a run of bytes mode found: entries of the record, and a page about the rest, in Markdown.

#include <string>

#include "robustness/campaign.h"

namespace mqttspec::robustness {

struct report_context {
  std::string target;       // "mosquitto 2.0.11"
  std::string run_options;  // of a command that plays a finding again: "--broker 127.0.0.1:1883"
  std::string folder;       // where the scenarios are; empty: nowhere
  std::uint64_t seed = 0;
};

// "crash-1" for the first crash.
std::string finding_name(const campaign_result& r, std::size_t index);

// For the record of the run, with the scenario: comments in it say what it shows and how to play
// it.
results::run_finding record_of(const campaign_result& r, std::size_t index,
                               const report_context& c);

// What is not in the record: how strict the broker was, its memory, what it said, what is in doubt.
std::string report_text(const campaign_result& r, const report_context& c);

}  // namespace mqttspec::robustness
