#pragma once
// Seeds from what the suite's own cases sent and received: the octets of each connection for
// `decode`, and for `session` and `model_pair` a history that does about the same. A history has
// few topics, intervals and words, so the likeness is rough; what it keeps is the order of things.
//
//   mqttspec run --simulate --trace=all --report-json run.json
//   make_seeds --from run.json build/corpus/cases

#include <vector>

#include "fuzz/seeds.h"
#include "results/results.h"

namespace mqttspec::fuzz {

// Of one case, with its trace. Names are made from the case's id.
std::vector<seed> trace_seeds(const results::case_result& c);

}  // namespace mqttspec::fuzz
