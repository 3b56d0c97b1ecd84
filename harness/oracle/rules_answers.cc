// Every answer has its question, and every question its answer.

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "oracle/rule.h"
#include "wire/table.h"

namespace mqttspec::oracle {
namespace {

std::string name_of(packet_type t, std::uint16_t id) {
  const auto name = wire::packet_of(t).name;
  return t == packet_type::pingresp ? std::string(name) : fmt::format("{} id={}", name, id);
}

demand identifier_demand(packet_type t) {
  switch (t) {
    case packet_type::puback:
      return {"MQTT-4.3.2-4", "MQTT-4.3.2-2"};
    case packet_type::pubrec:
      return {"MQTT-4.3.3-8", "MQTT-4.3.3-2"};
    case packet_type::pubcomp:
      return {"MQTT-4.3.3-11", "MQTT-4.3.3-2"};
    case packet_type::suback:
      return {"MQTT-3.8.4-2", "MQTT-3.8.4-2"};
    case packet_type::unsuback:
      return {"MQTT-3.10.4-5", "MQTT-3.10.4-4"};
    default:
      return {"MQTT-3.12.4-1", "MQTT-3.12.4-1"};
  }
}

class answer_has_a_request : public rule {
 public:
  answer_has_a_request()
      : rule("answer-has-a-request", "an acknowledgement repeats the identifier of an open request",
             {{"MQTT-2.2.1-5", "MQTT-2.3.1-6"},
              {"MQTT-2.2.1-6", "MQTT-2.3.1-7"},
              {"MQTT-4.3.2-4", "MQTT-4.3.2-2"},
              {"MQTT-4.3.3-8", "MQTT-4.3.3-2"},
              {"MQTT-4.3.3-11", "MQTT-4.3.3-2"},
              {"MQTT-3.8.4-2", "MQTT-3.8.4-2"},
              {"MQTT-3.10.4-5", "MQTT-3.10.4-4"},
              {"MQTT-3.12.4-1", "MQTT-3.12.4-1"}},
             {packet_type::puback, packet_type::pubrec, packet_type::pubcomp, packet_type::suback,
              packet_type::unsuback, packet_type::pingresp}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (on.odd || on.odd_before_connack) return;
    const auto fits = [&](const request& r) {
      return !r.answered && r.type == p.type && r.id == p.packet_id;
    };
    if (std::any_of(on.requests.begin(), on.requests.end(), fits)) return;
    // What was asked on the connection before may be answered on this one.
    // PUBREC, as long as its exchange may be open, even twice: nothing forbids to repeat it there.
    const auto recorded = [&](const request& r) {
      return p.type == packet_type::pubrec && r.type == p.type && r.id == p.packet_id;
    };
    if (on.forgot_previous) return;
    for (const link* l = on.previous; l != nullptr; l = l->previous) {
      if (l->forgot_previous) return;
      if (std::any_of(l->requests.begin(), l->requests.end(), fits)) return;
      if (std::any_of(l->requests.begin(), l->requests.end(), recorded)) return;
    }
    const bool of_list = p.type == packet_type::suback || p.type == packet_type::unsuback;
    const std::string what = name_of(p.type, p.packet_id) + " answers nothing that is open";
    if (p.type == packet_type::pingresp) {
      report(w, on, what, {{"MQTT-3.12.4-1", "MQTT-3.12.4-1"}});
    } else if (of_list) {
      report(w, on, what, {{"MQTT-2.2.1-6", "MQTT-2.3.1-7"}, identifier_demand(p.type)});
    } else {
      report(w, on, what, {{"MQTT-2.2.1-5", "MQTT-2.3.1-6"}, identifier_demand(p.type)});
    }
  }
};

class one_code_for_each_filter : public rule {
 public:
  one_code_for_each_filter()
      : rule("one-code-for-each-filter", "SUBACK and UNSUBACK have as many codes as filters",
             {{"MQTT-3.8.4-6", "MQTT-3.8.4-5"}, {"MQTT-3.11.3-1", ""}},
             {packet_type::suback, packet_type::unsuback}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    // UNSUBACK of 3.1.1 has none.
    if (on.odd || (p.type == packet_type::unsuback && !is_v5(on.version))) return;
    for (const request& r : on.requests) {
      if (r.answered || r.type != p.type || r.id != p.packet_id) continue;
      if (r.entries == p.reasons.size()) return;
      const std::string what =
          fmt::format("{} has {} codes for {} filters", name_of(p.type, p.packet_id),
                      p.reasons.size(), r.entries);
      if (p.type == packet_type::unsuback) return report(w, on, what, {{"MQTT-3.11.3-1", ""}});
      return report(w, on, what, {{"MQTT-3.8.4-6", "MQTT-3.8.4-5"}});
    }
  }
};

class granted_is_at_most_what_was_asked : public rule {
 public:
  granted_is_at_most_what_was_asked()
      : rule("granted-is-at-most-what-was-asked",
             "SUBACK grants no QoS above the one that was asked for, filter by filter",
             {{"MQTT-3.8.4-7", "MQTT-3.8.4-5"}, {"MQTT-3.9.3-1", "MQTT-3.9.3-1"}},
             {packet_type::suback}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (on.odd || on.of == nullptr) return;
    std::vector<std::uint8_t> asked;
    event_number at = no_event;
    for (const subscription& s : on.of->subscriptions) {
      if (s.link != on.id || s.packet_id != p.packet_id || s.granted) continue;
      if (at == no_event) at = s.asked_number;
      if (s.asked_number == at) asked.push_back(s.asked.max_qos);
    }
    if (asked.size() != p.reasons.size()) return;  // one-code-for-each-filter
    for (std::size_t n = 0; n < asked.size(); ++n) {
      const std::uint8_t granted = p.reasons[n];
      if (granted > 2 || granted <= asked[n]) continue;
      const std::string what =
          fmt::format("SUBACK id={} grants QoS {} for filter {}, which asked for {}", p.packet_id,
                      granted, n + 1, asked[n]);
      if (fits_in_another_order(asked, p.reasons)) {
        return report(w, on, what, {{"MQTT-3.9.3-1", "MQTT-3.9.3-1"}});
      }
      return report(w, on, what, {{"MQTT-3.8.4-7", "MQTT-3.8.4-5"}});
    }
  }

 private:
  static bool fits_in_another_order(std::vector<std::uint8_t> asked,
                                    std::vector<std::uint8_t> granted) {
    for (std::uint8_t& code : granted) code = code > 2 ? 0 : code;  // a failure fits everywhere
    std::sort(asked.begin(), asked.end());
    std::sort(granted.begin(), granted.end());
    return std::equal(granted.begin(), granted.end(), asked.begin(), std::less_equal<>());
  }
};

constexpr std::ptrdiff_t most_open = 8;

class request_is_answered : public rule {
 public:
  request_is_answered()
      : rule("request-is-answered", "a request is answered while its connection stands",
             {{"MQTT-3.3.4-1", "MQTT-3.3.4-1"},
              {"MQTT-4.3.2-4", "MQTT-4.3.2-2"},
              {"MQTT-4.3.3-8", "MQTT-4.3.3-2"},
              {"MQTT-4.3.3-11", "MQTT-4.3.3-2"},
              {"MQTT-3.8.4-1", "MQTT-3.8.4-1"},
              {"MQTT-3.10.4-4", "MQTT-3.10.4-5"},
              {"MQTT-3.12.4-1", "MQTT-3.12.4-1"}}) {}
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      if (!on.accepted() || on.goodbye || on.server_said_goodbye) continue;
      // A server may take up a few at a time.
      const auto open = std::count_if(on.requests.begin(), on.requests.end(),
                                      [](const request& r) { return !r.answered; });
      if (open > most_open) continue;
      for (const request& r : on.requests) {
        if (r.answered || !w.seen.waited_in_vain(on, std::max(r.at, on.connack_at))) continue;
        demand d = identifier_demand(r.type);
        if (r.type == packet_type::suback) d = {"MQTT-3.8.4-1", "MQTT-3.8.4-1"};
        if (r.type == packet_type::unsuback) d = {"MQTT-3.10.4-4", "MQTT-3.10.4-5"};
        const bool publish = r.type == packet_type::puback || r.type == packet_type::pubrec;
        const demand answered = {"MQTT-3.3.4-1", "MQTT-3.3.4-1"};
        report_by_time(w, on,
                       fmt::format("{} has not come for {}", name_of(r.type, r.id),
                                   print_duration(w.seen.now - r.at)),
                       {d, publish ? answered : d});
        break;  // what follows may wait behind it
      }
    }
  }
};

class nobody_matches_is_true : public rule {
 public:
  nobody_matches_is_true()
      : rule("no-matching-subscribers-is-true", "reason 0x10 only when nobody subscribes",
             {{"v5-3.4.2.1-b", ""}}, {packet_type::puback, packet_type::pubrec}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (p.reason != 0x10 || !is_v5(on.version) || on.odd || w.seen.restarted) return;
    const message* asked = nullptr;
    for (const message& m : w.seen.messages) {
      if (m.publisher == on.id && m.packet_id == p.packet_id && !m.reason && !m.is_will) asked = &m;
    }
    if (asked == nullptr) return;
    for (const session& s : w.seen.sessions) {
      const link& at = w.seen.link_of(s.newest());
      if (!s.complete || !at.open() || at.goodbye || at.odd || at.server_said_goodbye) continue;
      for (const subscription* one : matching(s, asked->topic)) {
        const bool stands = one->granted && one->granted_number < asked->number &&
                            one->removed_number == no_event && one->replaced_number == no_event;
        const bool excluded = one->asked.no_local && s.client_id == asked->client_id;
        if (!stands || excluded || takeover_begun(w.seen, at)) continue;
        return report(w, on,
                      fmt::format("{} says that nobody matches; {} does",
                                  name_of(p.type, p.packet_id), at.client));
      }
    }
  }

 private:
  static bool takeover_begun(const history& seen, const link& at) {
    return std::any_of(seen.links.begin(), seen.links.end(),
                       [&](const auto& l) { return l.second.previous == &at; });
  }
};

}  // namespace

void add_answer_rules(rule_list& to) {
  to.push_back(std::make_unique<answer_has_a_request>());
  to.push_back(std::make_unique<one_code_for_each_filter>());
  to.push_back(std::make_unique<granted_is_at_most_what_was_asked>());
  to.push_back(std::make_unique<request_is_answered>());
  to.push_back(std::make_unique<nobody_matches_is_true>());
}

}  // namespace mqttspec::oracle
