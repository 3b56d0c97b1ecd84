// Wills: not while their connection lives, not behind a goodbye, not before their delay.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

using wire::property_id;

// The will that |d| must be; nullptr when there is more than one message like it.
const message* only_will(const delivery& d) {
  return d.from.size() == 1 && d.from.front()->is_will ? d.from.front() : nullptr;
}

// The newest connection that asked for the client id of |of| behind it; nullptr when none did.
const link* successor(const history& seen, const link& of) {
  for (const auto& [id, l] : seen.links) {
    if (l.previous == &of) return &l;
  }
  return nullptr;
}

class no_will_behind_goodbye : public delivery_rule {
 public:
  no_will_behind_goodbye()
      : delivery_rule("no-will-behind-goodbye", "a DISCONNECT with 0x00 discards the will",
                      {{"MQTT-3.14.4-3", "MQTT-3.14.4-3"}, {"MQTT-3.1.2-10", "MQTT-3.1.2-10"}}) {}
  void delivered(watching& w, const link& on, const packet&, const delivery& d) const override {
    const message* m = only_will(d);
    if (m == nullptr) return;
    const link& of = w.seen.link_of(m->publisher);
    if (!of.goodbye || of.odd || of.goodbye->reason != 0 || !of.accepted()) return;
    // It was read to the end before the server closed, and nothing else can have ended it before.
    const bool read = of.server_ended_at != never && !of.was_reset &&
                      of.server_ended_number < w.seen.number && !of.server_said_goodbye;
    const std::uint32_t keep_alive = of.keep_alive();
    const bool was_silent = keep_alive != 0 && of.goodbye_at - of.last_received_at >
                                                   duration(std::chrono::seconds(keep_alive));
    const link* next = successor(w.seen, of);
    if (!read || was_silent || (next != nullptr && next->connect_number < of.server_ended_number)) {
      return;
    }
    report(w, on, fmt::format("the will of {} came although it said DISCONNECT", of.client));
  }
};

class no_will_of_the_living : public rule {
 public:
  no_will_of_the_living()
      : rule("no-will-of-the-living", "a will waits until its connection is closed",
             {{"MQTT-3.1.2-8", "MQTT-3.1.2-8"}}) {}
  bool needs_all_messages() const override { return true; }
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    const delivery* d = explain(w.seen, on, p);
    if (const message* m = d != nullptr ? only_will(*d) : nullptr) {
      const link& of = w.seen.link_of(m->publisher);
      if (&of != &on && of.open() && !of.goodbye && !of.odd)
        w.memory.wills_of_the_living.push_back({&of, w.seen.number});
    }
    if (!w.memory.wills_of_the_living.empty()) alive(w, on, p);
  }

 private:
  // An answer to what was sent behind the will's coming shows that the connection was served then.
  void alive(watching& w, const link& on, const packet& p) const {
    for (auto& [of, number] : w.memory.wills_of_the_living) {
      if (of != &on) continue;
      const bool answers =
          std::any_of(on.requests.begin(), on.requests.end(), [&, n = number](const request& r) {
            return !r.answered && r.type == p.type && r.id == p.packet_id && r.number > n;
          });
      if (!answers) continue;
      report(w, on, "the will came while the connection was alive");
      number = no_event;
    }
  }
};

class will_waits_for_its_delay : public delivery_rule {
 public:
  will_waits_for_its_delay()
      : delivery_rule("will-waits-for-its-delay",
                      "a will comes at the end of its delay or its session",
                      {{"MQTT-3.1.2-8", ""}, {"v5-3.1.3.2.2-c", ""}, {"MQTT-3.1.3-9", ""}}) {}
  void delivered(watching& w, const link& on, const packet& p, const delivery& d) const override {
    const message* m = only_will(d);
    if (m == nullptr || !is_v5(m->version)) return;
    const link& of = w.seen.link_of(m->publisher);
    if (of.odd || !of.accepted() || p.retain) return;
    if (w.seen.many_sessions()) return;  // one that ends before its time releases the will
    const auto delay = wire::find_number(m->properties, property_id::will_delay_interval);
    const duration wait = std::chrono::seconds(std::min(delay.value_or(0), of.interval()));
    if (wait == duration::zero()) return;
    // The connection lasted at least until this packet of the server came.
    const duration waited = w.seen.now - of.last_received_at;
    const link* next = successor(w.seen, of);
    if (next != nullptr) {
      const bool resumed = next->accepted() && next->connack->session_present && next->of == of.of;
      const duration away = next->connack_at - of.last_received_at;
      if (resumed && !of.open() && next->previous == &of && away + w.seen.options.slack < wait &&
          next->connack_number < w.seen.number) {
        report_by_time(
            w, on,
            fmt::format("the will of {} came although its session was resumed in time", of.client),
            {{"MQTT-3.1.3-9", ""}});
      }
      return;
    }
    if (!of.server_said_goodbye && waited + w.seen.options.slack < wait) {
      report_by_time(w, on,
                     fmt::format("the will of {} came after {}, of {}", of.client,
                                 print_duration(waited), print_duration(wait)),
                     {{"MQTT-3.1.2-8", ""}, {"v5-3.1.3.2.2-c", ""}});
    }
  }
};

class will_is_published : public rule {
 public:
  will_is_published()
      : rule("will-is-published", "a will comes when its connection is lost and its delay is over",
             {{"MQTT-3.1.2-8", "MQTT-3.1.2-8"}}) {}
  void finish(watching& w) const override {
    if (w.seen.restarted || w.seen.unknown_messages) return;
    for (const message& m : w.seen.messages) {
      if (!m.is_will || !w.seen.is_own(m.topic)) continue;
      const link& of = w.seen.link_of(m.publisher);
      const instant due = when_due(w.seen, m, of);
      if (due == never || w.seen.candidates(m.topic, m.payload).size() != 1) continue;
      for (const session& s : w.seen.sessions) {
        if (awaits(w.seen, s, m, of, due)) {
          report_by_time(w, w.seen.link_of(s.newest()),
                         fmt::format("the will of {} has not come", of.client));
          break;
        }
      }
    }
  }

 private:
  static instant when_due(const history& seen, const message& m, const link& of) {
    if (!of.accepted() || of.odd || of.open()) return never;
    if (of.goodbye && (!is_v5(of.version) || of.goodbye->reason == 0)) return never;
    const instant ended = std::min(of.client_ended_at, of.server_ended_at);
    const auto delay = wire::find_number(m.properties, property_id::will_delay_interval);
    const duration wait = is_v5(of.version)
                              ? std::chrono::seconds(std::min(delay.value_or(0), of.interval()))
                              : std::chrono::seconds(0);
    const instant due = ended + wait;
    if (const link* next = successor(seen, of)) {
      // Who came back in the delay may have cancelled it; of Clean Start the texts say both.
      if (wait != duration::zero() || of.ended_number > next->connect_number) return never;
    }
    return due;
  }

  static bool awaits(const history& seen, const session& s, const message& m, const link& of,
                     instant due) {
    const link& on = seen.link_of(s.newest());
    if (!s.complete || on.goodbye || on.server_said_goodbye || !on.window.empty()) return false;
    if (on.connack_number > of.ended_number || !seen.waited_in_vain(on, due)) return false;
    if (successor(seen, on) != nullptr || s.delivered.contains(key_of(m.topic, m.payload))) {
      return false;
    }
    const auto list = matching(s, m.topic);
    return !list.empty() && std::all_of(list.begin(), list.end(), [&](const subscription* one) {
      return !one->shared && one->granted && one->granted_number < of.ended_number &&
             one->removed_number == no_event && one->replaced_number == no_event;
    });
  }
};

}  // namespace

void add_will_rules(rule_list& to) {
  to.push_back(std::make_unique<no_will_behind_goodbye>());
  to.push_back(std::make_unique<no_will_of_the_living>());
  to.push_back(std::make_unique<will_waits_for_its_delay>());
  to.push_back(std::make_unique<will_is_published>());
}

}  // namespace mqttspec::oracle
