// Messages and subscriptions: who may get what, and who must.

#include <algorithm>

#include "explore/judge.h"

namespace mqttspec::explore {

using std::chrono::seconds;
using wire::packet_type;
using wire::protocol_version;

namespace {

constexpr identifier_set bit_of(std::uint8_t identifier) {
  return identifier == 0 ? identifier_set{0} : static_cast<identifier_set>(1u << identifier);
}

void add(std::vector<variant>& to, const variant& v) {
  if (std::find(to.begin(), to.end(), v) == to.end()) to.push_back(v);
}

// One copy for subscriptions that overlap: the highest QoS, every identifier, either RETAIN.
struct overlap {
  variant merged;
  bool flags[2] = {false, false};
  std::size_t matching = 0;

  void take(const variant& v) {
    merged.qos = std::max(merged.qos, v.qos);
    merged.identifiers |= v.identifiers;
    flags[v.retain ? 1 : 0] = true;
    ++matching;
  }
  void add_to(std::vector<variant>& variants) const {
    if (matching < 2) return;
    variant v = merged;
    for (const bool flag : {false, true}) {
      v.retain = flag;
      if (flags[flag ? 1 : 0]) add(variants, v);
    }
  }
};

bool same_forms(const copy& a, const copy& b) {
  if (a.filters != b.filters || a.variants.size() != b.variants.size()) return false;
  for (std::size_t i = 0; i < a.variants.size(); ++i) {
    const variant& x = a.variants[i];
    const variant& y = b.variants[i];
    if (x.qos != y.qos || x.retain != y.retain || x.identifiers != y.identifiers) return false;
  }
  return true;
}

// Which of several copies of one message is which cannot be told when a packet comes.
std::vector<copy> loosened(std::vector<copy> copies) {
  if (copies.size() < 2) return copies;
  std::vector<variant> all;
  std::uint8_t least = 2;
  for (const copy& c : copies) {
    for (const variant& v : c.variants) add(all, v);
    least = std::min(least, c.top_qos);
  }
  for (copy& c : copies) {
    // Its own forms stay as many as they are.
    for (const variant& v : all) add(c.variants, v);
    c.top_qos = least;
    c.overlapping = true;
  }
  return copies;
}

}  // namespace

// What the subscriptions of |client| ask for: one copy for all that are not shared (in several
// forms when they overlap), one for each share.
std::vector<copy> judge::copies_for(std::uint8_t client, message_id id) {
  const session& s = sessions_[client];
  const message& m = messages_[id];
  std::vector<copy> out;
  copy own;
  own.message = id;
  // Subscriptions that match, and that No Local keeps quiet. Whether it does so for others that
  // match as well is not said.
  bool kept_quiet = false;
  identifier_set silent = 0;
  overlap all;
  overlap certain;  // without subscriptions that may not count
  bool resumed = false;
  bool unsure = false;
  for (const subscription& x : s.subscriptions) {
    if (!matches(x.filter, m.topic)) continue;
    const bool local = x.no_local && m.publisher == client;
    // Whether a will is the client's own message is not said.
    if (local && !m.will) {
      silent |= bit_of(x.identifier);
      kept_quiet = true;
      continue;
    }
    unsure |= local;
    variant v;
    v.qos = std::min(x.qos, m.qos);
    v.retain = x.retain_as_published && m.retain;
    v.identifiers = bit_of(x.identifier);
    if (x.share != 0) {
      copy c;
      c.message = id;
      c.filters = x.bit();
      c.top_qos = v.qos;
      c.variants = {v};
      // How a share treats RETAIN is not told apart from the option.
      if (m.retain) add(c.variants, {v.qos, !v.retain, v.identifiers});
      c.why = &rules::shared_delivered;
      out.push_back(std::move(c));
      continue;
    }
    own.variants.push_back(v);  // each may bring a copy, also of equal form
    own.filters |= x.bit();
    all.take(v);
    if (!local) certain.take(v);
    resumed |= x.resumed;
  }
  if (all.matching == 0) return loosened(std::move(out));
  own.overlapping = all.matching > 1;
  all.add_to(own.variants);
  if (unsure) certain.add_to(own.variants);
  // A copy that comes because of another one may tell theirs too.
  if (silent != 0) {
    for (std::size_t i = 0, n = own.variants.size(); i < n; ++i) {
      variant v = own.variants[i];
      v.identifiers |= silent;
      add(own.variants, v);
    }
  }
  own.top_qos = unsure || kept_quiet ? std::uint8_t{0} : all.merged.qos;
  own.why = m.why != nullptr ? m.why : resumed ? &rules::delivered_on_resume : &rules::delivered;
  out.push_back(std::move(own));
  return loosened(std::move(out));
}

// The client has said that it does not take packets as large as that.
bool judge::is_too_large(const session& s, const message& m) const {
  return m.big && s.connection != no_connection && links_[s.connection].small_packets;
}

// |m| may come from here on.
void judge::offer(message_id id, instant now) {
  messages_[id].published = now;
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    session& s = sessions_[client];
    if (presence_of(s, now) == link::presence::no) continue;
    for (copy& c : copies_for(client, id)) {
      messages_[id].shared |= (c.filters & share_bit) != 0;
      c.maybe_sent = s.connection == no_connection && s.unnoticed;
      messages_[id].too_large |= is_too_large(s, messages_[id]);
      s.copies.push_back(std::move(c));
    }
    overflow(client);
  }
  if (messages_[id].retain) store_retained(id);
}

// |m| was forwarded, or will be at once: what was asked for when it was published and is asked for
// now has to come. QoS 0 never has to.
void judge::settle(message_id id, instant now) {
  message& m = messages_[id];
  m.stage = message_stage::settled;
  std::vector<std::uint16_t> tokens;
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    session& s = sessions_[client];
    const auto presence = presence_of(s, now);
    if (presence == link::presence::no) continue;
    for (copy& wanted : copies_for(client, id)) {
      const auto found = std::find_if(s.copies.begin(), s.copies.end(), [&](const copy& c) {
        return c.message == id && !c.retained && !c.settled && same_forms(c, wanted);
      });
      if (found == s.copies.end()) {
        s.copies.push_back(std::move(wanted));
        continue;
      }
      found->settled = true;
      found->why = wanted.why;
      if ((found->filters & share_bit) != 0) {
        auto token = std::find_if(tokens.begin(), tokens.end(),
                                  [&](std::uint16_t t) { return tokens_[t].message == id; });
        if (token == tokens.end()) {
          tokens_.push_back(
              {id, {}, -1, true, m.qos == 1});  // QoS 2: a member may go before PUBREL
          tokens.push_back(static_cast<std::uint16_t>(tokens_.size() - 1));
          token = tokens.end() - 1;
        }
        found->token = *token;
        share_token& t = tokens_[*token];
        t.members.push_back(client);
        // Who has it already by a form that is no longer asked for has it all the same.
        const bool had = std::any_of(s.copies.begin(), s.copies.end(), [&](const copy& c) {
          return c.message == id && (c.filters & share_bit) != 0 && c.any_taken && &c != &*found;
        });
        if (found->overlapping || had || found->maybe_lost) t.strict = t.must = false;
        t.must &= found->top_qos > 0 && presence == link::presence::yes &&
                  !(m.will && m.publisher == client) && !m.big && !found->maybe_lost;
        if (found->any_taken) {
          if (t.taken_by >= 0) t.strict = false;
          t.taken_by = client;
        }
        continue;
      }
      // A will of the client's own session may have been published before or after its end.
      const bool own_will = m.will && m.publisher == client;
      // Of several that may be meant one has come.
      const bool another = std::any_of(s.copies.begin(), s.copies.end(), [&](const copy& c) {
        return c.message == id && !c.retained && c.any_taken && &c != &*found;
      });
      found->must = found->top_qos > 0 && presence == link::presence::yes && !own_will &&
                    !another && !is_too_large(s, m) && !m.too_large && !found->maybe_lost;
    }
  }
  // Several shares of one message would need a token each; the histories have one group, so
  // several filters of it: which copy is whose cannot be told.
  for (const std::uint16_t t : tokens) {
    auto& members = tokens_[t].members;
    std::sort(members.begin(), members.end());
    if (std::adjacent_find(members.begin(), members.end()) != members.end()) {
      tokens_[t].strict = tokens_[t].must = false;
    }
    filter_set filters = 0;
    for (const session& s : sessions_) {
      for (const copy& c : s.copies) {
        if (c.token == t) filters |= c.filters;
      }
    }
    filters = static_cast<filter_set>(filters & ~share_bit);
    if ((filters & (filters - 1)) != 0) tokens_[t].strict = tokens_[t].must = false;
    // Who became a member while it could be on its way may be the one that has it.
    for (const session& s : sessions_) {
      for (const copy& c : s.copies) {
        if (c.message != id || c.retained || (c.filters & share_bit) == 0 || c.token == t) continue;
        tokens_[t].strict = tokens_[t].must = false;
      }
    }
  }
  if (m.retain) store_retained(id);
  for (std::uint8_t client = 0; client < most_clients; ++client) overflow(client);
}

// A queue that is full loses messages, and which of them is the broker's choice; what is in flight
// it keeps.
void judge::overflow(std::uint8_t client) {
  session& s = sessions_[client];
  const auto waiting = static_cast<std::size_t>(
      std::count_if(s.copies.begin(), s.copies.end(), [](const copy& x) { return !x.any_taken; }));
  const std::size_t held = waiting + s.deliveries.size();
  if (s.connection != no_connection) {
    // All of them are sent at once.
    if (held <= std::min(links_[s.connection].receive_maximum, options_.window)) return;
  }
  if (held < options_.queue_limit) return;
  for (copy& x : s.copies) {
    x.must = false;
    x.maybe_lost = true;
  }
  forgive_tokens(client);
}

// |m| is about to be forwarded, if it was not yet: those who subscribed meanwhile may get it.
void judge::offer_late(message_id id, instant now) {
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    session& s = sessions_[client];
    if (presence_of(s, now) == link::presence::no) continue;
    for (copy& wanted : copies_for(client, id)) {
      const bool known = std::any_of(s.copies.begin(), s.copies.end(), [&](const copy& c) {
        return c.message == id && !c.retained && same_forms(c, wanted);
      });
      if (known) continue;
      messages_[id].shared |= (wanted.filters & share_bit) != 0;
      wanted.settled = true;  // it may come and never has to: its subscription came later
      s.copies.push_back(std::move(wanted));
    }
  }
}

void judge::fail(message_id id) {
  messages_[id].stage = message_stage::failed;
  for (session& s : sessions_) {
    for (copy& c : s.copies) {
      if (c.message == id) c.must = false;
    }
  }
  for (share_token& t : tokens_) {
    if (t.message == id) t.must = false;
  }
}

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

void judge::publish_will(message_id id, instant now) {
  if (messages_[id].stage == message_stage::planned) {
    messages_[id].stage = message_stage::open;
    offer(id, now);
  }
  settle(id, now);
}

// A member of shares has gone: from here on another one may get what was meant for it.
void judge::break_tokens(std::uint8_t client) {
  for (share_token& t : tokens_) {
    if (std::find(t.members.begin(), t.members.end(), client) == t.members.end()) continue;
    t.strict = false;
    // Whoever stays away owes nothing; only a member whose session ended loses a message for good.
    if (!sessions_[client].kept || t.taken_by == client) t.must = false;
  }
}

// What shares of |client| are to get need not come to anybody.
void judge::forgive_tokens(std::uint8_t client) {
  for (share_token& t : tokens_) {
    if (std::find(t.members.begin(), t.members.end(), client) != t.members.end()) t.must = false;
  }
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
        for (const variant& v : wanted.variants) add(x.variants, v);
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
      s.copies.push_back(std::move(x));
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
    return x.filter == gone.filter && x.share == gone.share;
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

message_id judge::publish(connection_id c, const action& a, instant now) {
  advance(now);
  link& l = links_[c];
  session& s = sessions_[l.client];
  touch(l, now);
  const auto id = static_cast<message_id>(messages_.size());
  message m;
  m.topic = a.name;
  m.qos = a.qos;
  m.retain = a.retain;
  m.empty = a.empty;
  m.big = a.big && !a.empty;
  m.properties = a.properties && l.version == protocol_version::v5;
  m.publisher = l.client;
  m.connection = c;
  m.stage = message_stage::open;
  if (l.version == protocol_version::v5) m.lifetime = a.lifetime;
  lifetimes_ |= m.lifetime.has_value();
  // Between PUBLISH and PUBREL of one message others of its stream may pass.
  for (const inbound& open : s.received) {
    messages_[open.message].ordered = false;
    if (a.qos == 2) m.ordered = false;
  }
  messages_.push_back(m);
  offer(id, now);
  if (a.qos == 0) {
    settle(id, now);
    l.unfenced = true;
  } else if (a.qos == 1) {
    l.owed.push_back({packet_type::puback, a.id, &rules::puback, id});
  } else {
    s.received.push_back({a.id, id});
    l.owed.push_back({packet_type::pubrec, a.id, &rules::pubrec, id});
  }
  return id;
}

}  // namespace mqttspec::explore
