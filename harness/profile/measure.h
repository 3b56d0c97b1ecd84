#pragma once
// Reads what a broker does out of the packets of cases tagged `measures` (cases/profile): limits,
// policies, and when sessions and wills are let go.
//
//   results::session_profile p;
//   for (const auto& note : profile::measure(c, p)) ...   // "queue_limit: 1000 (the last ...)"
//
// Such a case claims nothing; its lines say only what is sent and what is waited for. That the last
// wait ends with silence is how it ends.

#include <string>
#include <string_view>
#include <vector>

#include "results/results.h"

namespace mqttspec::profile {

inline constexpr std::string_view tag = "measures";
bool measures(const results::case_result& c);

// Adds to |into| what the trace of |c| tells, and returns it as one line a finding. Empty: nothing
// could be measured; |c|'s reason or fault says why. Cases may come in any order.
std::vector<std::string> measure(const results::case_result& c, results::session_profile& into);

}  // namespace mqttspec::profile
