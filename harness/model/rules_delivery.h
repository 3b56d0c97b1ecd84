#pragma once
// The parts that the sound rules are put together from.

#include "model/rules.h"

namespace mqttspec::model {

// Sets the decisions about subscriptions and messages.
void answer_delivery(rules& r);

// The reason code of 5.0 for a fault in a packet.
std::uint8_t sound_fault_reason(const fault_facts& f);

}  // namespace mqttspec::model
