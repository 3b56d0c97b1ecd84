#pragma once
// What a scenario needs of its target because of what its clients send: a client must not publish
// with QoS 2 to a server whose Maximum QoS is 1. [v5:MQTT-3.2.2-11]
//
//   add_implied_needs(s);   // `pub > PUBLISH qos=2 ...`  ->  needs maximum_qos >= 2
//
// A scenario that names a capability in `needs` itself has thought of it: it may be about sending
// just what the server does not take. Nothing is added for that capability then.

#include "script/scenario.h"

namespace mqttspec::script {

void add_implied_needs(scenario& s);

}  // namespace mqttspec::script
