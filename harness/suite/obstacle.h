#pragma once
// Why a case cannot run on a target: what it needs is not there.

#include <optional>
#include <string>

#include "script/scenario.h"
#include "suite/suite.h"
#include "target/capabilities.h"

namespace mqttspec::suite {

// nullopt: it can.
std::optional<std::string> obstacle(const script::scenario& s, const target::capability_values& can,
                                    const suite_settings& settings);

}  // namespace mqttspec::suite
