// What a server has accepted for a session and never delivers.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

using wire::property_id;

// Servers may bound their queues; few messages are within every bound.
constexpr std::size_t most_owed = 4;

class accepted_is_delivered : public rule {
 public:
  accepted_is_delivered()
      : rule("accepted-is-delivered", "an accepted QoS 1 or 2 message reaches matching sessions",
             {{"MQTT-4.5.0-1", "MQTT-4.5.0-1"}, {"", "MQTT-3.1.2-5"}}) {}
  void finish(watching& w) const override {
    if (w.seen.restarted || w.seen.unknown_messages) return;
    if (w.seen.messages.size() >= w.seen.options.queue_limit) return;
    for (const session& s : w.seen.sessions) {
      const link& on = w.seen.link_of(s.newest());
      if (!s.complete || on.goodbye || on.server_said_goodbye || !on.window.empty()) continue;
      if (!w.seen.waited_in_vain(on, on.connack_at) || taken_over(w.seen, on)) continue;
      std::size_t owed = 0;
      const message* first = nullptr;
      for (const message& m : w.seen.messages) {
        if (!is_owed(w.seen, s, on, m)) continue;
        ++owed;
        if (first == nullptr) first = &m;
      }
      if (owed == 0 || owed > most_owed) continue;
      report_by_time(
          w, on,
          fmt::format("{} of the messages that were accepted for the session came not; the "
                      "first was sent at {} s",
                      owed, print_seconds(first->at - instant{})));
    }
  }

 private:
  static bool taken_over(const history& seen, const link& on) {
    return std::any_of(seen.links.begin(), seen.links.end(),
                       [&](const auto& l) { return l.second.previous == &on; });
  }

  static bool is_owed(const history& seen, const session& s, const link& on, const message& m) {
    const bool accepted = !m.is_will && m.qos > 0 && m.completed && !m.refused() &&
                          m.answered_at != never && seen.is_own(m.topic);
    if (!accepted || seen.now - std::max(m.answered_at, on.connack_at) < seen.options.patience) {
      return false;
    }
    if (s.delivered.contains(key_of(m.topic, m.payload)) || m.number < s.began) return false;
    if (wire::find_property(m.properties, property_id::message_expiry_interval) != nullptr) {
      return false;
    }
    // What was too large for one connection counts as sent.
    std::uint32_t most = wire::largest_variable_integer;
    for (const connection_id id : s.links) {
      most = std::min(most, seen.link_of(id).asked_number(property_id::maximum_packet_size, most));
    }
    std::size_t size = m.topic.size() + m.payload.size() + 64;
    for (const wire::property& p : m.properties) size += p.text.size() + p.value.size() + 8;
    if (size > most) return false;
    const auto list = matching(s, m.topic);
    if (std::any_of(list.begin(), list.end(), [](const auto* one) { return one->shared; })) {
      return false;
    }
    return std::any_of(list.begin(), list.end(), [&](const subscription* one) {
      return one->granted && one->granted_number < m.number && one->qos() > 0 &&
             one->removed_number == no_event && one->replaced_number == no_event &&
             !(one->asked.no_local && m.client_id == s.client_id);
    });
  }
};

class overlap_at_the_highest : public delivery_rule {
 public:
  overlap_at_the_highest()
      : delivery_rule("overlap-at-the-highest",
                      "overlapping subscriptions bring a message at the highest of their QoS",
                      {{"MQTT-3.3.4-2", "MQTT-3.3.5-1"}}) {}
  void delivered(watching& w, const link&, const packet& p, const delivery& d) const override {
    if (d.by.size() < 2 || d.shared || d.from.size() != 1) return;
    const message& m = *d.from.front();
    std::uint8_t granted = 0;
    for (const subscription* s : d.by) {
      if (s->removed_number != no_event || s->replaced_number != no_event || s->existed) return;
      if (!s->granted || !d.sent_after(s->granted_number) || s->asked.no_local) return;
      granted = std::max(granted, s->qos());
    }
    const std::uint8_t due = std::min(m.qos, granted);
    if (p.qos < due)
      w.memory.lower_than_due.push_back({d.to, key_of(d.topic, p.payload), due, w.seen.now});
  }
  void finish(watching& w) const override {
    for (const rule_memory::lower& l : w.memory.lower_than_due) {
      const link& on = w.seen.link_of(l.to->newest());
      const auto had = l.to->delivered.find(l.key);
      if (had == l.to->delivered.end() || had->second.highest_qos >= l.due) continue;
      // Copies for the other subscriptions may follow.
      if (on.goodbye || !on.window.empty() || !w.seen.waited_in_vain(on, l.at)) continue;
      report_by_time(w, on,
                     fmt::format("QoS {} where overlapping subscriptions ask for {}",
                                 had->second.highest_qos, l.due));
    }
  }
};

}  // namespace

void add_loss_rules(rule_list& to) {
  to.push_back(std::make_unique<accepted_is_delivered>());
  to.push_back(std::make_unique<overlap_at_the_highest>());
}

}  // namespace mqttspec::oracle
