#include "fuzz/simple_session.h"

#include <algorithm>

#include "fuzz/naive_topic.h"

namespace mqttspec::fuzz {

using namespace wire;

namespace {

bool expired(const simple_message& m, instant now) {
  return m.expiry && now > m.received && now - m.received >= std::chrono::seconds(*m.expiry);
}

simple_message message_of_will(const will_message& w, std::size_t client, instant now) {
  return {w.topic,
          w.payload,
          w.qos,
          w.retain,
          find_number(w.properties, property_id::message_expiry_interval),
          now,
          client};
}

}  // namespace

simple_server::simple_server(simple_options options, std::vector<protocol_version> versions)
    : options_(options), versions_(std::move(versions)), sessions_(versions_.size()) {}

void simple_server::receive(std::size_t client, const packet& p, instant now) {
  advance(now);
  switch (p.type) {
    case packet_type::connect:
      return connect(client, p, now);
    case packet_type::disconnect:
      return disconnect(client, p, now);
    case packet_type::publish:
      return publish(client, p, now);
    case packet_type::pubrel:
      return release(client, p, now);
    case packet_type::subscribe:
      return subscribe(client, p, now);
    case packet_type::unsubscribe:
      return unsubscribe(client, p);
    default:
      return acknowledge(client, p, now);
  }
}

// ---- connections and sessions

void simple_server::connect(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  if (s.connected) refuse(client, code_of(reason_code::session_taken_over), now);
  const bool resumed = s.exists && !p.clean_start;
  if (s.pending_will) {
    const simple_message will = *s.pending_will;
    s.pending_will.reset();
    if (!resumed) distribute(will, now);  // its session ends
  }
  if (!resumed) {
    s = session{};
    s.age = ++last_age_;
  }
  const auto asked = find_number(p.properties, property_id::session_expiry_interval);
  s.exists = s.connected = true;
  s.end = never;
  s.sent_interval = asked.value_or(0);
  s.interval = is_v5(client)   ? std::min(s.sent_interval, options_.expiry_max)
               : p.clean_start ? 0
                               : options_.v311_expiry;
  const auto most = find_number(p.properties, property_id::receive_maximum);
  s.window = std::min(is_v5(client) ? most.value_or(65535) : 65535u, options_.window);
  s.will = p.will;
  s.aliases.clear();
  for (received_id& each : s.ids) each.here = false;
  for (flight& f : s.flights) {
    f.waits = true;
    f.slot = false;
  }
  owed_packet connack{client, make(packet_type::connack, versions_[client]), false, 0};
  connack.what.session_present = resumed;
  if (is_v5(client)) {
    connack.what.properties.push_back(
        number_property(property_id::session_expiry_interval, s.interval));
  }
  owed_.push_back(std::move(connack));
  pump(s, now);
}

void simple_server::disconnect(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  if (const auto update = find_number(p.properties, property_id::session_expiry_interval)) {
    if (s.sent_interval == 0 && *update != 0) {
      return refuse(client, code_of(reason_code::protocol_error), now);
    }
    s.interval = std::min(*update, options_.expiry_max);
  }
  owed_.push_back({client, {}, true, 0});
  close(s, p.reason == 0, now);
}

void simple_server::lost(std::size_t client, instant now) {
  advance(now);
  close(sessions_[client], false, now);
}

// The server ends the connection.
void simple_server::refuse(std::size_t client, std::uint8_t reason, instant now) {
  if (is_v5(client)) answer(client, packet_type::disconnect, 0, reason);
  owed_.push_back({client, {}, true, 0});
  close(sessions_[client], false, now);
}

void simple_server::close(session& s, bool normal, instant now) {
  s.connected = s.deaf = false;
  std::optional<simple_message> due;
  if (s.will && !normal) {
    std::uint32_t delay =
        find_number(s.will->properties, property_id::will_delay_interval).value_or(0);
    if (s.interval != never_expires) delay = std::min(delay, s.interval);
    const simple_message will = message_of_will(*s.will, index_of(s), now);
    if (delay == 0) {
      due = will;
    } else {
      s.pending_will = will;
      s.will_due = saturating_add(now, std::chrono::seconds(delay));
    }
  }
  s.will.reset();
  if (s.interval == 0) {
    s = session{};
  } else if (s.interval != never_expires) {
    s.end = saturating_add(now, std::chrono::seconds(s.interval));
  }
  if (due) distribute(*due, now);
}

void simple_server::advance(instant now) {
  for (;;) {
    // The earliest thing to do: wills in front of ends, older sessions first.
    session* who = nullptr;
    instant when = never;
    bool ends = false;
    for (const bool look_at_ends : {false, true}) {
      for (session& s : sessions_) {
        const instant at = look_at_ends     ? (s.exists && !s.connected ? s.end : never)
                           : s.pending_will ? s.will_due
                                            : never;
        const bool earlier = at < when || (at == when && at != never && ends == look_at_ends &&
                                           who != nullptr && s.age < who->age);
        if (!earlier) continue;
        who = &s;
        when = at;
        ends = look_at_ends;
      }
    }
    if (who == nullptr || when > now) return;
    if (ends) {
      *who = session{};
      continue;
    }
    simple_message will = *who->pending_will;
    who->pending_will.reset();
    will.received = when;
    distribute(will, when);
  }
}

void simple_server::killed(instant now) {
  advance(now);
  for (std::size_t client = 0; client < sessions_.size(); ++client) {
    session& s = sessions_[client];
    if (!s.connected) continue;
    owed_.push_back({client, {}, true, 0});
    s.deaf = true;
  }
  if (!options_.forgets_at_restart) return;
  for (session& s : sessions_) s = session{};
  retained_.clear();
}

void simple_server::started(instant stopped) {
  for (;;) {
    session* oldest = nullptr;
    for (session& s : sessions_) {
      if (s.deaf && (oldest == nullptr || s.age < oldest->age)) oldest = &s;
    }
    if (oldest == nullptr) return;
    close(*oldest, false, stopped);
  }
}

// ---- messages

void simple_server::publish(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  const auto opened = std::find_if(s.ids.begin(), s.ids.end(),
                                   [&](const received_id& r) { return r.id == p.packet_id; });
  const bool again = p.qos == 2 && opened != s.ids.end();
  const auto here =
      std::count_if(s.ids.begin(), s.ids.end(), [](const received_id& r) { return r.here; });
  if (is_v5(client) && p.qos > 0 && !(again && opened->here) &&
      static_cast<std::uint32_t>(here) >= options_.receive_maximum) {
    return refuse(client, code_of(reason_code::receive_maximum_exceeded), now);
  }
  std::string topic = p.topic;
  if (const auto alias = find_number(p.properties, property_id::topic_alias)) {
    const auto number = static_cast<std::uint16_t>(*alias);
    if (number > options_.alias_maximum) {
      return refuse(client, code_of(reason_code::topic_alias_invalid), now);
    }
    if (!topic.empty()) {
      s.aliases[number] = topic;
    } else if (s.aliases.contains(number)) {
      topic = s.aliases[number];
    } else {
      return refuse(client, code_of(reason_code::protocol_error), now);
    }
  }
  const simple_message m{std::move(topic),
                         p.payload,
                         p.qos,
                         p.retain,
                         find_number(p.properties, property_id::message_expiry_interval),
                         now,
                         client};
  if (again) {
    opened->here = true;
    return answer(client, packet_type::pubrec, p.packet_id, 0);
  }
  const bool held = p.qos == 2 && options_.forwarded_at_release;
  const bool matched = held || distribute(m, now);
  if (p.qos == 2) {
    s.ids.push_back({p.packet_id, true, held ? std::optional(m) : std::nullopt});
  }
  if (p.qos == 0) return;
  answer(
      client, p.qos == 1 ? packet_type::puback : packet_type::pubrec, p.packet_id,
      matched || !is_v5(client) ? std::uint8_t{0} : code_of(reason_code::no_matching_subscribers));
}

void simple_server::release(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  const auto opened = std::find_if(s.ids.begin(), s.ids.end(),
                                   [&](const received_id& r) { return r.id == p.packet_id; });
  const bool known = opened != s.ids.end();
  if (known) {
    const std::optional<simple_message> held = opened->held;
    s.ids.erase(opened);
    if (held) distribute(*held, now);
  }
  answer(client, packet_type::pubcomp, p.packet_id,
         known || !is_v5(client) ? std::uint8_t{0}
                                 : code_of(reason_code::packet_identifier_not_found));
}

// Whether anybody subscribes to it.
bool simple_server::distribute(const simple_message& m, instant now) {
  if (m.retain) {
    std::erase_if(retained_, [&](const simple_message& r) { return r.topic == m.topic; });
    if (!m.payload.empty()) retained_.push_back(m);
  }
  std::vector<session*> by_age;
  for (session& s : sessions_) {
    if (s.exists) by_age.push_back(&s);
  }
  std::sort(by_age.begin(), by_age.end(),
            [](const session* a, const session* b) { return a->age < b->age; });
  bool matched = false;
  for (session* s : by_age) {
    std::optional<copy> one;
    for (const subscription& sub : s->subscriptions) {
      if (!naive_matches(sub.filter, m.topic)) continue;
      matched = true;
      if (sub.no_local && index_of(*s) == m.publisher) continue;
      if (!one) one = copy{m, 0, false, {}};
      one->qos = std::max(one->qos, std::min(m.qos, sub.qos));
      one->retain = one->retain || (sub.as_published && m.retain);
      if (sub.identifier != 0) one->identifiers.push_back(sub.identifier);
    }
    if (one) deliver(*s, std::move(*one), now);
  }
  return matched;
}

void simple_server::deliver(session& s, copy c, instant now) {
  const bool waiting_qos0 =
      std::any_of(s.queue.begin(), s.queue.end(), [](const copy& each) { return each.qos == 0; });
  if (c.qos == 0 && s.connected && (!waiting_qos0 || s.deaf)) {
    if (!s.deaf) owe_publish(s, c, 0, 0, false, now);
    return;
  }
  if (c.qos == 0 && !s.connected && !options_.qos0_queued) return;
  const auto used = static_cast<std::size_t>(
      std::count_if(s.flights.begin(), s.flights.end(), [](const flight& f) { return f.slot; }));
  const bool repeating = std::any_of(s.flights.begin(), s.flights.end(),
                                     [](const flight& f) { return f.waits && !f.released; });
  const bool passes = s.connected && !repeating && used + s.queue.size() < s.window;
  if (!passes && s.queue.size() >= options_.queue_limit) {
    std::erase_if(s.queue, [&](const copy& each) { return expired(each.content, now); });
    if (s.queue.size() >= options_.queue_limit) {
      if (!options_.drop_oldest || s.queue.empty()) return;
      s.queue.erase(s.queue.begin());
    }
  }
  s.queue.push_back(std::move(c));
  pump(s, now);
}

// Sends what may be sent: what is owed from before, then what is queued.
void simple_server::pump(session& s, instant now) {
  if (!s.connected || s.deaf) return;
  std::uint32_t used = 0;
  for (const flight& f : s.flights) used += f.slot ? 1 : 0;
  for (flight& f : s.flights) {
    if (!f.waits || !f.released) continue;
    f.waits = false;
    answer(index_of(s), packet_type::pubrel, f.id, 0);
  }
  for (flight& f : s.flights) {
    if (!f.waits || used >= s.window) continue;
    f.waits = false;
    f.slot = true;
    ++used;
    owe_publish(s, f.what, f.id, 0, true, now);
  }
  while (!s.queue.empty()) {
    const copy first = s.queue.front();
    if (!expired(first.content, now)) {
      if (first.qos > 0 && used >= s.window) return;
      if (first.qos > 0) {
        s.flights.push_back({++last_copy_, 0, first, false, false, true});
        ++used;
      }
      owe_publish(s, first, 0, first.qos > 0 ? last_copy_ : 0, false, now);
    }
    s.queue.erase(s.queue.begin());
  }
}

void simple_server::acknowledge(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  const auto f = std::find_if(s.flights.begin(), s.flights.end(),
                              [&](const flight& each) { return each.id == p.packet_id; });
  const bool found = f != s.flights.end();
  switch (p.type) {
    case packet_type::puback:
      if (found && f->what.qos == 1) s.flights.erase(f);
      break;
    case packet_type::pubcomp:
      if (found && f->released) s.flights.erase(f);
      break;
    default: {  // PUBREC
      const bool fits = found && f->what.qos == 2;
      if (p.reason >= 0x80) {
        if (fits) s.flights.erase(f);
        break;
      }
      if (fits) {
        f->released = true;
        f->waits = false;
      }
      answer(client, packet_type::pubrel, p.packet_id,
             fits || !is_v5(client) ? std::uint8_t{0}
                                    : code_of(reason_code::packet_identifier_not_found));
    }
  }
  pump(s, now);
}

// ---- subscriptions

void simple_server::subscribe(std::size_t client, const packet& p, instant now) {
  session& s = sessions_[client];
  owed_packet suback{client, make(packet_type::suback, versions_[client]), false, 0};
  suback.what.packet_id = p.packet_id;
  for (const subscription_request& r : p.subscriptions) {
    auto at = std::find_if(s.subscriptions.begin(), s.subscriptions.end(),
                           [&](const subscription& each) { return each.filter == r.filter; });
    const bool existed = at != s.subscriptions.end();
    const subscription wanted{
        r.filter, r.max_qos, r.no_local, r.retain_as_published,
        find_number(p.properties, property_id::subscription_identifier).value_or(0)};
    if (existed) {
      *at = wanted;
    } else {
      s.subscriptions.push_back(wanted);
    }
    suback.what.reasons.push_back(r.max_qos);
    if (r.retain_handling == 2 || (r.retain_handling == 1 && existed)) continue;
    std::vector<simple_message> stored = retained_;
    std::sort(stored.begin(), stored.end(),
              [](const simple_message& a, const simple_message& b) { return a.topic < b.topic; });
    for (const simple_message& m : stored) {
      if (expired(m, now) || !naive_matches(r.filter, m.topic)) continue;
      if (r.no_local && m.publisher == client) continue;
      copy c{m, std::min(m.qos, r.max_qos), true, {}};
      if (wanted.identifier != 0) c.identifiers.push_back(wanted.identifier);
      deliver(s, std::move(c), now);
    }
  }
  owed_.push_back(std::move(suback));
}

void simple_server::unsubscribe(std::size_t client, const packet& p) {
  session& s = sessions_[client];
  owed_packet unsuback{client, make(packet_type::unsuback, versions_[client]), false, 0};
  unsuback.what.packet_id = p.packet_id;
  for (const std::string& filter : p.filters) {
    const auto gone = std::erase_if(
        s.subscriptions, [&](const subscription& each) { return each.filter == filter; });
    if (!is_v5(client)) continue;
    unsuback.what.reasons.push_back(gone != 0 ? std::uint8_t{0}
                                              : code_of(reason_code::no_subscription_existed));
  }
  owed_.push_back(std::move(unsuback));
}

// ---- what is owed

void simple_server::answer(std::size_t client, packet_type type, std::uint16_t id,
                           std::uint8_t reason) {
  packet p = make(type, versions_[client]);
  p.packet_id = id;
  p.reason = reason;
  owed_.push_back({client, std::move(p), false, 0});
}

void simple_server::owe_publish(session& s, const copy& c, std::uint16_t id, std::uint64_t number,
                                bool dup, instant now) {
  const std::size_t client = index_of(s);
  packet p = make(packet_type::publish, versions_[client]);
  p.topic = c.content.topic;
  p.payload = c.content.payload;
  p.qos = c.qos;
  p.retain = c.retain;
  p.dup = dup;
  p.packet_id = id;
  if (is_v5(client)) {
    if (c.content.expiry) {
      const auto waited =
          std::chrono::duration_cast<std::chrono::seconds>(now - c.content.received).count();
      const std::uint32_t interval = *c.content.expiry;
      const std::uint32_t left =
          waited >= interval ? 0 : interval - static_cast<std::uint32_t>(waited);
      p.properties.push_back(number_property(property_id::message_expiry_interval, left));
    }
    for (const std::uint32_t each : c.identifiers) {
      p.properties.push_back(number_property(property_id::subscription_identifier, each));
    }
  }
  owed_.push_back({client, std::move(p), false, number});
}

void simple_server::took_id(std::uint64_t number, std::uint16_t id) {
  for (session& s : sessions_) {
    for (flight& f : s.flights) {
      if (f.number == number) f.id = id;
    }
  }
}

}  // namespace mqttspec::fuzz
