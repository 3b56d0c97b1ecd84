#pragma once
// Octets that have broken brokers or clients, or that they were too kind to, each named for what it
// is: seeds for fuzzing, and what `explore` throws at brokers beside what it makes up.
//
//   for (const odd_packets& each : known_odd_packets()) send(*from_hex(each.hex));

#include <span>
#include <string_view>

#include "wire/decode.h"

namespace mqttspec::wire {

// One or more packets, well formed or not.
struct odd_packets {
  std::string_view name;
  protocol_version version{};
  sender from{};  // who would send it
  std::string_view hex;
};

std::span<const odd_packets> known_odd_packets();

}  // namespace mqttspec::wire
