// What comes from the broker, against what may come.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "explore/judge.h"
#include "wire/notation.h"

namespace mqttspec::explore {

using std::chrono::seconds;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

identifier_set identifiers_of(const wire::packet_view& p) {
  identifier_set set = 0;
  for (const auto& property : p.properties) {
    if (property.id != property_id::subscription_identifier) continue;
    set |= static_cast<identifier_set>(property.number < 16 ? 1u << property.number : 1u);
  }
  return set;
}

delivery* find(std::vector<delivery>& in, std::uint16_t id) {
  const auto found =
      std::find_if(in.begin(), in.end(), [&](const delivery& d) { return d.id == id; });
  return found == in.end() ? nullptr : &*found;
}

const rule& first_dup(std::uint8_t qos) {
  return qos == 2 ? rules::first_dup_two : rules::first_dup_one;
}

}  // namespace

// Messages say their number in the payload; an empty one is known by its topic.
message_id judge::identify(const wire::packet_view& p) const {
  if (!p.topic.starts_with(options_.prefix)) return no_message;
  const std::string_view name = p.topic.substr(options_.prefix.size());
  if (p.payload.empty()) {
    for (std::size_t i = messages_.size(); i-- > 0;) {
      if (messages_[i].empty && topic_names[messages_[i].topic] == name) {
        return static_cast<message_id>(i);
      }
    }
    return no_message;
  }
  if (p.payload.front() != 'm') return no_message;
  message_id m = no_message;
  const char* end = p.payload.data() + p.payload.size();
  const auto [rest, error] = std::from_chars(p.payload.data() + 1, end, m);
  if (error != std::errc() || m >= messages_.size()) return no_message;
  if (p.payload != payload_of(m)) return no_message;
  return topic_names[messages_[m].topic] == name ? m : no_message;
}

void judge::received(connection_id c, const wire::packet_view& p, instant now) {
  if (found_ || !gave_up_.empty()) return;
  advance(now);
  link& l = links_[c];
  // The old connection of a takeover: all that counts is that it ends.
  if (l.state == link_state::gone) {
    if (!l.taken_over || p.type != packet_type::disconnect) return;
    // Only clients say DISCONNECT in 3.1.1, and only they say that all is well.
    const bool v5 = l.version == protocol_version::v5;
    if (v5 && p.reason >= 0x80) return;
    return accuse(c, v5 ? rules::disconnect_reason : rules::takeover_closes_old,
                  "a DISCONNECT that a server does not send", "", notation(p));
  }
  if (l.probe) return take_probe(c, p);
  if (l.state == link_state::asked && p.type != packet_type::connack) {
    return accuse(c, rules::connack_is_first, "something comes in front of CONNACK", "CONNACK",
                  notation(p));
  }
  switch (p.type) {
    case packet_type::connack:
      if (l.owed.empty() || l.owed.front().packet != packet_type::connack) {
        return accuse(c, rules::connect_is_answered, "a second CONNACK", "", notation(p));
      }
      l.owed.erase(l.owed.begin());
      return take_connack(c, p, now);
    case packet_type::publish:
      return take_publish(c, p, now);
    case packet_type::pubrel:
      return take_pubrel(c, p);
    case packet_type::disconnect:
      return take_disconnect(c, p);
    default:
      return take_answer(c, p, now);
  }
}

void judge::take_disconnect(connection_id c, const wire::packet_view& p) {
  links_[c].last_reason = p.reason;
}

void judge::malformed(connection_id c, const wire::wire_fault& fault, instant now) {
  advance(now);
  // Only at a takeover do we still hear what is said on a connection that is no more ours.
  if (links_[c].state == link_state::gone && !links_[c].taken_over) return;
  rule why{fault.statement, fault.statement};
  // 3.1.1 has no DISCONNECT of servers, and no statement that says so.
  if (links_[c].taken_over && why.v311.empty()) why = rules::takeover_closes_old;
  accuse(c, why,
         fmt::format("the broker sends a malformed packet: {}", wire::error_name(fault.error)), "",
         wire::print(fault));
}

void judge::take_pubrel(connection_id c, const wire::packet_view& p) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  delivery* d = find(s.deliveries, p.packet_id);
  if (d == nullptr || (d->state == delivery_state::published && !d->wild)) {
    if (l.loose) return;
    // Behind a PUBREC that refuses none is owed, and none is forbidden.
    if (std::find(l.refused.begin(), l.refused.end(), p.packet_id) != l.refused.end()) return;
    if (d == nullptr && s.ended_by != nullptr) {
      return accuse(c, *s.ended_by, "PUBREL for a delivery of the session before", "", notation(p));
    }
    if (d == nullptr) {
      return accuse(c, rules::not_sent_again, "PUBREL for a delivery that is complete", "",
                    notation(p));
    }
    return accuse(c, rules::pubrel_answers_pubrec, "PUBREL in front of PUBREC", "", notation(p));
  }
  if (p.reason >= 0x80 && !d->wild && d->state == delivery_state::recorded && !d->unsure) {
    return accuse(c, rules::pubrel, "PUBREL has an error for an identifier that is in flight",
                  fmt::format("PUBREL id={} reason=success", p.packet_id), notation(p), d->message);
  }
  d->state = delivery_state::released;
  d->here = true;
}

void judge::take_publish(connection_id c, const wire::packet_view& p, instant now) {
  session& s = sessions_[links_[c].client];
  const message_id m = identify(p);
  if (m == no_message) {
    // Every filter begins with the prefix, `#` as well.
    const bool other = !p.topic.starts_with(options_.prefix);
    return accuse(
        c, rules::matching_topic,
        other ? "a message of a topic that no filter matches" : "a message that nobody published",
        "", notation(p));
  }
  if (p.qos > 0) {
    if (delivery* d = find(s.deliveries, p.packet_id)) return take_known(c, *d, p, m);
  }
  if (is_too_large(s, messages_[m])) {
    return accuse(c, rules::packet_size, "a packet larger than Maximum Packet Size", "",
                  notation(p), m);
  }
  if (!unaltered(c, p, m)) return;
  take_new(c, p, m, identifiers_of(p), now);
}

// The properties that a server passes on.
bool judge::unaltered(connection_id c, const wire::packet_view& p, message_id m) {
  const message& message = messages_[m];
  if (!message.properties || links_[c].version != protocol_version::v5) return true;
  std::string order;
  bool content_type = false;
  for (const auto& property : p.properties) {
    if (property.id == property_id::content_type) content_type = property.text == "text";
    if (property.id == property_id::user_property)
      order += fmt::format("{}{} ", property.text, property.value);
  }
  if (content_type && order == "b1 a2 b3 ") return true;
  const bool same_set = content_type && order.size() == 9;
  const rule& why = same_set       ? rules::user_property_order
                    : message.will ? rules::will_properties_pass
                                   : rules::properties_pass;
  accuse(c, why,
         same_set ? "user properties come in another order" : "properties are not passed on",
         fmt::format(R"(PUBLISH topic="{{ns}}/{}" content_type="text" )"
                     R"(user_property={{"b": "1" "a": "2" "b": "3"}}{})",
                     topic_names[message.topic], text_of(m)),
         notation(p), m);
  return false;
}

void judge::check_window(connection_id c, const wire::packet_view& p, message_id m) {
  const link& l = links_[c];
  const session& s = sessions_[l.client];
  const auto counted = std::count_if(s.deliveries.begin(), s.deliveries.end(),
                                     [](const auto& d) { return d.counted && !d.wild; });
  if (static_cast<std::size_t>(counted) <= l.receive_maximum) return;
  accuse(c, rules::receive_maximum,
         fmt::format("more than Receive Maximum {} are in flight", l.receive_maximum), "",
         notation(p), m);
}

// A PUBLISH with an identifier that is in flight.
void judge::take_known(connection_id c, delivery& d, const wire::packet_view& p, message_id m) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  if (d.wild) {
    d.here = true;
    if (d.message != m) give_up("an identifier is used again behind a wrong acknowledgement");
    return;
  }
  if (d.message != m) {
    return accuse(c, rules::identifier_in_use, "a new message has an identifier that is in flight",
                  "", notation(p), m);
  }
  if (d.state != delivery_state::published) {
    if (d.state == delivery_state::recorded && d.unsure) {
      d.state = delivery_state::published;
      d.here = d.counted = true;
      return;
    }
    return accuse(c, rules::not_behind_pubrel, "PUBLISH again behind PUBREC", "", notation(p), m);
  }
  const std::string expected = fmt::format("PUBLISH topic=\"{{ns}}/{}\" qos={} dup=1{}",
                                           topic_names[messages_[m].topic], d.qos, text_of(m));
  if (d.here) {
    // Not before 5.0 was this forbidden.
    if (l.version != protocol_version::v5) return;
    return accuse(c, rules::not_sent_again, "PUBLISH again on the same connection", "", notation(p),
                  m);
  }
  if (!p.dup) {
    return accuse(c, rules::dup_when_sent_again, "DUP is 0 in a PUBLISH that is sent again",
                  expected, notation(p), m);
  }
  if (p.qos != d.qos) {
    return accuse(c, rules::sent_again, "a PUBLISH that is sent again has another QoS", expected,
                  notation(p), m);
  }
  for (const delivery& earlier : s.deliveries) {
    if (&earlier == &d) break;
    const message& a = messages_[earlier.message];
    const message& b = messages_[m];
    if (earlier.here || earlier.state != delivery_state::published || earlier.wild) continue;
    if (!earlier.ordered || !d.ordered || a.topic != b.topic || a.publisher != b.publisher)
      continue;
    if (earlier.qos != d.qos || a.qos != b.qos) continue;
    return accuse(c, rules::order_of_resent, "messages are sent again in another order",
                  fmt::format("PUBLISH topic=\"{{ns}}/{}\" qos={} dup=1{}", topic_names[a.topic],
                              earlier.qos, text_of(earlier.message)),
                  notation(p), m);
  }
  d.here = d.counted = true;
  check_window(c, p, m);
}

// By its subscription and because of SUBSCRIBE: which of the two a packet is cannot be told.
bool judge::comes_twice(const session& s, message_id m) {
  bool ways[2] = {false, false};
  for (const copy& x : s.copies) {
    if (x.message == m) ways[x.retained ? 1 : 0] = true;
  }
  return ways[0] && ways[1];
}

// False, with the accusation made, when an earlier message of the stream was overtaken.
bool judge::in_order(connection_id c, const wire::packet_view& p, message_id m, const copy& of) {
  const session& s = sessions_[links_[c].client];
  const message& mine = messages_[m];
  if (!mine.ordered || of.retained || of.overlapping || (of.filters & share_bit) != 0) return true;
  if (comes_twice(s, m)) return true;
  for (const delivery& d : s.deliveries) {
    const message& other = messages_[d.message];
    if (!d.ordered || d.wild || other.topic != mine.topic || other.publisher != mine.publisher) {
      continue;
    }
    if (other.qos != mine.qos || d.qos != p.qos) continue;
    if (d.message < m && !d.here && d.state == delivery_state::published) {
      accuse(c, rules::order_of_resent, "a new message comes before one that is sent again",
             fmt::format("PUBLISH topic=\"{{ns}}/{}\" qos={} dup=1{}", topic_names[other.topic],
                         d.qos, text_of(d.message)),
             notation(p), m);
      return false;
    }
  }
  for (const copy& x : s.copies) {
    const message& other = messages_[x.message];
    if (!x.any_taken || x.message <= m || !other.ordered || x.retained || x.overlapping) continue;
    if ((x.filters & share_bit) != 0 || x.filters != of.filters) continue;
    if (comes_twice(s, x.message)) continue;
    if (other.topic != mine.topic || other.publisher != mine.publisher) continue;
    if (other.qos != mine.qos || x.top_qos != p.qos) continue;
    accuse(c, rules::order, "a message comes behind one that was published later", "", notation(p),
           m);
    return false;
  }
  return true;
}

void judge::take_new(connection_id c, const wire::packet_view& p, message_id m, identifier_set ids,
                     instant now) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  message& message = messages_[m];
  copy* best = nullptr;
  variant* form = nullptr;
  int rank = -1000;
  int candidates = 0;
  std::vector<share_token*> tokens;  // of the candidates
  for (copy& x : s.copies) {
    if (x.message != m || (x.any_taken && !x.overlapping)) continue;
    for (variant& v : x.variants) {
      if (v.used || v.qos != p.qos || v.retain != p.retain || v.identifiers != ids) continue;
      ++candidates;
      share_token* of_share = x.token == 0xFFFF ? nullptr : &tokens_[x.token];
      const bool owed = of_share != nullptr && of_share->must && of_share->taken_by < 0;
      const bool barred = of_share != nullptr && of_share->strict && of_share->taken_by >= 0 &&
                          of_share->taken_by != l.client;
      if (of_share != nullptr && !barred) tokens.push_back(of_share);
      // Of several take what has to come; with DUP 1 what may have been sent before, with RETAIN 1
      // what SUBSCRIBE brings; what another member of the share has only when nothing else is
      // possible.
      const bool due = x.must && !x.taken && p.qos >= x.top_qos;
      const int r = (barred ? -100 : 0) + (p.dup && x.maybe_sent ? 32 : 0) + (due ? 16 : 0) +
                    (x.any_taken ? 0 : 8) + (x.must ? 4 : 0) + (x.retained && p.retain ? 2 : 0) +
                    (owed ? 1 : 0);
      if (r > rank) {
        rank = r;
        best = &x;
        form = &v;
      }
      break;
    }
  }
  const auto again = std::find_if(s.deliveries.begin(), s.deliveries.end(), [&](const delivery& d) {
    return d.message == m && !d.here && d.state == delivery_state::published && !d.wild;
  });
  if (again != s.deliveries.end() && (best == nullptr || (p.dup && !best->maybe_sent))) {
    return accuse(c, rules::sent_again, "a message is sent again with another identifier",
                  fmt::format("PUBLISH topic=\"{{ns}}/{}\" dup=1{} id={}",
                              topic_names[message.topic], text_of(m), again->id),
                  notation(p), m);
  }
  if (best == nullptr && may_be_late(s, p, m)) {
    return begin_delivery(c, p, m, false);
  }
  if (best == nullptr) return explain(c, p, m, ids);
  if (p.dup && !best->maybe_sent) {
    return accuse(c, first_dup(p.qos), "DUP is 1 in a PUBLISH that is sent for the first time",
                  fmt::format("PUBLISH topic=\"{{ns}}/{}\" qos={} dup=0{}",
                              topic_names[message.topic], p.qos, text_of(m)),
                  notation(p), m);
  }
  // A retained message of the same form is not told from the copy of a share.
  if (candidates > 1) {
    for (share_token* t : tokens) t->strict = t->must = false;
  }
  if (best->token != 0xFFFF) {
    share_token& t = tokens_[best->token];
    if (t.strict && t.taken_by >= 0 && t.taken_by != l.client) {
      return accuse(c, rules::share_goes_to_one, "two members of a share get the same message", "",
                    notation(p), m);
    }
    t.taken_by = l.client;
  }
  // Its delivery may have begun before: to this client, or to a member of the share that has gone.
  const bool begun = best->maybe_sent || ((best->filters & share_bit) != 0 &&
                                          (best->token == 0xFFFF || !tokens_[best->token].strict));
  // A message of QoS 2 may be passed on at its PUBREL, which may come late.
  if (message.lifetime && message.qos < 2 && !begun && message.stage == message_stage::settled) {
    const instant end = message.published + seconds(*message.lifetime);
    if (now > end + options_.slack * 2) {
      return accuse(c, rules::message_expired, "a message comes although it has expired", "",
                    notation(p), m);
    }
    for (const auto& property : p.properties) {
      if (property.id != property_id::message_expiry_interval) continue;
      const auto waited = std::chrono::duration_cast<seconds>(now - message.published).count();
      const std::int64_t left = property.number;
      const std::int64_t right = *message.lifetime - waited;
      if (left > right + 1 || left < right - 2) {
        return accuse(c, rules::remaining_lifetime, "the remaining lifetime is wrong",
                      fmt::format("PUBLISH topic=\"{{ns}}/{}\" message_expiry_interval in {}..{}{}",
                                  topic_names[message.topic], std::max<std::int64_t>(right - 2, 0),
                                  right + 1, text_of(m)),
                      notation(p), m);
      }
    }
  }
  if (candidates == 1 && !in_order(c, p, m, *best)) return;
  form->used = true;
  best->any_taken = true;
  if (p.qos >= best->top_qos) best->taken = true;
  const bool first = !std::exchange(message.seen, true);
  if (first && message.will && message.retain) store_retained(m);
  const bool ordered = message.ordered && !best->retained && !best->overlapping &&
                       (best->filters & share_bit) == 0 && !comes_twice(s, m);
  begin_delivery(c, p, m, ordered);
}

void judge::begin_delivery(connection_id c, const wire::packet_view& p, message_id m,
                           bool ordered) {
  if (p.qos == 0) return;
  delivery d;
  d.id = p.packet_id;
  d.message = m;
  d.qos = p.qos;
  d.retain = p.retain;
  d.ordered = ordered;
  sessions_[links_[c].client].deliveries.push_back(d);
  check_window(c, p, m);
}

}  // namespace mqttspec::explore
