#pragma once
// The session profile of a broker as text: what `mqttspec profile` prints.

#include <string>

#include "results/results.h"

namespace mqttspec::reports {

// Ends with what could not be measured and why, and with lines for a target file.
std::string profile_text(const results::run_results& run);

}  // namespace mqttspec::reports
