#include "model/outbox.h"

#include <algorithm>

#include "model/topic.h"

namespace mqttspec::model {

using wire::packet_type;

copy_facts outbox::facts_of(const delivery& copy, instant now) const {
  copy_facts f;
  f.version = version_;
  f.qos = copy.qos;
  f.published_dup = copy.content->dup;
  f.expiry_interval = copy.content->expiry_interval;
  f.waited = now - copy.content->received;
  f.quota = quota();
  return f;
}

copy_facts outbox::facts_of(const outbound& o, instant now) const {
  copy_facts f = facts_of(o.copy, now);
  f.sent_before = o.sent_before;
  f.released = o.state == outbound_state::pubrel_sent;
  return f;
}

const outbound* outbox::find(std::uint16_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &*found->second;
}

void outbox::open(const connection_terms& terms, bool resumed, instant now) {
  version_ = terms.version;
  window_ = rules_->in_flight_window({terms.version, terms.receive_maximum, asked_window_,
                                      limits_.window, slots_at_close_, resumed});
  asked_window_ = terms.receive_maximum;
  slots_ = 0;
  open_ = true;
  for (entries* list : {&unacknowledged_, &released_}) {
    for (auto o = list->begin(); o != list->end();) {
      const auto current = o++;
      const copy_facts f = facts_of(*current, now);
      const bool expired = rules_->in_flight_is_expired(f);
      if (expired || !rules_->is_redelivered(f)) forget(current);
    }
  }
  for (entries* list : {&unacknowledged_, &released_}) {
    for (outbound& o : *list) o.sent_before = true;
  }
  if (limits_.resend_delay > duration::zero() && !by_id_.empty()) {
    resend_is_delayed_ = true;
    retry_at_ = saturating_add(now, limits_.resend_delay);
    return;
  }
  schedule_redelivery();
}

void outbox::close() {
  open_ = false;
  resend_is_delayed_ = false;
  slots_at_close_ = slots_;
  slots_ = 0;
  retry_at_ = never;
  at_once_.clear();
  resend_publish_.clear();
  resend_release_.clear();
  for (entries* list : {&unacknowledged_, &released_}) {
    for (outbound& o : *list) {
      o.holds_slot = false;
      o.awaits_resending = false;
    }
  }
}

void outbox::schedule_redelivery() {
  resend_publish_.clear();
  resend_release_.clear();
  const auto schedule = [&](entries& list, std::list<std::uint16_t>& into) {
    for (outbound& o : list) {
      o.awaits_resending = true;
      into.push_back(o.packet_id);
    }
  };
  schedule(unacknowledged_, resend_publish_);
  schedule(released_, resend_release_);
  if (!rules_->redelivery_order_is_kept({version_, resend_publish_.size(), 0})) {
    resend_publish_.reverse();
  }
}

acceptance outbox::add(delivery copy, instant now) {
  const copy_facts facts = facts_of(copy, now);
  if (open_ && copy.qos == 0 && !holds_qos0() && !rules_->qos0_waits_for_quota(facts)) {
    at_once_.push_back(std::move(copy));
    return acceptance::kept;
  }
  queue_facts f{copy.qos, open_, limits_.qos0_queued, queue_.size(), limits_.queue_limit, quota()};
  if (!rules_->message_is_queued(f)) return acceptance::not_kept;

  // What can be sent at once only passes through the queue.
  const bool passes = open_ && resend_publish_.empty() && quota() > queue_.size();
  acceptance result = acceptance::kept;
  if (!passes && rules_->queue_is_full(f)) {
    purge_expired(now);
    f.size = queue_.size();
  }
  if (!passes && rules_->queue_is_full(f)) {
    const overflow_facts o{limits_.overflow, open_, copy.qos, by_id_.size()};
    if (rules_->overflow_drops_in_flight(o) && !by_id_.empty()) {
      forget(unacknowledged_.empty() ? released_.begin() : unacknowledged_.begin());
    }
    switch (rules_->on_overflow(o)) {
      case overflow_action::drop_newest:
        return acceptance::newest_dropped;
      case overflow_action::disconnect:
        return acceptance::disconnect;
      case overflow_action::drop_oldest:
        if (queue_.empty()) return acceptance::newest_dropped;
        queue_.pop_front();
        result = acceptance::oldest_dropped;
        break;
    }
  }
  queue_.push_back(std::move(copy));
  return result;
}

// Kept for the client while it was away, and still behind others that wait for the window. A newer
// one must not overtake it. [v5:MQTT-4.6.0-5] [v311:MQTT-4.6.0-6]
bool outbox::holds_qos0() const {
  return limits_.qos0_queued &&
         std::any_of(queue_.begin(), queue_.end(), [](const delivery& d) { return d.qos == 0; });
}

void outbox::purge_expired(instant now) {
  std::erase_if(queue_,
                [&](const delivery& d) { return rules_->queued_is_expired(facts_of(d, now)); });
}

std::optional<std::uint16_t> outbox::new_id() {
  return ids_.next(*rules_, [this](std::uint16_t id) { return by_id_.contains(id); });
}

std::optional<outgoing> outbox::next(instant now) {
  if (!open_) return std::nullopt;
  if (now >= retry_at_) {
    retry_at_ = never;
    resend_is_delayed_ = false;
    schedule_redelivery();
  }
  if (resend_is_delayed_) return next_at_once(now);
  if (!limits_.qos0_is_last) {
    if (auto o = next_at_once(now)) return o;
  }
  if (rules_->redelivery_before_new({version_, resend_publish_.size(), 0})) {
    if (auto o = next_redelivery(now)) return o;
    if (auto o = next_new(now)) return o;
  } else {
    if (auto o = next_new(now)) return o;
    if (auto o = next_redelivery(now)) return o;
  }
  // With the window full, what waits for it comes first.
  if (limits_.qos0_is_last && queue_.empty()) return next_at_once(now);
  return std::nullopt;
}

std::optional<outgoing> outbox::next_at_once(instant now) {
  if (!at_once_.empty()) {
    outgoing o;
    o.copy = std::move(at_once_.front());
    at_once_.pop_front();
    const copy_facts f = facts_of(o.copy, now);
    o.dup = rules_->dup_flag(f);
    if (f.expiry_interval) o.expiry_interval = rules_->remaining_expiry(f);
    return o;
  }
  return std::nullopt;
}

std::optional<outgoing> outbox::next_redelivery(instant now) {
  if (auto o = next_release()) return o;
  return next_publish_again(now);
}

std::optional<outgoing> outbox::next_release() {
  while (!resend_release_.empty()) {
    const auto found = by_id_.find(resend_release_.front());
    if (found == by_id_.end() || !found->second->awaits_resending) {
      resend_release_.pop_front();
      continue;
    }
    outbound& o = *found->second;
    copy_facts f = facts_of(o.copy, o.copy.content->received);
    f.released = true;
    if (rules_->publish_again_after_release(f)) {
      o.state = outbound_state::publish_sent;
      unacknowledged_.splice(unacknowledged_.end(), released_, found->second);
      resend_publish_.push_back(o.packet_id);
      resend_release_.pop_front();
      continue;
    }
    if (rules_->redelivered_release_costs_quota(f)) {
      if (quota() == 0) return std::nullopt;
      o.holds_slot = true;
      ++slots_;
    }
    resend_release_.pop_front();
    o.awaits_resending = false;
    outgoing release;
    release.type = packet_type::pubrel;
    release.packet_id = o.packet_id;
    return release;
  }
  return std::nullopt;
}

std::optional<outgoing> outbox::next_publish_again(instant now) {
  while (!resend_publish_.empty()) {
    const auto found = by_id_.find(resend_publish_.front());
    if (found == by_id_.end() || !found->second->awaits_resending ||
        found->second->state != outbound_state::publish_sent) {
      resend_publish_.pop_front();
      continue;
    }
    outbound& o = *found->second;
    if (!o.holds_slot) {
      if (quota() == 0) return std::nullopt;
      o.holds_slot = true;
      ++slots_;
    }
    resend_publish_.pop_front();
    o.awaits_resending = false;
    if (!rules_->redelivery_keeps_id(facts_of(o, now))) {
      if (const auto id = new_id()) {
        const auto entry = found->second;
        by_id_.erase(found);
        o.packet_id = *id;
        by_id_.insert_or_assign(*id, entry);
      }
    }
    outgoing again = publish(o, now);
    // A repetition on a live connection is one, too.
    if (!o.sent_before) {
      copy_facts f = facts_of(o, now);
      f.sent_before = true;
      again.dup = rules_->dup_flag(f);
    }
    return again;
  }
  return std::nullopt;
}

std::optional<outgoing> outbox::next_new(instant now) {
  while (!queue_.empty()) {
    const bool in_order = rules_->queue_order_is_kept({version_, queue_.size(), 0});
    delivery& waiting = in_order ? queue_.front() : queue_.back();
    const auto pop = [&] { in_order ? queue_.pop_front() : queue_.pop_back(); };
    const copy_facts f = facts_of(waiting, now);
    if (rules_->queued_is_expired(f)) {
      if (rules_->expired_stops_queue(f)) return std::nullopt;
      if (rules_->expired_costs_quota(f) && quota() > 0) ++slots_;
      pop();
      continue;
    }
    if (waiting.qos == 0) {
      if (quota() == 0 && rules_->qos0_waits_for_quota(f)) return std::nullopt;
      outgoing o;
      o.copy = std::move(waiting);
      pop();
      o.dup = rules_->dup_flag(f);
      if (f.expiry_interval) o.expiry_interval = rules_->remaining_expiry(f);
      return o;
    }
    if (quota() == 0) return std::nullopt;
    const auto id = new_id();
    if (!id) return std::nullopt;
    unacknowledged_.push_back(
        {*id, std::move(waiting), outbound_state::publish_sent, false, false, true});
    pop();
    ++slots_;
    by_id_.insert_or_assign(*id, std::prev(unacknowledged_.end()));
    return publish(unacknowledged_.back(), now);
  }
  return std::nullopt;
}

outgoing outbox::publish(outbound& o, instant now) {
  const copy_facts f = facts_of(o, now);
  schedule_retry(o, now);
  outgoing out;
  out.packet_id = o.packet_id;
  out.copy = o.copy;
  out.dup = rules_->dup_flag(f);
  if (!rules_->identifiers_are_sent(f)) out.copy.identifiers.clear();
  if (f.expiry_interval) out.expiry_interval = rules_->remaining_expiry(f);
  return out;
}

void outbox::schedule_retry(const outbound& o, instant now) {
  const duration wait = rules_->live_retry(facts_of(o, now));
  if (wait != duration::max()) retry_at_ = std::min(retry_at_, saturating_add(now, wait));
}

acknowledged outbox::acknowledge(packet_type type, std::uint16_t id, std::uint8_t reason) {
  const auto found = by_id_.find(id);
  acknowledge_facts f{version_, type, reason, false};
  if (found != by_id_.end()) {
    f.qos = found->second->copy.qos;
    f.released = found->second->state == outbound_state::pubrel_sent;
    f.known = rules_->acknowledgement_fits(f);
  }
  acknowledged result;
  result.known = f.known;
  if (type == packet_type::pubrec) {
    result.release = rules_->pubrec_is_answered(f);
    result.release_reason = rules_->pubrel_reason(f);
  }
  if (!f.known) return result;

  const auto entry = found->second;
  if (entry->holds_slot && rules_->acknowledgement_frees_quota(f)) {
    entry->holds_slot = false;
    --slots_;
  }
  entry->awaits_resending = false;
  if (rules_->acknowledgement_completes(f)) {
    forget(entry);
    result.completed = true;
  } else if (type == packet_type::pubrec && result.release &&
             entry->state == outbound_state::publish_sent) {
    entry->state = outbound_state::pubrel_sent;
    released_.splice(released_.end(), unacknowledged_, entry);
  }
  return result;
}

void outbox::oversized(std::uint16_t id, bool counts_as_delivered) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || !counts_as_delivered) return;
  forget(found->second);
}

void outbox::forget(entries::iterator o) {
  if (o->holds_slot && slots_ > 0) --slots_;
  const auto found = by_id_.find(o->packet_id);
  if (found != by_id_.end() && found->second == o) by_id_.erase(found);
  list_of(*o).erase(o);
}

void outbox::clear_queue() {
  queue_.clear();
  at_once_.clear();
}

void outbox::clear_in_flight() {
  unacknowledged_.clear();
  released_.clear();
  by_id_.clear();
  resend_publish_.clear();
  resend_release_.clear();
  slots_ = 0;
}

std::vector<delivery> outbox::to_pass_on() const {
  std::vector<delivery> result;
  share_facts f;
  const auto consider = [&](const delivery& d) {
    f.qos = d.qos;
    if (split_share(d.filter).shared && rules_->share_passes_on(f)) result.push_back(d);
  };
  f.in_flight = true;
  for (const outbound& o : unacknowledged_) consider(o.copy);
  for (const outbound& o : released_) consider(o.copy);
  f.in_flight = false;
  for (const delivery& d : queue_) consider(d);
  return result;
}

void outbox::drop_waiting(std::string_view filter) {
  std::erase_if(queue_, [&](const delivery& d) { return d.filter == filter; });
}

void outbox::drop_in_flight(std::string_view filter) {
  for (entries* list : {&unacknowledged_, &released_}) {
    for (auto o = list->begin(); o != list->end();) {
      const auto current = o++;
      if (current->copy.filter == filter) forget(current);
    }
  }
}

}  // namespace mqttspec::model
