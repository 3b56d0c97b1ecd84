// CONNACK: first and once; Session Present; identifiers and refusals.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"
#include "wire/table.h"

namespace mqttspec::oracle {
namespace {

using wire::property_id;

class connack_comes_first : public rule {
 public:
  connack_comes_first()
      : rule("connack-comes-first", "CONNACK is the first packet of a server, AUTH apart",
             {{"MQTT-3.2.0-1", "MQTT-3.2.0-1"}, {"MQTT-3.14.0-1", ""}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (on.connack || p.type == packet_type::connack || p.type == packet_type::auth) return;
    if (p.type == packet_type::disconnect) {
      return report(w, on, "DISCONNECT came without a CONNACK before it", {{"MQTT-3.14.0-1", ""}});
    }
    report(w, on, fmt::format("{} came before CONNACK", wire::packet_of(p.type).name),
           {{"MQTT-3.2.0-1", "MQTT-3.2.0-1"}});
  }
};

class connack_comes_once : public rule {
 public:
  connack_comes_once()
      : rule("connack-comes-once", "a connection has one CONNACK at most",
             {{"MQTT-3.2.0-2", "MQTT-3.2.0-1"}}, {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet&, std::size_t) const override {
    if (on.connack) report(w, on, "a second CONNACK came");
  }
};

class refusal_is_the_end : public rule {
 public:
  refusal_is_the_end()
      : rule("refusal-is-the-end", "nothing comes behind a CONNACK that refuses, but the close",
             {{"MQTT-3.2.2-7", "MQTT-3.2.2-5"}, {"MQTT-3.1.4-6", "MQTT-3.1.4-5"}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!on.refused() || p.type == packet_type::connack) return;
    report(w, on,
           fmt::format("{} came behind a CONNACK that refuses", wire::packet_of(p.type).name));
  }
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      if (on.refused() && w.seen.waited_in_vain(on, on.connack_at)) {
        report_by_time(w, on, "the connection is open although CONNACK refused it",
                       {{"MQTT-3.2.2-7", "MQTT-3.2.2-5"}});
      }
    }
  }
};

bool accepts(const link& on, const packet& p) {
  return p.type == packet_type::connack && p.reason == 0 && on.connect && !on.connack &&
         !on.odd_before_connack;
}

class no_session_after_clean_start : public rule {
 public:
  no_session_after_clean_start()
      : rule("no-session-after-clean-start", "Clean Start 1 is answered with Session Present 0",
             {{"MQTT-3.2.2-2", "MQTT-3.2.2-1"}}, {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (accepts(on, p) && p.session_present && on.connect->clean_start) {
      report(w, on, "Session Present 1 although Clean Start was 1");
    }
  }
};

// Whether the connection before |on| had the client id to itself until it ended, and no other tried
// to get it.
bool follows_plainly(const history& seen, const link& on) {
  const link* before = on.previous;
  if (!on.own || before == nullptr || !before->accepted() || !before->alone ||
      before->odd_before_connack || before->version != on.version || before->of == nullptr ||
      before->connack_number >= on.connect_number) {
    return false;
  }
  return std::none_of(seen.links.begin(), seen.links.end(), [&](const auto& one) {
    const link& other = one.second;
    return &other != &on && other.connect && other.client_id == on.client_id &&
           std::min(other.connack_number, other.server_ended_number) > on.connect_number;
  });
}

class session_present_needs_a_session : public rule {
 public:
  session_present_needs_a_session()
      : rule("session-present-needs-a-session",
             "Session Present 1 only where a session can have been kept",
             {{"MQTT-3.2.2-3", "MQTT-3.2.2-3"},
              {"v5-3.1.2.11.2-c", "MQTT-3.1.2-6"},
              {"MQTT-4.1.0-2", ""}},
             {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!accepts(on, p) || !p.session_present || on.connect->clean_start) return;
    if (on.connect->client_id.empty()) {
      return report(w, on, "Session Present 1 for a Client Identifier that was just assigned",
                    {{"MQTT-3.2.2-3", "MQTT-3.2.2-3"}});
    }
    if (on.own && on.previous == nullptr && w.seen.options.whole && !assigned_before(w.seen, on)) {
      return report(w, on, "Session Present 1 for a Client Identifier that nobody used before",
                    {{"MQTT-3.2.2-3", "MQTT-3.2.2-3"}});
    }
    if (!follows_plainly(w.seen, on)) return;
    const link& before = *on.previous;
    if (before.interval() == 0 && !before.odd) {
      return report(w, on, "Session Present 1 for a session that ended with its connection",
                    {{"MQTT-3.2.2-3", "MQTT-3.2.2-3"}, {"v5-3.1.2.11.2-c", "MQTT-3.1.2-6"}});
    }
    if (!is_v5(on.version) || before.interval() == wire::never_expires || w.seen.restarted ||
        before.server_ended_at == never) {
      return;
    }
    const duration away = on.connect_at - before.server_ended_at;
    const duration interval = std::chrono::seconds(before.interval());
    if (away > interval + w.seen.options.sweep) {
      report_by_time(
          w, on,
          fmt::format("Session Present 1 {} behind the close, of a session that lasts {}",
                      print_duration(away), print_duration(interval)),
          {{"MQTT-4.1.0-2", ""}, {"MQTT-3.2.2-3", ""}});
    }
  }

 private:
  static bool assigned_before(const history& seen, const link& on) {
    return std::any_of(seen.links.begin(), seen.links.end(), [&](const auto& other) {
      return &other.second != &on && other.second.client_id == on.client_id;
    });
  }
};

class session_is_kept : public rule {
 public:
  session_is_kept()
      : rule("session-is-kept", "a session that has not expired is resumed",
             {{"MQTT-3.2.2-3", "MQTT-3.2.2-2"},
              {"MQTT-3.1.2-23", "MQTT-3.1.2-4"},
              {"MQTT-3.1.2-5", "MQTT-3.1.2-4"}},
             {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!accepts(on, p) || p.session_present || on.connect->clean_start || on.odd) return;
    if (!follows_plainly(w.seen, on) || w.seen.restarted) return;
    const link& before = *on.previous;
    // Nobody answers a DISCONNECT that asks for more.
    const std::uint32_t interval = std::min(before.interval(), before.granted_interval());
    if (interval == 0) return;
    if (w.seen.many_sessions()) return;
    // The connection lasted at least until its last packet; or to this CONNECT, which took it over.
    const instant ended = before.open() ? on.connect_at : before.last_received_at;
    const duration away = w.seen.now - ended;
    // An administrator may end those of 3.1.1; not within a minute.
    const duration lasts = interval == wire::never_expires && !is_v5(on.version)
                               ? duration(std::chrono::minutes(1))
                               : duration(std::chrono::seconds(interval));
    if (away + w.seen.options.slack < lasts) {
      report_by_time(
          w, on,
          fmt::format("Session Present 0 after {}, for a session that lasts {}",
                      print_duration(away),
                      interval == wire::never_expires ? "for ever" : print_duration(lasts)));
    }
  }
};

class assigned_identifier : public rule {
 public:
  assigned_identifier()
      : rule("assigned-identifier", "an empty Client Identifier is replaced by a new one, and told",
             {{"MQTT-3.1.3-7", ""}, {"v5-3.2.2.3.7-a", ""}, {"MQTT-3.2.2-16", ""}},
             {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!accepts(on, p) || !is_v5(on.version) || on.odd) return;
    const auto* assigned =
        wire::find_property(p.properties, property_id::assigned_client_identifier);
    if (on.connect->client_id.empty() && assigned == nullptr) {
      return report(w, on, "CONNACK has no Assigned Client Identifier", {{"MQTT-3.1.3-7", ""}});
    }
    if (!on.connect->client_id.empty() && assigned != nullptr) {
      return report(w, on, "an Assigned Client Identifier for a client that has its own",
                    {{"v5-3.2.2.3.7-a", ""}});
    }
    if (assigned == nullptr) return;
    for (const auto& [id, other] : w.seen.links) {
      if (&other != &on && other.accepted() && other.open() && other.client_id == assigned->text) {
        report(w, on, "the Assigned Client Identifier is that of another client",
               {{"MQTT-3.2.2-16", ""}});
      }
    }
  }
};

class connect_is_answered : public rule {
 public:
  connect_is_answered()
      : rule("connect-is-answered", "CONNECT is answered by CONNACK or the close",
             {{"MQTT-3.1.4-5", "MQTT-3.1.4-4"}}) {}
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      if (!on.connect || on.connack || on.odd_before_connack) continue;
      if (w.seen.waited_in_vain(on, on.connect_at))
        report_by_time(w, on, "CONNECT has had no answer");
    }
  }
};

class takeover_closes : public rule {
 public:
  takeover_closes()
      : rule("takeover-closes", "one connection a Client Identifier: the older is closed",
             {{"MQTT-3.1.4-3", "MQTT-3.1.4-2"}}) {}
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      const link* old = on.previous;
      if (!on.accepted() || old == nullptr || !old->accepted() || old->of == nullptr) continue;
      if (old->connack_number > on.connect_number || !on.open()) continue;
      if (w.seen.waited_in_vain(*old, on.connack_at)) {
        report_by_time(w, *old,
                       "the connection is open although another took its Client Identifier");
      }
    }
  }
};

}  // namespace

void add_connect_rules(rule_list& to) {
  to.push_back(std::make_unique<connack_comes_first>());
  to.push_back(std::make_unique<connack_comes_once>());
  to.push_back(std::make_unique<refusal_is_the_end>());
  to.push_back(std::make_unique<no_session_after_clean_start>());
  to.push_back(std::make_unique<session_present_needs_a_session>());
  to.push_back(std::make_unique<session_is_kept>());
  to.push_back(std::make_unique<assigned_identifier>());
  to.push_back(std::make_unique<connect_is_answered>());
  to.push_back(std::make_unique<takeover_closes>());
}

}  // namespace mqttspec::oracle
