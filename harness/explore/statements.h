#pragma once
// The statements that a history can show to be broken: for each rule of the judge those of 5.0 and
// of 3.1.1, with blanks between.

#include <string_view>

#include "wire/types.h"

namespace mqttspec::explore {

struct rule {
  std::string_view v5;
  std::string_view v311;

  std::string_view of(wire::protocol_version v) const {
    return v == wire::protocol_version::v5 ? v5 : v311;
  }
  friend bool operator==(const rule&, const rule&) = default;
};

namespace rules {

// CONNECT
inline constexpr rule connect_is_answered{"MQTT-3.1.4-5", "MQTT-3.1.4-4"};
inline constexpr rule connack_is_first{"MQTT-3.2.0-1", "MQTT-3.2.0-1"};
inline constexpr rule clean_start_is_new{"MQTT-3.2.2-2", "MQTT-3.2.2-1"};
inline constexpr rule stored_is_present{"MQTT-3.2.2-3", "MQTT-3.2.2-2"};
inline constexpr rule absent_is_not_present{"MQTT-3.2.2-3", "MQTT-3.2.2-3"};
inline constexpr rule second_connect{"MQTT-3.1.0-2", "MQTT-3.1.0-2"};
inline constexpr rule takeover_closes_old{"MQTT-3.1.4-3", "MQTT-3.1.4-2"};
inline constexpr rule keep_alive{"MQTT-3.1.2-22", "MQTT-3.1.2-24"};
inline constexpr rule ping{"MQTT-3.12.4-1", "MQTT-3.12.4-1"};

// CONNECTs that are odd
inline constexpr rule unknown_authentication{"MQTT-4.12.0-1", ""};
inline constexpr rule refusal_takes_nothing{"MQTT-3.1.4-2", "v311-3.1.4-b"};
inline constexpr rule refusal_has_no_session{"MQTT-3.2.2-6", "MQTT-3.2.2-4"};
inline constexpr rule nothing_behind_refusal{"MQTT-3.1.4-6", "MQTT-3.1.4-5"};
inline constexpr rule reserved_flag{"MQTT-3.1.2-3", "MQTT-3.1.2-3"};
inline constexpr rule malformed_is_not_answered{"", "MQTT-3.1.4-1"};
inline constexpr rule no_early_disconnect{"MQTT-3.14.0-1", ""};
inline constexpr rule connect_comes_first{"MQTT-4.13.1-1 MQTT-3.1.0-1",
                                          "MQTT-4.8.0-1 MQTT-3.1.0-1"};
inline constexpr rule identifier_names_session{"MQTT-3.1.3-2", "MQTT-3.1.3-2"};
inline constexpr rule identifier_of_23{"MQTT-3.1.3-5", "MQTT-3.1.3-5"};
inline constexpr rule identifier_is_assigned{"MQTT-3.1.3-7 MQTT-3.2.2-16", ""};
inline constexpr rule assigned_is_new{"MQTT-3.2.2-16", ""};
inline constexpr rule own_identifier{"v5-3.2.2.3.7-a", ""};
inline constexpr rule will_qos_high{"MQTT-3.2.2-12", ""};
inline constexpr rule empty_identifier{"", "MQTT-3.1.3-8"};

// Topic Aliases, properties, Maximum Packet Size
inline constexpr rule alias_high{"v5-3.3.4-b", ""};
inline constexpr rule alias_unknown{"MQTT-3.3.2-7 v5-3.3.4-c", ""};
inline constexpr rule properties_pass{"MQTT-3.3.2-20 MQTT-3.3.2-17", ""};
inline constexpr rule user_property_order{"MQTT-3.3.2-18", ""};
inline constexpr rule will_properties_pass{"MQTT-3.1.3-10 v5-3.1.3.2.5-a", ""};
inline constexpr rule disconnect_reason{"MQTT-3.14.2-1", ""};
inline constexpr rule qos_high{"v5-3.2.2.3.4-b", ""};
inline constexpr rule quota_high{"v5-3.3.4-f", ""};
inline constexpr rule packet_size{"MQTT-3.1.2-24", ""};

// What is left of a session that ended
inline constexpr rule ended_by_clean_start{"MQTT-3.1.2-4", "MQTT-3.1.2-6"};
inline constexpr rule ended_at_close{"v5-3.1.2.11.2-c MQTT-4.1.0-2", "MQTT-3.1.2-6"};
inline constexpr rule ended_by_expiry{"MQTT-4.1.0-2", "MQTT-3.1.2-4"};

// Answers
inline constexpr rule suback{"MQTT-3.8.4-1", "MQTT-3.8.4-1"};
inline constexpr rule suback_codes{"MQTT-3.8.4-6", "MQTT-3.8.4-5"};
inline constexpr rule suback_order{"MQTT-3.9.3-1", "MQTT-3.9.3-1"};
inline constexpr rule subscribe_above_maximum{"MQTT-3.2.2-10", ""};
inline constexpr rule unsuback{"MQTT-3.10.4-4", "MQTT-3.10.4-4"};
inline constexpr rule puback{"MQTT-4.3.2-4", "MQTT-4.3.2-2"};
inline constexpr rule pubrec{"MQTT-4.3.3-8", "MQTT-4.3.3-2"};
inline constexpr rule pubrec_again{"MQTT-4.3.3-10", "MQTT-4.3.3-2"};
inline constexpr rule pubcomp{"MQTT-4.3.3-11", "MQTT-4.3.3-2"};
inline constexpr rule no_subscribers{"v5-3.4.2.1-b", ""};
inline constexpr rule pubrel{"MQTT-4.3.3-4", "MQTT-4.3.3-1"};
inline constexpr rule pubrel_answers_pubrec{"MQTT-4.3.3-4", ""};

// Deliveries
inline constexpr rule delivered{"MQTT-4.5.0-1", "MQTT-4.5.0-1"};
inline constexpr rule delivered_on_resume{"MQTT-4.5.0-1 MQTT-3.1.2-5", "MQTT-4.5.0-1 MQTT-3.1.2-4"};
inline constexpr rule shared_delivered{"v5-4.8.2-a v5-4.8.2-b", ""};
inline constexpr rule share_goes_to_one{"v5-4.8.2-a", ""};
inline constexpr rule sent_again{"MQTT-4.4.0-1", "MQTT-4.4.0-1"};
inline constexpr rule not_sent_again{"MQTT-4.4.0-1", "MQTT-4.4.0-1"};
inline constexpr rule not_behind_pubrel{"MQTT-4.3.3-6", "MQTT-4.3.3-1"};
inline constexpr rule identifier_in_use{"MQTT-2.2.1-4", "MQTT-2.3.1-4"};
inline constexpr rule dup_when_sent_again{"MQTT-3.3.1-1", "MQTT-3.3.1-1"};
inline constexpr rule first_dup_one{"MQTT-4.3.2-2", "MQTT-4.3.2-1"};
inline constexpr rule first_dup_two{"MQTT-4.3.3-2", "MQTT-4.3.3-1"};
inline constexpr rule dup_zero{"MQTT-4.3.1-1", "MQTT-4.3.1-1"};
inline constexpr rule receive_maximum{"MQTT-3.3.4-9", ""};
inline constexpr rule order{"MQTT-4.6.0-5 MQTT-4.6.0-6", "MQTT-4.6.0-5 MQTT-4.6.0-6"};
inline constexpr rule order_of_resent{"v5-4.6-b", "MQTT-4.6.0-6"};
inline constexpr rule delivery_qos{"MQTT-3.8.4-8", "MQTT-3.8.4-6"};
inline constexpr rule overlap_qos{"MQTT-3.3.4-2", "MQTT-3.3.5-1"};
inline constexpr rule too_early{"", ""};
inline constexpr rule matching_topic{"MQTT-3.3.2-3", "MQTT-3.3.2-3"};
inline constexpr rule once{"MQTT-4.3.3-10", "MQTT-4.3.3-2"};
inline constexpr rule identifiers{"MQTT-3.3.4-3", ""};
inline constexpr rule all_identifiers{"MQTT-3.3.4-4", ""};
inline constexpr rule no_local{"MQTT-3.8.3-3", ""};
inline constexpr rule unsubscribed{"MQTT-3.10.4-2", "MQTT-3.10.4-2"};
inline constexpr rule message_expired{"MQTT-3.3.2-5", ""};
inline constexpr rule remaining_lifetime{"MQTT-3.3.2-6", ""};

// Retained messages
inline constexpr rule retained_sent{"MQTT-3.3.1-9", "MQTT-3.3.1-6"};
inline constexpr rule retained_sent_once{"MQTT-3.3.1-10", ""};
inline constexpr rule retained_not_sent{"MQTT-3.3.1-11", ""};
inline constexpr rule retained_not_for_held{"MQTT-3.3.1-10", ""};
inline constexpr rule retained_replaced{"MQTT-3.3.1-5", "MQTT-3.3.1-5"};
inline constexpr rule retained_cleared{"MQTT-3.3.1-6", "MQTT-3.3.1-10"};
inline constexpr rule retained_not_stored{"MQTT-3.3.1-8", "MQTT-3.3.1-12"};
inline constexpr rule retain_as_published{"MQTT-3.3.1-13", ""};
inline constexpr rule retain_cleared{"MQTT-3.3.1-12", "MQTT-3.3.1-9"};
inline constexpr rule retained_flag{"v5-3.3.1.3-c", "MQTT-3.3.1-8"};
inline constexpr rule retained_not_on_share{"v5-3.8.4-b", ""};

// Wills
inline constexpr rule will_is_published{"MQTT-3.1.2-8", "MQTT-3.1.2-8"};
inline constexpr rule will_with_0x04{"v5-3.14.2.1-b MQTT-3.1.2-8", ""};
inline constexpr rule will_at_session_end{"v5-3.1.3.2.2-c MQTT-3.1.2-8", ""};
inline constexpr rule will_waits{"v5-3.1.3.2.2-c", ""};
inline constexpr rule will_discarded{"MQTT-3.14.4-3", "MQTT-3.14.4-3"};
inline constexpr rule will_cancelled{"MQTT-3.1.3-9", ""};
inline constexpr rule will_once{"MQTT-3.1.2-10", "MQTT-3.1.2-10"};

}  // namespace rules

}  // namespace mqttspec::explore
