// Every decision of model/rules.h, turned round: always, and only where one of its facts holds.

#include <algorithm>
#include <string>

#include "broker/mutants.h"

namespace mqttspec::broker {

namespace {

using model::close_cause;
using model::decision;
using model::discard_cause;
using model::rules;
using model::state_part;

// Those with one structure of facts, by what they answer.
// clang-format off
#define BOOL_DECISIONS(X) \
  X(assigned_id_is_fresh) X(assigned_id_is_returned) X(credentials_accepted) \
  X(authentication_method_accepted) X(malformed_connect_gets_disconnect) \
  X(malformed_connect_discards_session) X(refusal_discards_session) X(refusal_is_told) \
  X(refusal_closes) X(processes_behind_refusal) X(refusal_takes_over) X(refusal_publishes_will) \
  X(resume_session) X(session_present) X(connack_before_messages) X(queue_is_sent_on_resume) \
  X(part_is_resumed) X(connect_must_come_first) X(stranger_is_dropped) \
  X(second_connect_is_error) X(second_connect_is_answered) X(takeover_closes_old) \
  X(takeover_is_told) X(takeover_closes_new) X(interval_is_announced) \
  X(interval_update_allowed) X(session_ends_at_close) X(discard_state) \
  X(retained_messages_go_too) X(session_survives_restart) X(part_survives_restart) \
  X(retained_survive_restart) X(keep_alive_is_announced) X(keep_alive_restarts) \
  X(keep_alive_restarts_by_sending) X(ping_is_answered) X(processes_behind_disconnect) \
  X(closes_after_disconnect) X(rest_is_kept) X(next_packet_is_taken) X(fault_is_tolerated) \
  X(unexpected_packet_is_error) X(close_is_told) X(close_follows_disconnect) \
  X(inbound_too_large) X(error_spares_other_connections) X(will_is_stored) X(will_is_due) \
  X(will_is_cancelled) X(discarded_session_publishes_will) X(will_is_removed) \
  X(will_of_old_connection_counts) X(expiry_publishes_will) X(will_retain) \
  X(subscription_is_replaced) X(retained_are_sent) X(subscribe_is_answered) \
  X(resubscribe_drops_waiting) X(reason_order_is_kept) X(filter_is_taken) \
  X(unsubscribe_removes) X(unsubscribe_empties_share) X(unsubscribe_removes_from_others) \
  X(unsubscribe_drops_waiting) X(unsubscribe_drops_in_flight) X(unsubscribe_is_answered) \
  X(receive_maximum_exceeded) X(alias_is_remapped) X(aliases_survive_connection) \
  X(publish_is_duplicate) X(duplicate_is_acknowledged) X(publish_is_acknowledged) \
  X(received_id_is_kept) X(release_is_answered) X(release_frees_id) X(retained_is_stored) \
  X(retained_is_cleared) X(clearing_is_forwarded) X(retained_is_expired) \
  X(retained_are_sent_on_resume) X(match_is_delivered) X(retain_flag) X(identifier_is_attached) \
  X(equal_identifiers_are_kept) X(overlap_is_one_copy) X(share_is_served) \
  X(share_member_is_eligible) X(share_reaches_every_member) X(share_counts_member_once) \
  X(share_is_apart_from_own) X(share_passes_on) X(message_is_queued) X(queue_is_full) \
  X(overflow_drops_in_flight) X(overflow_spares_other_sessions) X(queue_order_is_kept) \
  X(queued_is_expired) X(expired_stops_queue) X(expired_costs_quota) X(qos0_waits_for_quota) \
  X(packet_id_is_usable) X(dup_flag) X(is_redelivered) X(redelivery_keeps_id) \
  X(identifiers_are_sent) X(publish_again_after_release) X(redelivered_release_costs_quota) \
  X(redelivery_order_is_kept) X(redelivery_before_new) X(in_flight_is_expired) \
  X(acknowledgement_fits) X(acknowledgement_completes) X(acknowledgement_frees_quota) \
  X(pubrec_is_answered) X(answer_is_error) X(answer_stops_connection) X(outbound_too_large) \
  X(oversized_counts_as_delivered) X(response_accepted) X(failed_authentication_closes) \
  X(method_is_repeated) X(others_wait_for_authentication) X(form_is_understood) \
  X(refused_subscription_is_error) X(failing_answer_spares_connection) X(text_frame_is_taken)
#define NUMBER_DECISIONS(X) \
  X(authentication_fault) X(authentication_reason) X(subscription_refusal) X(access_refusal) \
  X(client_id_refusal) X(credentials_reason) X(will_refusal) X(missing_session_refusal) \
  X(takeover_reason) X(granted_interval) X(updated_interval) X(keep_alive_in_force) \
  X(keep_alive_reason) X(fault_reason) X(will_qos) X(granted_qos) X(unsubscribe_reason) \
  X(publish_refusal) X(alias_refusal) X(acknowledge_reason) X(release_reason) X(delivery_qos) \
  X(remaining_expiry) X(in_flight_window) X(pubrel_reason)
#define DURATION_DECISIONS(X) \
  X(connected_session_ends) X(keep_alive_limit) X(will_delay) X(live_retry)
// clang-format on

// When a decision is turned round. A condition is made for the facts that have its members.
struct always {
  static constexpr std::string_view name = "";
  template <class Facts>
  static bool holds(const Facts&) {
    return true;
  }
};

#define WHEN(NAME, TEXT, EXPRESSION)                    \
  struct NAME {                                         \
    static constexpr std::string_view name = TEXT;      \
    template <class Facts>                              \
      requires requires(const Facts& f) { EXPRESSION; } \
    static bool holds(const Facts& f) {                 \
      return EXPRESSION;                                \
    }                                                   \
  };
WHEN(when_resumed, "resumed", f.resumed)
WHEN(when_shared, "shared", f.shared)
WHEN(when_took_over, "took-over", f.took_over)
WHEN(when_clean_start, "clean-start", f.clean_start)
WHEN(when_stored, "stored", f.stored)
WHEN(when_other_version, "other-version", f.stored_version != f.version)
WHEN(when_retain, "retain", f.retain)
WHEN(when_dup, "dup", f.dup)
WHEN(when_absent, "absent", !f.connected)
WHEN(when_in_flight, "in-flight", f.in_flight)
WHEN(when_with_identifier, "with-identifier", f.has_identifier)
WHEN(when_stored_retained, "stored-retained", f.stored_retained)
WHEN(when_own_message, "own-message", f.own_message)
WHEN(when_existed, "existed", f.existed)
WHEN(when_killed, "killed", f.killed)
WHEN(when_wildcard, "wildcard", f.wildcard)
WHEN(when_id_open, "id-open", f.id_open)
WHEN(when_released, "released", f.released)
WHEN(when_sent_before, "sent-before", f.sent_before)
WHEN(when_pending, "pending", f.pending)
WHEN(when_empty_payload, "empty-payload", f.empty_payload)
WHEN(when_unknown, "unknown", !f.known)
WHEN(when_later_match, "later-match", !f.first_match)
WHEN(when_later_place, "later-place", f.place > 0)
WHEN(when_repeats, "repeats", f.repeats > 0)
WHEN(when_new_will, "new-will", f.has_new_will)
WHEN(when_subscribed, "subscribed", f.has_subscriptions)
WHEN(when_session_ends, "session-ends", f.session_ends)
WHEN(when_published_before, "published-before", f.published_before)
WHEN(when_delayed, "delayed", f.delay > 0)
WHEN(when_qos_0, "qos-0", f.qos == 0)
WHEN(when_qos_1, "qos-1", f.qos == 1)
WHEN(when_qos_2, "qos-2", f.qos == 2)
WHEN(when_published_qos_2, "published-qos-2", f.published_qos == 2)
WHEN(when_granted_qos_2, "granted-qos-2", f.granted_qos == 2)
WHEN(when_no_local, "no-local", f.no_local)
WHEN(when_as_published, "as-published", f.retain_as_published)
WHEN(when_after_waiting, "after-waiting", f.waited >= std::chrono::seconds(1))
WHEN(when_expiring, "expiring", f.expiry_interval.has_value())
WHEN(when_failure, "failure", f.reason >= 0x80)
WHEN(when_handling_1, "handling-1", f.retain_handling == 1)
WHEN(when_handling_2, "handling-2", f.retain_handling == 2)
WHEN(when_interval_0, "interval-0", f.interval == 0)
WHEN(when_subscriptions, "subscriptions", f.part == state_part::subscriptions)
WHEN(when_queue, "queue", f.part == state_part::queue)
WHEN(when_flights, "flights", f.part == state_part::in_flight)
WHEN(when_received_ids, "received-ids", f.part == state_part::received_ids)
WHEN(when_will, "will", f.part == state_part::will)
WHEN(when_by_disconnect, "by-disconnect", (f.cause == close_cause::disconnect))
WHEN(when_by_peer_closed, "by-peer-closed", (f.cause == close_cause::peer_closed))
WHEN(when_by_keep_alive, "by-keep-alive", (f.cause == close_cause::keep_alive))
WHEN(when_by_protocol_error, "by-protocol-error", (f.cause == close_cause::protocol_error))
WHEN(when_by_takeover, "by-takeover", (f.cause == close_cause::takeover))
WHEN(when_by_server_stop, "by-server-stop", (f.cause == close_cause::server_stop))
WHEN(when_at_clean_start, "at-clean-start", (f.cause == discard_cause::clean_start))
WHEN(when_at_close, "at-close", (f.cause == discard_cause::close))
WHEN(when_at_takeover, "at-takeover", (f.cause == discard_cause::takeover))
WHEN(when_at_expiry, "at-expiry", (f.cause == discard_cause::expiry))
WHEN(when_at_restart, "at-restart", (f.cause == discard_cause::restart))
WHEN(when_of_puback, "of-puback", (f.packet == wire::packet_type::puback))
WHEN(when_of_pubrec, "of-pubrec", (f.packet == wire::packet_type::pubrec))
WHEN(when_of_pubrel, "of-pubrel", (f.packet == wire::packet_type::pubrel))
WHEN(when_of_pubcomp, "of-pubcomp", (f.packet == wire::packet_type::pubcomp))
WHEN(when_of_pingreq, "of-pingreq", (f.packet == wire::packet_type::pingreq))
WHEN(when_of_publish, "of-publish", (f.packet == wire::packet_type::publish))
WHEN(when_of_subscribe, "of-subscribe", (f.packet == wire::packet_type::subscribe))
WHEN(when_of_unsubscribe, "of-unsubscribe", (f.packet == wire::packet_type::unsubscribe))
WHEN(when_of_disconnect, "of-disconnect", (f.packet == wire::packet_type::disconnect))
#undef WHEN

struct turned_round {
  static constexpr std::string_view name = "turned-round";
  static bool other(bool sound) { return !sound; }
};
struct one_more {
  static constexpr std::string_view name = "plus-one";
  template <class Number>
  static Number other(Number sound) {
    return static_cast<Number>(sound + 1);
  }
};
struct one_less {
  static constexpr std::string_view name = "minus-one";
  template <class Number>
  static Number other(Number sound) {
    return static_cast<Number>(sound - (sound == 0 ? 0 : 1));
  }
};
struct twice_as_long {
  static constexpr std::string_view name = "doubled";
  static duration other(duration sound) { return sound > duration::max() / 2 ? sound : 2 * sound; }
};
struct half_as_long {
  static constexpr std::string_view name = "halved";
  static duration other(duration sound) { return sound == duration::max() ? sound : sound / 2; }
};

template <class Result, class Facts>
Facts facts_of(decision<Result, Facts> rules::*);

template <auto Decision, class Change, class When>
void plant(rules& r) {
  using facts = decltype(facts_of(Decision));
  r.*Decision = [](const facts& f) {
    const auto sound = (model::sound_rules().*Decision)(f);
    return When::holds(f) ? Change::other(sound) : sound;
  };
}

template <auto Decision, class Change, class When>
void add(std::vector<mutant>& to, std::string_view decision_name) {
  using facts = decltype(facts_of(Decision));
  if constexpr (requires(const facts& f) { When::holds(f); }) {
    for (const auto version : {wire::protocol_version::v5, wire::protocol_version::v311}) {
      mutant m;
      m.site = mutation_site::decide;
      m.version = version;
      m.field = decision_name;
      m.what = mutation::decided;
      m.plant = plant<Decision, Change, When>;
      m.name = std::string(wire::version_tag(version)) + "/decide/" + m.field + "/" +
               std::string(Change::name);
      std::replace(m.name.begin(), m.name.end(), '_', '-');
      if (!When::name.empty()) m.name += "/" + std::string(When::name);
      to.push_back(std::move(m));
    }
  }
}

template <auto Decision, class Change, class... When>
void add_each(std::vector<mutant>& to, std::string_view name) {
  (add<Decision, Change, When>(to, name), ...);
}

template <auto Decision, class Change>
void add_all(std::vector<mutant>& to, std::string_view name) {
  add_each<Decision, Change, always, when_resumed, when_shared, when_took_over, when_clean_start,
           when_stored, when_other_version, when_retain, when_dup, when_absent, when_in_flight,
           when_with_identifier, when_stored_retained, when_own_message, when_existed, when_killed,
           when_wildcard, when_id_open, when_released, when_sent_before, when_pending,
           when_empty_payload, when_unknown, when_later_match, when_later_place, when_repeats,
           when_new_will, when_subscribed, when_session_ends, when_published_before, when_delayed,
           when_qos_0, when_qos_1, when_qos_2, when_published_qos_2, when_granted_qos_2,
           when_no_local, when_as_published, when_after_waiting, when_expiring, when_failure,
           when_handling_1, when_handling_2, when_interval_0, when_subscriptions, when_queue,
           when_flights, when_received_ids, when_will, when_by_disconnect, when_by_peer_closed,
           when_by_keep_alive, when_by_protocol_error, when_by_takeover, when_by_server_stop,
           when_at_clean_start, when_at_close, when_at_takeover, when_at_expiry, when_at_restart,
           when_of_puback, when_of_pubrec, when_of_pubrel, when_of_pubcomp, when_of_pingreq,
           when_of_publish, when_of_subscribe, when_of_unsubscribe, when_of_disconnect>(to, name);
}

}  // namespace

std::vector<mutant> mutants_of_decisions() {
  std::vector<mutant> all;
#define ADD(NAME) add_all<&rules::NAME, turned_round>(all, #NAME);
  BOOL_DECISIONS(ADD)
#undef ADD
#define ADD(NAME)                              \
  add_all<&rules::NAME, one_more>(all, #NAME); \
  add_all<&rules::NAME, one_less>(all, #NAME);
  NUMBER_DECISIONS(ADD)
#undef ADD
#define ADD(NAME)                                   \
  add_all<&rules::NAME, twice_as_long>(all, #NAME); \
  add_all<&rules::NAME, half_as_long>(all, #NAME);
  DURATION_DECISIONS(ADD)
#undef ADD
  return all;
}

}  // namespace mqttspec::broker
