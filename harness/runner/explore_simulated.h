#pragma once
// Histories against an embedded broker of their own, in memory and in virtual time.

#include <functional>
#include <optional>

#include "broker/broker.h"
#include "explore/player.h"
#include "model/rules.h"

namespace mqttspec::runner {

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

}  // namespace mqttspec::runner
