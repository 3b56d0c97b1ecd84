// Sessions begin, are resumed and end; wills. (Messages: session_store_routing.cc.)

#include "model/session_store.h"

#include <algorithm>

#include "model/topic.h"
#include "model/will.h"

namespace mqttspec::model {

session_store::session_store(store_options options, const rules& r)
    : options_(options), rules_(&r), retained_(r) {}

session* session_store::find(std::string_view client_id) {
  const auto found = by_id_.find(client_id);
  if (found == by_id_.end() || !found->second->exists) return nullptr;
  return found->second.get();
}

std::vector<session*> session_store::connected_sessions() {
  std::vector<session*> result;
  for (const auto& [serial, who] : by_serial_) {
    if (who->connected) result.push_back(who);
  }
  return result;
}

connect_outcome session_store::connect(connect_request request, instant now) {
  advance(now);
  session* who = find(request.client_id);
  if (who != nullptr && who->connected) {
    request.took_over = true;
    disconnect(*who, {close_cause::takeover, 0, {}}, now);
    who = find(request.client_id);
  }
  connect_outcome result;
  connect_facts& f = result.facts;
  f.version = request.version;
  f.clean_start = request.clean_start;
  f.stored = who != nullptr;
  f.took_over = request.took_over;
  if (who != nullptr) {
    f.stored_version = who->version;
    f.stored_interval = who->interval;
  }
  f.resumed = rules_->resume_session(f) && who != nullptr;
  result.resumed = f.resumed;
  result.session_present = rules_->session_present(f);

  const will_connect_facts wills{request.version,
                                 request.clean_start,
                                 f.resumed,
                                 request.took_over,
                                 who != nullptr && who->waiting_will.has_value(),
                                 request.will.has_value()};
  if (who != nullptr) old_will(*who, wills, now);
  if (who != nullptr && !f.resumed) discard(*who, discard_cause::clean_start, now);

  if (options_.most_sessions != 0 && !by_id_.contains(request.client_id)) make_room(now);
  std::unique_ptr<session>& slot = by_id_[request.client_id];
  if (!slot) {
    slot = std::make_unique<session>(request.client_id, ++last_serial_, options_.outbox, *rules_);
    by_serial_.emplace(slot->serial, slot.get());
  }
  who = slot.get();
  who->exists = true;
  if (f.resumed) resume_parts(*who, f);

  expiry_facts e;
  e.version = request.version;
  e.clean_start = request.clean_start;
  e.asked = request.asked_interval;
  e.maximum = options_.session_expiry_max;
  e.v311_interval = options_.v311_session_expiry;
  e.resumed = f.resumed;
  e.former = f.stored_interval;
  e.granted = rules_->granted_interval(e);
  result.interval = e.granted;
  result.announce_interval =
      request.version == protocol_version::v5 && rules_->interval_is_announced(e);

  who->connected = true;
  who->version = request.version;
  who->clean_start = request.clean_start;
  who->interval = e.granted;
  who->sent_interval = request.asked_interval.value_or(0);
  who->connected_at = now;
  who->overflowed = false;
  who->end = never;  // [v5:MQTT-4.1.0-1] [v311:MQTT-4.1.0-2]
  ends_.clear(who->serial);
  if (const duration lasts = rules_->connected_session_ends(f); lasts != duration::max()) {
    ends_.set(who->serial, saturating_add(now, lasts));
  }
  if (!request.will && who->former_will && rules_->will_of_old_connection_counts(wills)) {
    request.will = who->former_will;
  }
  who->former_will = request.will;
  if (rules_->will_is_stored(wills)) who->will = std::move(request.will);
  who->in.open();
  who->out.open({request.version, request.receive_maximum}, f.resumed, now);
  if (f.resumed) {
    match_facts again;
    again.version = request.version;
    again.resumed = true;
    again.stored_retained = true;
    if (rules_->retained_are_sent_on_resume(again)) {
      for (const auto& [filter, options] : who->subscriptions) {
        send_retained(*who, filter, options, now);
      }
    }
  }
  if (rules_->queue_is_sent_on_resume(f)) touch(*who);
  result.who = who;
  return result;
}

void session_store::resume_parts(session& who, const connect_facts& c) {
  resume_facts f;
  f.version = c.version;
  f.stored_version = c.stored_version;
  f.took_over = c.took_over;
  const auto lost = [&](state_part part) {
    f.part = part;
    return !rules_->part_is_resumed(f);
  };
  for (auto at = who.subscriptions.begin(); at != who.subscriptions.end();) {
    f.shared = split_share(at->first).shared;
    f.qos = at->second.max_qos;
    if (lost(state_part::subscriptions)) {
      index_.remove(at->first, who);
      at = who.subscriptions.erase(at);
      continue;
    }
    at->second = rules_->options_after_resume(at->second);
    at->second.resumed = true;
    ++at;
  }
  if (lost(state_part::queue)) who.out.clear_queue();
  if (lost(state_part::in_flight)) who.out.clear_in_flight();
  if (lost(state_part::received_ids)) who.in.clear();
}

// After a restart of the server: what it finds of its sessions.
void session_store::restarted(bool killed, instant stopped_at, instant now) {
  restart_facts f;
  f.killed = killed;
  if (!rules_->retained_survive_restart(f)) retained_.clear();
  std::vector<session*> all;
  for (const auto& [serial, who] : by_serial_) all.push_back(who);
  for (session* who : all) {
    if (!who->exists) continue;
    f.clean_start = who->clean_start;
    f.version = who->version;
    if (!rules_->session_survives_restart(f)) {
      discard(*who, discard_cause::restart, now);
      continue;
    }
    const auto lost = [&](state_part part) {
      f.part = part;
      return !rules_->part_survives_restart(f);
    };
    if (lost(state_part::subscriptions)) {
      for (const auto& [filter, options] : who->subscriptions) index_.remove(filter, *who);
      who->subscriptions.clear();
    }
    if (lost(state_part::queue)) who->out.clear_queue();
    if (lost(state_part::in_flight)) who->out.clear_in_flight();
    if (lost(state_part::received_ids)) who->in.clear();
    if (lost(state_part::will)) {
      who->will.reset();
      who->waiting_will.reset();
      wills_.clear(who->serial);
    }
    who->end = rules_->end_after_restart({who->end, stopped_at, now});
    ends_.set(who->serial, who->end);
  }
}

void session_store::old_will(session& who, const will_connect_facts& f, instant now) {
  if (f.resumed) {
    if (!rules_->will_is_cancelled(f)) return;
    who.waiting_will.reset();
    wills_.clear(who.serial);
    return;
  }
  if (rules_->discarded_session_publishes_will(f)) publish_waiting_will(who, now);
}

void session_store::publish_waiting_will(session& who, instant now) {
  if (!who.waiting_will) return;
  message m = will_publication(who.waiting_will->content, who, now, *rules_);
  who.waiting_will.reset();
  wills_.clear(who.serial);
  publish(std::move(m), now);
}

void session_store::disconnect(session& who, const closing& how, instant now) {
  advance(now);
  if (how.interval_update) who.interval = *how.interval_update;
  const end_facts e{
      who.interval,    who.connected_at,          now, ends_.last(), how.cause, who.version,
      who.clean_start, !who.subscriptions.empty()};
  const bool ends = rules_->session_ends_at_close(e);

  std::optional<message> will;
  who.connected = false;
  who.absent_since = now;
  who.overflowed = false;
  who.out.close();
  close_will(who, how, ends, now, will);
  if (ends) {
    discard(who,
            how.cause == close_cause::takeover ? discard_cause::takeover : discard_cause::close,
            now);
  } else {
    who.end = rules_->session_end(e);
    ends_.set(who.serial, who.end);
  }
  if (will) publish(std::move(*will), now);
}

void session_store::close_will(session& who, const closing& how, bool session_ends, instant now,
                               std::optional<message>& due_now) {
  if (!who.will) return;
  will_facts f;
  f.cause = how.cause;
  f.version = who.version;
  f.disconnect_reason = how.reason;
  f.session_ends = session_ends;
  f.delay = will_delay_of(*who.will);
  f.interval = who.interval;
  f.latest_due = wills_.last();
  if (rules_->will_is_due(f)) {
    const duration delay = rules_->will_delay(f);
    if (delay <= duration::zero()) {
      due_now = will_publication(*who.will, who, now, *rules_);
      f.published_before = true;
    } else {
      who.waiting_will = pending_will{*who.will, saturating_add(now, delay)};
      wills_.set(who.serial, who.waiting_will->due);
    }
  }
  if (rules_->will_is_removed(f)) {
    who.will.reset();
  } else if (!who.waiting_will) {
    // Kept by mistake: it will go out (again) when the session ends.
    who.waiting_will = pending_will{*who.will, never};
  }
}

void session_store::discard(std::string_view client_id, discard_cause cause, instant now) {
  if (session* who = find(client_id); who != nullptr && !who->connected) {
    discard(*who, cause, now);
  }
}

void session_store::discard(session& who, discard_cause cause, instant now) {
  bool residue = false;
  const auto goes = [&](state_part part) {
    const bool gone = rules_->discard_state({part, cause, who.version});
    residue = residue || !gone;
    return gone;
  };
  const std::vector<delivery> shared = who.out.to_pass_on();
  if (goes(state_part::subscriptions)) {
    for (const auto& [filter, options] : who.subscriptions) index_.remove(filter, who);
    who.subscriptions.clear();
  }
  if (goes(state_part::queue)) who.out.clear_queue();
  if (goes(state_part::in_flight)) who.out.clear_in_flight();
  if (goes(state_part::received_ids)) who.in.clear();
  if (goes(state_part::will)) {
    who.will.reset();
    who.waiting_will.reset();
    wills_.clear(who.serial);
  }
  if (rules_->retained_messages_go_too({state_part::subscriptions, cause, who.version})) {
    retained_.erase_of(who.client_id);
  }
  ends_.clear(who.serial);
  who.end = never;
  who.exists = false;
  if (!residue) {
    std::erase(touched_, &who);
    by_serial_.erase(who.serial);
    by_id_.erase(by_id_.find(who.client_id));
  }
  for (const delivery& copy : shared) pass_on(copy, now);
}

// What rules may do to a session in use: it is empty, and ends with its connection.
void session_store::remove_live(session& who) {
  for (const auto& [filter, options] : who.subscriptions) index_.remove(filter, who);
  who.subscriptions.clear();
  who.out.clear_queue();
  who.out.clear_in_flight();
  who.in.clear();
  who.interval = 0;
  ends_.clear(who.serial);
}

void session_store::expire(session& who, instant now) {
  if (who.connected) return remove_live(who);
  end_facts e;
  e.interval = who.interval;
  e.connected_at = who.connected_at;
  e.closed_at = now;
  e.cause = close_cause::peer_closed;
  e.version = who.version;
  e.clean_start = who.clean_start;
  std::optional<message> will;
  if (who.waiting_will && rules_->expiry_publishes_will(e)) {
    will = will_publication(who.waiting_will->content, who, now, *rules_);
  }
  discard(who, discard_cause::expiry, now);
  if (will) publish(std::move(*will), now);
}

// For one session more. Those in use stay, however many they are.
void session_store::make_room(instant now) {
  while (by_id_.size() >= options_.most_sessions) {
    session* oldest = nullptr;
    for (const auto& [serial, who] : by_serial_) {
      if (who->connected || !who->exists) continue;
      if (oldest == nullptr || who->absent_since < oldest->absent_since) oldest = who;
    }
    if (oldest == nullptr) return;
    expire(*oldest, now);
  }
}

instant session_store::next_deadline() const {
  const instant due = std::min(ends_.next(), wills_.next());
  if (due == never || options_.sweep_interval <= duration::zero()) return due;
  const duration beyond = (due - instant{}) % options_.sweep_interval;
  return beyond == duration::zero() ? due : saturating_add(due, options_.sweep_interval - beyond);
}

void session_store::advance(instant now) {
  while (next_deadline() <= now && next_deadline() != never) {
    const instant at = next_deadline();
    if (wills_.next() <= ends_.next()) {
      publish_waiting_will(*by_serial_.at(*wills_.due(now)), at);
    } else {
      expire(*by_serial_.at(*ends_.due(now)), at);
    }
  }
}

void session_store::touch(session& who) {
  if (!who.connected || who.touched) return;
  who.touched = true;
  touched_.push_back(&who);
}

std::vector<session*> session_store::take_touched() {
  for (session* who : touched_) who->touched = false;
  return std::exchange(touched_, {});
}

}  // namespace mqttspec::model
