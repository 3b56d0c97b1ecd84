#pragma once
// Histories against an embedded broker of their own, in memory and in virtual time.

#include <algorithm>
#include <functional>
#include <optional>

#include "broker/broker.h"
#include "explore/player.h"
#include "model/rules.h"

namespace mqttspec::drive {

// What a player cannot learn from |b|: limits that 3.1.1 does not tell, that of the queue, and how
// much it lets be in flight.
inline void tell_limits(explore::player_options& to, const broker::broker_options& b) {
  to.maximum_qos = b.maximum_qos;
  to.queue_limit = b.queue_limit;
  to.window = static_cast<std::uint16_t>(std::min<std::size_t>(to.window, b.inflight_window));
}

struct simulated_play {
  broker::broker_options broker;
  std::uint64_t seed = 0;
  const model::rules* rules = nullptr;  // nullptr: sound ones
  duration latency = std::chrono::microseconds(20);
};

// Plays what was added to |p|, then what |more| gives, until it gives nothing. Returns how long it
// took in virtual time.
duration play_simulated(explore::player& p, const simulated_play& how,
                        const std::function<std::optional<explore::action>()>& more = {});

}  // namespace mqttspec::drive
