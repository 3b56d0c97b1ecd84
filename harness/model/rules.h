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
#include <vector>

#include "base/bytes.h"
#include "model/facts.h"
#include "model/message.h"

namespace mqttspec::model {

// Answers that others would have given to a question, and where to note that one of them differs
// from the answer that stands. Lives in a rehearsal (rehearsal.h); without one nothing is compared.
struct other_answer {
  void (*answer)() = nullptr;  // of the decision's own type
  bool* differs = nullptr;
};

// Callable like the function that it is assigned.
template <class Result, class... Facts>
class decision {
 public:
  using function = Result (*)(const Facts&...);

  decision& operator=(function answer) {
    answer_ = answer;
    return *this;
  }
  Result operator()(const Facts&... facts) const {
    Result mine = answer_(facts...);
    if (others_ != nullptr) {
      for (const other_answer& o : *others_) {
        if (*o.differs) continue;
        if (!(reinterpret_cast<function>(o.answer)(facts...) == mine)) *o.differs = true;
      }
    }
    return mine;
  }
  // True when both are the same function and nobody listens.
  friend bool operator==(const decision&, const decision&) = default;

 private:
  function answer_ = nullptr;
  const std::vector<other_answer>* others_ = nullptr;
};

struct rules {
  rules();

  // CONNECT and what answers it.
  decision<std::string, client_id_facts> session_key;
  decision<std::uint8_t, client_id_facts> client_id_refusal;  // 0: acceptable
  decision<bool, client_id_facts> assigned_id_is_fresh;
  decision<bool, client_id_facts> assigned_id_is_returned;
  decision<bool, credential_facts> credentials_accepted;
  decision<bool, credential_facts> authentication_method_accepted;
  decision<std::uint8_t, credential_facts> credentials_reason;
  // AUTH from the client: a reason to close; 0: none.
  decision<std::uint8_t, authentication_facts> authentication_fault;
  decision<bool, authentication_facts> response_accepted;
  decision<bool, authentication_facts> failed_authentication_closes;
  decision<std::uint8_t, authentication_facts> authentication_reason;  // of the server's AUTH
  decision<bool, authentication_facts> method_is_repeated;
  decision<bool, form_facts> others_wait_for_authentication;
  decision<std::optional<std::uint8_t>, level_facts> unsupported_level_answer;
  decision<std::optional<std::uint8_t>, fault_facts> malformed_connect_answer;
  decision<bool, fault_facts> malformed_connect_gets_disconnect;  // and no CONNACK
  decision<bool, fault_facts> malformed_connect_discards_session;
  decision<std::uint8_t, connect_limit_facts> will_refusal;       // 0: acceptable
  decision<std::uint8_t, refusal_facts> missing_session_refusal;  // 0: it begins
  decision<bool, refusal_facts> refusal_discards_session;
  decision<bool, refusal_facts> refusal_is_told;
  decision<bool, refusal_facts> refusal_closes;
  decision<bool, refusal_facts> processes_behind_refusal;
  decision<bool, refusal_facts> refusal_takes_over;
  decision<bool, refusal_facts> refusal_publishes_will;
  decision<bool, connect_facts> resume_session;
  decision<bool, connect_facts> session_present;
  decision<bool, connect_facts> connack_before_messages;
  decision<bool, connect_facts> queue_is_sent_on_resume;
  decision<bool, resume_facts> part_is_resumed;
  decision<bool, close_facts> connect_must_come_first;
  decision<bool, close_facts> stranger_is_dropped;  // who sends no CONNECT
  decision<bool, close_facts> second_connect_is_error;
  decision<bool, close_facts> second_connect_is_answered;

  // Takeover.
  decision<bool, takeover_facts> takeover_closes_old;
  decision<bool, takeover_facts> takeover_is_told;
  decision<std::uint8_t, takeover_facts> takeover_reason;
  decision<bool, takeover_facts> takeover_closes_new;
  // How long behind CONNECT the session ends although its client is connected; duration::max():
  // never.
  decision<duration, connect_facts> connected_session_ends;

  // How long a session lasts, and what goes with it.
  decision<std::uint32_t, expiry_facts> granted_interval;
  decision<bool, expiry_facts> interval_is_announced;
  decision<bool, expiry_update_facts> interval_update_allowed;
  decision<std::uint32_t, expiry_update_facts> updated_interval;
  decision<std::optional<std::uint32_t>, expiry_update_facts> interval_without_update;
  decision<bool, end_facts> session_ends_at_close;
  decision<instant, end_facts> session_end;
  decision<bool, discard_facts> discard_state;
  decision<bool, discard_facts> retained_messages_go_too;

  // A restart of the server.
  decision<bool, restart_facts> session_survives_restart;  // |part| says nothing
  decision<bool, restart_facts> part_survives_restart;
  decision<instant, restart_end_facts> end_after_restart;
  decision<bool, restart_facts> retained_survive_restart;

  // Keep alive and the other packets of a connection.
  decision<std::uint16_t, keep_alive_facts> keep_alive_in_force;
  decision<bool, keep_alive_facts> keep_alive_is_announced;
  decision<duration, keep_alive_facts> keep_alive_limit;  // duration::max(): none
  decision<bool, keep_alive_facts> keep_alive_restarts;
  decision<bool, keep_alive_facts> keep_alive_restarts_by_sending;
  decision<std::uint8_t, keep_alive_facts> keep_alive_reason;
  decision<bool, close_facts> ping_is_answered;
  decision<bool, close_facts> processes_behind_disconnect;
  decision<bool, close_facts> closes_after_disconnect;

  // Reads and frames, whose borders mean nothing.
  decision<bool, read_facts> rest_is_kept;          // a packet may come in pieces
  decision<bool, read_facts> next_packet_is_taken;  // a read may hold several
  decision<bool, read_facts> text_frame_is_taken;   // of WebSocket

  // Faults.
  decision<bool, fault_facts> fault_is_tolerated;
  decision<std::uint8_t, fault_facts> fault_reason;
  decision<bool, fault_facts> fault_is_passed_on;  // its octets, to every other client
  decision<bool, unexpected_facts> unexpected_packet_is_error;
  decision<bool, form_facts> form_is_understood;
  decision<bool, close_facts> close_is_told;
  decision<bool, close_facts> close_follows_disconnect;  // of the server's own
  decision<bool, packet_size_facts> inbound_too_large;
  decision<bool, close_facts> error_spares_other_connections;

  // Wills.
  decision<bool, will_connect_facts> will_is_stored;
  decision<bool, will_facts> will_is_due;
  decision<duration, will_facts> will_delay;
  decision<bool, will_connect_facts> will_is_cancelled;
  decision<bool, will_connect_facts> discarded_session_publishes_will;
  decision<bool, will_facts> will_is_removed;
  decision<bool, will_connect_facts> will_of_old_connection_counts;  // when CONNECT has none
  decision<bool, end_facts> expiry_publishes_will;
  decision<std::uint8_t, will_message_facts> will_qos;
  decision<bool, will_message_facts> will_retain;
  decision<wire::property_list, wire::property_list> will_properties;
  decision<std::string, std::string> will_payload;
  decision<instant, will_expiry_facts> will_expiry_begins;

  // SUBSCRIBE and UNSUBSCRIBE.
  decision<std::uint8_t, filter_facts> subscription_refusal;  // 0: the server has such filters
  decision<bool, filter_facts> refused_subscription_is_error;
  decision<std::uint8_t, subscribe_facts> granted_qos;
  decision<bool, subscribe_facts> subscription_is_replaced;
  decision<subscription_options, subscription_options, subscription_options>
      replaced_options;  // of what was held and what is asked for
  decision<bool, subscribe_facts> retained_are_sent;
  decision<bool, subscribe_facts> subscribe_is_answered;
  decision<bool, subscribe_facts> resubscribe_drops_waiting;
  decision<bool, order_facts> reason_order_is_kept;
  decision<bool, list_facts> filter_is_taken;  // it is answered all the same
  decision<bool, std::string_view, std::string_view> unsubscribe_matches;
  decision<bool, unsubscribe_facts> unsubscribe_removes;
  decision<bool, unsubscribe_facts> unsubscribe_empties_share;
  decision<bool, unsubscribe_facts> unsubscribe_removes_from_others;
  decision<bool, unsubscribe_facts> unsubscribe_drops_waiting;
  decision<bool, unsubscribe_facts> unsubscribe_drops_in_flight;
  decision<bool, unsubscribe_facts> unsubscribe_is_answered;
  decision<std::uint8_t, unsubscribe_facts> unsubscribe_reason;
  decision<subscription_options, subscription_options> options_after_resume;

  // PUBLISH from a client.
  decision<std::uint8_t, access_facts> access_refusal;  // 0: allowed
  decision<bool, publish_facts> failing_answer_spares_connection;
  decision<std::string, std::string> text_as_taken;       // topics and filters
  decision<std::uint8_t, publish_facts> publish_refusal;  // a reason to close; 0: none
  decision<bool, publish_facts> receive_maximum_exceeded;
  decision<std::uint8_t, alias_facts> alias_refusal;  // a reason to close; 0: none
  decision<bool, alias_facts> alias_is_remapped;
  decision<bool, connect_facts> aliases_survive_connection;
  decision<bool, publish_facts> publish_is_duplicate;
  decision<bool, publish_facts> duplicate_is_acknowledged;
  decision<bool, publish_facts> publish_is_acknowledged;
  decision<std::uint8_t, publish_facts> acknowledge_reason;
  decision<bool, publish_facts> received_id_is_kept;
  decision<bool, release_facts> release_is_answered;
  decision<bool, release_facts> release_frees_id;
  decision<std::uint8_t, release_facts> release_reason;
  decision<wire::property_list, wire::property_list> forwarded_properties;

  // Retained messages.
  decision<bool, retained_facts> retained_is_stored;
  decision<bool, retained_facts> retained_is_cleared;
  decision<bool, retained_facts> clearing_is_forwarded;
  decision<bool, copy_facts> retained_is_expired;
  decision<bool, match_facts> retained_are_sent_on_resume;
  decision<bool, std::string_view, std::string_view> retained_matches;  // filter, topic
  decision<wire::property_list, wire::property_list> retained_properties;

  // Which subscriber gets what.
  decision<bool, std::string_view, std::string_view> filter_may_match;
  decision<bool, std::string_view, std::string_view> match_counts;  // filter, topic
  decision<std::string_view, std::string_view> matched_as;          // of a topic
  decision<bool, match_facts> match_is_delivered;
  decision<std::uint8_t, match_facts> delivery_qos;
  decision<std::uint8_t, std::uint8_t, std::uint8_t> overlap_qos;
  decision<bool, match_facts> retain_flag;
  decision<bool, match_facts> identifier_is_attached;
  decision<bool, match_facts> equal_identifiers_are_kept;
  decision<bool, match_facts> overlap_is_one_copy;
  decision<bool, share_facts> share_is_served;
  decision<bool, share_facts> share_member_is_eligible;
  decision<bool, share_facts> share_reaches_every_member;
  decision<bool, match_facts> share_counts_member_once;
  decision<bool, share_facts> share_is_apart_from_own;
  decision<bool, share_facts> share_passes_on;  // at the end of a member's session

  // The queue.
  decision<bool, queue_facts> message_is_queued;
  decision<bool, queue_facts> queue_is_full;
  decision<overflow_action, overflow_facts> on_overflow;
  decision<bool, overflow_facts> overflow_drops_in_flight;
  decision<bool, queue_facts> overflow_spares_other_sessions;
  decision<bool, order_facts> queue_order_is_kept;
  decision<bool, copy_facts> queued_is_expired;
  decision<bool, copy_facts> expired_stops_queue;
  decision<bool, copy_facts> expired_costs_quota;
  decision<std::uint32_t, copy_facts> remaining_expiry;

  // Delivery: first sending, acknowledgement, redelivery.
  decision<std::uint32_t, window_facts> in_flight_window;
  decision<bool, copy_facts> qos0_waits_for_quota;
  decision<bool, packet_id_facts> packet_id_is_usable;
  decision<bool, copy_facts> dup_flag;
  decision<bool, copy_facts> is_redelivered;
  decision<bool, copy_facts> redelivery_keeps_id;
  decision<bool, copy_facts> identifiers_are_sent;  // of subscriptions; also when sent again
  decision<bool, copy_facts> publish_again_after_release;
  decision<bool, copy_facts> redelivered_release_costs_quota;
  decision<bool, order_facts> redelivery_order_is_kept;
  decision<bool, order_facts> redelivery_before_new;
  decision<bool, copy_facts> in_flight_is_expired;
  decision<duration, copy_facts> live_retry;               // duration::max(): never
  decision<bool, acknowledge_facts> acknowledgement_fits;  // asked when the id is in flight
  decision<bool, acknowledge_facts> acknowledgement_completes;
  decision<bool, acknowledge_facts> acknowledgement_frees_quota;
  decision<bool, acknowledge_facts> pubrec_is_answered;
  decision<std::uint8_t, acknowledge_facts> pubrel_reason;
  decision<bool, answer_facts> answer_is_error;
  decision<bool, answer_facts> answer_stops_connection;  // which stays open, and silent
  decision<bool, packet_size_facts> outbound_too_large;
  decision<bool, packet_size_facts> oversized_counts_as_delivered;

  // Octets that go out in place of a packet; nullopt: the packet as it is.
  decision<std::optional<byte_buffer>, sent_facts> sent_instead;
};

// How many decisions |rules| holds.
std::size_t decision_count();

// Sound rules that live as long as the program.
const rules& sound_rules();

}  // namespace mqttspec::model
