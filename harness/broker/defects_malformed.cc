// Malformed packets, and packets out of place, that are taken.

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;
using wire::property_id;
using wire::wire_error;

// Overlooks one kind of fault: in one kind of packet, or in all.
template <wire_error Error>
void overlook(rules& r) {
  r.fault_is_tolerated = [](const fault_facts& f) { return f.error == Error; };
}
template <wire_error Error, packet_type Packet>
void overlook_in(rules& r) {
  r.fault_is_tolerated = [](const fault_facts& f) {
    return f.error == Error && f.packet == Packet;
  };
}

// Only for the property at which the fault was found.
template <wire_error Error, property_id Property>
void overlook_property(rules& r) {
  r.fault_is_tolerated = [](const fault_facts& f) {
    return f.error == Error && f.octet == static_cast<std::uint8_t>(Property);
  };
}
template <packet_type Packet>
void tolerate_unexpected(rules& r) {
  r.unexpected_packet_is_error = [](const unexpected_facts& f) { return f.packet != Packet; };
}

constexpr defect table[] = {
    {"flags-of-subscribe-ignored", "takes SUBSCRIBE with wrong flags",
     "v5:MQTT-3.8.1-1 v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-3.8.1-1 "
     "v311:MQTT-2.2.2-2 "
     "v311:MQTT-4.8.0-1",
     "", overlook_in<wire_error::reserved_flags, packet_type::subscribe>},
    {"flags-of-unsubscribe-ignored", "takes UNSUBSCRIBE with wrong flags",
     "v5:MQTT-3.10.1-1 v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-3.10.1-1 "
     "v311:MQTT-2.2.2-2 "
     "v311:MQTT-4.8.0-1",
     "", overlook_in<wire_error::reserved_flags, packet_type::unsubscribe>},
    {"flags-of-pubrel-ignored", "takes PUBREL with wrong flags",
     "v5:MQTT-3.6.1-1 v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-3.6.1-1 "
     "v311:MQTT-2.2.2-2 "
     "v311:MQTT-4.8.0-1",
     "https://github.com/eclipse/mosquitto/issues/3606",
     overlook_in<wire_error::reserved_flags, packet_type::pubrel>},
    {"flags-of-disconnect-ignored", "takes DISCONNECT with wrong flags for a normal one",
     "v5:MQTT-3.14.1-1 v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v5:v5-3.1.2.5-a "
     "v311:MQTT-3.14.1-1 "
     "v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1 v311:v311-3.1.2.5-a",
     "", overlook_in<wire_error::reserved_flags, packet_type::disconnect>},
    {"qos-3-dropped", "drops a PUBLISH with QoS 3 and goes on",
     "v5:MQTT-3.3.1-4 v5:MQTT-4.13.1-1 v311:MQTT-3.3.1-4 v311:MQTT-4.8.0-1 v311:v311-3.1.2.5-a "
     "v5:v5-3.1.2.5-a v5:v5-4.13.1-a",
     "", overlook_in<wire_error::invalid_qos, packet_type::publish>},
    {"will-qos-3-dropped", "does not close for Will QoS 3",
     "v5:MQTT-3.1.2-12 v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v311:MQTT-3.1.2-14 v311:MQTT-3.1.4-1",
     "https://github.com/eclipse/mosquitto/issues/3629",
     overlook_in<wire_error::invalid_qos, packet_type::connect>},
    {"ill-formed-text-dropped", "does not close for text that is not UTF-8",
     "v5:MQTT-1.5.4-1 v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v5:MQTT-4.13.1-1 v311:MQTT-1.5.3-1 "
     "v311:MQTT-3.1.4-1 "
     "v311:MQTT-4.8.0-1 v5:MQTT-3.3.2-1 v311:MQTT-3.3.2-1 v5:MQTT-3.8.3-1 v311:MQTT-3.8.3-1 "
     "v5:MQTT-3.10.3-1 v311:MQTT-3.10.3-1",
     "CVE-2017-7653", overlook<wire_error::ill_formed_text>},
    {"null-in-text-dropped", "does not close for U+0000",
     "v5:MQTT-1.5.4-2 v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1 v311:MQTT-1.5.3-2 v311:MQTT-4.8.0-1 "
     "v311:MQTT-3.1.4-1 "
     "v5:MQTT-4.7.3-2 v311:MQTT-4.7.3-2",
     "VerneMQ 1.11", overlook<wire_error::null_in_text>},
    {"identifier-0-dropped", "overlooks packets with Packet Identifier 0",
     "v5:MQTT-2.2.1-3 v5:MQTT-4.13.1-1 v311:MQTT-2.3.1-1 v311:MQTT-4.8.0-1", "",
     overlook<wire_error::zero_packet_id>},
    {"duplicate-property-in-connect-taken", "does not mind a property that occurs twice in CONNECT",
     "v5:v5-3.1.2.11.2-a v5:v5-3.1.2.11.3-a v5:v5-3.1.2.11.4-a v5:v5-3.1.2.11.5-a "
     "v5:v5-3.1.2.11.6-a v5:v5-3.1.2.11.7-a v5:v5-3.1.2.11.9-a v5:v5-3.1.2.11.10-a "
     "v5:v5-3.1.3.2.2-a v5:v5-3.1.3.2.3-b v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v5:MQTT-4.13.1-1",
     "EMQX fix-18116", overlook_in<wire_error::duplicate_property, packet_type::connect>},
    {"duplicate-interval-in-disconnect-taken", "overlooks DISCONNECT with two intervals",
     "v5:v5-3.14.2.2.2-a v5:MQTT-4.13.1-1 v5:v5-3.1.2.5-a",
     "https://github.com/emqx/emqx/issues/8029",
     overlook_in<wire_error::duplicate_property, packet_type::disconnect>},
    {"zero-receive-maximum-taken", "does not mind Receive Maximum 0 or Maximum Packet Size 0",
     "v5:v5-3.1.2.11.3-a v5:v5-3.1.2.11.4-a v5:v5-3.1.2.11.6-a v5:v5-3.1.2.11.7-a "
     "v5:v5-3.8.2.1.2-a v5:MQTT-3.1.4-1 v5:MQTT-3.3.2-8 v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1",
     "", overlook<wire_error::property_out_of_range>},
    {"misplaced-property-in-connect-dropped", "does not close for a property at the wrong place",
     "v5:v5-2.2.2.2-a v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v5:MQTT-4.13.1-1", "",
     overlook<wire_error::misplaced_property>},
    {"empty-subscribe-dropped", "does not close for SUBSCRIBE or UNSUBSCRIBE without a filter",
     "v5:MQTT-3.8.3-2 v5:MQTT-3.10.3-2 v5:MQTT-4.13.1-1 v311:MQTT-3.8.3-3 v311:MQTT-3.10.3-2 "
     "v311:MQTT-4.8.0-1",
     "https://github.com/eclipse/mosquitto/issues/665", overlook<wire_error::empty_list>},
    {"options-of-subscribe-not-checked", "does not close for reserved subscription options",
     "v5:MQTT-3.8.3-5 v5:v5-3.8.3.1-a v5:MQTT-4.13.1-1 v311:MQTT-3.8.3-4 v311:MQTT-4.8.0-1", "",
     overlook<wire_error::reserved_subscription_options>},
    {"no-local-on-share-taken", "does not close for No Local with a share",
     "v5:MQTT-3.8.3-4 v5:MQTT-4.13.1-1", "https://github.com/emqx/emqx/issues/8029",
     overlook<wire_error::no_local_on_shared>},
    {"wildcard-in-topic-dropped", "does not close for PUBLISH to a topic with wildcards",
     "v5:MQTT-3.3.2-2 v5:MQTT-4.7.0-1 v5:v5-3.3.2.1-a v5:v5-3.3.4-c v5:MQTT-3.3.2-7 "
     "v5:MQTT-3.3.2-14 "
     "v5:MQTT-4.7.3-1 v5:MQTT-4.13.1-1 v311:MQTT-3.3.2-2 v311:MQTT-4.7.1-1 "
     "v311:MQTT-4.7.3-1 v311:MQTT-4.8.0-1",
     "https://github.com/hivemq/hivemq-community-edition/commit/510c5bdc",
     overlook<wire_error::bad_topic_name>},
    {"bad-filter-dropped", "does not close for a Topic Filter that is none",
     "v5:MQTT-4.7.1-1 v5:MQTT-4.7.1-2 v5:MQTT-4.7.3-1 v5:MQTT-4.8.2-1 v5:MQTT-4.8.2-2 "
     "v5:MQTT-4.13.1-1 v311:MQTT-4.7.1-2 "
     "v311:MQTT-4.7.1-3 v311:MQTT-4.7.3-1 v311:MQTT-4.8.0-1",
     "https://github.com/moquette-io/moquette/issues/963", overlook<wire_error::bad_topic_filter>},
    {"reserved-connect-flag-taken", "does not close for the reserved bit of the Connect Flags",
     "v5:MQTT-3.1.2-3 v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v311:MQTT-3.1.2-3 v311:MQTT-3.1.4-1", "",
     overlook<wire_error::reserved_connect_flag>},
    {"will-flags-without-will-taken", "does not close for Will QoS or Will Retain without a will",
     "v5:MQTT-3.1.2-11 v5:MQTT-3.1.2-13 v5:MQTT-3.1.4-1 v311:MQTT-3.1.2-11 v311:MQTT-3.1.2-13 "
     "v311:MQTT-3.1.2-15 v311:MQTT-3.1.4-1 v5:MQTT-3.14.0-1",
     "https://github.com/halfgaar/FlashMQ/issues/103",
     overlook<wire_error::will_flags_without_will>},
    {"password-without-user-taken", "does not close for a password without a user name",
     "v311:MQTT-3.1.2-22 v311:MQTT-3.1.4-1", "EMQX fix-18111",
     overlook<wire_error::password_without_user_name>},
    {"truncated-packet-dropped", "does not close for fields that reach past the end of a packet",
     "v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 v5:MQTT-4.13.1-1 v311:MQTT-3.1.4-1 v311:MQTT-4.8.0-1 "
     "v5:MQTT-3.1.2-17 v5:MQTT-3.1.2-19 "
     "v5:MQTT-3.1.2-9 v311:MQTT-3.1.2-9 v311:MQTT-3.1.2-19 v311:MQTT-3.1.2-21 v5:MQTT-3.8.3-2 "
     "v5:v5-2.2.2.2-a",
     "https://github.com/nanomq/nanomq/issues/2270", overlook<wire_error::truncated>},
    {"one-error-ends-all-connections",
     "closes every connection when one client breaks the protocol",
     "v5:v5-4.13.1-c v311:v311-4.8-a", "",
     [](rules& r) { r.error_spares_other_connections = [](const close_facts&) { return false; }; },
     sweeping},
    {"faults-passed-on", "sends what is malformed to every other client as it came",
     "v5:v5-4.13.1-c v5:MQTT-2.1.3-1 v5:v5-7.1.1-a v311:v311-4.8-a v311:format", "",
     [](rules& r) { r.fault_is_passed_on = [](const fault_facts&) { return true; }; }, sweeping},
    {"faults-answered-with-wrong-code", "gives reason 0x00 when it closes for an error",
     "v5:v5-4.13.1-a v5:v5-2.2.2.2-a v5:v5-3.3.4-c v5:MQTT-3.14.1-1", "",
     [](rules& r) { r.fault_reason = [](const fault_facts&) -> std::uint8_t { return 0; }; },
     sweeping},
    {"disconnect-to-311", "sends DISCONNECT in front of every close, to 3.1.1 clients too",
     "v311:format v311:v311-2.2.1-b", "",
     [](rules& r) { r.close_is_told = [](const close_facts& f) { return f.connected; }; }},

    {"plain-disconnect-to-311", "sends the DISCONNECT of 3.1.1 in front of closes for an error",
     "v311:v311-2.2.1-b v311:MQTT-4.8.0-1 v311:MQTT-3.1.4-1", "",
     [](rules& r) {
       r.close_is_told = [](const close_facts& f) { return f.connected; };
       r.sent_instead = [](const sent_facts& f) -> std::optional<byte_buffer> {
         if (is_v5(f.version) || f.packet != packet_type::disconnect) return std::nullopt;
         return byte_buffer{0xE0, 0x00};
       };
     }},

    // Flags of the other packets that a client sends.
    {"flags-of-connect-ignored", "takes CONNECT with wrong flags",
     "v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1 "
     "v5:MQTT-3.1.4-1 v311:MQTT-3.1.4-1",
     "", overlook_in<wire_error::reserved_flags, packet_type::connect>},
    {"flags-of-puback-ignored", "takes PUBACK with wrong flags",
     "v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::reserved_flags, packet_type::puback>},
    {"flags-of-pubrec-ignored", "takes PUBREC with wrong flags",
     "v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::reserved_flags, packet_type::pubrec>},
    {"flags-of-pubcomp-ignored", "takes PUBCOMP with wrong flags",
     "v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::reserved_flags, packet_type::pubcomp>},
    {"flags-of-pingreq-ignored", "takes PINGREQ with wrong flags",
     "v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v311:MQTT-2.2.2-2 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::reserved_flags, packet_type::pingreq>},
    {"flags-of-auth-ignored", "takes AUTH with wrong flags",
     "v5:MQTT-3.15.1-1 v5:MQTT-2.1.3-1 v5:v5-2.1.3-a v5:MQTT-4.13.1-1 v5:v5-3.15-a", "",
     [](rules& r) {
       overlook_in<wire_error::reserved_flags, packet_type::auth>(r);
       tolerate_unexpected<packet_type::auth>(r);
     }},
    {"dup-of-qos0-taken", "takes PUBLISH with QoS 0 and DUP 1",
     "v5:MQTT-3.3.1-2 v5:MQTT-4.13.1-1 v311:MQTT-3.3.1-2 v311:MQTT-4.8.0-1", "",
     overlook<wire_error::dup_without_qos>},

    // Packet types, and packets in the wrong direction.
    {"reserved-packet-type-dropped", "drops packets of a type that is reserved",
     "v5:v5-2.1.2-a v5:MQTT-4.13.1-1 v311:v311-2.2.1-a v311:MQTT-4.8.0-1", "",
     overlook<wire_error::reserved_packet_type>},
    {"auth-without-method-dropped", "overlooks AUTH of a client that named no method",
     "v5:v5-3.15-a v5:MQTT-4.13.1-1", "", tolerate_unexpected<packet_type::auth>},
    {"packets-of-a-server-dropped", "overlooks packets that only a server sends",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     [](rules& r) {
       r.unexpected_packet_is_error = [](const unexpected_facts& f) {
         return f.packet == packet_type::auth;
       };
     }},

    // Packet Identifier 0, packet by packet.
    {"subscribe-with-identifier-0-dropped", "overlooks SUBSCRIBE with Packet Identifier 0",
     "v5:MQTT-2.2.1-3 v5:MQTT-4.13.1-1 v311:MQTT-2.3.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::zero_packet_id, packet_type::subscribe>},
    {"unsubscribe-with-identifier-0-dropped", "overlooks UNSUBSCRIBE with Packet Identifier 0",
     "v5:MQTT-2.2.1-3 v5:MQTT-4.13.1-1 v311:MQTT-2.3.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::zero_packet_id, packet_type::unsubscribe>},

    // Lengths.
    {"length-of-five-octets-dropped", "drops what follows a length of more than four octets",
     "v5:v5-1.5.5-a v5:MQTT-4.13.1-1 v311:v311-2.2.3-a v311:MQTT-4.8.0-1 v5:v5-4.13.1-c "
     "v311:v311-4.8-a",
     "", overlook<wire_error::length_too_large>},
    {"connect-cut-short-dropped", "overlooks CONNECT whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1 v5:MQTT-3.1.4-1 v311:MQTT-3.1.4-1 v5:MQTT-3.1.2-9 "
     "v311:MQTT-3.1.2-9 v5:MQTT-3.1.2-17 v311:MQTT-3.1.2-19 v5:MQTT-3.1.2-19 v311:MQTT-3.1.2-21 "
     "v5:MQTT-3.14.0-1",
     "", overlook_in<wire_error::truncated, packet_type::connect>},
    {"publish-cut-short-dropped", "overlooks PUBLISH whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::publish>},
    {"puback-cut-short-dropped", "overlooks PUBACK whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::puback>},
    {"pubrec-cut-short-dropped", "overlooks PUBREC whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::pubrec>},
    {"pubrel-cut-short-dropped", "overlooks PUBREL whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::pubrel>},
    {"pubcomp-cut-short-dropped", "overlooks PUBCOMP whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::pubcomp>},
    {"subscribe-cut-short-dropped", "overlooks SUBSCRIBE whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1 v5:MQTT-3.8.3-2", "",
     overlook_in<wire_error::truncated, packet_type::subscribe>},
    {"unsubscribe-cut-short-dropped", "overlooks UNSUBSCRIBE whose fields reach past its end",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::truncated, packet_type::unsubscribe>},
    {"connect-too-long-taken", "overlooks CONNECT with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1 v5:MQTT-3.1.4-1 v311:MQTT-3.1.4-1 v5:MQTT-3.1.2-16 "
     "v5:MQTT-3.1.2-18 v311:MQTT-3.1.2-18 v311:MQTT-3.1.2-20 v311:MQTT-3.1.2-11",
     "", overlook_in<wire_error::trailing_bytes, packet_type::connect>},
    {"puback-too-long-taken", "overlooks PUBACK with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::trailing_bytes, packet_type::puback>},
    {"pubrec-too-long-taken", "overlooks PUBREC with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::trailing_bytes, packet_type::pubrec>},
    {"pubrel-too-long-taken", "overlooks PUBREL with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::trailing_bytes, packet_type::pubrel>},
    {"pubcomp-too-long-taken", "overlooks PUBCOMP with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::trailing_bytes, packet_type::pubcomp>},
    {"pingreq-too-long-taken", "overlooks PINGREQ with octets behind its last field",
     "v5:MQTT-4.13.1-1 v311:MQTT-4.8.0-1", "",
     overlook_in<wire_error::trailing_bytes, packet_type::pingreq>},
    {"property-length-not-checked", "overlooks properties that reach past the Property Length",
     "v5:MQTT-4.13.1-1 v5:v5-2.2.2.2-a v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1", "",
     overlook<wire_error::property_length_mismatch>},

    // Properties.
    {"subscription-identifier-in-publish-taken",
     "overlooks a Subscription Identifier in PUBLISH from a client",
     "v5:MQTT-3.3.4-6 v5:MQTT-4.13.1-1 v5:v5-2.2.2.2-a", "",
     overlook_property<wire_error::misplaced_property, property_id::subscription_identifier>},
    {"unknown-property-taken", "overlooks properties that do not exist",
     "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1", "",
     overlook<wire_error::unknown_property>},
    {"topic-alias-maximum-twice-taken", "overlooks a second Topic Alias Maximum",
     "v5:v5-3.1.2.11.5-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::topic_alias_maximum>},
    {"request-response-information-twice-taken", "overlooks a second Request Response Information",
     "v5:v5-3.1.2.11.6-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::request_response_information>},
    {"request-problem-information-twice-taken", "overlooks a second Request Problem Information",
     "v5:v5-3.1.2.11.7-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::request_problem_information>},
    {"receive-maximum-twice-taken", "overlooks a second Receive Maximum",
     "v5:v5-3.1.2.11.3-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::receive_maximum>},
    {"maximum-packet-size-twice-taken", "overlooks a second Maximum Packet Size",
     "v5:v5-3.1.2.11.4-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::maximum_packet_size>},
    {"authentication-method-twice-taken", "overlooks a second Authentication Method",
     "v5:v5-3.1.2.11.9-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1 v5:v5-3.15.2.2.2-a", "",
     overlook_property<wire_error::duplicate_property, property_id::authentication_method>},
    {"authentication-data-twice-taken", "overlooks a second Authentication Data",
     "v5:v5-3.1.2.11.10-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::authentication_data>},
    {"will-delay-interval-twice-taken", "overlooks a second Will Delay Interval",
     "v5:v5-3.1.3.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::will_delay_interval>},
    {"subscription-identifier-twice-taken", "overlooks a second Subscription Identifier",
     "v5:v5-3.8.2.1.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::duplicate_property, property_id::subscription_identifier>},
    {"property-of-a-message-twice-taken",
     "overlooks a second Response Topic, Correlation Data, Content Type or format in a message",
     "v5:v5-3.3.2.3.5-a v5:v5-3.1.3.2.3-b v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     [](rules& r) {
       r.fault_is_tolerated = [](const fault_facts& f) {
         const auto id = static_cast<property_id>(f.octet);
         return f.error == wire_error::duplicate_property &&
                (id == property_id::response_topic || id == property_id::correlation_data ||
                 id == property_id::content_type || id == property_id::payload_format_indicator);
       };
     }},
    {"request-response-information-out-of-range-taken",
     "overlooks a Request Response Information that it may not have",
     "v5:v5-3.1.2.11.6-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::property_out_of_range,
                       property_id::request_response_information>},
    {"request-problem-information-out-of-range-taken",
     "overlooks a Request Problem Information that it may not have",
     "v5:v5-3.1.2.11.7-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::property_out_of_range,
                       property_id::request_problem_information>},
    {"subscription-identifier-out-of-range-taken",
     "overlooks a Subscription Identifier that it may not have",
     "v5:v5-3.8.2.1.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::property_out_of_range, property_id::subscription_identifier>},
    {"topic-alias-out-of-range-taken", "overlooks a Topic Alias that it may not have",
     "v5:MQTT-3.3.2-8 v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::property_out_of_range, property_id::topic_alias>},
    {"misplaced-property-in-publish-taken", "overlooks properties that PUBLISH may not have",
     "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.3.4-6", "",
     overlook_in<wire_error::misplaced_property, packet_type::publish>},
    {"misplaced-property-in-subscribe-taken", "overlooks properties that SUBSCRIBE may not have",
     "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.3.4-6", "",
     overlook_in<wire_error::misplaced_property, packet_type::subscribe>},
    {"misplaced-property-in-unsubscribe-taken",
     "overlooks properties that UNSUBSCRIBE may not have",
     "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.3.4-6", "",
     overlook_in<wire_error::misplaced_property, packet_type::unsubscribe>},
    {"misplaced-property-in-answers-taken",
     "overlooks properties that acknowledgements may not have", "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1",
     "",
     [](rules& r) {
       r.fault_is_tolerated = [](const fault_facts& f) {
         return f.error == wire_error::misplaced_property &&
                (f.packet == packet_type::puback || f.packet == packet_type::pubrec ||
                 f.packet == packet_type::pubrel || f.packet == packet_type::pubcomp);
       };
     }},
    {"unknown-reason-in-puback-taken", "overlooks a reason code that PUBACK may not carry",
     "v5:MQTT-4.13.1-1 v5:MQTT-3.4.2-1", "",
     overlook_in<wire_error::unknown_reason, packet_type::puback>},
    {"unknown-reason-in-pubrec-taken", "overlooks a reason code that PUBREC may not carry",
     "v5:MQTT-4.13.1-1 v5:MQTT-3.5.2-1", "",
     overlook_in<wire_error::unknown_reason, packet_type::pubrec>},
    {"unknown-reason-in-pubrel-taken", "overlooks a reason code that PUBREL may not carry",
     "v5:MQTT-4.13.1-1 v5:MQTT-3.6.2-1", "",
     overlook_in<wire_error::unknown_reason, packet_type::pubrel>},
    {"unknown-reason-in-pubcomp-taken", "overlooks a reason code that PUBCOMP may not carry",
     "v5:MQTT-4.13.1-1 v5:MQTT-3.7.2-1", "",
     overlook_in<wire_error::unknown_reason, packet_type::pubcomp>},
    {"wildcard-in-response-topic-taken", "overlooks a Response Topic with wildcards",
     "v5:MQTT-3.3.2-14 v5:MQTT-4.13.1-1", "",
     overlook_property<wire_error::bad_topic_name, property_id::response_topic>},
    {"payload-format-out-of-range-taken", "overlooks a Payload Format Indicator above 1",
     "v5:v5-2.2.2.2-a v5:MQTT-4.13.1-1 v5:MQTT-3.1.4-1", "",
     overlook_property<wire_error::property_out_of_range, property_id::payload_format_indicator>},
    {"authentication-data-without-method-taken",
     "overlooks Authentication Data without an Authentication Method",
     "v5:v5-3.1.2.11.10-a v5:MQTT-3.1.4-1 v5:v5-3.15.2.2.2-a", "",
     overlook<wire_error::authentication_data_without_method>},

    // CONNECT.
    {"protocol-name-not-checked", "overlooks a CONNECT with another protocol name",
     "v5:MQTT-3.1.2-1 v311:MQTT-3.1.2-1 v5:MQTT-3.1.4-1 v311:MQTT-3.1.4-1", "",
     overlook<wire_error::bad_protocol_name>},
    {"unknown-level-overlooked", "keeps the connection of a CONNECT with an unknown Protocol Level",
     "v5:MQTT-3.1.2-2 v311:MQTT-3.1.2-2", "", overlook<wire_error::unsupported_protocol_level>},
    {"ill-formed-text-in-connect-dropped", "overlooks text in CONNECT that is not UTF-8",
     "v5:MQTT-1.5.4-1 v5:MQTT-3.1.4-1 v5:MQTT-1.5.7-1 v5:MQTT-3.1.3-4 v5:MQTT-3.1.3-11 "
     "v5:MQTT-3.1.3-12 v311:MQTT-1.5.3-1 v311:MQTT-3.1.4-1 v311:MQTT-3.1.3-4 v311:MQTT-3.1.3-10 "
     "v311:MQTT-3.1.3-11",
     "", overlook_in<wire_error::ill_formed_text, packet_type::connect>},
    {"ill-formed-text-in-publish-dropped", "overlooks text in PUBLISH that is not UTF-8",
     "v5:MQTT-1.5.4-1 v5:MQTT-1.5.7-1 v5:MQTT-3.3.2-1 v5:MQTT-3.3.2-13 v5:MQTT-3.3.2-19 "
     "v5:MQTT-4.13.1-1 v311:MQTT-1.5.3-1 v311:MQTT-3.3.2-1 v311:MQTT-4.8.0-1",
     "", overlook_in<wire_error::ill_formed_text, packet_type::publish>},
    {"ill-formed-text-in-unsubscribe-dropped", "overlooks text in UNSUBSCRIBE that is not UTF-8",
     "v5:MQTT-1.5.4-1 v5:MQTT-3.10.3-1 v5:MQTT-4.13.1-1 v311:MQTT-1.5.3-1 v311:MQTT-3.10.3-1 "
     "v311:MQTT-4.8.0-1",
     "", overlook_in<wire_error::ill_formed_text, packet_type::unsubscribe>},
};

}  // namespace

std::span<const defect> malformed_defects() {
  return table;
}

}  // namespace mqttspec::broker
