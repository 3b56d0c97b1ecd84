#pragma once
// The words for what was measured, shared by every writer.

#include <string>
#include <string_view>
#include <vector>

#include "results/results.h"

namespace mqttspec::results {

// "never before 3.02 s, always after 3.98 s", "between 2.95 s and 3.10 s each time" where the
// probes leave no more room, "never in 11.00 s".
std::string window_sentence(const measured_window& w);
// "Session expiry, 3 s asked for", "Will delay, 2 s asked for".
std::string window_title(const measured_window& w);
// "112 probes", "16 wills".
std::string window_probes(const measured_window& w);

// "Queue limit"; a name that is unknown is its own title.
std::string fact_title(std::string_view name);

// Facts that are the same for several versions as one, |version| "5, 3.1.1" and the first's detail.
std::vector<measured_fact> merged_facts(const session_profile& p);

// The measured facts that a target file can declare, as lines of its [facts]: `queue_limit = 1000`.
std::vector<std::string> target_file_lines(const session_profile& p);

// Where |p| contradicts what the target declares: "queue_limit: declared 100, measured 1000".
std::vector<std::string> contradictions(const session_profile& p, const target_facts& target);

// Sorts facts by what they are about and windows by name; results.json has them in this order.
void sort_profile(session_profile& p);

}  // namespace mqttspec::results
