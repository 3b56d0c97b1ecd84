#pragma once
// Why a case cannot run on a target: what it needs is not there.

#include <optional>
#include <string>

#include "script/scenario.h"
#include "suite/suite.h"
#include "target/capabilities.h"

namespace mqttspec::suite {

// Of what is learned: how far away the broker is; missing where it is near.
inline constexpr const char* round_trip_ms = "round_trip_ms";

// nullopt: it can.
std::optional<std::string> obstacle(const script::scenario& s, const target::capability_values& can,
                                    const suite_settings& settings);

}  // namespace mqttspec::suite
