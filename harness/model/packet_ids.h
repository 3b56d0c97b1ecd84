#pragma once
// Packet Identifiers for what a server sends.
//
//   packet_id_source ids;
//   auto id = ids.next(sound_rules(), [&](std::uint16_t i) { return in_flight.contains(i); });
//
// Goes round from 1 to 65535, so that an id that was just freed is not used again at once.

#include <cstdint>
#include <optional>

#include "model/rules.h"

namespace mqttspec::model {

class packet_id_source {
 public:
  packet_id_source() = default;
  explicit packet_id_source(std::uint16_t last) : last_(last) {}

  // nullopt when all 65,535 are in flight.
  template <class InFlight>
  std::optional<std::uint16_t> next(const rules& r, InFlight in_flight) {
    for (std::uint32_t tries = 0; tries <= 65535; ++tries) {
      last_ = static_cast<std::uint16_t>(last_ + 1);
      if (r.packet_id_is_usable({last_, last_ != 0 && in_flight(last_)})) return last_;
    }
    return std::nullopt;
  }

 private:
  std::uint16_t last_ = 0;
};

}  // namespace mqttspec::model
