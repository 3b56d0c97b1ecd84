#pragma once
// Beside which others a scenario can be played. All of it follows from what the scenario says and
// sends.

#include <cstddef>
#include <string_view>

#include "script/scenario.h"

namespace mqttspec::script {

// It is tagged `exclusive`, or stops the broker: nothing else may be under way.
bool runs_alone(const scenario& s);

// The broker is stopped by a line of its own.
bool stops_broker(const scenario& s);

// One of its clients sends a packet with this field.
bool sends_field(const scenario& s, std::string_view field);

// The most sessions that it can have at once: as many as it sends CONNECT.
std::size_t most_sessions(const scenario& s);

// One of its clients sends octets that are no packet of a client. A broker that passes them on, or
// ends because of them, harms others.
bool is_hostile(const scenario& s);

// |s|, and another client that is connected all the while and is served at the end. Its traffic is
// part of the trace, so that what it gets is seen.
scenario with_bystander(scenario s);

}  // namespace mqttspec::script
