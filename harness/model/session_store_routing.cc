// Subscriptions and the way of a message to its subscribers.

#include <algorithm>

#include "model/session_store.h"
#include "model/topic.h"

namespace mqttspec::model {

std::uint8_t session_store::subscribe(session& who, const wire::subscription_request& request,
                                      std::optional<std::uint32_t> identifier, instant now) {
  const share_split parts = split_share(request.filter);
  auto at = who.subscriptions.find(request.filter);
  subscribe_facts f;
  f.version = who.version;
  f.requested_qos = request.max_qos;
  f.maximum_qos = options_.maximum_qos;
  f.existed = at != who.subscriptions.end();
  f.shared = parts.shared;
  f.wildcard = parts.filter.find_first_of("+#") != std::string_view::npos;
  f.retain_handling = request.retain_handling;
  if (!f.existed && (level_count(request.filter) > most_filter_levels ||
                     who.subscriptions.size() >= options_.most_subscriptions)) {
    return code_of(wire::reason_code::quota_exceeded);
  }

  const std::uint8_t granted = rules_->granted_qos(f);
  subscription_options options{granted, request.no_local, request.retain_as_published,
                               request.retain_handling, identifier};
  if (!f.existed) {
    at = who.subscriptions.emplace(request.filter, options).first;
    index_.add(at->first, who, at->second);
  } else if (rules_->subscription_is_replaced(f)) {
    options.times_subscribed = at->second.times_subscribed + 1;
    at->second = rules_->replaced_options(at->second, options);
  }
  if (rules_->resubscribe_drops_waiting(f)) who.out.drop_waiting(request.filter);
  if (rules_->retained_are_sent(f)) send_retained(who, at->first, at->second, now);
  return granted;
}

std::uint8_t session_store::unsubscribe(session& who, std::string_view filter) {
  std::vector<std::string> held;
  if (rules_->unsubscribe_matches == sound_rules().unsubscribe_matches) {
    // Equality needs no search through all of them.
    if (who.subscriptions.contains(filter)) held.emplace_back(filter);
  } else {
    for (const auto& [own, options] : who.subscriptions) {
      if (rules_->unsubscribe_matches(filter, own)) held.push_back(own);
    }
  }
  unsubscribe_facts f{who.version, !held.empty(), split_share(filter).shared};
  f.resumed = f.existed && who.subscriptions.find(held.front())->second.resumed;
  if (rules_->unsubscribe_removes(f)) {
    for (const std::string& own : held) {
      index_.remove(own, who);
      who.subscriptions.erase(own);
    }
  }
  if (f.shared && rules_->unsubscribe_empties_share(f)) {
    while (const share_group* group = index_.find_share(filter)) {
      index_.remove(filter, *group->members.begin()->second.who);
    }
  }
  if (rules_->unsubscribe_removes_from_others(f)) {
    for (const auto& [id, other] : by_id_) {
      const auto same = other->subscriptions.find(filter);
      if (same == other->subscriptions.end()) continue;
      index_.remove(same->first, *other);
      other->subscriptions.erase(same);
    }
  }
  if (rules_->unsubscribe_drops_waiting(f)) who.out.drop_waiting(filter);
  if (rules_->unsubscribe_drops_in_flight(f)) who.out.drop_in_flight(filter);
  return rules_->unsubscribe_reason(f);
}

void session_store::send_retained(session& who, const std::string& filter,
                                  const subscription_options& options, instant now) {
  const subscriber to{&who, &filter, &options};
  std::size_t place = 0;
  retained_.match(split_share(filter).filter, now, [&](message_pointer m) {
    match_facts f = facts_of(*m, to);
    f.stored_retained = true;
    f.place = place++;
    f.wildcard = has_wildcard(filter);
    if (!rules_->match_is_delivered(f)) return;
    if (auto told = rules_->retained_properties(m->properties); told != m->properties) {
      message other = *m;
      other.properties = std::move(told);
      m = std::make_shared<const message>(std::move(other));
    }
    delivery copy{m, rules_->delivery_qos(f), rules_->retain_flag(f), {}, filter};
    if (rules_->identifier_is_attached(f) && options.identifier) {
      copy.identifiers.push_back(*options.identifier);
    }
    hand_over(who, std::move(copy), now);
  });
}

bool session_store::publish(message m, instant now) {
  m.properties = rules_->forwarded_properties(m.properties);
  const auto shared = std::make_shared<const message>(std::move(m));
  retained_.put(shared);
  if (shared->retain) {
    const retained_facts f{true, shared->payload.empty(), shared->qos, false};
    if (f.empty_payload && !rules_->clearing_is_forwarded(f)) return false;
  }
  matched found;
  index_.match(rules_->matched_as(shared->topic), rules_->filter_may_match("#", shared->topic),
               rules_->filter_may_match("+", shared->topic), found);
  if (found.subscribers.empty() && found.shares.empty()) return false;
  deliver(shared, found, now);
  return true;
}

match_facts session_store::facts_of(const message& m, const subscriber& to) const {
  match_facts f;
  f.version = to.who->version;
  f.published_qos = m.qos;
  f.granted_qos = to.options->max_qos;
  f.no_local = to.options->no_local;
  f.retain_as_published = to.options->retain_as_published;
  f.published_retain = m.retain;
  f.own_message = m.publisher == to.who->client_id;
  f.connected = to.who->connected;
  f.has_identifier = to.options->identifier.has_value();
  f.times_subscribed = to.options->times_subscribed;
  return f;
}

void session_store::deliver(const message_pointer& m, matched& found, instant now) {
  std::sort(found.subscribers.begin(), found.subscribers.end(),
            [](const subscriber& a, const subscriber& b) {
              if (a.who != b.who) return a.who->serial < b.who->serial;
              return *a.filter < *b.filter;
            });
  for (auto first = found.subscribers.begin(); first != found.subscribers.end();) {
    const auto last = std::find_if(first, found.subscribers.end(),
                                   [&](const subscriber& s) { return s.who != first->who; });
    std::vector<subscriber> same(first, last);
    const bool another_served = first != found.subscribers.begin();
    if (deliver_copies(m, same, another_served, now) == acceptance::newest_dropped) {
      const session& full = *first->who;
      if (!rules_->overflow_spares_other_sessions({m->qos, full.connected})) return;
    }
    first = last;
  }
  deliver_shares(m, found, now);
}

acceptance session_store::deliver_copies(const message_pointer& m, std::vector<subscriber>& to,
                                         bool another_served, instant now) {
  acceptance result = acceptance::kept;
  std::optional<delivery> one;
  bool first_match = true;
  for (const subscriber& s : to) {
    match_facts f = facts_of(*m, s);
    f.first_match = first_match;
    f.another_served = another_served;
    first_match = false;
    if (!rules_->match_counts(*s.filter, m->topic) || !rules_->match_is_delivered(f)) continue;
    delivery copy{m, rules_->delivery_qos(f), rules_->retain_flag(f), {}, *s.filter};
    if (s.options->identifier && rules_->identifier_is_attached(f)) {
      copy.identifiers.push_back(*s.options->identifier);
    }
    if (!rules_->overlap_is_one_copy(f)) {
      result = hand_over(*s.who, std::move(copy), now);
    } else if (!one) {
      one = std::move(copy);
    } else {
      one->qos = rules_->overlap_qos(one->qos, copy.qos);
      one->retain = one->retain || copy.retain;
      const bool equal = !copy.identifiers.empty() && one->identifiers == copy.identifiers;
      if (equal && !rules_->equal_identifiers_are_kept(f)) continue;
      one->identifiers.insert(one->identifiers.end(), copy.identifiers.begin(),
                              copy.identifiers.end());
    }
  }
  if (one) result = hand_over(*to.front().who, std::move(*one), now);
  return result;
}

share_facts session_store::facts_of(const share_group& group) const {
  share_facts f;
  f.members = group.members.size();
  f.any_connected = std::any_of(group.members.begin(), group.members.end(),
                                [](const auto& e) { return e.second.who->connected; });
  return f;
}

// Whose turn it is; the end when nobody is eligible.
std::map<std::uint64_t, subscriber>::iterator session_store::next_member(share_group& group) {
  auto& members = group.members;
  share_facts f = facts_of(group);
  auto turn = members.upper_bound(group.last_served);
  for (std::size_t tried = 0; tried < members.size(); ++tried, ++turn) {
    if (turn == members.end()) turn = members.begin();
    f.connected = turn->second.who->connected;
    if (!rules_->share_member_is_eligible(f)) continue;
    group.last_served = turn->first;
    return turn;
  }
  return members.end();
}

void session_store::deliver_to_member(const message_pointer& m, const subscriber& s, instant now) {
  match_facts f = facts_of(*m, s);
  f.shared = true;
  if (!rules_->match_is_delivered(f)) return;
  delivery copy{m, rules_->delivery_qos(f), rules_->retain_flag(f), {}, *s.filter};
  if (s.options->identifier && rules_->identifier_is_attached(f)) {
    copy.identifiers.push_back(*s.options->identifier);
  }
  const std::uint32_t copies = rules_->share_counts_member_once(f) ? 1 : f.times_subscribed;
  for (std::uint32_t n = 1; n < copies; ++n) hand_over(*s.who, copy, now);
  hand_over(*s.who, std::move(copy), now);
}

void session_store::deliver_shares(const message_pointer& m, const matched& found, instant now) {
  bool another_served = false;
  for (share_group* group : found.shares) {
    share_facts served = facts_of(*group);
    served.another_served = std::exchange(another_served, true);
    if (!rules_->share_is_served(served)) continue;
    if (rules_->share_reaches_every_member(facts_of(*group))) {
      for (const auto& [serial, member] : group->members) deliver_to_member(m, member, now);
    } else if (const auto turn = next_member(*group); turn != group->members.end()) {
      share_facts f = facts_of(*group);
      f.has_own = std::any_of(found.subscribers.begin(), found.subscribers.end(),
                              [&](const subscriber& s) { return s.who == turn->second.who; });
      if (rules_->share_is_apart_from_own(f)) deliver_to_member(m, turn->second, now);
    }
  }
}

void session_store::pass_on(const delivery& copy, instant now) {
  share_group* group = index_.find_share(copy.filter);
  if (group == nullptr) return;
  const auto turn = next_member(*group);
  if (turn != group->members.end()) deliver_to_member(copy.content, turn->second, now);
}

acceptance session_store::hand_over(session& who, delivery copy, instant now) {
  if (!who.exists && !who.connected && who.subscriptions.empty()) return acceptance::not_kept;
  const acceptance result = who.out.add(std::move(copy), now);
  if (result == acceptance::disconnect) who.overflowed = true;
  touch(who);
  return result;
}

}  // namespace mqttspec::model
