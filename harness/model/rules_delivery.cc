// The sound answers about subscriptions and messages.

#include "model/rules_delivery.h"

#include <algorithm>

#include "model/topic.h"

namespace mqttspec::model {
namespace {

using wire::code_of;
using wire::packet_type;
using wire::reason_code;

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

// Whole seconds of waiting; an interval is over when they reach it.
bool is_over(const copy_facts& f) {
  return f.expiry_interval && f.waited > duration::zero() &&
         f.waited >= std::chrono::seconds(*f.expiry_interval);
}

void answer_subscriptions(rules& r) {
  // [v5:v5-3.2.2.3.11-a] [v5:v5-3.2.2.3.12-a] [v5:v5-3.2.2.3.13-a] [v311:MQTT-3.8.3-2]
  r.subscription_refusal = [](const filter_facts& f) -> std::uint8_t {
    if (f.has_identifier && !f.identifiers_available) {
      return code_of(reason_code::subscription_identifiers_not_supported);
    }
    if (f.shared && !f.shares_available) {
      return code_of(reason_code::shared_subscriptions_not_supported);
    }
    if (f.wildcard && !f.wildcards_available) {
      return code_of(reason_code::wildcard_subscriptions_not_supported);
    }
    return 0;
  };
  // 3.1.1 has no such rule, and SUBACK to say no.
  r.refused_subscription_is_error = [](const filter_facts& f) { return is_v5(f.version); };
  // [v5:MQTT-3.2.2-10]
  r.granted_qos = [](const subscribe_facts& f) { return std::min(f.requested_qos, f.maximum_qos); };
  // [v5:MQTT-3.8.4-3] [v311:MQTT-3.8.4-3]
  r.subscription_is_replaced = [](const subscribe_facts&) { return true; };
  // [v5:v5-3.8.2.1.2-b] [v5:v5-3.8.4-d]
  r.replaced_options = [](const subscription_options&, const subscription_options& asked) {
    return asked;
  };
  // [v5:MQTT-3.3.1-9] to [v5:MQTT-3.3.1-11], [v5:v5-3.8.4-b], [v311:MQTT-3.3.1-6]
  r.retained_are_sent = [](const subscribe_facts& f) {
    if (f.shared || f.retain_handling >= 2) return false;
    return f.retain_handling == 0 || !f.existed;
  };
  // [v5:MQTT-3.8.4-1] [v311:MQTT-3.8.4-1]
  r.subscribe_is_answered = [](const subscribe_facts&) { return true; };
  // [v5:MQTT-3.8.4-4] [v311:MQTT-3.8.4-3]: nothing is lost by replacing.
  r.resubscribe_drops_waiting = [](const subscribe_facts&) { return false; };
  // [v5:MQTT-3.9.3-1] [v5:MQTT-3.11.3-1] [v311:MQTT-3.9.3-1]
  r.reason_order_is_kept = [](const order_facts&) { return true; };
  // [v5:MQTT-3.8.4-5] [v5:MQTT-3.10.4-6] [v311:MQTT-3.8.4-4] [v311:MQTT-3.10.4-6]: all of them.
  r.filter_is_taken = [](const list_facts&) { return true; };
  // [v5:MQTT-3.10.4-1] [v311:MQTT-3.10.4-1]
  r.unsubscribe_matches = [](const std::string_view& asked, const std::string_view& held) {
    return asked == held;
  };
  // [v5:MQTT-3.10.4-2] [v311:MQTT-3.10.4-2]
  r.unsubscribe_removes = [](const unsubscribe_facts& f) { return f.existed; };
  // [v5:v5-3.10.4-b]
  r.unsubscribe_empties_share = [](const unsubscribe_facts&) { return false; };
  // [v5:MQTT-3.10.4-1] [v311:MQTT-3.10.4-1]: what the server holds for this client.
  r.unsubscribe_removes_from_others = [](const unsubscribe_facts&) { return false; };
  // [v5:v5-3.10.4-a] [v311:v311-3.10.4-a] leave this open; what was accepted is delivered.
  r.unsubscribe_drops_waiting = [](const unsubscribe_facts&) { return false; };
  // [v5:MQTT-3.10.4-3] [v311:MQTT-3.10.4-3]
  r.unsubscribe_drops_in_flight = [](const unsubscribe_facts&) { return false; };
  // [v5:MQTT-3.10.4-4] [v5:MQTT-3.10.4-5] [v311:MQTT-3.10.4-4] [v311:MQTT-3.10.4-5]
  r.unsubscribe_is_answered = [](const unsubscribe_facts&) { return true; };
  // [v5:MQTT-3.11.3-2]
  r.unsubscribe_reason = [](const unsubscribe_facts& f) {
    return code_of(f.existed ? reason_code::success : reason_code::no_subscription_existed);
  };
  // [v5:v5-4.1-b] [v311:v311-3.1.2.4-b]
  r.options_after_resume = [](const subscription_options& o) { return o; };
}

void answer_publish(rules& r) {
  // [v5:v5-3.1.4-c] [v311:MQTT-3.3.5-2]
  r.access_refusal = [](const access_facts& f) {
    return f.denied ? code_of(reason_code::not_authorized) : std::uint8_t{0};
  };
  // [v5:v5-4.13.2-a]
  r.failing_answer_spares_connection = [](const publish_facts&) { return true; };
  // [v5:MQTT-4.7.3-4] [v5:MQTT-1.5.4-3] [v311:MQTT-4.7.3-4] [v311:MQTT-1.5.3-3]: octet by octet.
  r.text_as_taken = [](const std::string& text) { return text; };
  // [v5:MQTT-3.2.2-9] and the limits that CONNACK told. 3.1.1 has no Retain Available.
  r.publish_refusal = [](const publish_facts& f) -> std::uint8_t {
    if (f.qos > f.maximum_qos) return code_of(reason_code::qos_not_supported);
    if (f.retain && !f.retain_available && is_v5(f.version)) {
      return code_of(reason_code::retain_not_supported);
    }
    return 0;
  };
  // [v5:v5-3.3.4-f]; 3.1.1 knows no such limit.
  r.receive_maximum_exceeded = [](const publish_facts& f) {
    return is_v5(f.version) && f.unacknowledged >= f.receive_maximum;
  };
  // [v5:MQTT-3.3.2-8] [v5:MQTT-3.3.2-12]; an alias without a meaning is a Protocol Error.
  r.alias_refusal = [](const alias_facts& f) -> std::uint8_t {
    if (f.alias == 0 || f.alias > f.maximum) return code_of(reason_code::topic_alias_invalid);
    if (!f.topic_given && !f.known) return code_of(reason_code::protocol_error);
    return 0;
  };
  r.alias_is_remapped = [](const alias_facts&) { return true; };
  // [v5:MQTT-3.3.2-7]
  r.aliases_survive_connection = [](const connect_facts&) { return false; };
  // [v5:MQTT-4.3.3-10] [v5:MQTT-4.3.2-5] [v311:MQTT-4.3.3-2]: the id decides, and the DUP flag
  // proves nothing.
  r.publish_is_duplicate = [](const publish_facts& f) { return f.qos == 2 && f.id_open; };
  // [v5:MQTT-4.3.3-10] [v311:MQTT-4.3.3-2]
  r.duplicate_is_acknowledged = [](const publish_facts&) { return true; };
  // [v5:MQTT-3.3.4-1] [v311:MQTT-3.3.4-1]
  r.publish_is_acknowledged = [](const publish_facts& f) { return f.qos > 0; };
  // [v5:MQTT-3.4.2-1] [v5:MQTT-3.5.2-1]
  r.acknowledge_reason = [](const publish_facts& f) {
    if (f.denied && is_v5(f.version)) return code_of(reason_code::not_authorized);
    return code_of(f.matched || !is_v5(f.version) ? reason_code::success
                                                  : reason_code::no_matching_subscribers);
  };
  // [v5:MQTT-4.3.3-10] [v5:v5-4.1-b] [v311:MQTT-4.3.3-2]
  // An exchange that PUBREC refused is over. [v5:MQTT-4.3.3-9]
  r.received_id_is_kept = [](const publish_facts& f) {
    return f.qos == 2 && !(f.denied && is_v5(f.version));
  };
  // [v5:MQTT-4.3.3-11] [v311:MQTT-4.3.3-2]: also for an id that is not known.
  r.release_is_answered = [](const release_facts&) { return true; };
  // [v5:MQTT-4.3.3-12] [v311:MQTT-4.3.3-2]
  r.release_frees_id = [](const release_facts&) { return true; };
  // [v5:MQTT-3.7.2-1]
  r.release_reason = [](const release_facts& f) {
    return code_of(f.id_open || !is_v5(f.version) ? reason_code::success
                                                  : reason_code::packet_identifier_not_found);
  };
  // [v5:MQTT-3.3.2-4] [v5:MQTT-3.3.2-15] to [v5:MQTT-3.3.2-18] [v5:MQTT-3.3.2-20]: as they are and
  // in order; alias and identifiers belong to one connection.
  r.forwarded_properties = [](const wire::property_list& list) {
    wire::property_list kept;
    std::copy_if(list.begin(), list.end(), std::back_inserter(kept), [](const auto& p) {
      return p.id != wire::property_id::topic_alias &&
             p.id != wire::property_id::subscription_identifier;
    });
    return kept;
  };
}

void answer_retained(rules& r) {
  // [v5:MQTT-3.3.1-5] [v5:MQTT-3.3.1-7] [v5:MQTT-3.3.1-8] [v311:MQTT-3.3.1-5] [v311:MQTT-3.3.1-11]
  r.retained_is_stored = [](const retained_facts& f) { return f.retain && !f.empty_payload; };
  // [v5:MQTT-3.3.1-6] [v311:MQTT-3.3.1-10]
  r.retained_is_cleared = [](const retained_facts& f) { return f.retain && f.empty_payload; };
  // [v311:MQTT-3.3.1-10]
  r.clearing_is_forwarded = [](const retained_facts&) { return true; };
  // [v5:v5-3.3.1.3-b]
  r.retained_is_expired = [](const copy_facts& f) { return is_over(f); };
  // Only SUBSCRIBE brings them: [v311:MQTT-3.3.1-6] [v5:v5-3.8.4-b].
  r.retained_are_sent_on_resume = [](const match_facts&) { return false; };
  // [v5:MQTT-3.3.2-3] [v5:v5-4.7.1-a] [v311:MQTT-3.3.2-3]
  r.retained_matches = [](const std::string_view& filter, const std::string_view& topic) {
    return matches(filter, topic);
  };
  // [v5:MQTT-3.3.2-4] [v5:MQTT-3.3.2-15] to [v5:MQTT-3.3.2-18] [v5:MQTT-3.3.2-20]
  r.retained_properties = [](const wire::property_list& list) { return list; };
}

void answer_matching(rules& r) {
  // [v5:MQTT-4.7.2-1] [v311:MQTT-4.7.2-1]
  r.filter_may_match = [](const std::string_view& filter, const std::string_view& topic) {
    return !hidden_from(filter, topic);
  };
  // [v5:v5-4.7.1-a] [v311:v311-4.7.1-a]: what the index finds matches.
  r.match_counts = [](const std::string_view&, const std::string_view&) { return true; };
  // [v5:MQTT-3.3.2-3] [v311:MQTT-3.3.2-3]: all of its levels count.
  r.matched_as = [](const std::string_view& topic) { return topic; };
  // [v5:MQTT-3.8.3-3] [v5:v5-4.8.1-a]
  r.match_is_delivered = [](const match_facts& f) { return !(f.no_local && f.own_message); };
  // [v5:MQTT-3.8.4-8] [v311:MQTT-3.8.4-6]
  r.delivery_qos = [](const match_facts& f) { return std::min(f.published_qos, f.granted_qos); };
  // [v5:MQTT-3.3.4-2] [v311:MQTT-3.3.5-1]
  r.overlap_qos = [](const std::uint8_t& a, const std::uint8_t& b) { return std::max(a, b); };
  // [v5:MQTT-3.3.1-12] [v5:MQTT-3.3.1-13] [v311:MQTT-3.3.1-8] [v311:MQTT-3.3.1-9]
  r.retain_flag = [](const match_facts& f) {
    return f.stored_retained || (f.retain_as_published && f.published_retain);
  };
  // [v5:MQTT-3.3.4-3] [v5:MQTT-3.3.4-4]
  r.identifier_is_attached = [](const match_facts& f) { return f.has_identifier; };
  // [v5:v5-3.3.4-d]
  r.equal_identifiers_are_kept = [](const match_facts&) { return true; };
  // [v5:MQTT-3.3.4-4] and 3.3.5 of 3.1.1 allow several copies; one is what is done here.
  r.overlap_is_one_copy = [](const match_facts&) { return true; };
  // [v5:v5-4.8.2-a]: each share by itself.
  r.share_is_served = [](const share_facts&) { return true; };
  // [v5:v5-4.8.2-a]: any member will do; one that is connected gets it sooner.
  r.share_member_is_eligible = [](const share_facts& f) { return f.connected || !f.any_connected; };
  // [v5:v5-4.8.2-c] [v5:MQTT-4.8.2-5]: another member gets it, but never QoS 2 that was begun.
  r.share_passes_on = [](const share_facts& f) { return !f.in_flight || f.qos == 1; };
  // [v5:v5-4.8.2-e]
  r.share_is_apart_from_own = [](const share_facts&) { return true; };
  r.share_reaches_every_member = [](const share_facts&) { return false; };
  // [v5:v5-4.8.2-d]
  r.share_counts_member_once = [](const match_facts&) { return true; };
}

void answer_queue(rules& r) {
  // [v5:MQTT-4.5.0-1] [v311:MQTT-3.1.2-5]; QoS 0 for absent clients is the operator's choice.
  r.message_is_queued = [](const queue_facts& f) {
    return f.qos > 0 || f.connected || f.qos0_queued;
  };
  // [v5:v5-4.1.1-a] [v311:v311-4.1-b]: capacity may end stored state.
  r.queue_is_full = [](const queue_facts& f) { return f.size >= f.limit; };
  r.on_overflow = [](const overflow_facts& f) {
    // An absent client cannot be disconnected.
    if (f.policy == overflow_action::disconnect && !f.connected) {
      return overflow_action::drop_newest;
    }
    return f.policy;
  };
  // [v5:MQTT-4.1.0-1] [v5:MQTT-4.4.0-1] [v311:MQTT-4.4.0-1]
  r.overflow_drops_in_flight = [](const overflow_facts&) { return false; };
  // [v5:v5-4.13.1-c] [v311:v311-4.8-a]
  r.overflow_spares_other_sessions = [](const queue_facts&) { return true; };
  // [v5:MQTT-4.6.0-5] [v311:MQTT-4.6.0-6]
  r.queue_order_is_kept = [](const order_facts&) { return true; };
  // [v5:MQTT-3.3.2-5]
  r.queued_is_expired = [](const copy_facts& f) { return is_over(f); };
  r.expired_stops_queue = [](const copy_facts&) { return false; };
  // [v5:v5-4.9-b]: what was never sent has no slot.
  r.expired_costs_quota = [](const copy_facts&) { return false; };
  // [v5:MQTT-3.3.2-6]
  r.remaining_expiry = [](const copy_facts& f) -> std::uint32_t {
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(f.waited).count();
    const std::uint32_t interval = f.expiry_interval.value_or(0);
    return waited >= interval ? 0 : interval - static_cast<std::uint32_t>(waited);
  };
}

void answer_sending(rules& r) {
  // [v5:MQTT-3.3.4-9] [v5:v5-4.9-a]: of this connection; 3.1.1 has no limit but the server's.
  r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
    return is_v5(f.version) ? std::min(f.asked, f.server) : f.server;
  };
  // [v5:v5-4.9-c] leaves it open.
  r.qos0_waits_for_quota = [](const copy_facts&) { return false; };
  // [v5:MQTT-2.2.1-4] [v311:MQTT-2.3.1-4]
  r.packet_id_is_usable = [](const packet_id_facts& f) { return f.candidate != 0 && !f.in_flight; };
  // [v5:MQTT-3.3.1-1] to [v5:MQTT-3.3.1-3], [v311:MQTT-3.3.1-1] to [v311:MQTT-3.3.1-3]
  r.dup_flag = [](const copy_facts& f) { return f.qos > 0 && f.sent_before; };
  // [v5:MQTT-4.4.0-1] [v311:MQTT-4.4.0-1]
  r.is_redelivered = [](const copy_facts&) { return true; };
  r.redelivery_keeps_id = [](const copy_facts&) { return true; };
  // [v5:MQTT-3.3.4-3]
  r.identifiers_are_sent = [](const copy_facts&) { return true; };
  // [v5:MQTT-4.3.3-6] [v311:MQTT-4.3.3-1]
  r.publish_again_after_release = [](const copy_facts&) { return false; };
  // [v5:v5-4.9-b]
  r.redelivered_release_costs_quota = [](const copy_facts&) { return false; };
  // [v5:v5-4.6-b] [v311:MQTT-4.6.0-6]
  r.redelivery_order_is_kept = [](const order_facts&) { return true; };
  r.redelivery_before_new = [](const order_facts&) { return true; };
  // [v5:MQTT-4.3.3-7] [v5:MQTT-4.3.3-13]
  r.in_flight_is_expired = [](const copy_facts&) { return false; };
  // [v5:MQTT-4.4.0-1]
  r.live_retry = [](const copy_facts&) { return duration::max(); };
}

void answer_acknowledgements(rules& r) {
  // [v5:MQTT-4.3.2-3] [v5:MQTT-4.3.3-3] [v311:MQTT-4.3.2-1] [v311:MQTT-4.3.3-1]: each QoS has
  // acknowledgements of its own.
  r.acknowledgement_fits = [](const acknowledge_facts& f) {
    if (f.packet == packet_type::puback) return f.qos == 1;
    return f.packet == packet_type::pubrec ? f.qos == 2 : f.released;
  };
  // [v5:MQTT-4.3.2-3] [v5:MQTT-4.3.3-3] [v5:MQTT-4.3.3-5] [v5:MQTT-4.4.0-2]: PUBACK and PUBCOMP
  // complete a delivery, PUBREC only when it refuses.
  r.acknowledgement_completes = [](const acknowledge_facts& f) {
    return f.known && (f.packet != packet_type::pubrec || f.reason >= 0x80);
  };
  // [v5:v5-4.9-b]: the same packets give the slot back.
  r.acknowledgement_frees_quota = [](const acknowledge_facts& f) {
    return f.known && (f.packet != packet_type::pubrec || f.reason >= 0x80);
  };
  // [v5:MQTT-4.3.3-4] [v311:MQTT-4.3.3-1]
  r.pubrec_is_answered = [](const acknowledge_facts& f) { return f.reason < 0x80; };
  // [v5:MQTT-3.6.2-1]
  r.pubrel_reason = [](const acknowledge_facts& f) {
    return code_of(f.known || !is_v5(f.version) ? reason_code::success
                                                : reason_code::packet_identifier_not_found);
  };
  // [v5:v5-3.6.2.1-a]; what is unknown leaves the two sides' states at odds and no more.
  r.answer_is_error = [](const answer_facts&) { return false; };
  r.answer_stops_connection = [](const answer_facts&) { return false; };
  // [v5:MQTT-3.1.2-24]
  r.outbound_too_large = [](const packet_size_facts& f) { return f.size > f.limit; };
  // [v5:MQTT-3.1.2-25]
  r.oversized_counts_as_delivered = [](const packet_size_facts&) { return true; };
  // [v5:v5-7.1.1-a]
  r.sent_instead = [](const sent_facts&) -> std::optional<byte_buffer> { return std::nullopt; };
}

}  // namespace

void answer_delivery(rules& r) {
  answer_subscriptions(r);
  answer_publish(r);
  answer_retained(r);
  answer_matching(r);
  answer_queue(r);
  answer_sending(r);
  answer_acknowledgements(r);
}

}  // namespace mqttspec::model
