#pragma once
// Does the broker work at all? A client connects, subscribes, gets its own messages at QoS 0 and 1
// and leaves, for each version. Runs before and after the cases; without it, failures would be
// counted that are none.

#include <optional>
#include <string>
#include <vector>

#include "suite/cases.h"
#include "target/capabilities.h"

namespace mqttspec::suite {

// The built-in scenarios: `sanity`, one a version, and others that may fail and only tell what the
// broker does.
std::vector<script::scenario> sanity_scenarios(const std::string& run_tag,
                                               const std::vector<wire::protocol_version>& versions);

struct sanity_outcome {
  std::string failure;                // empty: all is well
  target::capability_values learned;  // what the CONNACK of 5.0 told
};

sanity_outcome check_sanity(play::driver& on, const std::string& run_tag,
                            const std::vector<wire::protocol_version>& versions,
                            const play::run_options& options);

// Of a client library: it connects, gets a message, publishes one and leaves. Nothing is learned;
// its adapter has told what it can do.
sanity_outcome check_client_sanity(play::driver& on, const std::string& run_tag,
                                   const std::vector<wire::protocol_version>& versions,
                                   const play::run_options& options);

}  // namespace mqttspec::suite
