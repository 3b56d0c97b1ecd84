// Deliveries with QoS 1 and 2: identifiers, DUP, PUBREL, and what a resume owes.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"

namespace mqttspec::oracle {
namespace {

// The exchange that |p| meets in a session whose state is known; nullptr else.
const exchange* open_exchange(const link& on, const packet& p) {
  if (on.of == nullptr || !on.of->complete || on.odd || on.of->newest() != on.id) return nullptr;
  const auto found = on.of->exchanges.find(p.packet_id);
  return found == on.of->exchanges.end() ? nullptr : &found->second;
}

// Whether the message of |e| may be too large for what the client takes now.
bool too_large(const link& on, const exchange& e) {
  const auto limit =
      on.asked_number(wire::property_id::maximum_packet_size, wire::largest_variable_integer);
  return e.size + 32 > limit;
}

class identifier_is_free : public rule {
 public:
  identifier_is_free()
      : rule("identifier-is-free", "a new message gets a Packet Identifier that is not in use",
             {{"MQTT-2.2.1-4", "MQTT-2.3.1-4"},
              {"MQTT-4.3.2-1", "MQTT-4.3.2-1"},
              {"MQTT-4.3.3-1", "MQTT-4.3.3-1"}},
             {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (p.qos == 0) return;
    const exchange* e = open_exchange(on, p);
    const auto topic = w.seen.topic_of(on, p);
    if (e == nullptr || !topic || e->at_stage == exchange::stage::done) return;
    if (e->topic == *topic && e->payload == p.payload) return;  // the same message again
    if (too_large(on, *e)) return;  // it counts as delivered, and its identifier is free
    const demand new_message = p.qos == 1 ? demand{"MQTT-4.3.2-1", "MQTT-4.3.2-1"}
                                          : demand{"MQTT-4.3.3-1", "MQTT-4.3.3-1"};
    report(w, on, fmt::format("identifier {} is in use for another message", p.packet_id),
           {{"MQTT-2.2.1-4", "MQTT-2.3.1-4"}, new_message});
  }
};

class repeat_has_its_place : public rule {
 public:
  repeat_has_its_place()
      : rule("repeat-has-its-place",
             "an unacknowledged PUBLISH or PUBREL is sent again on a resume only (5.0), and no "
             "PUBLISH behind its PUBREL",
             {{"MQTT-4.4.0-1", ""}, {"MQTT-4.3.3-6", "MQTT-4.3.3-1"}},
             {packet_type::publish, packet_type::pubrel}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    const exchange* e = open_exchange(on, p);
    if (e == nullptr || e->at_stage == exchange::stage::done) return;
    if (p.type == packet_type::pubrel) {
      const bool again = e->at_stage == exchange::stage::released && e->link == on.id;
      // Each PUBREC asks for one.
      const auto asked = std::count(on.recorded.begin(), on.recorded.end(), p.packet_id);
      if (again && asked < 2 && is_v5(on.version)) {
        report(w, on, fmt::format("PUBREL id={} came again on the same connection", p.packet_id),
               {{"MQTT-4.4.0-1", ""}});
      }
      return;
    }
    if (p.type != packet_type::publish || p.qos == 0) return;
    const auto topic = w.seen.topic_of(on, p);
    if (!topic || *topic != e->topic || p.payload != e->payload) return;
    if (e->at_stage == exchange::stage::released) {
      return report(w, on, fmt::format("PUBLISH id={} came again behind its PUBREL", p.packet_id),
                    {{"MQTT-4.3.3-6", "MQTT-4.3.3-1"}});
    }
    if (e->link == on.id && is_v5(on.version)) {
      report(w, on, fmt::format("PUBLISH id={} came again on the same connection", p.packet_id),
             {{"MQTT-4.4.0-1", ""}});
    }
  }
};

class repeat_has_dup_1 : public rule {
 public:
  repeat_has_dup_1()
      : rule("repeat-has-dup-1", "a PUBLISH that is sent again has DUP 1",
             {{"MQTT-3.3.1-1", "MQTT-3.3.1-1"}}, {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (p.qos == 0 || p.dup) return;
    const exchange* e = open_exchange(on, p);
    const auto topic = w.seen.topic_of(on, p);
    if (e == nullptr || !topic || e->at_stage == exchange::stage::done) return;
    if (e->topic != *topic || e->payload != p.payload || e->qos != p.qos) return;
    report(w, on, fmt::format("PUBLISH id={} came again with DUP 0", p.packet_id));
  }
};

class repeat_keeps_its_identifier : public rule {
 public:
  repeat_keeps_its_identifier()
      : rule("repeat-keeps-its-identifier", "a PUBLISH that is sent again has the same identifier",
             {{"MQTT-4.4.0-1", "MQTT-4.4.0-1"}}, {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!p.dup || p.qos == 0) return;
    if (on.of == nullptr || !on.of->complete || on.odd || on.of->newest() != on.id) return;
    if (on.of->links.size() < 2 || on.of->exchanges.contains(p.packet_id)) return;
    const auto topic = w.seen.topic_of(on, p);
    // Sent once, and to be had in one way only.
    if (!topic || w.seen.unknown_messages || w.seen.candidates(*topic, p.payload).size() != 1 ||
        matching(*on.of, *topic).size() != 1) {
      return;
    }
    for (const auto& [id, e] : on.of->exchanges) {
      if (e.at_stage != exchange::stage::published || e.link == on.id) continue;
      if (e.topic != *topic || e.payload != p.payload) continue;
      return report(w, on, fmt::format("what came as {} comes again as {}", id, p.packet_id));
    }
  }
};

class first_has_dup_0 : public rule {
 public:
  first_has_dup_0()
      : rule("first-has-dup-0", "a PUBLISH that is sent for the first time has DUP 0",
             {{"MQTT-4.3.2-2", "MQTT-4.3.2-1"},
              {"MQTT-4.3.3-2", "MQTT-4.3.3-1"},
              {"MQTT-3.3.1-3", "MQTT-3.3.1-3"}},
             {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!p.dup || p.qos == 0) return;
    if (on.of == nullptr || !on.of->complete || on.odd || on.of->newest() != on.id) return;
    if (on.of->exchanges.contains(p.packet_id)) return;
    if (!nothing_sent_before(w.seen, on, p)) return;
    const demand first = p.qos == 1 ? demand{"MQTT-4.3.2-2", "MQTT-4.3.2-1"}
                                    : demand{"MQTT-4.3.3-2", "MQTT-4.3.3-1"};
    report(w, on, fmt::format("PUBLISH id={} came for the first time with DUP 1", p.packet_id),
           {first, {"MQTT-3.3.1-3", "MQTT-3.3.1-3"}});
  }

 private:
  // No earlier connection of the session can have carried it: there was none, or it was closed
  // before the message was sent.
  static bool nothing_sent_before(const history& seen, const link& on, const packet& p) {
    if (on.of->links.size() == 1) return true;
    const auto topic = seen.topic_of(on, p);
    if (!topic || seen.unknown_messages) return false;
    const auto list = seen.candidates(*topic, p.payload);
    if (list.empty()) return false;
    const link& before = seen.link_of(on.of->links[on.of->links.size() - 2]);
    return std::all_of(list.begin(), list.end(), [&](const message* m) {
      return !m->is_will && before.server_ended_number < m->number;
    });
  }
};

class release_follows_a_record : public rule {
 public:
  release_follows_a_record()
      : rule("release-follows-a-record", "PUBREL answers a PUBREC of the same identifier",
             {{"MQTT-4.3.3-4", "MQTT-4.3.3-1"}, {"MQTT-2.2.1-5", "MQTT-2.3.1-6"}},
             {packet_type::pubrel}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (on.odd) return;
    if (on.of == nullptr || !on.of->complete || on.of->newest() != on.id) return;
    for (const connection_id id : on.of->links) {
      const auto& sent = w.seen.link_of(id).recorded;
      if (std::find(sent.begin(), sent.end(), p.packet_id) != sent.end()) return;
    }
    report(w, on, fmt::format("PUBREL id={} answers no PUBREC", p.packet_id));
  }
};

class record_is_answered : public rule {
 public:
  record_is_answered()
      : rule("record-is-answered", "PUBREC is answered with PUBREL",
             {{"MQTT-4.3.3-4", "MQTT-4.3.3-1"}}) {}
  void finish(watching& w) const override {
    for (const session& s : w.seen.sessions) {
      const link& on = w.seen.link_of(s.newest());
      if (!s.complete || on.goodbye || on.server_said_goodbye) continue;
      for (const auto& [id, e] : s.exchanges) {
        if (e.at_stage != exchange::stage::recorded || e.link != on.id) continue;
        if (w.seen.waited_in_vain(on, e.said_at)) {
          report_by_time(w, on, fmt::format("PUBREC id={} has had no PUBREL", id));
        }
      }
    }
  }
};

class acknowledged_stays_so : public rule {
 public:
  acknowledged_stays_so()
      : rule("acknowledged-stays-so", "what was acknowledged is not sent again",
             {{"MQTT-4.3.2-3", "MQTT-4.3.2-1"},
              {"MQTT-4.3.3-5", "MQTT-4.3.3-1"},
              {"MQTT-4.4.0-1", "MQTT-4.4.0-1"}},
             {packet_type::publish, packet_type::pubrel}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (p.type == packet_type::publish && !p.dup) return;
    const exchange* e = open_exchange(on, p);
    if (e == nullptr || e->at_stage != exchange::stage::done || !e->heard) return;
    const demand again = {"MQTT-4.4.0-1", "MQTT-4.4.0-1"};
    if (p.type == packet_type::pubrel) {
      // A PUBREC of the client may have asked for it, for whatever identifier.
      const auto& sent = on.recorded;
      if (std::find(sent.begin(), sent.end(), p.packet_id) != sent.end()) return;
      return report(w, on, fmt::format("PUBREL id={} came again behind its PUBCOMP", p.packet_id),
                    {{"MQTT-4.3.3-5", "MQTT-4.3.3-1"}, again});
    }
    const auto topic = w.seen.topic_of(on, p);
    if (!topic || *topic != e->topic || p.payload != e->payload) return;
    const demand done = e->qos == 1 ? demand{"MQTT-4.3.2-3", "MQTT-4.3.2-1"}
                                    : demand{"MQTT-4.3.3-5", "MQTT-4.3.3-1"};
    report(w, on, fmt::format("PUBLISH id={} came again although it was acknowledged", p.packet_id),
           {done, again});
  }
};

class owed_is_sent_again : public rule {
 public:
  owed_is_sent_again()
      : rule("owed-is-sent-again", "a resume brings every unacknowledged PUBLISH and PUBREL again",
             {{"MQTT-4.4.0-1", "MQTT-4.4.0-1"}}) {}
  void finish(watching& w) const override {
    for (const auto& [number, on] : w.seen.links) {
      if (on.of == nullptr || !on.of->complete || on.of->newest() != on.id) continue;
      if (on.goodbye || on.server_said_goodbye || !w.seen.waited_in_vain(on, on.connack_at))
        continue;
      // One waits for the other when the client lets few through.
      if (!on.window.empty()) continue;
      for (const owed& o : on.owes) {
        if (o.paid) continue;
        const auto e = on.of->exchanges.find(o.id);
        if (e == on.of->exchanges.end() || e->second.at_stage == exchange::stage::done) continue;
        if (too_large(on, e->second)) continue;
        report_by_time(
            w, on,
            fmt::format("{} id={} has not come again", o.release ? "PUBREL" : "PUBLISH", o.id));
        break;
      }
    }
  }
};

}  // namespace

void add_exchange_rules(rule_list& to) {
  to.push_back(std::make_unique<identifier_is_free>());
  to.push_back(std::make_unique<repeat_has_its_place>());
  to.push_back(std::make_unique<repeat_has_dup_1>());
  to.push_back(std::make_unique<repeat_keeps_its_identifier>());
  to.push_back(std::make_unique<first_has_dup_0>());
  to.push_back(std::make_unique<release_follows_a_record>());
  to.push_back(std::make_unique<record_is_answered>());
  to.push_back(std::make_unique<acknowledged_stays_so>());
  to.push_back(std::make_unique<owed_is_sent_again>());
}

}  // namespace mqttspec::oracle
