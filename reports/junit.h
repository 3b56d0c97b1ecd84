#pragma once
// JUnit XML in the form that Jenkins, GitLab and GitHub's actions read (junit.xsd).
//
// One testsuite a folder of cases, one testcase a scenario, version and row. Expectedness decides:
// a failure that the baseline knows is `skipped` with its reason, a pass that the baseline
// excludes is a `failure`. The failure text is the console text.

#include <string>

#include "results/results.h"

namespace mqttspec::reports {

// A whole document, UTF-8. Characters that XML 1.0 forbids become \xNN.
std::string to_junit(const results::run_results& run);

}  // namespace mqttspec::reports
