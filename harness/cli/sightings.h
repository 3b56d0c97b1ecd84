#pragma once
// What an onlooker has seen, as findings of a results file: one a rule and statement, however often
// and of however many clients it was seen.

#include <functional>
#include <string>

#include "observe/onlooker.h"
#include "results/results.h"

namespace mqttspec::cli {

// The catalogue's summary of a statement, or "".
using summary_of = std::function<std::string(const oracle::statement& s)>;

// "the broker", `client "a"`.
std::string who(const observe::sighting& s);

// `12.345 the broker (to client "a"): receive-maximum: 2 messages ... [v5:MQTT-3.3.4-9]`
std::string sentence_of(const observe::sighting& s);

// |s| alone. Findings with the same id add up.
results::run_finding record_of(const observe::sighting& s, const summary_of& summary);

}  // namespace mqttspec::cli
