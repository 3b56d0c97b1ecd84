// Answers: what the broker says to SUBSCRIBE, UNSUBSCRIBE, PUBLISH, PUBREL and PINGREQ.

#include <fmt/format.h>

#include <algorithm>

#include "explore/judge.h"

namespace mqttspec::explore {

using wire::packet_type;

void judge::take_answer(connection_id c, const wire::packet_view& p, instant now) {
  link& l = links_[c];
  session& s = sessions_[l.client];
  const auto found = std::find_if(l.owed.begin(), l.owed.end(), [&](const debt& d) {
    return d.packet == p.type && (p.type == packet_type::pingresp || d.id == p.packet_id);
  });
  if (found == l.owed.end()) {
    // Its identifier may be wrong; then what is owed does not come.
    for (const debt& d : l.owed) {
      if (d.packet != p.type) continue;
      return accuse(c, *d.why, "the answer has another identifier", describe(owed{c, d.why, &d}),
                    notation(p), d.message);
    }
    if (l.loose || l.state == link_state::ending) return;
    return give_up("the broker sends an answer that nobody waits for");
  }
  const debt d = *found;
  l.owed.erase(found);
  l.unfenced = false;
  // A connection that lives on behind an odd CONNECT was not taken over by it.
  for (message& m : messages_) m.read |= m.connection == c;
  if (s.probed != nullptr && links_[s.probed_on].state == link_state::gone) s.probed = nullptr;
  const bool refused = p.reason >= 0x80;
  switch (p.type) {
    case packet_type::suback:
      return take_suback(c, d, p);
    case packet_type::puback:
    case packet_type::pubrec: {
      if (refused) {
        fail(d.message);
        std::erase_if(s.received, [&](const inbound& i) { return i.id == d.id; });
        return give_up("the broker refuses a PUBLISH");
      }
      if (p.type == packet_type::puback && messages_[d.message].stage == message_stage::open) {
        settle(d.message, now);
      }
      if (p.reason == 0x10) {
        for (const session& other : sessions_) {
          for (const copy& x : other.copies) {
            if (x.message != d.message || x.retained || other.connection == no_connection) continue;
            if (x.must || (x.any_taken && p.type == packet_type::puback)) {
              return accuse(c, rules::no_subscribers, "reason 0x10 although somebody subscribes",
                            fmt::format("{} id={} reason=success",
                                        p.type == packet_type::puback ? "PUBACK" : "PUBREC", d.id),
                            notation(p), d.message);
            }
          }
        }
      }
      return;
    }
    case packet_type::pubcomp: {
      const bool was_open = d.message != no_message;
      if (was_open && refused) {
        return accuse(c, rules::pubcomp, "PUBCOMP does not know an identifier that is open",
                      fmt::format("PUBCOMP id={} reason=success", d.id), notation(p), d.message);
      }
      if (was_open) {
        std::erase_if(s.received, [&](const inbound& i) { return i.id == d.id; });
        if (messages_[d.message].stage == message_stage::open) settle(d.message, now);
      }
      return;
    }
    default:
      return;
  }
}

void judge::take_suback(connection_id c, const debt& d, const wire::packet_view& p) {
  if (p.list.size() != d.requests.size()) {
    return accuse(c, rules::suback_codes, "SUBACK has not one code for each filter",
                  fmt::format("SUBACK id={}", d.id), notation(p));
  }
  const auto expected = [&] {
    std::string codes;
    for (const debt::request& r : d.requests) {
      codes += fmt::format("{}granted_qos_{}", codes.empty() ? "" : " ",
                           std::min(r.qos, facts_.maximum_qos));
    }
    return fmt::format("SUBACK id={} reasons=[{}]", d.id, codes);
  };
  if (d.requests.size() == 2 && d.requests[0].qos != d.requests[1].qos &&
      p.list[0] == d.requests[1].qos && p.list[1] == d.requests[0].qos) {
    return accuse(c, rules::suback_order, "the codes of SUBACK are in reverse order", expected(),
                  notation(p));
  }
  session& s = sessions_[links_[c].client];
  for (std::size_t i = 0; i < d.requests.size(); ++i) {
    const std::uint8_t granted = p.list[i];
    const debt::request& asked = d.requests[i];
    // Refused for what it is; 0x87 and 0x97 are reasons of the broker's own.
    if (granted >= 0x80 && asked.qos > facts_.maximum_qos && granted != 0x87 && granted != 0x97) {
      return accuse(c, rules::subscribe_above_maximum,
                    "SUBSCRIBE with a QoS above the maximum is refused", expected(), notation(p));
    }
    if (granted >= 0x80) return give_up("the broker refuses a SUBSCRIBE");
    if (granted > asked.qos) return give_up("the broker grants more than it was asked for");
    for (subscription& x : s.subscriptions) {
      if (x.bit() != asked.filter || granted >= x.qos) continue;
      for (copy& w : s.copies) {
        if (!w.retained || (w.filters & x.bit()) != x.bit()) continue;
        w.must = false;
        for (variant& v : w.variants) v.qos = std::min(v.qos, granted);
      }
      x.qos = granted;
    }
  }
}

}  // namespace mqttspec::explore
