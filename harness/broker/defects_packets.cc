// Packets: malformed ones that are taken, malformed ones that are sent, keep alive.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using std::chrono::seconds;
using wire::packet_type;
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

using instead = std::optional<byte_buffer>;

byte_buffer copy_of(const sent_facts& f) {
  return {f.octets.begin(), f.octets.end()};
}

// Changes one octet of every packet of a kind.
template <packet_type Packet, std::size_t At, std::uint8_t Flip>
void spoil(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.octets.size() <= At) return std::nullopt;
    byte_buffer out = copy_of(f);
    out[At] = static_cast<std::uint8_t>(out[At] ^ Flip);
    return out;
  };
}

// Puts octets behind the last field. Works for packets of less than 120 octets.
template <packet_type Packet, std::uint8_t... Octets>
void lengthen(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.octets.size() > 120) return std::nullopt;
    byte_buffer out = copy_of(f);
    for (const std::uint8_t octet : {Octets...}) {
      out.push_back(octet);
      ++out[1];
    }
    return out;
  };
}

// 3.1.1 only: the length of the packet stays one octet, as most are short.
template <packet_type Packet, std::uint8_t Octet>
void lengthen_311(rules& r) {
  r.sent_instead = [](const sent_facts& f) -> instead {
    if (f.packet != Packet || f.version == protocol_version::v5 || f.octets.size() > 120) {
      return std::nullopt;
    }
    byte_buffer out = copy_of(f);
    out.push_back(Octet);
    ++out[1];
    return out;
  };
}

// The identifier of a packet whose fixed header has two octets.
template <packet_type Packet>
void other_identifier(rules& r) {
  spoil<Packet, 3, 0x40>(r);
}

constexpr defect table[] = {
    // Malformed packets that are taken.
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
     "v5:v5-3.1.2.11.2-a v5:v5-3.1.2.11.3-a v5:v5-3.1.2.11.4-a v5:MQTT-3.1.4-1 v5:MQTT-3.14.0-1 "
     "v5:MQTT-4.13.1-1",
     "EMQX fix-18116", overlook_in<wire_error::duplicate_property, packet_type::connect>},
    {"duplicate-interval-in-disconnect-taken", "overlooks DISCONNECT with two intervals",
     "v5:v5-3.14.2.2.2-a v5:MQTT-4.13.1-1 v5:v5-3.1.2.5-a",
     "https://github.com/emqx/emqx/issues/8029",
     overlook_in<wire_error::duplicate_property, packet_type::disconnect>},
    {"zero-receive-maximum-taken", "does not mind Receive Maximum 0 or Maximum Packet Size 0",
     "v5:v5-3.1.2.11.3-a v5:v5-3.1.2.11.4-a v5:MQTT-3.1.4-1 v5:MQTT-3.3.2-8", "",
     overlook<wire_error::property_out_of_range>},
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
    {"faults-answered-with-wrong-code", "gives reason 0x00 when it closes for an error",
     "v5:v5-4.13.1-a v5:v5-2.2.2.2-a v5:v5-3.3.4-c v5:MQTT-3.14.1-1", "",
     [](rules& r) { r.fault_reason = [](const fault_facts&) -> std::uint8_t { return 0; }; },
     sweeping},
    {"disconnect-to-311", "sends DISCONNECT in front of every close, to 3.1.1 clients too",
     "v311:format v311:MQTT-4.8.0-1 v311:MQTT-3.14.1-1 v311:MQTT-3.1.2-24 v311:MQTT-3.1.0-2 "
     "v311:MQTT-2.3.1-1",
     "", [](rules& r) { r.close_is_told = [](const close_facts& f) { return f.connected; }; }},

    // Malformed packets that are sent.
    {"connack-reserved-flags", "sets a reserved bit in the flags of CONNACK",
     "v5:MQTT-3.2.2-1 v5:v5-7.1.1-a v311:v311-3.2.2.1-a", "", spoil<packet_type::connack, 2, 0x80>},
    {"connack-fixed-header-flags", "sets a flag in the fixed header of CONNACK",
     "v5:MQTT-2.1.3-1 v5:v5-7.1.1-a v311:MQTT-2.2.2-1", "", spoil<packet_type::connack, 0, 0x01>},
    {"connack-too-long", "sends an octet too many in CONNACK", "v5:v5-7.1.1-a v311:format", "",
     lengthen<packet_type::connack, 0x00>},
    {"connack-duplicate-property", "tells the maximum Topic Alias twice",
     "v5:v5-2.2.2.2-a v5:v5-7.1.1-a", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.version != protocol_version::v5 ||
             f.octets.size() < 6 || f.octets.size() > 100 || f.octets[4] == 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         const byte_buffer property = {0x22, 0x00, 0x10};
         out.insert(out.end(), property.begin(), property.end());
         out[1] = static_cast<std::uint8_t>(out[1] + 3);
         out[4] = static_cast<std::uint8_t>(out[4] + 3);
         return out;
       };
     }},
    {"connack-receive-maximum-0", "announces Receive Maximum 0", "v5:v5-3.2.2.3.3-a v5:v5-7.1.1-a",
     "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::connack || f.version != protocol_version::v5) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         const auto at = std::find(out.begin() + 5, out.end(), std::uint8_t{0x21});
         if (out.end() - at < 3) return std::nullopt;
         at[1] = at[2] = 0;
         return out;
       };
     }},
    {"suback-other-identifier", "SUBACK has not the identifier of its SUBSCRIBE",
     "v5:MQTT-3.8.4-2 v5:MQTT-2.2.1-6 v5:MQTT-3.8.4-1 v311:MQTT-3.8.4-2 v311:MQTT-2.3.1-7 "
     "v311:MQTT-3.8.4-1",
     "", other_identifier<packet_type::suback>},
    {"suback-unknown-code", "SUBACK has a code that does not exist",
     "v5:MQTT-3.9.3-2 v5:MQTT-3.8.4-7 v5:v5-7.1.1-a v311:MQTT-3.9.3-2", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::suback) return std::nullopt;
         byte_buffer out = copy_of(f);
         out.back() = 0x03;
         return out;
       };
     }},
    {"unsuback-unknown-code", "UNSUBACK has a code that does not exist",
     "v5:MQTT-3.11.3-2 v5:MQTT-3.10.4-4 v5:v5-7.1.1-a", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::unsuback || f.version != protocol_version::v5) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.back() = 0x01;
         return out;
       };
     }},
    {"suback-code-too-many", "SUBACK has one code more than there were filters",
     "v5:MQTT-3.8.4-6 v311:MQTT-3.8.4-5", "", lengthen<packet_type::suback, 0x00>},
    {"unsuback-with-codes-in-311", "UNSUBACK of 3.1.1 has reason codes",
     "v311:format v311:MQTT-3.10.4-4", "https://github.com/mochi-mqtt/server/commit/10a02ab",
     lengthen_311<packet_type::unsuback, 0x00>},
    {"puback-other-identifier", "PUBACK has not the identifier of its PUBLISH",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.2-4 v311:MQTT-2.3.1-6 v311:MQTT-4.3.2-2", "",
     other_identifier<packet_type::puback>},
    {"pubrec-other-identifier", "PUBREC has not the identifier of its PUBLISH",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-8 v5:MQTT-4.3.3-10 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-2", "",
     other_identifier<packet_type::pubrec>},
    {"pubrel-other-identifier", "PUBREL has not the identifier of its PUBREC",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-4 v5:MQTT-4.4.0-1 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-1 "
     "v311:MQTT-4.4.0-1",
     "https://github.com/vernemq/vernemq/issues/1045", other_identifier<packet_type::pubrel>},
    {"pubcomp-other-identifier", "PUBCOMP has not the identifier of its PUBREL",
     "v5:MQTT-2.2.1-5 v5:MQTT-4.3.3-11 v311:MQTT-2.3.1-6 v311:MQTT-4.3.3-2", "",
     other_identifier<packet_type::pubcomp>},
    {"pubrel-flags", "PUBREL goes out with flags 0000",
     "v5:MQTT-2.1.3-1 v5:MQTT-3.6.1-1 v5:v5-7.1.1-a v311:MQTT-3.6.1-1 v311:MQTT-2.2.2-1", "",
     spoil<packet_type::pubrel, 0, 0x02>},
    {"puback-with-reason-in-311", "PUBACK of 3.1.1 has a reason code",
     "v311:format v311:MQTT-4.3.2-2", "", lengthen_311<packet_type::puback, 0x00>},
    {"qos0-with-dup", "PUBLISH with QoS 0 has DUP 1",
     "v5:MQTT-3.3.1-2 v5:MQTT-4.3.1-1 v311:MQTT-3.3.1-2 v311:MQTT-4.3.1-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || (f.octets[0] & 0x06) != 0) return std::nullopt;
         byte_buffer out = copy_of(f);
         out[0] = static_cast<std::uint8_t>(out[0] | 0x08);
         return out;
       };
     }},
    {"payload-cut-short", "the last octet of every payload is lost",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::publish || f.octets[1] < 8 || (f.octets[1] & 0x80) != 0) {
           return std::nullopt;
         }
         byte_buffer out = copy_of(f);
         out.pop_back();
         --out[1];
         return out;
       };
     },
     sweeping},
    {"disconnect-with-interval", "the server's DISCONNECT has a Session Expiry Interval",
     "v5:MQTT-3.14.2-2", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::disconnect || f.octets.size() < 3) return std::nullopt;
         return byte_buffer{0xE0, 0x07, f.octets[2], 0x05, 0x11, 0, 0, 0, 0};
       };
     }},
    {"disconnect-unknown-reason", "the server's DISCONNECT has a reason code that does not exist",
     "v5:MQTT-3.14.2-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> instead {
         if (f.packet != packet_type::disconnect) return std::nullopt;
         return byte_buffer{0xE0, 0x01, 0xF0};
       };
     }},
    {"pingresp-too-long", "PINGRESP has an octet too many", "v5:v5-7.1.1-a v311:format", "",
     lengthen<packet_type::pingresp, 0x00>},

    // Limits of its own, keep alive and goodbye.
    {"own-packet-limit-not-kept", "takes packets larger than the Maximum Packet Size it announced",
     "v5:v5-3.2.2.3.6-a", "https://github.com/eclipse-mosquitto/mosquitto/issues/3515",
     [](rules& r) { r.inbound_too_large = [](const packet_size_facts&) { return false; }; }},
    {"keep-alive-not-enforced", "never closes for silence",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24 v5:v5-3.1.2.5-a v5:MQTT-3.1.2-8 v311:v311-3.1.2.5-a "
     "v311:MQTT-3.1.2-8",
     "https://github.com/hivemq/hivemq-community-edition/commit/05e67822",
     [](rules& r) {
       r.keep_alive_limit = [](const keep_alive_facts&) -> duration { return duration::max(); };
     }},
    {"keep-alive-of-old-connection", "a session keeps the Keep Alive of its connection before",
     "v5:v5-3.1.2.10-a v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24", "",
     [](rules& r) {
       r.keep_alive_in_force = [](const keep_alive_facts& f) {
         return f.former != 0 ? f.former : sound_rules().keep_alive_in_force(f);
       };
     }},
    {"keep-alive-too-strict", "closes when three quarters of Keep Alive have passed",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24 v5:MQTT-3.2.2-22 v311:v311-3.1.2.5-a v5:v5-3.1.2.5-a", "",
     [](rules& r) {
       r.keep_alive_limit = [](const keep_alive_facts& f) -> duration {
         return f.in_force == 0 ? duration::max() : duration(seconds(f.in_force)) * 3 / 4;
       };
     }},
    {"keep-alive-restarted-by-ping-only", "only PINGREQ counts as a sign of life",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24", "",
     [](rules& r) {
       r.keep_alive_restarts = [](const keep_alive_facts& f) {
         return f.packet == packet_type::pingreq;
       };
     }},
    {"ping-not-answered", "PINGREQ gets no PINGRESP", "v5:MQTT-3.12.4-1 v311:MQTT-3.12.4-1", "",
     [](rules& r) { r.ping_is_answered = [](const close_facts&) { return false; }; }},
    {"not-closed-after-disconnect", "leaves the connection open behind DISCONNECT",
     "v5:v5-3.14.4-a v311:v311-3.14.4-a v5:v5-3.14.2.2.2-c", "",
     [](rules& r) { r.closes_after_disconnect = [](const close_facts&) { return false; }; }},

    // Reads, and frames of WebSocket.
    {"packet-in-pieces-lost", "loses a packet that does not come in one read",
     "v5:MQTT-6.0.0-2 v311:MQTT-6.0.0-2", "",
     [](rules& r) { r.rest_is_kept = [](const read_facts&) { return false; }; }},
    {"second-packet-of-a-read-lost", "takes the first packet of a read only",
     "v5:MQTT-6.0.0-2 v5:MQTT-3.8.4-1 v5:MQTT-4.3.2-4 v5:MQTT-3.12.4-1 v5:MQTT-3.14.4-3 "
     "v311:MQTT-6.0.0-2 v311:MQTT-3.8.4-1 v311:MQTT-4.3.2-2 v311:MQTT-3.12.4-1 v311:MQTT-3.14.4-3",
     "", [](rules& r) { r.next_packet_is_taken = [](const read_facts&) { return false; }; }},
};

}  // namespace

std::span<const defect> packet_defects() {
  return table;
}

}  // namespace mqttspec::broker
