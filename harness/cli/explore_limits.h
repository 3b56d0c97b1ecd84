#pragma once
// What histories cannot learn from a broker: limits that 3.1.1 does not tell, that of the queue,
// and how much it lets be in flight.

#include <algorithm>

#include "broker/broker.h"
#include "explore/campaign.h"

namespace mqttspec::cli {

inline void tell_limits(explore::campaign_options& to, const broker::broker_options& b) {
  for (explore::player_options* o : {&to.player, &to.rehearsal}) {
    o->maximum_qos = b.maximum_qos;
    o->queue_limit = b.queue_limit;
    o->window = static_cast<std::uint16_t>(std::min<std::size_t>(o->window, b.inflight_window));
  }
}

}  // namespace mqttspec::cli
