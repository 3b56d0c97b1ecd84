#pragma once
// Every decision of a server where real ones go wrong, each a plain function of a few facts. The
// defaults are sound; a planted defect replaces one of them:
//
//   rules r;
//   r.session_present = [](const connect_facts& f) { return f.stored; };  // also at Clean Start 1
//
// Model and broker ask at the point of decision. The sound answers stand, with the statements that
// demand them, in rules.cc (connections, sessions, wills) and rules_delivery.cc (messages).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/facts.h"
#include "model/message.h"

namespace mqttspec::model {

template <class Result, class... Facts>
using decision = Result (*)(const Facts&...);

struct rules {
  rules();

  // CONNECT and what answers it.
  decision<std::string, client_id_facts> session_key = nullptr;
  decision<bool, client_id_facts> client_id_refused = nullptr;
  decision<bool, client_id_facts> assigned_id_is_fresh = nullptr;
  decision<bool, client_id_facts> assigned_id_is_returned = nullptr;
  decision<bool, credential_facts> credentials_accepted = nullptr;
  decision<std::uint8_t, credential_facts> credentials_reason = nullptr;
  decision<std::optional<std::uint8_t>, level_facts> unsupported_level_answer = nullptr;
  decision<std::optional<std::uint8_t>, fault_facts> malformed_connect_answer = nullptr;
  decision<std::uint8_t, connect_limit_facts> will_refusal = nullptr;  // 0: acceptable
  decision<bool, refusal_facts> session_present_on_refusal = nullptr;
  decision<bool, refusal_facts> refusal_discards_session = nullptr;
  decision<bool, refusal_facts> refusal_closes = nullptr;
  decision<bool, refusal_facts> processes_behind_refusal = nullptr;
  decision<bool, connect_facts> resume_session = nullptr;
  decision<bool, connect_facts> session_present = nullptr;
  decision<bool, connect_facts> connack_before_messages = nullptr;
  decision<bool, close_facts> second_connect_is_error = nullptr;

  // Takeover.
  decision<bool, takeover_facts> takeover_closes_old = nullptr;
  decision<bool, takeover_facts> takeover_is_told = nullptr;
  decision<std::uint8_t, takeover_facts> takeover_reason = nullptr;

  // How long a session lasts, and what goes with it.
  decision<std::uint32_t, expiry_facts> granted_interval = nullptr;
  decision<bool, expiry_facts> interval_is_announced = nullptr;
  decision<bool, expiry_update_facts> interval_update_allowed = nullptr;
  decision<std::uint32_t, expiry_update_facts> updated_interval = nullptr;
  decision<bool, end_facts> session_ends_at_close = nullptr;
  decision<instant, end_facts> session_end = nullptr;
  decision<bool, discard_facts> discard_state = nullptr;
  decision<bool, discard_facts> retained_messages_go_too = nullptr;

  // Keep alive and the other packets of a connection.
  decision<std::uint16_t, keep_alive_facts> keep_alive_in_force = nullptr;
  decision<bool, keep_alive_facts> keep_alive_is_announced = nullptr;
  decision<duration, keep_alive_facts> keep_alive_limit = nullptr;  // duration::max(): none
  decision<bool, keep_alive_facts> keep_alive_restarts = nullptr;
  decision<std::uint8_t, keep_alive_facts> keep_alive_reason = nullptr;
  decision<bool, close_facts> ping_is_answered = nullptr;
  decision<bool, close_facts> processes_behind_disconnect = nullptr;
  decision<bool, close_facts> closes_after_disconnect = nullptr;

  // Faults.
  decision<bool, fault_facts> fault_is_tolerated = nullptr;
  decision<std::uint8_t, fault_facts> fault_reason = nullptr;
  decision<bool, close_facts> close_is_told = nullptr;
  decision<bool, packet_size_facts> inbound_too_large = nullptr;

  // Wills.
  decision<bool, will_connect_facts> will_is_stored = nullptr;
  decision<bool, will_facts> will_is_due = nullptr;
  decision<duration, will_facts> will_delay = nullptr;
  decision<bool, will_connect_facts> will_is_cancelled = nullptr;
  decision<bool, will_connect_facts> discarded_session_publishes_will = nullptr;
  decision<bool, will_facts> will_is_removed = nullptr;
  decision<bool, end_facts> expiry_publishes_will = nullptr;
  decision<std::uint8_t, will_message_facts> will_qos = nullptr;
  decision<bool, will_message_facts> will_retain = nullptr;
  decision<wire::property_list, wire::property_list> will_properties = nullptr;

  // SUBSCRIBE and UNSUBSCRIBE.
  decision<std::uint8_t, subscribe_facts> granted_qos = nullptr;
  decision<bool, subscribe_facts> subscription_is_replaced = nullptr;
  decision<bool, subscribe_facts> identifier_is_replaced = nullptr;
  decision<bool, subscribe_facts> retained_are_sent = nullptr;
  decision<bool, order_facts> reason_order_is_kept = nullptr;
  decision<bool, std::string_view, std::string_view> unsubscribe_matches = nullptr;
  decision<bool, unsubscribe_facts> unsubscribe_removes = nullptr;
  decision<bool, unsubscribe_facts> unsubscribe_drops_waiting = nullptr;
  decision<bool, unsubscribe_facts> unsubscribe_drops_in_flight = nullptr;
  decision<bool, unsubscribe_facts> unsubscribe_is_answered = nullptr;
  decision<std::uint8_t, unsubscribe_facts> unsubscribe_reason = nullptr;
  decision<subscription_options, subscription_options> options_after_resume = nullptr;

  // PUBLISH from a client.
  decision<std::uint8_t, publish_facts> publish_refusal = nullptr;  // a reason to close; 0: none
  decision<bool, publish_facts> receive_maximum_exceeded = nullptr;
  decision<std::uint8_t, alias_facts> alias_refusal = nullptr;  // a reason to close; 0: none
  decision<bool, alias_facts> alias_is_remapped = nullptr;
  decision<bool, connect_facts> aliases_survive_connection = nullptr;
  decision<bool, publish_facts> publish_is_duplicate = nullptr;
  decision<bool, publish_facts> duplicate_is_acknowledged = nullptr;
  decision<bool, publish_facts> publish_is_acknowledged = nullptr;
  decision<std::uint8_t, publish_facts> acknowledge_reason = nullptr;
  decision<bool, publish_facts> received_id_is_kept = nullptr;
  decision<bool, release_facts> release_is_answered = nullptr;
  decision<bool, release_facts> release_frees_id = nullptr;
  decision<std::uint8_t, release_facts> release_reason = nullptr;
  decision<wire::property_list, wire::property_list> forwarded_properties = nullptr;

  // Retained messages.
  decision<bool, retained_facts> retained_is_stored = nullptr;
  decision<bool, retained_facts> retained_is_cleared = nullptr;
  decision<bool, retained_facts> clearing_is_forwarded = nullptr;
  decision<bool, copy_facts> retained_is_expired = nullptr;
  decision<bool, match_facts> retained_are_sent_on_resume = nullptr;

  // Which subscriber gets what.
  decision<bool, std::string_view, std::string_view> filter_may_match = nullptr;
  decision<bool, match_facts> match_is_delivered = nullptr;
  decision<std::uint8_t, match_facts> delivery_qos = nullptr;
  decision<std::uint8_t, std::uint8_t, std::uint8_t> overlap_qos = nullptr;
  decision<bool, match_facts> retain_flag = nullptr;
  decision<bool, match_facts> identifier_is_attached = nullptr;
  decision<bool, match_facts> overlap_is_one_copy = nullptr;
  decision<bool, share_facts> share_member_is_eligible = nullptr;
  decision<bool, share_facts> share_reaches_every_member = nullptr;
  decision<bool, share_facts> share_passes_on = nullptr;  // at the end of a member's session

  // The queue.
  decision<bool, queue_facts> message_is_queued = nullptr;
  decision<bool, queue_facts> queue_is_full = nullptr;
  decision<overflow_action, overflow_facts> on_overflow = nullptr;
  decision<bool, overflow_facts> overflow_drops_in_flight = nullptr;
  decision<bool, order_facts> queue_order_is_kept = nullptr;
  decision<bool, copy_facts> queued_is_expired = nullptr;
  decision<std::uint32_t, copy_facts> remaining_expiry = nullptr;

  // Delivery: first sending, acknowledgement, redelivery.
  decision<std::uint32_t, window_facts> in_flight_window = nullptr;
  decision<bool, copy_facts> qos0_waits_for_quota = nullptr;
  decision<bool, packet_id_facts> packet_id_is_usable = nullptr;
  decision<bool, copy_facts> dup_flag = nullptr;
  decision<bool, copy_facts> is_redelivered = nullptr;
  decision<bool, copy_facts> redelivery_keeps_id = nullptr;
  decision<bool, copy_facts> publish_again_after_release = nullptr;
  decision<bool, copy_facts> redelivered_release_costs_quota = nullptr;
  decision<bool, order_facts> redelivery_order_is_kept = nullptr;
  decision<bool, order_facts> redelivery_before_new = nullptr;
  decision<bool, copy_facts> in_flight_is_expired = nullptr;
  decision<duration, copy_facts> live_retry = nullptr;  // duration::max(): never
  decision<bool, acknowledge_facts> acknowledgement_completes = nullptr;
  decision<bool, acknowledge_facts> acknowledgement_frees_quota = nullptr;
  decision<bool, acknowledge_facts> pubrec_is_answered = nullptr;
  decision<std::uint8_t, acknowledge_facts> pubrel_reason = nullptr;
  decision<bool, packet_size_facts> outbound_too_large = nullptr;
  decision<bool, packet_size_facts> oversized_counts_as_delivered = nullptr;
};

// How many decisions |rules| holds.
std::size_t decision_count();

// Sound rules that live as long as the program.
const rules& sound_rules();

}  // namespace mqttspec::model
