#pragma once
// SARIF 2.1.0 for code scanning: a result a failing case, at the line of the case file that failed.
// Its rule is the statement that the line cites, else the case. What the baseline knows is
// suppressed; recommendations are warnings.

#include <string>

#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::reports {

std::string to_sarif(const results::run_results& run, const catalogue& statements = {});

}  // namespace mqttspec::reports
