#pragma once
// The trace of a case as packets, for measuring.

#include <optional>
#include <string_view>
#include <vector>

#include "results/results.h"
#include "wire/packet.h"

namespace mqttspec::profile {

struct seen {
  std::string_view client;
  duration at{};
  results::trace_direction direction{};
  std::optional<wire::packet> packet;  // absent: an event, or longer than the trace keeps
  trace::event_kind what{};            // of events

  bool is(trace::event_kind kind) const {
    return direction == results::trace_direction::event && what == kind;
  }
  bool closed_by_broker() const {
    return is(trace::event_kind::ended) || is(trace::event_kind::reset);
  }
  bool is(results::trace_direction d, wire::packet_type type) const {
    return direction == d && packet && packet->type == type;
  }
};

std::vector<seen> packets_of(const results::case_result& c);

}  // namespace mqttspec::profile
