#pragma once
// fuzz/mqtt.dict, generated from the packet table, so that a new property is in it by itself.

#include <string>

namespace mqttspec::fuzz {

std::string dictionary();

}  // namespace mqttspec::fuzz
