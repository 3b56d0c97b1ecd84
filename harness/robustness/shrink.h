#pragma once
// Smaller experiments: what is tried when one of them shows a finding.
//
//   experiment smallest = shrink(e, [&](const experiment& smaller) { return still_fails(smaller);
//   }, 100);

#include <functional>
#include <vector>

#include "robustness/experiment.h"

namespace mqttspec::robustness {

// Each differs from |e| by one thing that it lacks: a send, a transform, the pieces, a property, a
// simpler state. The boldest come first.
std::vector<experiment> smaller(const experiment& e);

// The smallest that |holds| for, by steps of smaller(), with at most |tries| questions.
experiment shrink(experiment e, const std::function<bool(const experiment&)>& holds,
                  std::size_t tries);

}  // namespace mqttspec::robustness
