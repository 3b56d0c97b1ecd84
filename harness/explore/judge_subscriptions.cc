// Subscriptions, and the retained messages that they bring.

#include <algorithm>

#include "explore/judge.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::protocol_version;

void judge::store_retained(message_id id) {
  const message& m = messages_[id];
  std::vector<message_id>& held = retained_[m.topic];
  const message_id value = m.empty ? no_message : id;
  const bool sure = m.stage == message_stage::settled && (m.will ? m.seen : m.qos > 0 || m.read);
  if (!sure) {
    if (held.empty()) held.push_back(no_message);
    std::erase(held, value);
    held.push_back(value);
    return;
  }
  // What was published between PUBLISH and PUBREL of this may have come before it or after.
  if (held.empty() || held.back() != value) return;
  // A will that nobody has seen yet may come behind this, and of two wills that were due at about
  // the same time either may have come last.
  const bool contested = std::any_of(held.begin(), held.end(), [&](message_id other) {
    if (other == no_message || other == id || !messages_[other].will) return false;
    return m.will || !messages_[other].seen;
  });
  if (contested) return;
  // A message of QoS 2 may be stored when its PUBREL comes, which is later still.
  const bool clears_later = std::any_of(messages_.begin(), messages_.end(), [&](const message& o) {
    return o.stage == message_stage::open && o.retain && o.empty && o.topic == m.topic;
  });
  std::erase_if(held, [&](message_id other) {
    if (other == value) return false;
    // QoS 0 on another connection may be read later than this.
    const bool overtaken = other != no_message && !messages_[other].will &&
                           messages_[other].qos == 0 && !messages_[other].read &&
                           messages_[other].connection != m.connection;
    if (overtaken) return false;
    return other == no_message ? !clears_later : messages_[other].stage != message_stage::open;
  });
  // QoS 0 may be let go at any time.
  if (m.qos == 0 && value != no_message) held.insert(held.begin(), no_message);
  if (held == std::vector<message_id>{no_message}) held.clear();
}

bool judge::has_empty(std::uint8_t topic) const {
  return std::any_of(messages_.begin(), messages_.end(),
                     [&](const message& m) { return m.empty && m.topic == topic; });
}

bool judge::retained_left() const {
  return std::any_of(retained_.begin(), retained_.end(), [](const auto& r) { return !r.empty(); });
}

void judge::offer_retained(std::uint8_t client, const subscription& to, bool held,
                           std::uint8_t handling) {
  if (to.share != 0 || handling == 2 || (handling == 1 && held)) return;
  for (std::uint8_t topic = 0; topic < std::size(topic_names); ++topic) {
    if (!matches(to.filter, topic)) continue;
    const auto& values = retained_[topic];
    for (const message_id id : values) {
      if (id == no_message) continue;
      const message& m = messages_[id];
      copy c;
      c.message = id;
      c.filters = to.bit();
      c.retained = true;
      c.top_qos = std::min(to.qos, m.qos);
      c.variants = {{c.top_qos, true, bit_of(to.identifier)}};
      // No Local may or may not keep the client's own retained message back.
      const bool own = to.no_local && m.publisher == client;
      c.must = values.size() == 1 && c.top_qos > 0 && !m.lifetime && !own &&
               !is_too_large(sessions_[client], m);
      c.why = handling == 1 ? &rules::retained_sent_once : &rules::retained_sent;
      sessions_[client].copies.push_back(std::move(c));
    }
  }
  overflow(client);
}

void judge::hold(std::uint8_t client, const subscription& made, std::uint8_t handling) {
  session& s = sessions_[client];
  const auto old = std::find_if(
      s.subscriptions.begin(), s.subscriptions.end(),
      [&](const subscription& x) { return x.filter == made.filter && x.share == made.share; });
  const bool held = old != s.subscriptions.end();
  if (held) {
    *old = made;
    // What waits may be sent in the old form or in the new one.
    for (copy& x : s.copies) {
      if ((x.filters & made.bit()) != made.bit() || x.any_taken) continue;
      for (copy& wanted : copies_for(client, x.message)) {
        if (x.retained || wanted.filters != x.filters) continue;
        for (const variant& v : wanted.variants) add_form(x.variants, v);
        x.top_qos = std::min(x.top_qos, wanted.top_qos);
        if (x.top_qos == 0) x.must = false;
      }
    }
  } else {
    s.subscriptions.push_back(made);
  }
  offer_retained(client, made, held, handling);
  // A will whose publication nobody has seen yet may come behind this.
  for (message_id m = 0; m < messages_.size(); ++m) {
    const message& will = messages_[m];
    if (!will.will || will.seen || !matches(made.filter, will.topic)) continue;
    if (will.stage != message_stage::open && will.stage != message_stage::settled) continue;
    for (copy& x : copies_for(client, m)) {
      x.settled = true;  // as in offer_late
      const auto waiting = std::find_if(s.copies.begin(), s.copies.end(), [&](const copy& other) {
        return other.message == m && !other.retained && !other.any_taken &&
               ((other.filters | x.filters) & share_bit) == 0;
      });
      if (waiting == s.copies.end()) {
        s.copies.push_back(std::move(x));
        continue;
      }
      // In the form of before or in that of now.
      for (const variant& v : x.variants) add_form(waiting->variants, v);
      waiting->filters |= x.filters;
      waiting->overlapping |= x.overlapping;
      waiting->top_qos = std::min(waiting->top_qos, x.top_qos);
      if (waiting->top_qos == 0) waiting->must = false;
    }
  }
  // When a member's session ends, what it was to get may go to one that came later.
  for (message_id m = 0; made.share != 0 && m < messages_.size(); ++m) {
    if (!messages_[m].shared || !matches(made.filter, messages_[m].topic)) continue;
    for (copy& x : copies_for(client, m)) {
      x.settled = true;  // as in offer_late
      s.copies.push_back(std::move(x));
    }
    for (share_token& t : tokens_) {
      if (t.message == m && t.taken_by < 0) t.strict = t.must = false;
    }
  }
}

void judge::let_go(std::uint8_t client, std::uint8_t filter, std::uint8_t share) {
  session& s = sessions_[client];
  subscription gone;
  gone.filter = filter;
  gone.share = share;
  std::erase_if(s.subscriptions, [&](const subscription& x) {
    if (x.filter != gone.filter || x.share != gone.share) return false;
    s.given_up.push_back(x);
    return true;
  });
  s.unsubscribed |= static_cast<filter_set>(1u << filter);
  // What waits may still come.
  for (copy& x : s.copies) {
    if ((x.filters & gone.bit()) == gone.bit()) x.must = false;
  }
  if (share == 0) return;
  break_tokens(client);
  forgive_tokens(client);
}

// |a.qos| and |a.also_qos| are as they were asked for.
void judge::subscribe(connection_id c, const action& a, std::uint16_t id, instant now) {
  advance(now);
  link& l = links_[c];
  touch(l, now);
  const bool v5 = l.version == protocol_version::v5;
  debt d{packet_type::suback, id, &rules::suback};
  const auto ask = [&](std::uint8_t filter, std::uint8_t qos) {
    const subscription made{filter,
                            a.share,
                            std::min(qos, facts_.maximum_qos),
                            v5 && a.no_local && a.share == 0,
                            v5 && a.retain_as_published,
                            v5 ? a.identifier : std::uint8_t{0},
                            false,
                            static_cast<message_id>(messages_.size())};
    hold(l.client, made, v5 ? a.retain_handling : std::uint8_t{0});
    d.requests.push_back({made.bit(), qos});
  };
  ask(a.name, a.qos);
  if (a.also) ask(*a.also, a.also_qos);
  l.owed.push_back(std::move(d));
}

void judge::unsubscribe(connection_id c, const action& a, std::uint16_t id, instant now) {
  advance(now);
  link& l = links_[c];
  touch(l, now);
  let_go(l.client, a.name, a.share);
  if (a.also) let_go(l.client, *a.also, a.share);
  l.owed.push_back({packet_type::unsuback, id, &rules::unsuback});
}

}  // namespace mqttspec::explore
