#pragma once
// Experiments at random: field-aware damage to legal packets, packets at the wrong time or from the
// wrong side, octets of other protocols, and what has broken brokers before. The same seed gives
// the same experiments.
//
//   random_source random(7);
//   experiment e = make_experiment(random, protocol_version::v5, operations()[2], state);

#include <span>
#include <string_view>

#include "base/random.h"
#include "robustness/experiment.h"

namespace mqttspec::robustness {

// "truncate", "overlong integer", ...: each is tried in each state.
std::span<const std::string_view> operations();

// All topics, filters and Client Identifiers begin with {ns}, so that nobody else is concerned.
experiment make_experiment(random_source& random, wire::protocol_version version,
                           std::string_view operation, session_state state);

}  // namespace mqttspec::robustness
