// What the broker owes, and the acknowledgements that pay for it or make new debts.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "explore/judge.h"
#include "wire/table.h"

namespace mqttspec::explore {

using wire::packet_type;

std::string judge::payload_of(message_id m) const {
  if (messages_[m].empty) return {};
  std::string out = "m" + std::to_string(m);
  if (messages_[m].big) out.append(200, '.');
  return out;
}

std::string judge::text_of(message_id m) const {
  return fmt::format(" payload=\"{}\"", payload_of(m));
}

void judge::acknowledge(connection_id c, std::size_t index, packet_type packet, std::uint8_t reason,
                        instant now) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  delivery& d = s.deliveries[index];
  touch(l, now);
  l.unfenced = true;
  const packet_type due = d.state == delivery_state::released ? packet_type::pubcomp
                          : d.qos == 1                        ? packet_type::puback
                                                              : packet_type::pubrec;
  if (packet != due) {
    d.wild = true;
    l.loose = l.close_allowed = true;
    return;
  }
  if (packet == packet_type::pubrec && reason < 0x80) {
    d.state = delivery_state::recorded;
    d.unsure = false;
    return;
  }
  if (packet == packet_type::pubrec) l.refused.push_back(d.id);
  s.deliveries.erase(s.deliveries.begin() + static_cast<std::ptrdiff_t>(index));
}

void judge::acknowledged_again(connection_id c, instant now) {
  link& l = links_[c];
  touch(l, now);
  l.unfenced = l.loose = l.close_allowed = true;
}

void judge::repeat(connection_id c, std::uint16_t id, instant now) {
  advance(now);
  link& l = links_[c];
  touch(l, now);
  for (const inbound& i : sessions_[l.client].received) {
    if (i.id != id) continue;
    messages_[i.message].repeated = true;
    l.owed.push_back({packet_type::pubrec, id, &rules::pubrec_again, i.message});
  }
}

void judge::release(connection_id c, std::uint16_t id, instant now) {
  advance(now);
  link& l = links_[c];
  touch(l, now);
  debt d{packet_type::pubcomp, id, &rules::pubcomp};
  for (const inbound& i : sessions_[l.client].received) {
    if (i.id != id) continue;
    d.message = i.message;
    offer_late(i.message, now);
  }
  l.owed.push_back(d);
}

void judge::ping(connection_id c, instant now, bool own_fence) {
  advance(now);
  link& l = links_[c];
  touch(l, now);
  debt d{packet_type::pingresp, 0, own_fence ? nullptr : &rules::ping};
  d.since = now;
  l.owed.push_back(std::move(d));
}

// Answers first, in the order in which they were asked for; then what is to be sent again; then
// messages. |visit| returns false to stop; so does this then.
template <class Visit>
bool judge::visit_debts(const Visit& visit) const {
  for (connection_id c = 0; c < links_.size(); ++c) {
    const link& l = links_[c];
    for (const debt& d : l.owed) {
      if (!visit({c, d.why, &d})) return false;
    }
    if (l.will_came && !visit({c, &rules::will_waits, nullptr, nullptr, nullptr, true})) {
      return false;
    }
    if (l.close_owed != nullptr && !visit({c, l.close_owed, nullptr, nullptr, nullptr, true})) {
      return false;
    }
  }
  for (const session& s : sessions_) {
    if (s.connection == no_connection) continue;
    const link& l = links_[s.connection];
    if (l.state != link_state::up) continue;
    const std::size_t window = std::min(l.receive_maximum, options_.window);
    std::size_t here = 0;
    bool wild = false;
    for (const delivery& d : s.deliveries) {
      wild |= d.wild;
      if (d.here) ++here;
    }
    for (const delivery& d : s.deliveries) {
      if (d.wild) continue;
      const bool publish = d.state == delivery_state::published && !d.here && here < window;
      const bool release =
          d.state == delivery_state::recorded || (d.state == delivery_state::released && !d.here);
      if (!publish && !release) continue;
      const rule& why =
          d.state == delivery_state::recorded && d.here ? rules::pubrel : rules::sent_again;
      if (!visit({s.connection, &why, nullptr, nullptr, &d})) return false;
    }
    // Slots: those of deliveries that are not complete, wherever they began.
    if (s.deliveries.size() >= window || wild) continue;
    for (const copy& x : s.copies) {
      if (!x.must || x.taken) continue;
      // What came below the QoS that is owed.
      const rule* why = x.any_taken && x.overlapping ? &rules::overlap_qos : x.why;
      if (!visit({s.connection, why, nullptr, &x})) return false;
    }
  }
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const share_token& t = tokens_[i];
    if (!t.must || t.taken_by >= 0) continue;
    const copy* due = nullptr;
    connection_id at = no_connection;
    bool all_here = true;
    for (const std::uint8_t member : t.members) {
      const session& s = sessions_[member];
      if (s.connection == no_connection || links_[s.connection].state != link_state::up ||
          s.deliveries.size() >= std::min(links_[s.connection].receive_maximum, options_.window)) {
        all_here = false;
        break;
      }
      at = s.connection;
      for (const copy& x : s.copies) {
        if (x.token == i) due = &x;
      }
    }
    // A will that reaches no member may not have been published at all.
    const rule* why = messages_[t.message].why;
    if (why == nullptr) why = &rules::shared_delivered;
    if (all_here && due != nullptr && !visit({at, why, nullptr, due})) return false;
  }
  return true;
}

bool judge::owes() const {
  return !found_ && gave_up_.empty() && !visit_debts([](const owed&) { return false; });
}

connection_id judge::debtor() const {
  connection_id at = no_connection;
  visit_debts([&](const owed& o) {
    at = o.connection;
    return false;
  });
  return at;
}

namespace {

// " qos=1", " qos in (1, 2)", or nothing
std::string one_of(std::string_view field, const std::set<int>& values) {
  if (values.empty()) return {};
  if (values.size() == 1) return fmt::format(" {}={}", field, *values.begin());
  return fmt::format(" {} in ({})", field, fmt::join(values, ", "));
}

}  // namespace

std::string judge::describe(const copy& x, bool owed_in_full) const {
  const message& m = messages_[x.message];
  std::string out = fmt::format("PUBLISH topic=\"{{ns}}/{}\"", topic_names[m.topic]);
  std::set<int> qos;
  std::set<int> retain;
  std::set<int> identifiers;  // each of them alone; 0: none
  bool several = false;
  for (const variant& v : x.variants) {
    if (owed_in_full && v.qos != x.top_qos) continue;
    qos.insert(v.qos);
    retain.insert(v.retain ? 1 : 0);
    several |= std::popcount(v.identifiers) > 1;
    identifiers.insert(v.identifiers == 0 ? 0 : std::countr_zero(v.identifiers));
  }
  out += one_of("qos", qos) + one_of("retain", retain);
  // The notation has no form for several, nor for one or none.
  if (!several && !identifiers.contains(0)) out += one_of("subscription_identifier", identifiers);
  return out + text_of(x.message);
}

std::string judge::describe(const owed& o) const {
  if (o.close) return "close";
  if (o.answer != nullptr) {
    std::string out(wire::packet_of(o.answer->packet).name);
    if (o.answer->packet == packet_type::connack || o.answer->packet == packet_type::pingresp) {
      return out;
    }
    return out + fmt::format(" id={}", o.answer->id);
  }
  if (o.again != nullptr) {
    const delivery& d = *o.again;
    if (d.state != delivery_state::published) return fmt::format("PUBREL id={}", d.id);
    return fmt::format("PUBLISH topic=\"{{ns}}/{}\" qos={} dup=1 id={}{}",
                       topic_names[messages_[d.message].topic], d.qos, d.id, text_of(d.message));
  }
  return describe(*o.message, true);
}

std::vector<std::string> judge::debts_of(connection_id c) const {
  std::vector<std::string> out;
  visit_debts([&](const owed& o) {
    if (o.connection == c) out.push_back(describe(o));
    return true;
  });
  return out;
}

std::vector<std::string> judge::may_come(connection_id c) const {
  std::vector<std::string> out;
  const session& s = sessions_[links_[c].client];
  if (s.connection != c) return out;
  const std::vector<std::string> debts = debts_of(c);
  for (const copy& x : s.copies) {
    // Of subscriptions that overlap each may bring a copy, besides that at the highest QoS.
    if (found_ && found_->late && x.message == found_->message && x.overlapping) {
      for (const variant& v : x.variants) {
        copy lower = x;
        lower.variants = {v};
        if (v.qos < x.top_qos) out.push_back(describe(lower));
      }
    }
    if (x.any_taken || (found_ && x.message == found_->message)) continue;
    if (std::find(debts.begin(), debts.end(), describe(x, true)) != debts.end()) continue;
    out.push_back(describe(x));
  }
  return out;
}

void judge::overdue(instant now) {
  advance(now);
  visit_debts([&](const owed& o) {
    // One that was sent in between, for Keep Alive, is not what has been waited for.
    const bool young = o.answer != nullptr && o.answer->packet == packet_type::pingresp &&
                       now - o.answer->since < options_.slack;
    if (young) return true;
    if (o.why == nullptr) {
      give_up("PINGREQ is not answered while something is owed");
      return false;
    }
    if (o.close && links_[o.connection].will_came) {
      found_ = suspected_;  // its connection lives
      return false;
    }
    std::string what = "an answer does not come";
    message_id m = no_message;
    if (o.close) what = "the broker does not close the connection";
    if (o.again != nullptr) {
      m = o.again->message;
      what = o.again->state == delivery_state::published  ? "PUBLISH is not sent again"
             : o.again->state == delivery_state::recorded ? "PUBREL does not come"
                                                          : "PUBREL is not sent again";
    }
    if (o.message != nullptr) {
      m = o.message->message;
      what = messages_[m].will      ? "a will does not come"
             : o.message->retained  ? "a retained message does not come"
             : o.message->any_taken ? "a message comes below the highest QoS that was granted"
                                    : "a message does not come";
    }
    if (o.answer != nullptr) m = o.answer->message;
    accuse(o.connection, *o.why, what, describe(o), "nothing", m);
    if (found_) found_->late = true;
    return false;
  });
}

}  // namespace mqttspec::explore
