// A long trace is not kept as a whole. What is over is forgotten, and then counts as what was
// before the trace (watch_options::whole is false from then on).

#include <algorithm>
#include <iterator>
#include <set>

#include "oracle/history.h"

namespace mqttspec::oracle {

namespace {

// Of a session; one that had more is not known from its beginning any more.
constexpr std::size_t most_links = 50;
constexpr std::size_t most_subscriptions = 1000;

bool is_over(const session& s, const link& newest, instant now, duration sweep) {
  if (newest.open()) return false;
  const std::uint32_t interval = std::max(newest.interval(), newest.granted_interval());
  if (interval == wire::never_expires) return false;
  const instant ended = std::min(newest.client_ended_at, newest.server_ended_at);
  return saturating_add(ended, std::chrono::seconds(interval) + sweep) < now && !s.links.empty();
}

// The newest |most| of each value stay.
template <class T, class Key>
void keep_newest(std::vector<T>& list, std::size_t most, Key key, bool (*may_go)(const T&)) {
  std::map<std::uint16_t, std::size_t> met;
  std::vector<T> kept;
  for (auto one = list.rbegin(); one != list.rend(); ++one) {
    if (!may_go(*one) || ++met[key(*one)] <= most) kept.push_back(std::move(*one));
  }
  list.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

}  // namespace

bool history::is_long() const {
  return messages.size() > options.many || links.size() > options.many ||
         sessions.size() > options.many || requests_ > options.many;
}

void history::forget() {
  // What is younger may still be under way.
  const instant horizon = now - std::max<duration>(options.patience * 3, std::chrono::minutes(1));
  options.whole = false;
  last.reset();
  forget_sessions();
  forget_messages(horizon);
  if (unknown_messages && unknown_at < horizon) unknown_messages = false;
  requests_ = 0;
  for (auto& [id, on] : links) {
    // An answer to a request may come twice only where the request is known: PUBREC.
    keep_newest<request>(
        on.requests, 1, [](const request& r) { return r.id; },
        [](const request& r) { return r.answered; });
    std::erase_if(on.requests,
                  [](const request& r) { return r.answered && r.type != packet_type::pubrec; });
    keep_newest<std::uint16_t>(
        on.recorded, 2, [](std::uint16_t n) { return n; },
        [](const std::uint16_t&) { return true; });
    requests_ += on.requests.size();
  }
}

// Sessions that are over, and connections that are: but for those of a session that lasts, and for
// each client its newest.
void history::forget_sessions() {
  std::set<const session*> gone;
  for (session& s : sessions) {
    const auto record = clients_.find(s.client_id);
    const bool newest = record != clients_.end() && record->second.newest == &s;
    const link& on = link_of(s.newest());
    if (on.open() || (newest && !is_over(s, on, now, options.sweep))) continue;
    gone.insert(&s);
  }
  std::set<connection_id> kept;
  for (session& s : sessions) {
    if (gone.contains(&s)) continue;
    const auto is_past = [](const subscription& one) {
      return one.refused() || one.removed_number != no_event || one.replaced_number != no_event;
    };
    if (s.subscriptions.size() > most_subscriptions) {
      s.complete = false;
      std::erase_if(s.subscriptions, is_past);
    }
    if (s.links.size() > most_links) {
      s.complete = false;
      s.links.erase(s.links.begin(), s.links.end() - 2);
    }
    kept.insert(s.links.begin(), s.links.end());
  }
  for (const auto& [id, on] : links) {
    if (on.open() || now - on.last_received_at < options.sweep) kept.insert(id);
    // Its will may be waiting.
    if (on.connect && on.connect->will && on.interval() != 0 && on.of != nullptr &&
        !gone.contains(on.of)) {
      kept.insert(id);
    }
  }
  for (auto& [id, on] : links) {
    if (on.of != nullptr && gone.contains(on.of)) on.of = nullptr;
    if (on.before != nullptr && gone.contains(on.before)) on.before = nullptr;
    if (on.previous != nullptr && !kept.contains(on.previous->id)) {
      on.previous = nullptr;
      on.forgot_previous = true;
    }
  }
  for (auto& [name, record] : clients_) {
    if (record.newest != nullptr && gone.contains(record.newest)) record.newest = nullptr;
    if (record.newest_link != nullptr && !kept.contains(record.newest_link->id)) {
      record.newest_link = nullptr;
    }
  }
  std::erase_if(links, [&](const auto& one) { return !kept.contains(one.first); });
  sessions.remove_if([&](const session& s) { return gone.contains(&s); });
  std::erase_if(unsubscribes_, [&](const auto& one) {
    return one.second.empty() || !kept.contains(one.first.first);
  });
}

bool history::is_blind(std::string_view topic, std::string_view payload) const {
  return !blind_keys_.empty() && blind_keys_.contains(key_of(topic, payload));
}

void history::forget_messages(instant horizon) {
  const auto is_settled = [&](const message& m) {
    const auto publisher = links.find(m.publisher);
    if (publisher == links.end()) return true;
    if (m.at >= horizon) return false;
    if (m.is_will) return false;  // as long as its connection is kept
    return m.qos == 0 || m.completed || m.refused() || !publisher->second.open();
  };
  // What a session has not had yet may come later.
  for (session& s : sessions) {
    const link& on = link_of(s.newest());
    s.forgot = !on.open() || !on.window.empty() || on.connack_at >= horizon;
  }
  std::deque<message> kept;
  constexpr std::size_t none = ~std::size_t{0};
  std::vector<std::size_t> places(messages.size(), none);
  for (std::size_t n = 0; n < messages.size(); ++n) {
    if (is_settled(messages[n])) continue;
    places[n] = kept.size();
    kept.push_back(std::move(messages[n]));
  }
  messages = std::move(kept);
  for (auto one = by_key_.begin(); one != by_key_.end();) {
    std::vector<std::size_t> left;
    for (const std::size_t n : one->second) {
      if (places[n] != none) left.push_back(places[n]);
    }
    const bool some_gone = left.size() != one->second.size();
    if (left.empty()) {
      for (session& s : sessions) s.delivered.erase(one->first);
      blind_keys_.erase(one->first);
      one = by_key_.erase(one);
      continue;
    }
    // How often such a message may come is not known any more.
    if (some_gone) blind_keys_.insert(one->first);
    one->second = std::move(left);
    ++one;
  }
  std::set<const client_record*> used;
  for (const auto& [id, on] : links) used.insert(on.who);
  for (auto record = clients_.begin(); record != clients_.end();) {
    auto& outbound = record->second.outbound;
    for (auto each = outbound.begin(); each != outbound.end();) {
      each->second = places[each->second];
      each = each->second == none ? outbound.erase(each) : std::next(each);
    }
    record = used.contains(&record->second) ? std::next(record) : clients_.erase(record);
  }
}

}  // namespace mqttspec::oracle
