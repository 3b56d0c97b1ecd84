// Messages and subscriptions: who may get what, and who must.

#include <algorithm>

#include "explore/judge.h"

namespace mqttspec::explore {

using std::chrono::seconds;
using wire::packet_type;
using wire::protocol_version;

namespace {

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
      if (flags[flag ? 1 : 0]) add_form(variants, v);
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
    for (const variant& v : c.variants) add_form(all, v);
    least = std::min(least, c.top_qos);
  }
  for (copy& c : copies) {
    // Its own forms stay as many as they are.
    for (const variant& v : all) add_form(c.variants, v);
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
      if (m.retain) add_form(c.variants, {v.qos, !v.retain, v.identifiers});
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
      add_form(own.variants, v);
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
