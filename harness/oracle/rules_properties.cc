// What is passed on with a message, and its expiry.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

using wire::property;
using wire::property_id;
using wire::property_list;

property_list user_properties(const property_list& all) {
  property_list out;
  for (const property& p : all) {
    if (p.id == property_id::user_property) out.push_back(p);
  }
  return out;
}

bool same(const property_list& a, const property_list& b, property_id id) {
  const property* x = wire::find_property(a, id);
  const property* y = wire::find_property(b, id);
  return (x == nullptr) == (y == nullptr) && (x == nullptr || *x == *y);
}

// |part| is in |whole| in its order; the server may have added others.
bool is_subsequence(const property_list& part, const property_list& whole) {
  auto at = whole.begin();
  for (const property& p : part) {
    at = std::find(at, whole.end(), p);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

bool all_of_v5(const delivery& d) {
  return std::all_of(d.from.begin(), d.from.end(),
                     [](const message* m) { return is_v5(m->version); });
}

class properties_are_passed_on : public delivery_rule {
 public:
  properties_are_passed_on()
      : delivery_rule("properties-are-passed-on",
                      "the properties of a message are passed on unaltered",
                      {{"MQTT-3.3.2-4", ""},
                       {"MQTT-3.3.2-15", ""},
                       {"MQTT-3.3.2-16", ""},
                       {"MQTT-3.3.2-17", ""},
                       {"MQTT-3.3.2-18", ""},
                       {"MQTT-3.3.2-20", ""},
                       {"v5-3.1.3.2.5-a", ""},
                       {"MQTT-3.1.3-10", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (!is_v5(on.version)) return;
    if (!all_of_v5(d)) return;
    std::optional<broken> first;
    for (const message* m : d.from) {
      const auto b = compare(*m, p.properties);
      if (!b) return;
      if (!first) first = b;
    }
    report(w, on, fmt::format("{} is not what was sent", first->what), {first->of});
  }

 private:
  struct broken {
    std::string_view what;
    demand of;
  };
  static std::optional<broken> compare(const message& m, const property_list& came) {
    const demand of_will = {"v5-3.1.3.2.5-a", ""};
    if (!same(m.properties, came, property_id::payload_format_indicator)) {
      return broken{"Payload Format Indicator", {"MQTT-3.3.2-4", ""}};
    }
    if (!same(m.properties, came, property_id::content_type)) {
      return broken{"Content Type", m.is_will ? of_will : demand{"MQTT-3.3.2-20", ""}};
    }
    if (!same(m.properties, came, property_id::response_topic)) {
      return broken{"Response Topic", m.is_will ? of_will : demand{"MQTT-3.3.2-15", ""}};
    }
    if (!same(m.properties, came, property_id::correlation_data)) {
      return broken{"Correlation Data", m.is_will ? of_will : demand{"MQTT-3.3.2-16", ""}};
    }
    const property_list sent = user_properties(m.properties);
    const property_list got = user_properties(came);
    if (is_subsequence(sent, got)) return std::nullopt;
    const bool all_there = std::all_of(sent.begin(), sent.end(), [&](const property& p) {
      return std::find(got.begin(), got.end(), p) != got.end();
    });
    if (m.is_will) return broken{"a user property of the will", {"MQTT-3.1.3-10", ""}};
    if (all_there) return broken{"the order of user properties", {"MQTT-3.3.2-18", ""}};
    return broken{"a user property", {"MQTT-3.3.2-17", ""}};
  }
};

class message_expiry : public delivery_rule {
 public:
  message_expiry()
      : delivery_rule("message-expiry",
                      "the Message Expiry Interval is the sender's less the waiting time",
                      {{"MQTT-3.3.2-6", ""}, {"v5-3.3.2.3.3-a", ""}, {"MQTT-3.3.2-5", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    if (!is_v5(on.version) || p.dup || !all_of_v5(d)) return;
    const auto came = wire::find_number(p.properties, property_id::message_expiry_interval);
    std::optional<deviation> first;
    for (const message* m : d.from) {
      auto b = compare(*m, came);
      if (!b) b = compare_with_clock(w.seen, on, *m, came);
      if (!b) return;
      // What only the clock rules out may be the one after all.
      const bool by_time = b->by_time || (first && first->by_time);
      if (!first) first = std::move(b);
      first->by_time = by_time;
    }
    if (!first) return;
    if (first->by_time) {
      report_by_time(w, on, first->why, {first->of});
    } else {
      report(w, on, first->why, {first->of});
    }
  }

 private:
  using interval_seen = std::optional<std::uint32_t>;

  struct deviation {
    std::string why;
    demand of;
    bool by_time = false;
  };
  static constexpr demand less = {"MQTT-3.3.2-6", ""};

  static interval_seen interval_of(const message& m) {
    return wire::find_number(m.properties, property_id::message_expiry_interval);
  }

  static std::optional<deviation> compare(const message& m, interval_seen came) {
    const interval_seen sent = interval_of(m);
    if (!sent && came) {
      return deviation{fmt::format("Message Expiry Interval {}, and the sender gave none", *came),
                       {"v5-3.3.2.3.3-a", ""}};
    }
    if (sent && !came) return deviation{"the Message Expiry Interval is missing", less};
    if (sent && *came > *sent) {
      return deviation{
          fmt::format("Message Expiry Interval {}, more than the {} of the sender", *came, *sent),
          less};
    }
    return std::nullopt;
  }

  static std::optional<deviation> compare_with_clock(const history& seen, const link& on,
                                                     const message& m, interval_seen came) {
    const interval_seen sent = interval_of(m);
    if (!sent || m.is_will) return std::nullopt;
    const duration interval = std::chrono::seconds(*sent);
    const duration slack = seen.options.slack;
    // The server had it at the latest when it acknowledged it, and cannot have passed it on before
    // the receiver connected.
    const duration waited = m.answered_at == never
                                ? duration::zero()
                                : std::max(duration::zero(), on.connect_at - m.answered_at);
    if (waited > interval + slack) {
      return deviation{fmt::format("the message expired after {} and waited {} for the client",
                                   print_duration(interval), print_duration(waited)),
                       {"MQTT-3.3.2-5", ""},
                       true};
    }
    const duration left = std::chrono::seconds(*came);
    if (left > interval - std::chrono::floor<std::chrono::seconds>(waited) + slack) {
      return deviation{fmt::format("Message Expiry Interval {}, of {}, although it waited {}",
                                   *came, *sent, print_duration(waited)),
                       less, true};
    }
    if (left + (seen.now - m.at) + slack < interval) {
      return deviation{fmt::format("Message Expiry Interval {}, of {}, after {} only", *came, *sent,
                                   print_duration(seen.now - m.at)),
                       less, true};
    }
    return std::nullopt;
  }
};

}  // namespace

void add_property_rules(rule_list& to) {
  to.push_back(std::make_unique<properties_are_passed_on>());
  to.push_back(std::make_unique<message_expiry>());
}

}  // namespace mqttspec::oracle
