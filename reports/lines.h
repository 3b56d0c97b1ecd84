#pragma once
// Reports of a line a case, for programs: NDJSON and TAP.

#include <string>

#include "results/results.h"

namespace mqttspec::reports {

// An object a line: the cases, each with "case", and the totals at last, with "totals".
//
//   {"case":"queue/order/...[v5]","outcome":"fail","expected":false,"level":"must","took_ms":2.1,
//    "message":"...","violates":["v5:MQTT-4.6.0-6"]}
std::string to_ndjson(const results::run_results& run);

// TAP version 14. What the baseline knows is `not ok ... # TODO reason`, what a case of level
// should finds as well; neither fails a run of TAP.
std::string to_tap(const results::run_results& run);

}  // namespace mqttspec::reports
