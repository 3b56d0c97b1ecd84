// Subscription options, the RETAIN flag, Subscription Identifiers.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

bool any_retain_as_published(const delivery& d) {
  return std::any_of(d.by.begin(), d.by.end(),
                     [](const subscription* s) { return s->asked.retain_as_published; });
}

class no_local : public delivery_rule {
 public:
  no_local()
      : delivery_rule("no-local", "No Local keeps a client's own messages from it",
                      {{"MQTT-3.8.3-3", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (d.by.empty() || !is_v5(on.version)) return;
    const bool none_local = std::all_of(d.by.begin(), d.by.end(), [](const subscription* s) {
      return s->asked.no_local && !s->shared;
    });
    const bool own = std::all_of(d.from.begin(), d.from.end(), [&](const message* m) {
      return !m->is_will && m->client_id == on.client_id;
    });
    // Whether it keeps back what a SUBSCRIBE brings, is not said.
    const bool brought = p.retain && !std::all_of(d.by.begin(), d.by.end(), [&](const auto* s) {
                           return d.sent_after(s->asked_number);
                         });
    if (none_local && own && !brought) {
      report(w, on, "the client's own message, although No Local is 1");
    }
  }
};

class retain_flag : public delivery_rule {
 public:
  retain_flag()
      : delivery_rule("retain-flag",
                      "RETAIN tells a stored message; Retain As Published keeps the sender's",
                      {{"MQTT-3.3.1-12", "MQTT-3.3.1-9"}, {"MQTT-3.3.1-13", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (d.by.empty()) return;
    const bool keeps = any_retain_as_published(d);
    const demand cleared =
        keeps ? demand{"MQTT-3.3.1-13", ""} : demand{"MQTT-3.3.1-12", "MQTT-3.3.1-9"};
    const auto retains = [](const message* m) { return m->retain; };
    if (p.retain && std::none_of(d.from.begin(), d.from.end(), retains)) {
      return report(w, on, "RETAIN 1 for a message that was sent with RETAIN 0", {cleared});
    }
    const bool all_before = std::all_of(d.by.begin(), d.by.end(), [&](const subscription* s) {
      return s->granted && d.sent_after(s->granted_number);
    });
    if (p.retain && !keeps && all_before) {
      return report(w, on, "RETAIN 1 for a message that came for an established subscription",
                    {cleared});
    }
    const subscription* only = d.settled();
    if (!p.retain && only != nullptr && only->asked.retain_as_published && !only->shared &&
        std::all_of(d.from.begin(), d.from.end(), retains)) {
      report(w, on, "RETAIN 0 for a message sent with RETAIN 1, and Retain As Published is 1",
             {{"MQTT-3.3.1-13", ""}});
    }
  }
};

class retained_needs_a_subscribe : public delivery_rule {
 public:
  retained_needs_a_subscribe()
      : delivery_rule(
            "retained-needs-a-subscribe", "a retained message comes once a SUBSCRIBE that asks",
            {{"MQTT-3.3.1-9", "MQTT-3.3.1-6"}, {"MQTT-3.3.1-10", ""}, {"MQTT-3.3.1-11", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (!p.retain || p.dup || d.by.empty() || any_retain_as_published(d)) return;
    // How a share treats RETAIN, and when a will is published, is not said.
    if (d.shared || d.of_wills()) return;
    std::size_t allowed = 0;
    std::uint8_t strictest = 0;
    for (const subscription* s : d.by) {
      const std::uint8_t handling = is_v5(on.version) ? s->asked.retain_handling : 0;
      strictest = std::max(strictest, handling);
      allowed += !s->shared && (handling == 0 || (handling == 1 && !s->existed));
    }
    const auto had = d.to->delivered.find(key_of(d.topic, p.payload));
    const std::size_t came = had == d.to->delivered.end() ? 0 : had->second.retained;
    if (came < allowed) return;
    const demand broken = strictest == 2   ? demand{"MQTT-3.3.1-11", ""}
                          : strictest == 1 ? demand{"MQTT-3.3.1-10", ""}
                                           : demand{"MQTT-3.3.1-9", "MQTT-3.3.1-6"};
    report(w, on, "a retained message that no SUBSCRIBE asked for", {broken});
  }
};

class subscribe_brings_retained : public rule {
 public:
  subscribe_brings_retained()
      : rule("subscribe-brings-retained",
             "a new subscription brings the retained QoS 1 and 2 messages",
             {{"MQTT-3.3.1-9", "MQTT-3.3.1-6"}}) {}
  void finish(watching& w) const override {
    if (w.seen.restarted || w.seen.unknown_messages || w.seen.others_publish) return;
    for (const session& s : w.seen.sessions) {
      const link& on = w.seen.link_of(s.newest());
      if (!s.complete || on.goodbye || on.server_said_goodbye || !on.window.empty()) continue;
      if (s.links.size() != 1 || !w.seen.waited_in_vain(on, on.connack_at)) continue;
      for (const message& m : w.seen.messages) {
        if (!is_owed(w.seen, s, on, m)) continue;
        report_by_time(w, on, "a retained message has not come for a new subscription");
        break;
      }
    }
  }

 private:
  static bool is_owed(const history& seen, const session& s, const link& on, const message& m) {
    if (!m.retain || m.is_will || m.payload.empty() || m.qos == 0 || !m.completed || m.refused()) {
      return false;
    }
    if (s.delivered.contains(key_of(m.topic, m.payload)) || !seen.is_own(m.topic)) return false;
    if (wire::find_property(m.properties, wire::property_id::message_expiry_interval) != nullptr) {
      return false;
    }
    // A later one may have taken its place.
    for (const message& other : seen.messages) {
      if (&other != &m && other.topic == m.topic && other.retain) return false;
    }
    const auto limit =
        on.asked_number(wire::property_id::maximum_packet_size, wire::largest_variable_integer);
    if (m.topic.size() + m.payload.size() + 64 > limit) return false;
    const auto list = matching(s, m.topic);
    return list.size() == 1 && list.front()->granted && !list.front()->shared &&
           list.front()->asked.retain_handling == 0 &&
           !(list.front()->asked.no_local && m.client_id == s.client_id) &&
           m.answered_number < list.front()->asked_number &&
           list.front()->removed_number == no_event && has_waited(seen, *list.front());
  }
  static bool has_waited(const history& seen, const subscription& one) {
    const link& on = seen.link_of(one.link);
    for (const request& r : on.requests) {
      if (r.number == one.asked_number) return seen.now - r.at >= seen.options.patience;
    }
    return false;
  }
};

class subscription_identifiers : public delivery_rule {
 public:
  subscription_identifiers()
      : delivery_rule("subscription-identifiers",
                      "identifiers are those of the matching subscriptions",
                      {{"MQTT-3.3.4-3", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (d.by.empty() || !is_v5(on.version)) return;
    std::size_t came = 0;
    for (const wire::property& one : p.properties) {
      if (one.id != wire::property_id::subscription_identifier) continue;
      ++came;
      const bool known = std::any_of(d.by.begin(), d.by.end(), [&](const subscription* s) {
        return s->identifier == one.number;
      });
      if (!known) {
        return report(w, on,
                      fmt::format("Subscription Identifier {} is that of no subscription that "
                                  "matches",
                                  one.number));
      }
    }
    const subscription* only = d.settled();
    if (came == 0 && only != nullptr && only->identifier && !p.dup) {
      report(w, on, fmt::format("Subscription Identifier {} is missing", *only->identifier));
    }
  }
};

}  // namespace

void add_option_rules(rule_list& to) {
  to.push_back(std::make_unique<no_local>());
  to.push_back(std::make_unique<retain_flag>());
  to.push_back(std::make_unique<retained_needs_a_subscribe>());
  to.push_back(std::make_unique<subscribe_brings_retained>());
  to.push_back(std::make_unique<subscription_identifiers>());
}

}  // namespace mqttspec::oracle
