#include "oracle/history.h"

#include <algorithm>
#include <utility>

#include "wire/decode.h"
#include "wire/topic.h"

namespace mqttspec::oracle {

using wire::property_id;

std::uint32_t link::asked_number(property_id of_property, std::uint32_t absent) const {
  return connect ? wire::find_number(connect->properties, of_property).value_or(absent) : absent;
}

std::uint32_t link::granted_interval() const {
  if (!connect) return 0;
  if (!is_v5(version)) return connect->clean_start ? 0 : v311_session_expiry;
  std::uint32_t in_force = asked_number(property_id::session_expiry_interval, 0);
  if (connack) {
    in_force = wire::find_number(connack->properties, property_id::session_expiry_interval)
                   .value_or(in_force);
  }
  return in_force;
}

std::uint32_t link::interval() const {
  const std::uint32_t granted = granted_interval();
  if (!goodbye) return granted;
  return wire::find_number(goodbye->properties, property_id::session_expiry_interval)
      .value_or(granted);
}

std::uint32_t link::keep_alive() const {
  const std::uint32_t asked = connect ? connect->keep_alive : 0;
  if (!connack) return asked;
  return wire::find_number(connack->properties, property_id::server_keep_alive).value_or(asked);
}

std::string key_of(std::string_view topic, std::string_view payload) {
  std::string key(topic);
  key += '\0';  // in no topic
  key += payload;
  return key;
}

bool filter_matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  while (true) {
    const auto level = filter.substr(0, filter.find('/'));
    if (level == "#") return true;
    const auto name = topic.substr(0, topic.find('/'));
    if (level != "+" && level != name) return false;
    const bool last_level = level.size() == filter.size();
    const bool last_name = name.size() == topic.size();
    if (last_level) return last_name;
    filter.remove_prefix(level.size() + 1);
    if (last_name) return filter == "#";  // which matches the parent level too
    topic.remove_prefix(name.size() + 1);
  }
}

std::vector<const subscription*> matching(const session& s, std::string_view topic) {
  std::vector<const subscription*> list;
  for (const subscription& one : s.subscriptions) {
    if (!one.refused() && filter_matches(one.filter, topic)) list.push_back(&one);
  }
  return list;
}

link& history::open(connection_id id, const std::string& client, protocol_version version) {
  link& on = links[id];
  on.id = id;
  on.client = client;
  on.version = version;
  on.v311_session_expiry = options.v311_session_expiry;
  on.last_sent_at = on.last_received_at = now;
  return on;
}

message* history::outbound(const link& on, std::uint16_t id) {
  if (on.who == nullptr) return nullptr;
  const auto found = on.who->outbound.find(id);
  return found == on.who->outbound.end() ? nullptr : &messages[found->second];
}

std::vector<const message*> history::candidates(const std::string& topic,
                                                const std::string& payload) const {
  std::vector<const message*> list;
  if (const auto found = by_key_.find(key_of(topic, payload)); found != by_key_.end()) {
    for (const std::size_t n : found->second) list.push_back(&messages[n]);
  }
  return list;
}

std::optional<std::string> history::topic_of(const link& on, const packet& p) const {
  if (!p.topic.empty()) return p.topic;
  const auto alias = wire::find_number(p.properties, property_id::topic_alias);
  const auto known = on.server_aliases.find(static_cast<std::uint16_t>(alias.value_or(0)));
  if (known == on.server_aliases.end()) return std::nullopt;
  return known->second;
}

void history::sent_odd(link& on, byte_view octets) {
  on.odd = true;
  on.last_sent_at = now;
  if (!on.connack) on.odd_before_connack = true;
  const auto frame = wire::split(octets, on.version);
  const bool whole = frame && *frame && (*frame)->bytes.size() == octets.size();
  const auto type = octets.empty() ? packet_type{} : static_cast<packet_type>(octets[0] >> 4);
  if (whole && (type == packet_type::pingreq || type == packet_type::disconnect)) return;
  sent_unknown();
  if (on.of != nullptr) on.of->complete = false;
}

void history::sent(link& on, const packet& p) {
  on.last_sent_at = now;
  if (p.type == packet_type::connect) return connect(on, p);
  if (!on.connect || on.goodbye || p.type == packet_type::auth) on.odd = true;
  const auto ask = [&](packet_type answer_type, std::size_t entries = 0) {
    ++requests_;
    on.requests.push_back({answer_type, p.packet_id, entries, number, now});
  };
  switch (p.type) {
    case packet_type::publish:
      publish_sent(on, p);
      if (p.qos == 1) ask(packet_type::puback);
      if (p.qos == 2) ask(packet_type::pubrec);
      return;
    case packet_type::pubrel: {
      ask(packet_type::pubcomp);
      message* m = outbound(on, p.packet_id);
      if (m != nullptr && m->released_number == no_event) m->released_number = number;
      return;
    }
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubcomp:
      return acknowledge(on, p);
    case packet_type::subscribe:
      ask(packet_type::suback, p.subscriptions.size());
      return subscribe(on, p);
    case packet_type::unsubscribe:
      ask(packet_type::unsuback, p.filters.size());
      unsubscribes_[{on.id, p.packet_id}].push_back(p);
      return;
    case packet_type::pingreq:
      return ask(packet_type::pingresp);
    case packet_type::disconnect: {
      const bool from_zero =
          is_v5(on.version) && on.asked_number(property_id::session_expiry_interval, 0) == 0 &&
          wire::find_number(p.properties, property_id::session_expiry_interval).value_or(0) != 0;
      if (from_zero) {
        on.odd = true;  // a Protocol Error, and no DISCONNECT
        return;
      }
      on.goodbye = std::make_unique<const packet>(p);
      on.goodbye_number = number;
      on.goodbye_at = now;
      return;
    }
    default:
      on.odd = true;
  }
}

void history::connect(link& on, const packet& p) {
  if (on.connect) {
    on.odd = true;
    return;
  }
  on.connect = std::make_unique<const packet>(p);
  on.connect_at = now;
  on.connect_number = number;
  on.client_id = p.client_id;
  on.who = &clients_[p.client_id];
  on.own = !p.client_id.empty() && is_own(p.client_id);
  if (wire::find_property(p.properties, property_id::authentication_method) != nullptr) {
    on.odd = true;
  }
  if (!p.client_id.empty()) {
    on.before = on.who->newest;
    on.previous = std::exchange(on.who->newest_link, &on);
  }
  if (p.will) {
    message m;
    m.publisher = on.id;
    m.client_id = p.client_id;
    m.version = on.version;
    m.topic = p.will->topic;
    m.payload = p.will->payload;
    m.qos = p.will->qos;
    m.retain = p.will->retain;
    m.properties = p.will->properties;
    m.is_will = true;
    add(std::move(m));
  }
}

std::size_t history::add(message m) {
  m.number = number;
  m.at = now;
  by_key_[key_of(m.topic, m.payload)].push_back(messages.size());
  messages.push_back(std::move(m));
  return messages.size() - 1;
}

void history::publish_sent(link& on, const packet& p) {
  std::string topic = p.topic;
  if (const auto alias = wire::find_number(p.properties, property_id::topic_alias)) {
    const auto most =
        on.connack ? wire::find_number(on.connack->properties, property_id::topic_alias_maximum)
                         .value_or(0)
                   : 0;
    if (*alias > most) on.odd = true;
    std::string& known = on.client_aliases[static_cast<std::uint16_t>(*alias)];
    if (topic.empty()) {
      topic = known;
    } else {
      known = topic;
    }
  }
  if (topic.empty()) {
    on.odd = true;
    sent_unknown();
    return;
  }
  if (p.qos == 2) {
    if (const message* m = outbound(on, p.packet_id)) {
      const bool same_session =
          m->publisher == on.id || (on.of != nullptr && links.at(m->publisher).of == on.of);
      const bool open = !m->completed && m->released_number == no_event;
      if (open && same_session && m->qos == 2 && m->topic == topic && m->payload == p.payload) {
        return;
      }
    }
  }
  message m;
  m.publisher = on.id;
  m.client_id = on.client_id;
  m.version = on.version;
  m.topic = std::move(topic);
  m.payload = p.payload;
  m.qos = p.qos;
  m.retain = p.retain;
  m.properties = p.properties;
  m.packet_id = p.packet_id;
  const std::size_t n = add(std::move(m));
  if (p.qos > 0 && on.who != nullptr) on.who->outbound[p.packet_id] = n;
}

void history::acknowledge(link& on, const packet& p) {
  const bool ends = p.type != packet_type::pubrec || p.reason >= 0x80;
  if (ends) std::erase(on.window, p.packet_id);
  if (p.type == packet_type::pubrec) {
    on.recorded.push_back(p.packet_id);
    ++requests_;
  }
  if (on.of == nullptr) return;
  const auto found = on.of->exchanges.find(p.packet_id);
  if (found == on.of->exchanges.end()) return;
  exchange& e = found->second;
  const bool fits = (p.type == packet_type::puback && e.qos == 1) ||
                    (p.type == packet_type::pubrec && e.qos == 2) ||
                    (p.type == packet_type::pubcomp && e.at_stage == exchange::stage::released);
  if (!fits && e.at_stage != exchange::stage::done) {
    on.of->complete = false;  // what the server makes of it is open
    return;
  }
  if (ends) {
    e.at_stage = exchange::stage::done;
  } else if (e.at_stage == exchange::stage::published) {
    e.at_stage = exchange::stage::recorded;
  } else {
    return;
  }
  e.said_number = number;
  e.said_at = now;
  e.heard = false;
  e.link = on.id;
}

void history::subscribe(link& on, const packet& p) {
  if (on.of == nullptr) {
    on.odd_before_connack = true;  // which session it is for is not known yet
    return;
  }
  for (const wire::subscription_request& asked : p.subscriptions) {
    subscription s;
    s.asked = asked;
    s.filter = asked.filter;
    s.shared = wire::is_shared(asked.filter, on.version);
    // Servers that share do so for clients of 3.1.1 too, to which the filter is one like any other.
    if (!s.shared && asked.filter.starts_with("$share/")) on.of->complete = false;
    if (s.shared) s.filter = asked.filter.substr(asked.filter.find('/', 7) + 1);
    s.identifier = wire::find_number(p.properties, property_id::subscription_identifier);
    s.asked_number = number;
    s.link = on.id;
    s.packet_id = p.packet_id;
    s.existed = std::any_of(
        on.of->subscriptions.begin(), on.of->subscriptions.end(), [&](const subscription& o) {
          return o.asked.filter == asked.filter && !o.refused() && o.removed_number == no_event;
        });
    on.of->subscriptions.push_back(std::move(s));
  }
}

void history::suback(link& on, const packet& p) {
  if (on.of == nullptr) return;
  std::size_t position = 0;
  event_number asked = no_event;
  for (subscription& s : on.of->subscriptions) {
    if (s.link != on.id || s.packet_id != p.packet_id || s.granted) continue;
    if (asked == no_event) asked = s.asked_number;
    if (s.asked_number != asked || position == p.reasons.size()) break;
    s.granted = p.reasons[position++];
    s.granted_number = number;
    s.granted_at = now;
    if (s.refused()) continue;
    for (subscription& older : on.of->subscriptions) {
      if (&older == &s) break;
      if (older.asked.filter == s.asked.filter && older.replaced_number == no_event) {
        older.replaced_number = number;
      }
    }
  }
}

void history::unsuback(link& on, const packet& p) {
  const auto found = unsubscribes_.find({on.id, p.packet_id});
  if (on.of == nullptr || found == unsubscribes_.end() || found->second.empty()) return;
  const packet asked = found->second.front();
  found->second.erase(found->second.begin());
  for (std::size_t n = 0; n < asked.filters.size(); ++n) {
    if (n < p.reasons.size() && p.reasons[n] >= 0x80) continue;
    for (subscription& s : on.of->subscriptions) {
      if (s.asked.filter == asked.filters[n] && s.removed_number == no_event) {
        s.removed_number = number;
      }
    }
  }
}

void history::heard(link& on, event_number up_to) {
  on.last_answered_request = std::max(on.last_answered_request, up_to);
  if (on.of == nullptr) return;
  for (auto& [id, e] : on.of->exchanges) {
    if (e.link == on.id && e.said_number < up_to) e.heard = true;
  }
}

void history::answer(link& on, packet_type type, const packet& p) {
  for (request& r : on.requests) {
    if (r.answered || r.type != type || r.id != p.packet_id) continue;
    r.answered = true;
    heard(on, r.number);
    break;
  }
  if (type != packet_type::puback && type != packet_type::pubrec && type != packet_type::pubcomp) {
    return;
  }
  message* m = outbound(on, p.packet_id);
  if (m == nullptr || m->qos != (type == packet_type::puback ? 1 : 2)) return;
  if (type == packet_type::pubcomp) {
    m->completed = true;
  } else {
    m->reason = p.reason;
    m->completed = type == packet_type::puback || p.reason >= 0x80;
  }
  m->answered_number = number;
  m->answered_at = now;
}

void history::connack(link& on, const packet& p) {
  if (on.connack) return;
  on.connack = std::make_unique<const packet>(p);
  on.connack_at = now;
  on.connack_number = number;
  if (p.reason != 0 || !on.connect) return;
  if (const auto* assigned =
          wire::find_property(p.properties, property_id::assigned_client_identifier)) {
    on.client_id = assigned->text;
    on.own = on.connect->client_id.empty();
    on.who = &clients_[on.client_id];
    on.who->newest_link = &on;
  }
  session* known = on.who->newest;
  for (const auto& [id, other] : links) {
    if (&other == &on || other.who != on.who || !other.connect) continue;
    const event_number decided = std::min(other.connack_number, other.server_ended_number);
    if (decided > on.connect_number) on.alone = false;  // in which order they were taken is open
  }
  const bool clear = on.own && on.alone && !on.odd && !on.odd_before_connack;
  if (!p.session_present || known == nullptr) {
    sessions.push_back({});
    known = &sessions.back();
    known->client_id = on.client_id;
    known->complete = clear && !p.session_present;
    known->began = number;
    on.who->newest = known;
  } else if (!clear || known->version != on.version) {
    known->complete = false;
  }
  known->version = on.version;
  known->links.push_back(on.id);
  on.of = known;
  if (!p.session_present) return;
  for (const auto& [id, e] : known->exchanges) {
    if (e.at_stage == exchange::stage::published) on.owes.push_back({id, false, false});
    if (e.at_stage == exchange::stage::released) on.owes.push_back({id, true, false});
    if (e.at_stage == exchange::stage::recorded && e.heard) on.owes.push_back({id, true, false});
  }
}

bool history::many_sessions() const {
  constexpr std::size_t few = 50;
  std::size_t stored = 0;
  std::unordered_set<std::string_view> met;
  for (auto s = sessions.rbegin(); s != sessions.rend() && stored <= few; ++s) {
    const bool newest = met.insert(s->client_id).second;
    stored += newest && link_of(s->newest()).interval() != 0;
  }
  return stored > few;
}

// A retained message may be older than the trace; topics with '$' are the server's own.
bool history::is_of_others(const link& on, const packet& p, const std::string& topic) const {
  return !options.whole && !unknown_messages && !restarted && on.of->complete && !on.odd &&
         !on.of->forgot && !p.retain && !p.dup && !topic.starts_with('$') &&
         candidates(topic, p.payload).empty();
}

void history::publish_received(link& on, const packet& p, std::size_t size) {
  const auto topic = topic_of(on, p);
  if (const auto alias = wire::find_number(p.properties, property_id::topic_alias);
      alias && !p.topic.empty()) {
    on.server_aliases[static_cast<std::uint16_t>(*alias)] = p.topic;
  }
  if (on.of == nullptr || !topic) return;
  others_publish |= is_of_others(on, p, *topic);
  deliveries& d = on.of->delivered[key_of(*topic, p.payload)];
  if (!p.dup) {
    ++d.copies;
    d.retained += p.retain;
  }
  d.highest_qos = std::max(d.highest_qos, p.qos);
  if (p.qos == 0) return;
  on.of->exchanges[p.packet_id] = {p.packet_id, *topic, p.payload, p.qos, size,
                                   on.id,       {},     0,         {},    false};
  if (std::find(on.window.begin(), on.window.end(), p.packet_id) == on.window.end()) {
    on.window.push_back(p.packet_id);
  }
  for (owed& o : on.owes) o.paid |= o.id == p.packet_id && !o.release;
}

void history::received(link& on, const packet& p, std::size_t size) {
  on.last_received_at = now;
  on.last_received_number = number;
  switch (p.type) {
    case packet_type::connack:
      return connack(on, p);
    case packet_type::publish:
      return publish_received(on, p, size);
    case packet_type::pubrel: {
      for (owed& o : on.owes) o.paid |= o.id == p.packet_id;
      if (on.of == nullptr) return;
      const auto found = on.of->exchanges.find(p.packet_id);
      if (found == on.of->exchanges.end()) return;
      found->second.at_stage = exchange::stage::released;
      found->second.link = on.id;
      return;
    }
    case packet_type::suback:
      suback(on, p);
      return answer(on, p.type, p);
    case packet_type::unsuback:
      unsuback(on, p);
      return answer(on, p.type, p);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubcomp:
    case packet_type::pingresp:
      return answer(on, p.type, p);
    case packet_type::disconnect:
      on.server_said_goodbye = true;
      on.server_goodbye_at = now;
      return;
    default:
      return;
  }
}

void history::ended(link& on, end_of_link how) {
  if (on.ended_number == no_event) on.ended_number = number;
  if (how == end_of_link::shut_by_client || how == end_of_link::closed_by_client) {
    if (on.client_ended_at == never) on.client_ended_at = now;
    on.client_aborted |= how == end_of_link::closed_by_client;
    return;
  }
  if (on.server_ended_at != never) return;
  on.server_ended_at = now;
  on.server_ended_number = number;
  on.was_reset = how == end_of_link::reset_by_server;
  // It closes when it has read to the end.
  if (on.goodbye && !on.odd && !on.was_reset) heard(on, on.goodbye_number);
}

}  // namespace mqttspec::oracle
