#pragma once
// What befalls a broker beside right and wrong answers: it crashes, hangs, restarts, or is wrong
// below MQTT. They are the proof that a run says so and goes on where it can (ci/test-reach). Only
// for `mqttspec broker`: some end the process.
//
//   odd_setup s;
//   find_mishap("aborts-on-reserved-options")->set(s);

#include <span>
#include <string_view>

#include "broker/oddities.h"

namespace mqttspec::broker {

struct mishap {
  std::string_view name;
  std::string_view sentence;  // what the broker does
  void (*set)(odd_setup& s);
};

std::span<const mishap> all_mishaps();
const mishap* find_mishap(std::string_view name);

}  // namespace mqttspec::broker
