#pragma once
// One finding for people, in Markdown: what is wrong, how to see it again, and its packets.

#include <string>

#include "results/results.h"

namespace mqttspec::reports {

std::string finding_markdown(const results::run_results& run, const results::run_finding& f);

}  // namespace mqttspec::reports
