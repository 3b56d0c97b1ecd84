// A PUBLISH that nothing permits: which rule left no room for it.

#include <fmt/format.h>

#include <algorithm>

#include "explore/judge.h"
#include "wire/notation.h"

namespace mqttspec::explore {

using wire::protocol_version;

std::string judge::notation(const wire::packet_view& p) {
  return wire::print(wire::to_packet(p));
}

void judge::explain(connection_id c, const wire::packet_view& p, message_id m, identifier_set ids) {
  const session& s = sessions_[links_[c].client];
  const std::string seen = notation(p);
  // It may come, in another form. What SUBSCRIBE brings has RETAIN 1: such a copy is meant first.
  std::vector<const copy*> meant;
  for (const copy& x : s.copies) {
    if (x.message != m || x.any_taken || (x.retained && !p.retain)) continue;
    meant.insert(x.retained ? meant.begin() : meant.end(), &x);
  }
  for (const copy* each : meant) {
    const copy& x = *each;
    const std::string expected = describe(x);
    const bool qos = std::none_of(x.variants.begin(), x.variants.end(),
                                  [&](const variant& v) { return v.qos == p.qos; });
    if (qos) {
      return accuse(c, x.overlapping ? rules::overlap_qos : rules::delivery_qos,
                    "a message comes with another QoS", expected, seen, m);
    }
    const bool flag = std::none_of(x.variants.begin(), x.variants.end(),
                                   [&](const variant& v) { return v.retain == p.retain; });
    if (flag) {
      const rule& why = x.retained ? rules::retained_flag
                        : p.retain ? rules::retain_cleared
                                   : rules::retain_as_published;
      return accuse(c, why, "RETAIN is wrong", expected, seen, m);
    }
    const bool identifier = std::none_of(x.variants.begin(), x.variants.end(),
                                         [&](const variant& v) { return v.identifiers == ids; });
    if (identifier) {
      return accuse(c, x.overlapping ? rules::all_identifiers : rules::identifiers,
                    "the Subscription Identifiers are not those of the subscriptions", expected,
                    seen, m);
    }
  }
  for (const copy& x : s.copies) {
    // Sent because of SUBSCRIBE, without the flag that tells so.
    if (x.message != m || !x.retained || x.any_taken || p.retain) continue;
    return accuse(c, rules::retained_flag, "a retained message comes with RETAIN 0", describe(x),
                  seen, m);
  }
  const rule* why = explain_stray(s, links_[c].client, p, m);
  std::string what = "a message comes that nothing asks for";
  if (why == &rules::once) what = "a QoS 2 message comes twice";
  if (why == &rules::not_sent_again) what = "a message comes again that was acknowledged";
  if (messages_[m].stage == message_stage::planned) what = "a message comes that was refused";
  if (messages_[m].will) what = "a will comes that should not";
  if (why == s.ended_by && why != nullptr) what = "a message of a session that has ended";
  if (p.retain && why != s.ended_by) what = "a retained message comes that should not";
  accuse(c, *why, what, "", seen, m);
  if (found_ && messages_[m].will && why == &rules::will_waits) suspect(m);
}

// It may be explained by a SUBSCRIBE that came behind it: nothing says when a message is routed,
// nor when the retained messages are looked up that a SUBSCRIBE brings.
bool judge::may_be_late(const session& s, const wire::packet_view& p, message_id m) const {
  const message& told = messages_[m];
  const bool by_newer =
      std::any_of(s.subscriptions.begin(), s.subscriptions.end(), [&](const subscription& x) {
        return x.since > m && matches(x.filter, told.topic) && (!p.retain || x.retain_as_published);
      });
  // The subscription may have gone again, with UNSUBSCRIBE on its way.
  const bool by_former =
      std::any_of(s.given_up.begin(), s.given_up.end(), [&](const subscription& x) {
        return x.since > m && matches(x.filter, told.topic) && !p.retain;
      });
  if ((by_newer || by_former) && !told.will && (!p.retain || !told.read)) return true;
  if (!p.retain || !told.retain) return false;
  // In the place of an older one that has not come.
  return std::any_of(s.copies.begin(), s.copies.end(), [&](const copy& x) {
    return x.retained && !x.any_taken && x.message < m && messages_[x.message].topic == told.topic;
  });
}

// A will may come before we hear that its connection has ended: it is wrong only if that lives on.
void judge::suspect(message_id will) {
  const connection_id of = sessions_[messages_[will].publisher].connection;
  if (of == no_connection || links_[of].will != will) return;
  links_[of].will_came = true;
  suspected_ = std::exchange(found_, std::nullopt);
}

const rule* judge::explain_stray(const session& s, std::uint8_t client, const wire::packet_view& p,
                                 message_id m) const {
  const message& told = messages_[m];
  if (told.stage == message_stage::planned && (told.will || told.discarded != nullptr)) {
    return told.discarded != nullptr ? told.discarded : &rules::will_waits;
  }
  const bool taken = std::any_of(s.copies.begin(), s.copies.end(), [&](const copy& x) {
    return x.message == m && x.any_taken && !x.retained;
  });
  const auto matching = [&](filter_set set) {
    for (std::uint8_t f = 0; f < std::size(filter_names); ++f) {
      if ((set & (1u << f)) != 0 && matches(f, told.topic)) return true;
    }
    return false;
  };
  if (taken && !p.retain) {
    if (told.will) return &rules::will_once;
    if (told.qos == 2 && told.repeated) return &rules::once;
    return told.qos == 2 ? &rules::once : &rules::not_sent_again;
  }
  if (p.retain) {
    bool shared = false;
    bool late = false;
    bool matched = false;
    for (const subscription& x : s.subscriptions) {
      if (!matches(x.filter, told.topic)) continue;
      matched = true;
      shared |= x.share != 0;
      late |= x.resumed;
    }
    const auto& held = retained_[told.topic];
    const bool current = std::find(held.begin(), held.end(), m) != held.end();
    if (!told.retain) return &rules::retained_not_stored;
    if (shared) return &rules::retained_not_on_share;
    if (!current) return held.empty() ? &rules::retained_cleared : &rules::retained_replaced;
    if (matched && late) return &rules::retained_sent;
    if (matched) return &rules::retained_not_sent;
  }
  if (s.ended_by != nullptr &&
      (matching(s.former_filters) || std::find(s.former_messages.begin(), s.former_messages.end(),
                                               m) != s.former_messages.end())) {
    return s.ended_by;
  }
  for (const subscription& x : s.subscriptions) {
    if (x.no_local && told.publisher == client && matches(x.filter, told.topic)) {
      return &rules::no_local;
    }
  }
  // It was published before its subscription came. That PUBACK says where a message goes, and that
  // nothing older may go to a new subscription, is not said: this is no accusation.
  for (const subscription& x : s.subscriptions) {
    if (matches(x.filter, told.topic)) return &rules::too_early;
  }
  if (matching(s.unsubscribed)) return &rules::unsubscribed;
  return &rules::matching_topic;
}

}  // namespace mqttspec::explore
