// The sound answers about connections, sessions and wills. Each has the statements that demand it.

#include "model/rules.h"

#include <algorithm>

#include "model/rules_delivery.h"

namespace mqttspec::model {
namespace {

using wire::code_of;
using wire::reason_code;

constexpr std::uint8_t v311_identifier_rejected = 0x02;
constexpr std::uint8_t v311_bad_user_name_or_password = 0x04;
constexpr std::uint8_t v311_not_authorized = 0x05;

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

void answer_connect(rules& r) {
  // [v5:MQTT-3.1.3-2] [v311:MQTT-3.1.3-2]: the id as it is, octet by octet.
  r.session_key = [](const client_id_facts& f) { return std::string(f.client_id); };
  // [v311:MQTT-3.1.3-8] [v311:v311-3.1.3.1-b] [v5:MQTT-3.1.3-6] [v5:MQTT-3.1.3-8]: 3.1.1 without an
  // id needs Clean Session 1; both may be refused for want of one.
  r.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
    if (!f.client_id.empty()) return 0;
    if (is_v5(f.version)) {
      return f.empty_refused ? code_of(reason_code::client_identifier_not_valid) : std::uint8_t{0};
    }
    return !f.clean_start || f.empty_refused ? v311_identifier_rejected : std::uint8_t{0};
  };
  // [v5:MQTT-3.1.3-6] [v5:MQTT-3.2.2-16] [v311:MQTT-3.1.3-6]
  r.assigned_id_is_fresh = [](const client_id_facts&) { return true; };
  // [v5:MQTT-3.1.3-7] [v5:v5-3.2.2.3.7-a]: only an assigned one; 3.1.1 has no place for it.
  r.assigned_id_is_returned = [](const client_id_facts& f) {
    return is_v5(f.version) && f.client_id.empty();
  };
  // [v5:MQTT-3.1.4-2] [v311:v311-3.1.4-b]
  r.credentials_accepted = [](const credential_facts& f) {
    return !f.required || (f.user_name_given && f.known_user && f.password_right);
  };
  // [v5:MQTT-4.12.0-1]
  r.authentication_method_accepted = [](const credential_facts& f) { return f.known_method; };
  r.credentials_reason = [](const credential_facts& f) -> std::uint8_t {
    if (!is_v5(f.version)) {
      return f.user_name_given ? v311_bad_user_name_or_password : v311_not_authorized;
    }
    return code_of(f.user_name_given ? reason_code::bad_user_name_or_password
                                     : reason_code::not_authorized);
  };
  // [v5:MQTT-3.1.2-2] [v311:MQTT-3.1.2-2]: levels above 5 in the form of 5.0, below 4 of 3.1.1.
  r.unsupported_level_answer = [](const level_facts& f) -> std::optional<std::uint8_t> {
    return f.level > 5 ? code_of(reason_code::unsupported_protocol_version) : std::uint8_t{1};
  };
  // [v5:MQTT-3.1.4-1] allows a CONNACK, [v311:MQTT-3.1.4-1] forbids it.
  r.malformed_connect_answer = [](const fault_facts& f) -> std::optional<std::uint8_t> {
    if (!is_v5(f.version)) return std::nullopt;
    return sound_fault_reason(f);
  };
  // [v5:MQTT-3.14.0-1]
  r.malformed_connect_gets_disconnect = [](const fault_facts&) { return false; };
  // [v5:MQTT-3.1.4-1] [v311:MQTT-3.1.4-1]: it does nothing but end its connection.
  r.malformed_connect_discards_session = [](const fault_facts&) { return false; };
  // [v5:MQTT-3.2.2-12] [v5:MQTT-3.2.2-13]
  r.will_refusal = [](const connect_limit_facts& f) -> std::uint8_t {
    if (!f.has_will) return 0;
    if (f.will_qos > f.maximum_qos) return code_of(reason_code::qos_not_supported);
    if (f.will_retain && !f.retain_available) return code_of(reason_code::retain_not_supported);
    return 0;
  };
  // [v5:MQTT-3.1.2-8] [v311:MQTT-3.1.2-8]: a connection that was not accepted has no will.
  r.refusal_publishes_will = [](const refusal_facts&) { return false; };
  // [v5:MQTT-3.1.2-6] [v311:MQTT-3.1.2-4]
  r.missing_session_refusal = [](const refusal_facts&) { return std::uint8_t{0}; };
  // Clean Start is obeyed only once CONNECT is accepted: [v5:MQTT-3.1.4-4] [v311:MQTT-3.1.4-3].
  r.refusal_discards_session = [](const refusal_facts&) { return false; };
  // [v5:MQTT-3.1.3-8] leaves it open; a client that is told can mend its CONNECT.
  r.refusal_is_told = [](const refusal_facts&) { return true; };
  // [v5:MQTT-3.2.2-7] [v311:MQTT-3.2.2-5]
  r.refusal_closes = [](const refusal_facts&) { return true; };
  // [v5:MQTT-3.1.4-6] [v311:MQTT-3.1.4-5]
  r.processes_behind_refusal = [](const refusal_facts&) { return false; };
  // [v5:MQTT-3.1.4-3] is about a CONNECT that was accepted.
  r.refusal_takes_over = [](const refusal_facts&) { return false; };
  // [v5:MQTT-3.1.2-4] [v5:MQTT-3.1.2-5] [v311:MQTT-3.1.2-4] [v311:MQTT-3.1.2-6]
  r.resume_session = [](const connect_facts& f) { return f.stored && !f.clean_start; };
  // [v5:MQTT-3.2.2-2] [v5:MQTT-3.2.2-3] [v311:MQTT-3.2.2-1] to [v311:MQTT-3.2.2-3]
  r.session_present = [](const connect_facts& f) { return f.resumed; };
  // [v5:MQTT-3.2.0-1] [v311:MQTT-3.2.0-1]
  r.connack_before_messages = [](const connect_facts&) { return true; };
  // [v5:MQTT-4.4.0-1] [v311:MQTT-4.4.0-1]: at once, and not when the client says something.
  r.queue_is_sent_on_resume = [](const connect_facts&) { return true; };
  // [v5:MQTT-3.1.2-5] [v5:v5-4.1-b] [v311:MQTT-3.1.2-4] [v311:v311-3.1.2.4-b]
  r.part_is_resumed = [](const resume_facts&) { return true; };
  // [v5:v5-3.1.4-a] [v311:v311-3.1.4-a]
  r.stranger_is_dropped = [](const close_facts&) { return true; };
  // [v5:MQTT-3.1.0-1] [v311:MQTT-3.1.0-1]
  r.connect_must_come_first = [](const close_facts&) { return true; };
  // [v5:MQTT-3.1.0-2] [v311:MQTT-3.1.0-2]
  r.second_connect_is_error = [](const close_facts&) { return true; };
  // [v5:MQTT-3.2.0-2]
  r.second_connect_is_answered = [](const close_facts&) { return false; };
}

void answer_authentication(rules& r) {
  // [v5:MQTT-4.12.0-3] [v5:MQTT-4.12.0-5] [v5:MQTT-4.12.1-1]: an answer is 0x18, a beginning 0x19,
  // and the method that of CONNECT.
  r.authentication_fault = [](const authentication_facts& f) -> std::uint8_t {
    const auto expected =
        f.under_way ? reason_code::continue_authentication : reason_code::re_authenticate;
    const bool wrong = f.other_method || f.reason != code_of(expected);
    return wrong ? code_of(reason_code::protocol_error) : std::uint8_t{0};
  };
  // [v5:v5-3.1.4-c]
  r.response_accepted = [](const authentication_facts& f) { return f.right; };
  // [v5:MQTT-4.12.0-4] [v5:MQTT-4.12.1-2]
  r.failed_authentication_closes = [](const authentication_facts&) { return true; };
  // [v5:MQTT-4.12.0-2] [v5:MQTT-3.15.2-1]
  r.authentication_reason = [](const authentication_facts& f) {
    return code_of(f.right ? reason_code::success : reason_code::continue_authentication);
  };
  // [v5:MQTT-4.12.0-5]
  r.method_is_repeated = [](const authentication_facts&) { return true; };
  // [v5:MQTT-3.1.2-30]: only AUTH and DISCONNECT may come before CONNACK.
  r.others_wait_for_authentication = [](const form_facts&) { return true; };
}

void answer_takeover(rules& r) {
  // [v5:MQTT-3.1.4-3] [v311:MQTT-3.1.4-2]
  r.takeover_closes_old = [](const takeover_facts&) { return true; };
  // [v5:v5-3.1.4-d]; a server's DISCONNECT does not exist in 3.1.1.
  r.takeover_is_told = [](const takeover_facts& f) { return is_v5(f.old_version); };
  r.takeover_reason = [](const takeover_facts&) {
    return code_of(reason_code::session_taken_over);
  };
  // [v5:MQTT-3.1.4-5] [v311:MQTT-3.1.4-4]
  r.takeover_closes_new = [](const takeover_facts&) { return false; };
  // [v5:MQTT-4.1.0-1] [v311:MQTT-4.1.0-2]
  r.connected_session_ends = [](const connect_facts&) { return duration::max(); };
}

void answer_session_life(rules& r) {
  // [v5:v5-3.1.2.11.2-b] absent is 0; [v311:MQTT-3.1.2-6] Clean Session 1 ends with the connection.
  r.granted_interval = [](const expiry_facts& f) -> std::uint32_t {
    if (!is_v5(f.version)) return f.clean_start ? 0 : f.v311_interval;
    return std::min(f.asked.value_or(0), f.maximum);
  };
  // [v5:v5-3.2.2.3.2-b]
  r.interval_is_announced = [](const expiry_facts& f) { return f.granted != f.asked.value_or(0); };
  // [v5:v5-3.14.2.2.2-c]: judged on the value that CONNECT carried, not on what was granted.
  r.interval_update_allowed = [](const expiry_update_facts& f) {
    return f.sent_in_connect != 0 || f.update == 0;
  };
  // [v5:v5-3.14.2.2.2-d]
  r.updated_interval = [](const expiry_update_facts& f) { return std::min(f.update, f.maximum); };
  // [v5:v5-3.14.2.2.2-b]: absent in DISCONNECT is not 0.
  r.interval_without_update = [](const expiry_update_facts&) -> std::optional<std::uint32_t> {
    return std::nullopt;
  };
  // [v5:MQTT-4.1.0-2] [v5:v5-3.1.2.11.2-c] [v311:MQTT-3.1.2-6]
  r.session_ends_at_close = [](const end_facts& f) { return f.interval == 0; };
  // [v5:MQTT-3.1.2-23] [v5:v5-4.1-a]: from the close, and 0xFFFFFFFF is never.
  r.session_end = [](const end_facts& f) -> instant {
    if (f.interval == wire::never_expires) return never;
    return saturating_add(f.closed_at, std::chrono::seconds(f.interval));
  };
  // [v5:MQTT-3.1.2-4] [v5:MQTT-4.1.0-2] [v311:MQTT-3.1.2-6]: all of it.
  r.discard_state = [](const discard_facts&) { return true; };
  // [v5:v5-4.1-c] [v311:MQTT-3.1.2-7]
  r.retained_messages_go_too = [](const discard_facts&) { return false; };
  // [v5:v5-3.1.2.11.2-e] [v311:v311-4.1-b]: capacity may end stored state, but not parts of it.
  r.session_survives_restart = [](const restart_facts&) { return true; };
  r.part_survives_restart = [](const restart_facts&) { return true; };
  // [v5:MQTT-4.1.0-2]: time goes on while the server is down.
  r.end_after_restart = [](const restart_end_facts& f) { return f.end; };
  r.retained_survive_restart = [](const restart_facts&) { return true; };
}

void answer_keep_alive(rules& r) {
  // [v5:MQTT-3.2.2-22]
  r.keep_alive_in_force = [](const keep_alive_facts& f) -> std::uint16_t {
    return f.server != 0 && is_v5(f.version) ? f.server : f.asked;
  };
  r.keep_alive_is_announced = [](const keep_alive_facts& f) {
    return is_v5(f.version) && f.server != 0;
  };
  // [v5:MQTT-3.1.2-22] [v311:MQTT-3.1.2-24]
  r.keep_alive_limit = [](const keep_alive_facts& f) -> duration {
    if (f.in_force == 0) return duration::max();
    return std::chrono::milliseconds(1500) * f.in_force;
  };
  r.keep_alive_restarts = [](const keep_alive_facts&) { return true; };
  // [v5:MQTT-3.1.2-22] [v311:MQTT-3.1.2-24]: packets from the client count, and no others.
  r.keep_alive_restarts_by_sending = [](const keep_alive_facts&) { return false; };
  r.keep_alive_reason = [](const keep_alive_facts&) {
    return code_of(reason_code::keep_alive_timeout);
  };
  // [v5:MQTT-3.12.4-1] [v311:MQTT-3.12.4-1]
  r.ping_is_answered = [](const close_facts&) { return true; };
  // [v5:MQTT-3.14.4-1] [v311:MQTT-3.14.4-2]
  r.processes_behind_disconnect = [](const close_facts&) { return false; };
  // [v5:v5-3.14.4-a] [v311:v311-3.14.4-a]
  r.closes_after_disconnect = [](const close_facts&) { return true; };
  // [v5:MQTT-6.0.0-2] [v311:MQTT-6.0.0-2]
  r.rest_is_kept = [](const read_facts&) { return true; };
  r.next_packet_is_taken = [](const read_facts&) { return true; };
  // [v5:MQTT-6.0.0-1] [v311:MQTT-6.0.0-1]
  r.text_frame_is_taken = [](const read_facts&) { return false; };
}

void answer_faults(rules& r) {
  // [v5:v5-4.13.1-b] [v311:MQTT-4.8.0-1]
  r.fault_is_tolerated = [](const fault_facts&) { return false; };
  r.fault_reason = [](const fault_facts& f) { return sound_fault_reason(f); };
  // [v5:v5-3.15-a] [v5:MQTT-4.13.1-1] [v311:MQTT-4.8.0-1]
  r.unexpected_packet_is_error = [](const unexpected_facts&) { return true; };
  // [v5:v5-3.4.2.1-a]: the short form of an acknowledgement, and the long one.
  r.form_is_understood = [](const form_facts&) { return true; };
  // [v5:MQTT-3.14.4-2] [v5:MQTT-4.13.2-1]
  r.close_follows_disconnect = [](const close_facts&) { return true; };
  // [v5:v5-4.13.1-a] [v5:MQTT-3.14.0-1]: DISCONNECT only to 5.0, and only behind CONNACK.
  r.close_is_told = [](const close_facts& f) { return is_v5(f.version) && f.connected; };
  r.inbound_too_large = [](const packet_size_facts& f) { return f.size > f.limit; };
  // [v5:v5-4.13.1-c] [v311:v311-4.8-a]
  r.fault_is_passed_on = [](const fault_facts&) { return false; };
  r.error_spares_other_connections = [](const close_facts&) { return true; };
}

void answer_wills(rules& r) {
  // [v5:MQTT-3.1.2-7] [v311:MQTT-3.1.2-8]
  r.will_is_stored = [](const will_connect_facts&) { return true; };
  // [v5:MQTT-3.1.2-8] [v5:MQTT-3.14.4-3] [v5:v5-3.14.2.1-b] [v311:MQTT-3.14.4-3]: only a normal
  // DISCONNECT spares it.
  r.will_is_due = [](const will_facts& f) {
    if (f.cause != close_cause::disconnect) return true;
    return is_v5(f.version) && f.disconnect_reason != 0;
  };
  // [v5:v5-3.1.3.2.2-c]: the delay or the session's end, whichever is first.
  r.will_delay = [](const will_facts& f) -> duration {
    if (f.session_ends) return duration::zero();
    if (f.interval == wire::never_expires) return std::chrono::seconds(f.delay);
    return std::chrono::seconds(std::min(f.delay, f.interval));
  };
  // [v5:MQTT-3.1.3-9]
  r.will_is_cancelled = [](const will_connect_facts& f) { return f.resumed; };
  // [v5:v5-3.1.3.2.2-c]: the session ended, which is one of the two instants.
  r.discarded_session_publishes_will = [](const will_connect_facts& f) { return f.pending; };
  // [v5:MQTT-3.1.2-10] [v311:MQTT-3.1.2-10]
  r.will_is_removed = [](const will_facts&) { return true; };
  r.will_of_old_connection_counts = [](const will_connect_facts&) { return false; };
  // [v5:MQTT-3.1.2-8]
  r.expiry_publishes_will = [](const end_facts&) { return true; };
  r.will_qos = [](const will_message_facts& f) { return f.qos; };
  // [v5:MQTT-3.1.2-14] [v5:MQTT-3.1.2-15] [v311:MQTT-3.1.2-16] [v311:MQTT-3.1.2-17]
  r.will_retain = [](const will_message_facts& f) { return f.retain; };
  // [v5:MQTT-3.1.3-10]; the Will Delay Interval is no property of PUBLISH.
  r.will_properties = [](const wire::property_list& list) {
    wire::property_list kept;
    std::copy_if(list.begin(), list.end(), std::back_inserter(kept),
                 [](const auto& p) { return p.id != wire::property_id::will_delay_interval; });
    return kept;
  };
  // [v311:v311-3.1.3.3-a]
  r.will_payload = [](const std::string& payload) { return payload; };
  // [v5:v5-3.1.3.2.4-a]: it is that of the PUBLISH, which the will becomes now.
  r.will_expiry_begins = [](const will_expiry_facts& f) { return f.published_at; };
}

}  // namespace

std::uint8_t sound_fault_reason(const fault_facts& f) {
  using wire::wire_error;
  switch (f.error) {
    case wire_error::packet_too_large:
      return code_of(reason_code::packet_too_large);
    case wire_error::unsupported_protocol_level:
    case wire_error::bad_protocol_name:
      return code_of(reason_code::unsupported_protocol_version);
    case wire_error::property_out_of_range:
      // Topic Alias 0 has a code of its own. [v5:MQTT-3.3.2-8]
      return code_of(f.octet == static_cast<std::uint8_t>(wire::property_id::topic_alias)
                         ? reason_code::topic_alias_invalid
                         : reason_code::protocol_error);
    case wire_error::duplicate_property:
    case wire_error::empty_list:
    case wire_error::no_local_on_shared:
    case wire_error::zero_packet_id:
    case wire_error::authentication_data_without_method:
      return code_of(reason_code::protocol_error);
    case wire_error::bad_topic_name:
      // Empty without an alias is a Protocol Error, a wildcard is malformed (5.0 section 3.3.2.1).
      return code_of(f.octet == 0 && f.next_octet == 0 ? reason_code::protocol_error
                                                       : reason_code::malformed_packet);
    case wire_error::reserved_subscription_options:
      // Reserved bits are malformed [v5:MQTT-3.8.3-5]; QoS 3 and Retain Handling 3 are Protocol
      // Errors [v5:v5-3.8.3.1-a].
      return code_of((f.octet & 0xC0) != 0 ? reason_code::malformed_packet
                                           : reason_code::protocol_error);
    default:
      return code_of(reason_code::malformed_packet);
  }
}

rules::rules() {
  answer_connect(*this);
  answer_authentication(*this);
  answer_takeover(*this);
  answer_session_life(*this);
  answer_keep_alive(*this);
  answer_faults(*this);
  answer_wills(*this);
  answer_delivery(*this);
}

std::size_t decision_count() {
  using any = decision<bool>;
  static_assert(sizeof(rules) % sizeof(any) == 0);
  return sizeof(rules) / sizeof(any);
}

const rules& sound_rules() {
  static const rules sound;
  return sound;
}

}  // namespace mqttspec::model
