#include "oracle/client_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/client_history.h"
#include "oracle/client_rules.h"
#include "wire/decode.h"
#include "wire/table.h"

namespace mqttspec::oracle {

using wire::packet;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

void add(std::vector<statement>& to, protocol_version version, std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    to.push_back({version, list.substr(0, end)});
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

constexpr std::size_t many_sessions = 10'000;  // idle ones are forgotten when there are more

bool take(std::deque<std::uint16_t>& from, std::uint16_t id) {
  const auto found = std::find(from.begin(), from.end(), id);
  if (found == from.end()) return false;
  from.erase(found);
  return true;
}

}  // namespace

struct client_watch::state {
  watch_options options;
  std::vector<finding> findings;
  std::map<connection_id, client_link> links;
  std::map<std::string, client_session> sessions;  // by client
  instant now{};
  bool still = false;
  bool doubt = false;
  bool finished = false;
  std::set<std::pair<connection_id, std::string_view>> told;  // what silence told

  void report(const client_link& on, const client_rule& r, std::string message) {
    std::vector<statement> cited;
    add(cited, on.version, on.v5() ? r.v5 : r.v311);
    if (cited.empty() || findings.size() >= options.most_findings) return;
    findings.push_back({r.name, std::move(cited), std::move(message), on.client, on.id, now});
  }
  void report_by_time(const client_link& on, const client_rule& r, std::string message) {
    if (still) {
      doubt = true;
    } else if (told.insert({on.id, r.name}).second) {
      const std::size_t before = findings.size();
      report(on, r, std::move(message));
      if (findings.size() != before) findings.back().by_time = true;
    }
  }

  client_session& session(const client_link& on) { return sessions[on.client]; }

  // ---- what the server has sent

  void server_sent(client_link& on, const packet& p) {
    client_session& s = session(on);
    switch (p.type) {
      case packet_type::connack:
        connack(on, s, p);
        return;
      case packet_type::publish:
        if (p.qos == 1) on.owed_puback.push_back(p.packet_id);
        if (p.qos == 2) on.owed_pubrec.push_back(p.packet_id);
        return;
      case packet_type::pubrel:
        on.owed_pubcomp.push_back(p.packet_id);
        s.recorded.erase(p.packet_id);
        return;
      case packet_type::puback:
        end_exchange(on, s, p.packet_id, 1);
        return;
      case packet_type::pubrec:
        if (p.reason >= 0x80) return end_exchange(on, s, p.packet_id, 2);
        if (const auto f = s.open.find(p.packet_id); f != s.open.end() && f->second.qos == 2) {
          f->second.at_stage = outgoing::stage::recorded;
          on.owed_pubrel.push_back(p.packet_id);
        }
        return;
      case packet_type::pubcomp:
        end_exchange(on, s, p.packet_id, 2);
        return;
      case packet_type::suback:
      case packet_type::unsuback:
        on.requests.erase(p.packet_id);
        return;
      case packet_type::disconnect:
        on.server_goodbye = true;
        return;
      default:
        return;
    }
  }

  void connack(client_link& on, client_session& s, const packet& p) {
    on.connack = p;
    on.connack_at = now;
    on.resumed = p.session_present;
    if (p.reason == 0) overtake(on);
    if (p.session_present) {
      s.known = s.known && s.met;
    } else if (p.reason == 0) {
      // Kept to know what would be of the old session. What was sent ahead of CONNACK is of the
      // new.
      client_session& old = lost[on.client];
      old = std::exchange(s, {});
      std::erase_if(old.open, [&](const auto& one) {
        const bool ahead = one.second.seen_on == on.id;
        if (ahead) s.open.insert(one);
        return ahead;
      });
      s.sent = old.sent;
    }
    s.met = s.met || p.reason == 0;
  }

  // What the client has sent on a connection before may be read late, or not at all.
  void overtake(const client_link& newest) {
    for (auto& [id, other] : links) {
      if (id != newest.id && other.client == newest.client) other.odd = true;
    }
  }

  void end_exchange(client_link& on, client_session& s, std::uint16_t id, std::uint8_t qos) {
    const auto f = s.open.find(id);
    if (f == s.open.end() || f->second.qos != qos) return;
    on.window.erase(id);
    s.open.erase(f);
  }

  // ---- what the client sends

  void client_sent(client_link& on, const packet& p, std::size_t size) {
    if (p.type == packet_type::connect) {
      if (on.connect) report(on, connect_first, "CONNECT came a second time");
      on.connect = p;
      return;
    }
    if (!on.connect) {
      return report(on, connect_first, fmt::format("{} came first", wire::packet_of(p.type).name));
    }
    if (on.goodbye) {
      report(on, goodbye, fmt::format("{} came behind DISCONNECT", wire::packet_of(p.type).name));
    }
    if (on.odd) return;
    silence(on);
    if (size > on.limit(property_id::maximum_packet_size, wire::largest_variable_integer + 5)) {
      report(on, size_limit, fmt::format("{} has {} octets", wire::packet_of(p.type).name, size));
    }
    client_session& s = session(on);
    switch (p.type) {
      case packet_type::publish:
        return publish(on, s, p);
      case packet_type::pubrel:
        return pubrel(on, s, p);
      case packet_type::puback:
        return acknowledge(on, p, on.owed_puback, puback_order);
      case packet_type::pubrec:
        acknowledge(on, p, on.owed_pubrec, pubrec_order);
        if (p.reason < 0x80) s.recorded.insert(p.packet_id);
        return;
      case packet_type::pubcomp:
        if (!take(on.owed_pubcomp, p.packet_id)) {
          report(on, answers, fmt::format("PUBCOMP id={} answers no PUBREL", p.packet_id));
        }
        return;
      case packet_type::subscribe:
      case packet_type::unsubscribe:
        if (s.known && (s.open.contains(p.packet_id) || on.requests.contains(p.packet_id))) {
          report(on, free_identifier,
                 fmt::format("{} has the identifier {}, which is in use",
                             wire::packet_of(p.type).name, p.packet_id));
        }
        on.requests.insert(p.packet_id);
        return;
      case packet_type::disconnect:
        on.goodbye = true;
        return;
      case packet_type::auth:
        if (wire::find_property(on.connect->properties, property_id::authentication_method) ==
            nullptr) {
          report(on, no_auth, "AUTH came, and CONNECT had no Authentication Method");
        }
        return;
      default:
        return;
    }
  }

  void acknowledge(client_link& on, const packet& p, std::deque<std::uint16_t>& owed,
                   const client_rule& order) {
    const std::string_view name = wire::packet_of(p.type).name;
    if (!owed.empty() && owed.front() == p.packet_id) return owed.pop_front();
    const client_session& s = session(on);
    if (take(owed, p.packet_id)) {
      report(on, order,
             fmt::format("{} id={} came before that of an older message", name, p.packet_id));
    } else if (p.type == packet_type::pubrec && s.recorded.contains(p.packet_id)) {
      report(on, repeat_on_resume, fmt::format("PUBREC id={} came again by itself", p.packet_id));
    } else if (!s.known || !s.unanswered.contains(p.packet_id)) {
      report(on, answers, fmt::format("{} id={} answers no message", name, p.packet_id));
    }
  }

  void publish(client_link& on, client_session& s, const packet& p) {
    limits(on, p);
    if (p.qos == 0) return;
    const auto found = s.open.find(p.packet_id);
    const bool same = found != s.open.end() && found->second.qos == p.qos &&
                      found->second.payload == p.payload &&
                      (p.topic.empty() || found->second.topic == p.topic);
    if (same) {
      repeat(on, s, found->second, p);
    } else if (found != s.open.end()) {
      if (s.known) {
        report(on, free_identifier,
               fmt::format("PUBLISH has the identifier {}, which is in use", p.packet_id));
      }
    } else {
      if (s.known && on.requests.contains(p.packet_id)) {
        report(on, free_identifier,
               fmt::format("PUBLISH has the identifier {} of an open request", p.packet_id));
      }
      first(on, s, p);
    }
    on.window.insert(p.packet_id);
    const auto most = on.limit(property_id::receive_maximum, 65535);
    if (on.connack && on.window.size() > most) {
      report(on, quota,
             fmt::format("{} messages are unacknowledged, the server takes {}", on.window.size(),
                         most));
    }
  }

  void first(client_link& on, client_session& s, const packet& p) {
    if (p.dup && s.known) {
      const auto old = lost.find(on.client);
      const bool of_old = old != lost.end() && old->second.open.contains(p.packet_id) &&
                          old->second.open.at(p.packet_id).payload == p.payload;
      if (of_old) {
        report(on, lost_is_lost,
               fmt::format("PUBLISH id={} of the lost session came again", p.packet_id));
      } else if (on.first) {
        report(on, p.qos == 1 ? dup_0_qos1 : dup_0_qos2,
               fmt::format("PUBLISH id={} came for the first time with DUP 1", p.packet_id));
      }
    }
    s.open[p.packet_id] = {p.packet_id, p.topic, p.payload, p.qos, outgoing::stage::published,
                           ++s.sent,    on.id};
  }

  void repeat(client_link& on, client_session& s, outgoing& f, const packet& p) {
    if (!s.known) return;
    if (!p.dup) {
      report(on, dup_1, fmt::format("PUBLISH id={} came again with DUP 0", p.packet_id));
    }
    if (f.seen_on == on.id) {
      report(on, repeat_on_resume,
             fmt::format("PUBLISH id={} came again on the same connection", p.packet_id));
    }
    if (f.at_stage == outgoing::stage::released) {
      report(on, no_publish_behind_pubrel,
             fmt::format("PUBLISH id={} came again behind its PUBREL", p.packet_id));
    }
    if (f.seen_on != on.id && f.order < on.last_repeat) {
      report(on, repeat_order,
             fmt::format("PUBLISH id={} came again behind a younger message", p.packet_id));
    }
    on.last_repeat = std::max(on.last_repeat, f.order);
    f.seen_on = on.id;
  }

  void pubrel(client_link& on, client_session& s, const packet& p) {
    const bool asked = !on.owed_pubrel.empty();
    const auto found = s.open.find(p.packet_id);
    if (found == s.open.end()) {
      const auto old = lost.find(on.client);
      if (s.known && old != lost.end() && old->second.open.contains(p.packet_id)) {
        report(on, lost_is_lost,
               fmt::format("PUBREL id={} of the lost session came again", p.packet_id));
      }
      (void)take(on.owed_pubrel, p.packet_id);
      return;  // one behind a PUBREC that refuses is nobody's fault
    }
    outgoing& f = found->second;
    if (asked && on.owed_pubrel.front() != p.packet_id && take(on.owed_pubrel, p.packet_id)) {
      report(on, pubrel_order,
             fmt::format("PUBREL id={} came before that of an older PUBREC", p.packet_id));
    } else if (!take(on.owed_pubrel, p.packet_id) && s.known && f.seen_on == on.id &&
               f.at_stage == outgoing::stage::released) {
      report(on, repeat_on_resume,
             fmt::format("PUBREL id={} came again on the same connection", p.packet_id));
    }
    f.at_stage = outgoing::stage::released;
    f.seen_on = on.id;
  }

  void limits(client_link& on, const packet& p) {
    if (!on.connack || !on.v5()) return;
    const auto most_qos = on.limit(property_id::maximum_qos, 2);
    if (p.qos > most_qos) {
      report(on, qos_limit, fmt::format("QoS {}, the server takes {}", p.qos, most_qos));
    }
    if (p.retain && on.limit(property_id::retain_available, 1) == 0) {
      report(on, retain_limit, "RETAIN 1, and the server retains nothing");
    }
    const auto alias = wire::find_number(p.properties, property_id::topic_alias);
    if (!alias) return;
    const auto most = on.limit(property_id::topic_alias_maximum, 0);
    if (most == 0) {
      report(on, no_alias, fmt::format("Topic Alias {}, and the server takes none", *alias));
    } else if (*alias > most) {
      report(on, alias_limit, fmt::format("Topic Alias {}, the server takes {}", *alias, most));
    }
    if (!p.topic.empty()) {
      on.aliases.insert(*alias);
    } else if (!on.aliases.contains(*alias)) {
      report(on, alias_is_new,
             fmt::format("Topic Alias {} has no topic on this connection", *alias));
    }
  }

  std::uint32_t keep_alive_of(const client_link& on) const {
    if (!on.connect || !on.connack) return 0;
    return on.limit(property_id::server_keep_alive, on.connect->keep_alive);
  }

  // Half an interval and the slack are the suite's patience with clocks and threads.
  void silence(client_link& on) {
    const auto seconds = keep_alive_of(on);
    const duration silent = now - on.last_received;
    if (seconds == 0 || on.goodbye || on.server_goodbye) return;
    if (silent <= std::chrono::seconds(seconds) * 3 / 2 + options.slack) return;
    const bool by_server =
        wire::find_number(on.connack->properties, property_id::server_keep_alive).has_value();
    report_by_time(
        on, by_server ? server_keep_alive : keep_alive,
        fmt::format("silent for {}, with Keep Alive {} s", print_duration(silent), seconds));
  }

  void look() {
    for (auto& [id, on] : links) {
      if (on.ended || on.odd || on.goodbye || on.server_goodbye || !on.connack) continue;
      silence(on);
      client_session& s = session(on);
      const bool waited = now - std::max(on.connack_at, on.last_received) >= options.patience;
      if (!on.resumed || !s.known || !waited) continue;
      // Some send one behind the other, each when the one before is acknowledged.
      if (!on.window.empty() || !on.owed_pubrel.empty()) continue;
      for (const auto& [number, f] : s.open) {
        if (f.seen_on == on.id) break;
        report_by_time(
            on, owed_repeats,
            fmt::format("{} id={} has not come again",
                        f.at_stage == outgoing::stage::released ? "PUBREL" : "PUBLISH", f.id));
        break;
      }
    }
  }

  // Connections that are over, and sessions of clients that have gone with nothing unacknowledged:
  // one that is met again is a session of which the beginning is not known.
  void forget() {
    std::erase_if(links, [](const auto& one) { return one.second.ended; });
    std::erase_if(told, [&](const auto& one) { return !links.contains(one.first); });
    if (sessions.size() <= many_sessions && lost.size() <= many_sessions) return;
    lost.clear();
    std::set<std::string_view> here;
    for (const auto& [id, on] : links) here.insert(on.client);
    std::erase_if(sessions, [&](const auto& one) {
      return one.second.open.empty() && !here.contains(one.first);
    });
  }

  std::map<std::string, client_session> lost;  // what Session Present 0 has ended, by client
};

client_watch::client_watch(watch_options options) : state_(std::make_unique<state>()) {
  state_->options = std::move(options);
}
client_watch::~client_watch() = default;

void client_watch::opened(connection_id id, const std::string& client,
                          wire::protocol_version version, instant now) {
  client_link& on = state_->links[id];
  on.id = id;
  on.client = client;
  on.version = version;
  on.first = std::none_of(state_->links.begin(), state_->links.end(), [&](const auto& other) {
    return other.first != id && other.second.client == client;
  });
  on.last_received = now;
}

void client_watch::sent(connection_id id, byte_view octets, instant now) {
  const auto found = state_->links.find(id);
  if (found == state_->links.end()) return;
  const auto p = wire::decode(octets, {found->second.version, wire::sender::server});
  sent(id, octets, p ? &*p : nullptr, now);
}

void client_watch::sent(connection_id id, byte_view, const packet* p, instant now) {
  state& s = *state_;
  s.now = std::max(s.now, now);
  const auto found = s.links.find(id);
  if (found == s.links.end()) return;
  if (p != nullptr) {
    s.server_sent(found->second, *p);
  } else {
    found->second.odd = true;
  }
}

void client_watch::received(connection_id id, const packet& p, std::size_t size, instant now) {
  state& s = *state_;
  s.now = std::max(s.now, now);
  const auto found = s.links.find(id);
  if (found == s.links.end() || s.finished) return;
  s.client_sent(found->second, p, size);
  found->second.last_received = now;
}

void client_watch::received_malformed(connection_id id, const wire::wire_fault& fault,
                                      std::string_view text, instant now) {
  state& s = *state_;
  s.now = std::max(s.now, now);
  const auto found = s.links.find(id);
  if (found == s.links.end() || s.finished) return;
  if (s.findings.size() >= s.options.most_findings) return;
  client_link& on = found->second;
  const std::string_view id_of = !fault.statement.empty() ? fault.statement
                                 : on.v5()                ? well_formed.v5
                                                          : well_formed.v311;
  s.findings.push_back(
      {well_formed.name, {{on.version, id_of}}, std::string(text), on.client, id, s.now});
  on.odd = true;  // what it meant to say is not known
  s.session(on).known = false;
}

void client_watch::ended(connection_id id, end_of_link, instant now) {
  state_->now = std::max(state_->now, now);
  const auto found = state_->links.find(id);
  if (found == state_->links.end()) return;
  client_link& on = found->second;
  on.ended = true;
  client_session& s = state_->session(on);
  s.unanswered.insert(on.owed_puback.begin(), on.owed_puback.end());
  s.unanswered.insert(on.owed_pubrec.begin(), on.owed_pubrec.end());
}

void client_watch::restarted(instant now) {
  state_->now = std::max(state_->now, now);
  for (auto& [client, s] : state_->sessions) s.known = false;
}

void client_watch::lost_sight(connection_id id, instant now) {
  state_->now = std::max(state_->now, now);
  const auto found = state_->links.find(id);
  if (found == state_->links.end()) return;
  found->second.odd = true;
  state_->session(found->second).known = false;
}

void client_watch::look(instant now) {
  state_->now = std::max(state_->now, now);
  state_->look();
  state_->forget();
}

void client_watch::stood_still() {
  state_->still = true;
}

void client_watch::finish(instant now) {
  if (state_->finished) return;
  state_->now = std::max(state_->now, now);
  state_->look();
  state_->finished = true;
}

const std::vector<finding>& client_watch::findings() const {
  return state_->findings;
}

std::vector<finding> client_watch::take_findings() {
  return std::exchange(state_->findings, {});
}

bool client_watch::in_doubt() const {
  return state_->doubt;
}

std::vector<rule_description> all_client_rules() {
  std::vector<rule_description> out;
  for (const client_rule& r : client_rules) {
    std::vector<statement> cited;
    add(cited, protocol_version::v5, r.v5);
    add(cited, protocol_version::v311, r.v311);
    out.push_back({r.name, r.sentence, std::move(cited)});
  }
  return out;
}

}  // namespace mqttspec::oracle
