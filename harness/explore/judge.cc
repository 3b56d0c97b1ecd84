// Connections and sessions.

#include "explore/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::explore {

using std::chrono::seconds;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

instant after(instant from, std::uint32_t interval) {
  return interval == wire::never_expires ? never : from + seconds(interval);
}

// The broker may have closed for silence: one and a half times Keep Alive has passed, or nearly.
bool too_silent(const link& l, instant now) {
  return l.keep_alive != 0 && now - l.last_sent >= std::chrono::milliseconds(l.keep_alive * 1400);
}

std::optional<std::uint32_t> number_in(const wire::packet_view& p, property_id id) {
  for (const auto& property : p.properties) {
    if (property.id == id) return property.number;
  }
  return std::nullopt;
}

}  // namespace

void judge::give_up(std::string why) {
  if (gave_up_.empty()) gave_up_ = std::move(why);
}

// The client sends something.
void judge::touch(link& l, instant now) {
  l.was_silent |= too_silent(l, now);
  l.last_sent = now;
}

void judge::accuse(connection_id c, const rule& why, std::string what, std::string expected,
                   std::string seen, message_id m) {
  if (found_ || !gave_up_.empty()) return;
  const std::string_view statements = why.of(links_[c].version);
  // A rule that this version of the standard does not have accuses nobody.
  if (statements.empty()) return give_up(std::move(what));
  violation v;
  v.connection = c;
  v.statements = statements;
  v.what = std::move(what);
  v.unexpected = expected.empty();
  v.expected = std::move(expected);
  v.seen = std::move(seen);
  v.message = m;
  suspected_.reset();
  found_ = std::move(v);
}

link::presence judge::presence_of(const session& s, instant now) const {
  if (!s.kept) return link::presence::no;
  if (s.connection != no_connection || now < s.ends_earliest) return link::presence::yes;
  return link::presence::maybe;
}

// The state of a session is let go. What it owned is remembered, to name what comes back.
void judge::drop(session& s, const rule& why) {
  if (!s.subscriptions.empty() || !s.copies.empty() || !s.deliveries.empty() || s.kept) {
    s.ended_by = &why;
  }
  for (const subscription& sub : s.subscriptions) s.former_filters |= sub.bit();
  for (const copy& c : s.copies) s.former_messages.push_back(c.message);
  for (const delivery& d : s.deliveries) s.former_messages.push_back(d.message);
  s.subscriptions.clear();
  s.given_up.clear();
  s.copies.clear();
  s.deliveries.clear();
  s.received.clear();
  s.unsubscribed = 0;
  s.kept = false;
  break_tokens(static_cast<std::uint8_t>(&s - sessions_.data()));
}

connection_id judge::connect(std::uint8_t client, const action& a, instant now) {
  advance(now);
  session& s = sessions_[client];
  const auto c = static_cast<connection_id>(links_.size());
  if (s.connection != no_connection) {
    const connection_id old = s.connection;
    links_[old].close_owed = &rules::takeover_closes_old;
    links_[old].taken_over = true;
    detach(s, old, std::nullopt, now, now);
  }
  link l;
  l.client = client;
  l.version = a.version;
  l.state = link_state::asked;
  l.clean = a.clean;
  l.keep_alive = a.keep_alive;
  l.asked_interval = a.version == protocol_version::v5 ? a.expiry.value_or(0)
                     : a.clean                         ? 0
                                                       : wire::never_expires;
  l.small_packets = a.small_packets && a.version == protocol_version::v5;
  l.receive_maximum = a.receive_maximum == 0 ? 65535 : a.receive_maximum;
  l.last_sent = now;
  l.expected = a.clean ? link::presence::no : presence_of(s, now);
  if (a.will) {
    message m;
    m.topic = a.will->topic;
    m.qos = a.will->qos;
    m.retain = a.will->retain;
    m.will = true;
    m.properties = a.will->properties && a.version == protocol_version::v5;
    m.ordered = false;
    m.publisher = client;
    l.will = static_cast<message_id>(messages_.size());
    l.will_delay = a.version == protocol_version::v5 ? a.will->delay : 0;
    messages_.push_back(m);
  }
  if (s.waiting_will != no_message) {
    const message_id will = std::exchange(s.waiting_will, no_message);
    if (a.clean) {
      messages_[will].why = &rules::will_at_session_end;
      publish_will(will, now);
    } else if (l.expected == link::presence::yes && now < s.will_earliest) {
      messages_[will].discarded = &rules::will_cancelled;
    } else if (messages_[will].stage == message_stage::planned) {
      messages_[will].stage = message_stage::open;
      offer(will, now);
    }
  }
  if (a.clean) drop(s, rules::ended_by_clean_start);
  l.owed.push_back({packet_type::connack, 0, &rules::connect_is_answered});
  links_.push_back(std::move(l));
  s.connection = c;
  s.version = a.version;
  s.probed = nullptr;
  if (links_[c].small_packets) {
    // What is too large now counts as sent, and need not come on a later connection either.
    for (copy& x : s.copies) {
      x.must &= !messages_[x.message].big;
      messages_[x.message].too_large |= messages_[x.message].big;
    }
    for (delivery& d : s.deliveries) d.wild |= messages_[d.message].big;
  }
  return c;
}

void judge::take_connack(connection_id c, const wire::packet_view& p, instant now) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  if (p.reason != 0) return give_up("the broker refuses a CONNECT");
  using presence = link::presence;
  if (p.session_present && l.expected == presence::no) {
    const rule& why = l.clean                 ? rules::clean_start_is_new
                      : s.ended_by != nullptr ? *s.ended_by
                                              : rules::absent_is_not_present;
    return accuse(c, why, "Session Present is 1 although there is no session",
                  "CONNACK session_present=0", notation(p));
  }
  if (!p.session_present && l.expected == presence::yes) {
    return accuse(c, rules::stored_is_present, "Session Present is 0 although a session is stored",
                  "CONNACK session_present=1", notation(p));
  }
  if (!p.session_present) {
    if (s.kept) drop(s, rules::ended_by_expiry);
    s.kept = true;
  }
  l.state = link_state::up;
  s.seen = true;
  s.ends_earliest = s.ends_latest = never;
  s.interval = l.asked_interval;
  if (l.version != protocol_version::v5) return;
  if (number_in(p, property_id::assigned_client_identifier)) {
    return accuse(c, rules::own_identifier, "a Client Identifier is assigned to a client with one",
                  "CONNACK assigned_client_identifier absent", notation(p));
  }
  if (const auto told = number_in(p, property_id::session_expiry_interval)) s.interval = *told;
  facts_.longest_interval = std::max(facts_.longest_interval, s.interval);
  if (const auto qos = number_in(p, property_id::maximum_qos)) {
    facts_.maximum_qos = static_cast<std::uint8_t>(*qos);
  }
  const std::pair<property_id, bool*> flags[] = {
      {property_id::retain_available, &facts_.retain},
      {property_id::wildcard_subscription_available, &facts_.wildcards},
      {property_id::shared_subscription_available, &facts_.shares},
      {property_id::subscription_identifier_available, &facts_.identifiers}};
  for (const auto& [id, into] : flags) {
    if (const auto value = number_in(p, id)) *into = *value != 0;
  }
  if (const auto most = number_in(p, property_id::receive_maximum)) {
    facts_.receive_maximum = static_cast<std::uint16_t>(*most);
  }
  if (const auto most = number_in(p, property_id::topic_alias_maximum)) {
    facts_.topic_alias_maximum = static_cast<std::uint16_t>(*most);
  }
  if (const auto k = number_in(p, property_id::server_keep_alive)) {
    l.keep_alive = static_cast<std::uint16_t>(*k);
  }
  (void)now;
}

void judge::cut(connection_id c, cut_kind how, std::optional<std::uint32_t> expiry, instant now) {
  link& l = links_[c];
  l.cut = how;
  l.cut_expiry = expiry;
  l.cut_at = now;
  if (how == cut_kind::reset) {
    l.owed.clear();
    return detach(sessions_[l.client], c, how, now, now);
  }
  l.state = link_state::ending;
  break_tokens(l.client);
  // What follows from the end may reach others before we hear of it.
  const bool at_once = l.will_delay == 0 || sessions_[l.client].interval == 0;
  if (l.will != no_message && how != cut_kind::goodbye && at_once) {
    messages_[l.will].stage = message_stage::open;
    offer(l.will, now);
  }
  if (how == cut_kind::silence) l.close_owed = &rules::keep_alive;
  if (how == cut_kind::error) l.close_owed = &rules::second_connect;
  if (how == cut_kind::qos_high) l.close_owed = &rules::qos_high;
  if (how == cut_kind::alias_high) l.close_owed = &rules::alias_high;
  if (how == cut_kind::alias_unknown) l.close_owed = &rules::alias_unknown;
  if (how == cut_kind::quota_high) {
    l.close_owed = &rules::quota_high;
    // Which of them it took before it closed is not known.
    auto& open = sessions_[l.client].received;
    std::erase_if(open, [](const inbound& i) { return i.id >= first_id_above_quota; });
    l.loose = true;
  }
}

void judge::ended(connection_id c, instant now) {
  advance(now);
  link& l = links_[c];
  l.close_owed = nullptr;
  if (l.state == link_state::gone) return;
  if (l.probe) {
    l.state = link_state::gone;
    if (l.owed.empty()) return;
    return accuse(c, *l.owed.front().why, "the broker closes the connection instead of answering",
                  "CONNACK session_present=0", "close");
  }
  session& s = sessions_[l.client];
  const bool will_came = std::exchange(l.will_came, false);
  if (will_came) suspected_.reset();  // it only came before we heard of the end
  // In 3.1.1 nothing tells why; what was just sent may be the reason as well.
  const bool asked_more = std::any_of(l.owed.begin(), l.owed.end(), [](const debt& d) {
    return d.packet != packet_type::pingresp;
  });
  const bool by_probe = l.version == protocol_version::v311
                            ? !asked_more
                            : l.last_reason == wire::code_of(wire::reason_code::session_taken_over);
  if (s.probed != nullptr && !l.cut && by_probe) {
    return accuse(c, *s.probed, "a connection is taken over by a CONNECT that may not", "",
                  "close");
  }
  if (l.cut) {
    l.owed.clear();
    return detach(s, c, l.cut, l.cut_at, now);
  }
  // Nobody asked for it. A debt that can no longer be paid accuses; else the broker has reasons
  // of its own, or we gave it one.
  const auto reason = static_cast<wire::reason_code>(l.last_reason);
  const bool for_cause = l.last_reason == 0 || reason == wire::reason_code::malformed_packet ||
                         reason == wire::reason_code::protocol_error ||
                         reason == wire::reason_code::topic_alias_invalid ||
                         reason == wire::reason_code::receive_maximum_exceeded ||
                         reason == wire::reason_code::unspecified_error ||
                         reason == wire::reason_code::implementation_specific_error;
  const bool silent_too_long = l.was_silent || too_silent(l, now);
  if (!l.owed.empty() && for_cause && !l.close_allowed && !silent_too_long) {
    const auto of_client =
        std::find_if(l.owed.begin(), l.owed.end(), [](const debt& d) { return d.why != nullptr; });
    if (of_client == l.owed.end()) return give_up("the broker closed a connection");
    const debt& d = *of_client;
    // A server may refuse a CONNECT by a mere close [v5:v5-3.1.4-b] [v311:MQTT-3.2.2-6].
    if (d.packet == packet_type::connack) return give_up("the broker refuses a CONNECT");
    return accuse(c, *d.why, "the broker closes the connection instead of answering",
                  describe(owed{c, d.why, &d}), "close", d.message);
  }
  if ((!l.close_allowed && !silent_too_long) || will_came)
    return give_up("the broker closed a connection");
  l.owed.clear();
  detach(s, c, silent_too_long ? cut_kind::silence : cut_kind::error, l.last_sent, now);
}

// QoS 1 of a share may go back to the others, and come here as if for the first time.
void judge::give_back(session& s, delivery& d) {
  d.wild = true;
  for (copy& x : s.copies) {
    if (x.message != d.message || (x.filters & share_bit) == 0) continue;
    x.taken = x.any_taken = x.must = false;
    x.maybe_lost = true;  // to this client
    for (variant& v : x.variants) v.used = false;
  }
}

// The connection is no more: its session waits, or ends with it.
void judge::detach(session& s, connection_id c, std::optional<cut_kind> how, instant earliest,
                   instant now) {
  link& l = links_[c];
  l.state = link_state::gone;
  const auto counted = std::count_if(s.deliveries.begin(), s.deliveries.end(),
                                     [](const delivery& d) { return d.counted; });
  const bool room = static_cast<std::size_t>(counted) < l.receive_maximum;
  for (copy& x : s.copies) x.maybe_sent |= room;
  for (delivery& d : s.deliveries) {
    d.here = d.counted = false;
    if (d.qos == 1 && messages_[d.message].shared) give_back(s, d);
  }
  for (subscription& x : s.subscriptions) x.resumed = true;
  break_tokens(l.client);
  s.connection = no_connection;
  s.unnoticed = how == cut_kind::reset;
  std::uint32_t surely = s.interval;
  if (l.cut_expiry && (how == cut_kind::goodbye || how == cut_kind::with_will)) {
    s.interval = *l.cut_expiry;
    // A limit that CONNACK had no cause to tell holds for DISCONNECT as well.
    surely = std::min(s.interval, facts_.longest_interval);
  }
  const bool ends = s.interval == 0;
  if (ends) {
    drop(s, rules::ended_at_close);
  } else {
    s.ends_earliest = after(earliest, surely);
    s.ends_latest = after(now, s.interval);
    if (s.ends_earliest != never) s.ends_earliest -= options_.slack;
    if (s.ends_latest != never) s.ends_latest += options_.lateness;
  }
  if (l.will == no_message) return;
  message& will = messages_[l.will];
  if (how == cut_kind::goodbye) {
    will.discarded = &rules::will_discarded;
    return;
  }
  will.why = how == cut_kind::with_will ? &rules::will_with_0x04 : &rules::will_is_published;
  const std::uint32_t wait = std::min(l.will_delay, s.interval);
  if (wait == 0 || ends) return publish_will(l.will, now);
  if (l.will_delay > s.interval) will.why = &rules::will_at_session_end;
  s.waiting_will = l.will;
  s.will_earliest = after(earliest, std::min(wait, surely)) - options_.slack;
  s.will_latest = after(now, wait) + options_.slack;
  if (l.will_delay >= s.interval) s.will_latest = s.ends_latest;
}

// What waited too long need not come any more.
void judge::let_expire(instant now) {
  const auto expired = [&](message_id id) {
    const message& m = messages_[id];
    return m.lifetime && now >= after(m.published, *m.lifetime) - options_.slack;
  };
  for (session& s : sessions_) {
    for (copy& c : s.copies) {
      if (c.must && expired(c.message)) c.must = false;
    }
  }
  for (share_token& t : tokens_) {
    if (t.must && expired(t.message)) t.must = false;
  }
}

void judge::advance(instant now) {
  if (lifetimes_) let_expire(now);
  for (session& s : sessions_) {
    if (s.waiting_will != no_message) {
      message& will = messages_[s.waiting_will];
      if (now >= s.will_latest) {
        publish_will(std::exchange(s.waiting_will, no_message), now);
      } else if (now >= s.will_earliest && will.stage == message_stage::planned) {
        will.stage = message_stage::open;
        offer(s.waiting_will, now);
      }
    }
    if (s.connection == no_connection && s.kept && now >= s.ends_latest) {
      drop(s, rules::ended_by_expiry);
    }
  }
}

std::uint32_t judge::abstract_state() const {
  std::uint32_t all = 0;
  const auto mix = [](std::uint32_t h, std::size_t v) {
    return (h ^ static_cast<std::uint32_t>(v)) * 16777619u;
  };
  const auto few = [](std::size_t n) { return std::min<std::size_t>(n, 2); };
  for (const session& s : sessions_) {
    std::uint32_t h = 2166136261u;
    h = mix(h, (s.connection != no_connection) | (s.kept << 1) | (s.seen << 2) |
                   ((s.version == protocol_version::v5) << 3));
    std::size_t states[3] = {}, waiting = 0, taken = 0, shared = 0;
    for (const delivery& d : s.deliveries) ++states[static_cast<std::size_t>(d.state)];
    for (const copy& c : s.copies) ++(c.any_taken ? taken : waiting);
    for (const subscription& x : s.subscriptions) shared += x.share;
    for (const std::size_t n : states) h = mix(h, few(n));
    h = mix(h, few(waiting));
    h = mix(h, few(s.subscriptions.size()) | shared << 4);
    h = mix(h, few(s.received.size()));
    h = mix(h, (s.interval == 0) | ((s.waiting_will != no_message) << 1));
    if (s.connection != no_connection) {
      const link& l = links_[s.connection];
      h = mix(h, (l.will != no_message) | (few(l.receive_maximum) << 1));
    }
    all += h;  // in whatever order the clients are
  }
  return all;
}

}  // namespace mqttspec::explore
