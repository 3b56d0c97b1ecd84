#pragma once
// A proof as text, JSON and one HTML page.

#include <string>
#include <vector>

#include "prove/prove.h"

namespace mqttspec::prove {

// "272 of 272 defects killed (100.0 %), 0 cases without a kill, 0 wrong blames"
std::string score_line(const proof& p);
// What is missing, for the record of the run: "prove/survives/queue-backwards".
std::vector<results::run_finding> findings_of(const proof& p);
// The same as lines, and the score.
std::string to_text(const proof& p);
std::string to_json(const proof& p);
std::string to_html(const proof& p);

}  // namespace mqttspec::prove
