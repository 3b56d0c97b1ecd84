#pragma once
// What a broker that stood still is not accused of.

#include "play/driver.h"
#include "results/results.h"

namespace mqttspec::verdicts {

// The broker answered nobody for a while: what did not come in its time is no fault of its. Other
// faults may follow from that (a session that expired meanwhile), so they are tried again.
void excuse(results::case_result& r, const play::circumstances& around);

}  // namespace mqttspec::verdicts
