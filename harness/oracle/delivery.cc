#include "oracle/delivery.h"

#include <algorithm>
#include <optional>

namespace mqttspec::oracle {

bool delivery::of_wills() const {
  return std::all_of(from.begin(), from.end(), [](const message* m) { return m->is_will; });
}

bool delivery::sent_after(event_number n) const {
  return n != no_event && std::all_of(from.begin(), from.end(), [&](const message* m) {
           return !m->is_will && m->number > n;
         });
}

const subscription* delivery::settled() const {
  if (by.size() != 1 || !by.front()->granted || !sent_after(by.front()->granted_number)) {
    return nullptr;
  }
  return by.front();
}

struct last_delivery {
  event_number number = no_event;
  std::optional<delivery> what;
};

namespace {

// Whether the retained messages that a SUBSCRIBE brings, which may be older than the trace, have
// come long before.
bool came_as_it_was_sent(const history& seen, const delivery& d) {
  return std::all_of(d.by.begin(), d.by.end(), [&](const subscription* s) {
    return s->granted && std::all_of(d.from.begin(), d.from.end(), [&](const message* m) {
             return m->at - s->granted_at > seen.options.patience;
           });
  });
}

std::optional<delivery> work_out(const history& seen, const link& on, const packet& p) {
  if (on.of == nullptr || !on.of->complete || on.odd || on.of->newest() != on.id) {
    return std::nullopt;
  }
  const auto topic = seen.topic_of(on, p);
  if (!topic || !seen.is_own(*topic) || on.of->forgot || seen.is_blind(*topic, p.payload)) {
    return std::nullopt;
  }
  delivery d;
  d.to = on.of;
  d.topic = *topic;
  d.from = seen.candidates(*topic, p.payload);
  if (d.from.empty()) return std::nullopt;
  d.by = matching(*on.of, *topic);
  if (!seen.options.whole && p.retain && !came_as_it_was_sent(seen, d)) return std::nullopt;
  d.shared = std::any_of(d.by.begin(), d.by.end(), [](const auto* s) { return s->shared; });
  return d;
}

}  // namespace

const delivery* explain(const history& seen, const link& on, const packet& p) {
  if (p.type != packet_type::publish || seen.unknown_messages || seen.restarted ||
      seen.others_publish) {
    return nullptr;
  }
  // Many rules ask for the same.
  if (!seen.last) seen.last = std::make_shared<last_delivery>();
  if (seen.last->number != seen.number) *seen.last = {seen.number, work_out(seen, on, p)};
  return seen.last->what ? &*seen.last->what : nullptr;
}

}  // namespace mqttspec::oracle
