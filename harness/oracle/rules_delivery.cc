// Which messages come, with which QoS, how often and in which order.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

class message_was_sent : public rule {
 public:
  message_was_sent()
      : rule("message-was-sent", "what is delivered is what somebody sent",
             {{"MQTT-4.5.0-1", "MQTT-4.5.0-1"}}, {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (w.seen.unknown_messages || on.odd || !on.connack || !w.seen.options.whole) return;
    const auto topic = w.seen.topic_of(on, p);
    if (!topic || !w.seen.is_own(*topic)) return;
    if (!w.seen.candidates(*topic, p.payload).empty()) return;
    report(w, on,
           fmt::format("nobody sent such a message to the topic ({} octets of payload)",
                       p.payload.size()));
  }
};

class delivery_has_a_subscription : public delivery_rule {
 public:
  delivery_has_a_subscription()
      : delivery_rule("delivery-has-a-subscription",
                      "a message comes because of a subscription that stands",
                      {{"MQTT-3.3.2-3", "MQTT-3.3.2-3"},
                       {"MQTT-3.10.4-2", "MQTT-3.10.4-2"},
                       {"MQTT-3.1.2-4", "MQTT-3.1.2-6"},
                       {"v5-3.1.2.11.2-c", "MQTT-3.1.2-6"},
                       {"MQTT-4.1.0-2", "MQTT-3.1.2-6"}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if ((p.dup && d.to->links.size() > 1)) return;
    if (d.by.empty()) return never_subscribed(w, on, d);
    const bool removed = std::all_of(d.by.begin(), d.by.end(), [&](const subscription* s) {
      return d.sent_after(s->removed_number);
    });
    if (removed) {
      report(w, on, "a message that was sent behind the UNSUBACK",
             {{"MQTT-3.10.4-2", "MQTT-3.10.4-2"}});
    }
  }

 private:
  void never_subscribed(watching& w, const link& on, const delivery& d) const {
    for (const session& former : w.seen.sessions) {
      if (&former == d.to || former.client_id != d.to->client_id) continue;
      if (matching(former, d.topic).empty()) continue;
      const std::string what = "a subscription of the former session is still served";
      if (on.connect->clean_start) return report(w, on, what, {{"MQTT-3.1.2-4", "MQTT-3.1.2-6"}});
      const link& last = w.seen.link_of(former.newest());
      if (last.interval() == 0) {
        return report(w, on, what, {{"v5-3.1.2.11.2-c", "MQTT-3.1.2-6"}, {"MQTT-4.1.0-2", ""}});
      }
      // It should be there: that CONNACK denies it is the fault.
      const duration away = on.connect_at - (last.open() ? on.connect_at : last.last_received_at);
      if (last.interval() == wire::never_expires ||
          away < std::chrono::seconds(last.interval()) + w.seen.options.slack) {
        return;
      }
      return report(w, on, what, {{"MQTT-4.1.0-2", "MQTT-3.1.2-6"}});
    }
    report(w, on, "no subscription of this session matches the topic",
           {{"MQTT-3.3.2-3", "MQTT-3.3.2-3"}});
  }
};

class qos_is_the_lesser : public delivery_rule {
 public:
  qos_is_the_lesser()
      : delivery_rule("qos-is-the-lesser", "a delivery has the lesser of published and granted QoS",
                      {{"MQTT-3.8.4-8", "MQTT-3.8.4-6"}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (d.by.empty()) return;
    std::uint8_t published = 0;
    std::uint8_t lowest = 2;
    for (const message* m : d.from) {
      published = std::max(published, m->qos);
      lowest = std::min(lowest, m->qos);
    }
    std::uint8_t granted = 0;
    for (const subscription* s : d.by) granted = std::max(granted, s->qos());
    if (p.qos > std::min(published, granted)) {
      return report(w, on,
                    fmt::format("QoS {} for a message with QoS {} and a grant of {}", p.qos,
                                published, granted));
    }
    const subscription* only = d.by.size() == 1 ? d.by.front() : nullptr;
    if (only != nullptr && only->granted && p.qos < std::min(lowest, only->qos())) {
      report(w, on,
             fmt::format("QoS {} for a message with QoS {} and a grant of {}", p.qos, lowest,
                         only->qos()));
    }
  }
};

class message_comes_once : public delivery_rule {
 public:
  message_comes_once()
      : delivery_rule("message-comes-once",
                      "a QoS 2 message or will is delivered once a subscription",
                      {{"MQTT-4.3.3-10", "MQTT-4.3.3-2"}, {"MQTT-3.1.2-10", "MQTT-3.1.2-10"}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (p.dup || d.by.empty() || is_repeat(on, d.topic, p)) return;
    // With QoS 1 a resume may bring it again; under which identifier is another matter.
    if (p.qos == 1 && d.to->links.size() > 1) return;
    const bool once = std::all_of(d.from.begin(), d.from.end(),
                                  [](const message* m) { return m->is_will || m->qos == 2; });
    if (!once) return;
    std::size_t allowed = 0;
    for (const message* m : d.from) {
      // As it is passed on, and once more as a retained message because of the SUBSCRIBE.
      for (const subscription* s : d.by) allowed += m->retain && !s->shared ? 2 : 1;
    }
    const auto had = d.to->delivered.find(key_of(d.topic, p.payload));
    const std::size_t copies = had == d.to->delivered.end() ? 0 : had->second.copies;
    if (copies < allowed) return;
    const bool wills = d.of_wills();
    report(w, on,
           fmt::format("{} {} came {} times", d.from.size() == 1 ? "the" : "one of the",
                       wills ? "will" : "message with QoS 2", copies + 1),
           {wills ? demand{"MQTT-3.1.2-10", "MQTT-3.1.2-10"}
                  : demand{"MQTT-4.3.3-10", "MQTT-4.3.3-2"}});
  }

 private:
  // The same delivery again, whose DUP 0 is a fault of its own.
  static bool is_repeat(const link& on, const std::string& topic, const packet& p) {
    const auto found = on.of->exchanges.find(p.packet_id);
    if (p.qos == 0 || found == on.of->exchanges.end()) return false;
    const exchange& e = found->second;
    return e.at_stage != exchange::stage::done && e.topic == topic && e.payload == p.payload;
  }
};

class order_is_kept : public delivery_rule {
 public:
  order_is_kept()
      : delivery_rule("order-is-kept",
                      "messages of one publisher, topic and QoS come in their order",
                      {{"MQTT-4.6.0-5", "MQTT-4.6.0-6"}, {"MQTT-4.6.0-6", "MQTT-4.6.0-5"}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (p.dup || p.retain || d.shared || d.by.empty() || d.from.size() != 1) return;
    const message& m = *d.from.front();
    if (m.is_will || d.to->delivered.contains(key_of(d.topic, p.payload))) return;
    const message*& newest = w.memory.newest[{d.to, m.publisher, m.topic, m.qos, p.qos}];
    if (newest == nullptr || newest->number < m.number) {
      newest = &m;
      return;
    }
    // With QoS 2 a server may pass on at PUBREL; then the order of those counts.
    const bool both_released = m.released_number != no_event && newest->released_number != no_event;
    if (both_released && m.released_number > newest->released_number) return;
    report(w, on, "a message came behind one that its publisher sent later");
  }
};

}  // namespace

void add_delivery_rules(rule_list& to) {
  to.push_back(std::make_unique<message_was_sent>());
  to.push_back(std::make_unique<delivery_has_a_subscription>());
  to.push_back(std::make_unique<qos_is_the_lesser>());
  to.push_back(std::make_unique<message_comes_once>());
  to.push_back(std::make_unique<order_is_kept>());
}

}  // namespace mqttspec::oracle
