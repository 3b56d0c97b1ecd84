// Odd CONNECTs, on connections of their own, and restarts.

#include <algorithm>

#include "explore/judge.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

connection_id judge::probe(std::uint8_t client, const action& a, instant now) {
  advance(now);
  const auto c = static_cast<connection_id>(links_.size());
  link l;
  l.client = client;
  l.version = a.version;
  l.state = link_state::asked;
  l.probe = a.probe;
  l.last_sent = now;
  session& s = sessions_[client];
  const debt connack{packet_type::connack, 0, &rules::connect_is_answered};
  switch (a.probe) {
    case probe_kind::refused:
      l.close_owed = &rules::unknown_authentication;
      s.probed = &rules::refusal_takes_nothing;
      break;
    case probe_kind::will_high:
      l.close_owed = &rules::will_qos_high;
      s.probed = &rules::refusal_takes_nothing;
      break;
    case probe_kind::malformed:
      l.close_owed = &rules::reserved_flag;
      s.probed = &rules::refusal_takes_nothing;
      break;
    case probe_kind::early:
      l.close_owed = &rules::connect_comes_first;
      break;
    case probe_kind::twin:
    case probe_kind::longer:
      s.probed = &rules::identifier_names_session;
      l.owed.push_back(connack);
      break;
    case probe_kind::full:
      l.owed.push_back(connack);
      break;
    case probe_kind::nameless:
      if (a.version == protocol_version::v311) {
        l.close_owed = &rules::empty_identifier;
      } else {
        l.owed.push_back(connack);
      }
      break;
  }
  links_.push_back(std::move(l));
  if (s.probed != nullptr) s.probed_on = c;
  return c;
}

message_id judge::futile(std::uint8_t client, std::uint8_t topic, const rule& why) {
  message m;
  m.topic = topic;
  m.publisher = client;
  m.ordered = false;
  m.discarded = &why;
  messages_.push_back(m);
  return static_cast<message_id>(messages_.size() - 1);
}

void judge::take_probe(connection_id c, const wire::packet_view& p) {
  link& l = links_[c];
  const std::string seen = notation(p);
  const bool v5 = l.version == protocol_version::v5;
  // Behind CONNACK all that counts is that the connection ends.
  if (l.state == link_state::up) return;
  if (p.type != packet_type::connack) {
    const rule& why = *l.probe == probe_kind::early       ? rules::connect_comes_first
                      : p.type == packet_type::disconnect ? rules::no_early_disconnect
                                                          : rules::connack_is_first;
    return accuse(c, why, "something comes in front of CONNACK", "", seen);
  }
  l.state = link_state::up;
  l.owed.clear();
  const bool refused = p.reason != 0;
  if (refused && p.session_present) {
    return accuse(c, rules::refusal_has_no_session, "a refusal has Session Present 1", "", seen);
  }
  switch (*l.probe) {
    case probe_kind::early:
      if (refused) return;
      return accuse(c, *l.close_owed, "a CONNECT is accepted that has to be refused", "", seen);
    case probe_kind::refused:
    case probe_kind::will_high:
      if (refused) return;
      return accuse(c, *l.close_owed, "a CONNECT is accepted that has to be refused",
                    "CONNACK reason in 0x80..0x9F", seen);
    case probe_kind::malformed:
      if (!v5) {
        return accuse(c, rules::malformed_is_not_answered, "a malformed CONNECT is answered", "",
                      seen);
      }
      if (refused) return;
      return accuse(c, *l.close_owed, "a CONNECT is accepted that has to be refused",
                    "CONNACK reason in 0x80..0x9F", seen);
    case probe_kind::nameless: {
      if (!v5) {
        // 0x02: identifier rejected.
        if (p.reason == 2) return;
        return accuse(c, rules::empty_identifier, "an empty Client Identifier is not rejected",
                      "CONNACK session_present=0 reason=identifier_rejected", seen);
      }
      if (refused) return;
      constexpr const char* a_new_identifier =
          "CONNACK session_present=0 assigned_client_identifier present";
      std::string id;
      for (const auto& property : p.properties) {
        if (property.id == property_id::assigned_client_identifier) id = property.text;
      }
      if (id.empty()) {
        return accuse(c, rules::identifier_is_assigned, "no Client Identifier is assigned",
                      a_new_identifier, seen);
      }
      if (p.session_present ||
          std::find(assigned_.begin(), assigned_.end(), id) != assigned_.end()) {
        return accuse(c, rules::assigned_is_new, "a Client Identifier is assigned that is in use",
                      a_new_identifier, seen);
      }
      assigned_.push_back(id);
      return;
    }
    case probe_kind::full:
      // 0x85 and 0x02: the identifier is not valid. Other reasons are the broker's own.
      if (p.reason == (v5 ? 0x85 : 0x02)) {
        return accuse(c, rules::identifier_of_23, "a Client Identifier of 23 characters is refused",
                      "CONNACK session_present=0", seen);
      }
      break;
    case probe_kind::twin:
    case probe_kind::longer:
      break;
  }
  if (!p.session_present) return;
  const bool made_before = std::any_of(links_.begin(), links_.begin() + c, [&](const link& x) {
    return x.client == l.client && x.probe == l.probe && x.version == l.version;
  });
  if (made_before) {
    accuse(c, rules::ended_at_close, "Session Present is 1 although there is no session",
           "CONNACK session_present=0", seen);
  } else {
    accuse(c, rules::identifier_names_session, "a session of another Client Identifier is present",
           "CONNACK session_present=0", seen);
  }
}

// What is on its way may be lost; sessions that last, and what is retained, are not.
void judge::restart(instant now) {
  advance(now);
  std::vector<session*> were_here;
  for (session& s : sessions_) {
    if (s.connection == no_connection) continue;
    were_here.push_back(&s);
    const connection_id c = s.connection;
    link& l = links_[c];
    const message_id will = std::exchange(l.will, no_message);
    l.owed.clear();
    detach(s, c, cut_kind::reset, now, now);
    s.unnoticed = false;
    if (will == no_message) continue;
    // Whether a client that loses its connection in this way leaves a will behind is not said.
    messages_[will].stage = message_stage::open;
    offer(will, now);
  }
  // Before their connections ended, also wills of the others may have been sent to them.
  for (session* s : were_here) {
    for (copy& x : s->copies) x.maybe_sent = true;
  }
}

}  // namespace mqttspec::explore
