#pragma once
// Does the broker work at all? A client connects, subscribes, gets its own messages at QoS 0 and 1
// and leaves, for each version. Runs before and after the cases. Where no client gets in, no case
// is played; what a broker that lets it in does wrong is told like the failure of a case.

#include <map>
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
  // Why no client gets in, by version ("5", "3.1.1"): no broker, or none of that version.
  std::map<std::string, std::string> unserved;
  // What went wrong where one does, or with the CONNACK that lets it in.
  std::vector<verdicts::opinion> wrong;
  target::capability_values learned;  // what the CONNACK of 5.0 told, and what the broker did

  bool well() const { return unserved.empty() && wrong.empty(); }
};

// |plain|: clients speak MQTT over TCP alone.
sanity_outcome check_sanity(play::driver& on, const std::string& run_tag,
                            const std::vector<wire::protocol_version>& versions,
                            const play::run_options& options, std::size_t at_once = 6,
                            bool plain = true);

// Of a client library: it connects, gets a message, publishes one and leaves. Nothing is learned;
// its adapter has told what it can do.
sanity_outcome check_client_sanity(play::driver& on, const std::string& run_tag,
                                   const std::vector<wire::protocol_version>& versions,
                                   const play::run_options& options);

}  // namespace mqttspec::suite
