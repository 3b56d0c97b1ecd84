#pragma once
// A run in which every field has a value of its own: what tests of readers and writers share.

#include "results/results.h"

namespace mqttspec::results {

run_results example_run();

}  // namespace mqttspec::results
