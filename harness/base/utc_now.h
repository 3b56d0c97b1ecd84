#pragma once

#include <string>

namespace mqttspec {

// What a wall clock says now, for people: "2026-01-02T03:04:05Z".
std::string utc_now();

}  // namespace mqttspec
