// PUBLISH from clients: QoS 2, aliases, limits; and what is passed on.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;

constexpr defect table[] = {
    // PUBLISH from clients.
    {"publish-not-acknowledged", "QoS 1 and 2 get no answer",
     "v5:MQTT-3.3.4-1 v5:MQTT-4.3.2-4 v5:MQTT-4.3.3-8 v311:MQTT-4.3.2-2 v311:MQTT-4.3.3-2 "
     "v311:MQTT-3.3.4-1",
     "", [](rules& r) { r.publish_is_acknowledged = [](const publish_facts&) { return false; }; }},
    {"publish-for-nobody-refused", "a PUBLISH that nobody subscribes to is refused with 0x80",
     "v5:v5-3.4.2.1-b v5:MQTT-4.3.2-4 v5:MQTT-4.3.3-8", "",
     [](rules& r) {
       r.acknowledge_reason = [](const publish_facts& f) -> std::uint8_t {
         return f.matched || !is_v5(f.version) ? 0 : 0x80;
       };
     },
     sweeping},
    {"puback-0x10-although-delivered", "says that nobody matched although somebody did",
     "v5:MQTT-3.4.2-1 v5:v5-3.4.2.1-b v5:MQTT-4.3.2-4 v5:MQTT-4.3.3-8",
     "https://github.com/eclipse/mosquitto/issues/3102",
     [](rules& r) {
       r.acknowledge_reason = [](const publish_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? 0x10 : 0;
       };
     }},
    {"qos1-repeat-swallowed", "a QoS 1 PUBLISH with DUP 1 is never passed on",
     "v5:MQTT-4.5.0-1 v5:MQTT-4.3.2-5 v5:v5-3.3.1.1-a v311:MQTT-4.3.2-2 v5:MQTT-3.3.1-3 "
     "v311:MQTT-3.3.1-3 "
     "v311:MQTT-4.5.0-1",
     "",
     [](rules& r) {
       r.publish_is_duplicate = [](const publish_facts& f) {
         return (f.qos == 1 && f.dup) || sound_rules().publish_is_duplicate(f);
       };
     }},
    {"qos2-delivered-twice", "a QoS 2 PUBLISH that is repeated is passed on again",
     "v5:MQTT-4.3.3-10 v311:MQTT-4.3.3-2", "https://github.com/vernemq/vernemq/issues/944",
     [](rules& r) { r.publish_is_duplicate = [](const publish_facts&) { return false; }; }},
    {"qos2-delivered-twice-over-a-resume",
     "a QoS 2 PUBLISH repeated on a new connection is passed on",
     "v5:MQTT-4.3.3-10 v5:v5-4.1-b v311:MQTT-4.3.3-2 v311:v311-3.1.2.4-b",
     "https://github.com/vernemq/vernemq/issues/2552",
     [](rules& r) {
       r.publish_is_duplicate = [](const publish_facts& f) {
         return f.qos == 2 && f.id_open && !f.resumed;
       };
     }},
    {"qos2-dup-flag-decides", "a QoS 2 PUBLISH is a repetition when, and only when, DUP is 1",
     "v5:MQTT-4.5.0-1 v5:MQTT-4.3.3-10 v5:MQTT-4.3.3-12 v5:v5-3.3.1.1-a v5:MQTT-4.3.3-8 "
     "v311:MQTT-4.3.3-2 "
     "v311:MQTT-4.5.0-1",
     "",
     [](rules& r) {
       r.publish_is_duplicate = [](const publish_facts& f) { return f.qos == 2 && f.dup; };
     }},
    {"qos2-repeat-not-acknowledged", "a QoS 2 PUBLISH that is repeated gets no PUBREC",
     "v5:MQTT-4.3.3-10 v5:MQTT-4.3.3-8 v311:MQTT-4.3.3-2", "",
     [](rules& r) { r.duplicate_is_acknowledged = [](const publish_facts&) { return false; }; }},
    {"qos2-repeat-is-an-error", "closes the connection for a QoS 2 PUBLISH that is repeated",
     "v5:MQTT-4.3.3-10 v5:MQTT-4.3.3-8 v311:MQTT-4.3.3-2",
     "https://github.com/eclipse/mosquitto/issues/3602",
     [](rules& r) {
       r.publish_refusal = [](const publish_facts& f) -> std::uint8_t {
         return f.id_open ? 0x82 : sound_rules().publish_refusal(f);
       };
     }},
    {"qos2-id-not-kept", "does not remember which QoS 2 messages it has received",
     "v5:MQTT-4.3.3-10 v5:v5-4.1-b v5:MQTT-4.3.3-11 v5:v5-3.3.4-f v311:MQTT-4.3.3-2 "
     "v311:v311-3.1.2.4-b",
     "", [](rules& r) { r.received_id_is_kept = [](const publish_facts&) { return false; }; }},
    {"qos2-id-never-freed", "an identifier stays in use behind PUBCOMP",
     "v5:MQTT-4.3.3-12 v5:v5-4.3.3-a v5:v5-2.2.1-a v311:MQTT-4.3.3-2 v5:v5-4.9-b",
     "https://github.com/eclipse/mosquitto/issues/1322",
     [](rules& r) { r.release_frees_id = [](const release_facts&) { return false; }; }},
    {"pubrel-not-answered", "PUBREL gets no PUBCOMP", "v5:MQTT-4.3.3-11 v311:MQTT-4.3.3-2", "",
     [](rules& r) { r.release_is_answered = [](const release_facts&) { return false; }; }},
    {"unknown-pubrel-not-answered", "PUBREL for an id that is not open gets no PUBCOMP",
     "v5:MQTT-4.3.3-11 v5:MQTT-3.7.2-1 v311:MQTT-4.3.3-2",
     "https://github.com/moscajs/aedes/commit/65d86c9",
     [](rules& r) { r.release_is_answered = [](const release_facts& f) { return f.id_open; }; }},
    {"pubcomp-always-0x92", "answers every PUBREL with Packet Identifier not found",
     "v5:MQTT-4.3.3-11 v5:MQTT-3.7.2-1 v5:v5-4.1-b v5:MQTT-4.3.3-10",
     "https://github.com/apache/bifromq/issues/281",
     [](rules& r) {
       r.release_reason = [](const release_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? 0x92 : 0;
       };
     }},
    {"own-receive-maximum-not-checked", "takes more messages at once than it announced",
     "v5:v5-3.3.4-f", "",
     [](rules& r) { r.receive_maximum_exceeded = [](const publish_facts&) { return false; }; }},
    {"own-receive-maximum-too-strict", "closes for one message less than it announced",
     "v5:v5-3.3.4-f v5:MQTT-4.3.3-8 v5:MQTT-3.3.4-1 v5:v5-4.9-b", "",
     [](rules& r) {
       r.receive_maximum_exceeded = [](const publish_facts& f) {
         return is_v5(f.version) && f.unacknowledged + 1 >= f.receive_maximum;
       };
     }},
    {"topic-alias-with-qos-0-only", "refuses a Topic Alias in messages of QoS 1 and 2",
     "v5:MQTT-3.3.2-12", "",
     [](rules& r) {
       r.alias_refusal = [](const alias_facts& f) -> std::uint8_t {
         return f.qos > 0 ? 0x94 : sound_rules().alias_refusal(f);
       };
     }},
    {"topic-alias-survives", "a Topic Alias is still known on the next connection",
     "v5:MQTT-3.3.2-7 v5:v5-3.3.4-c", "https://issues.apache.org/jira/browse/ARTEMIS-3775",
     [](rules& r) { r.aliases_survive_connection = [](const connect_facts&) { return true; }; }},
    {"topic-alias-never-remapped", "a Topic Alias keeps its first topic",
     "v5:v5-3.3.2.3.4-a v5:MQTT-3.3.2-12", "",
     [](rules& r) { r.alias_is_remapped = [](const alias_facts&) { return false; }; }},
    {"topic-alias-0-taken", "takes Topic Alias 0 and aliases above its maximum",
     "v5:MQTT-3.3.2-8 v5:v5-3.3.4-b", "https://github.com/emqx/emqx/issues/6978",
     [](rules& r) {
       r.alias_refusal = [](const alias_facts& f) -> std::uint8_t {
         return !f.topic_given && !f.known ? 0x82 : 0;
       };
     }},
    {"unknown-topic-alias-swallowed", "drops a PUBLISH whose Topic Alias is unknown",
     "v5:v5-3.3.4-c v5:MQTT-3.3.2-7", "https://github.com/halfgaar/FlashMQ/issues/120",
     [](rules& r) {
       r.alias_refusal = [](const alias_facts& f) -> std::uint8_t {
         return f.alias == 0 || f.alias > f.maximum ? 0x94 : 0;
       };
     }},
    {"highest-topic-alias-refused", "refuses the highest Topic Alias that it announced",
     "v5:MQTT-3.3.2-12 v5:v5-3.3.4-b", "",
     [](rules& r) {
       r.alias_refusal = [](const alias_facts& f) -> std::uint8_t {
         if (f.alias == f.maximum) return 0x94;
         return sound_rules().alias_refusal(f);
       };
     }},
    {"maximum-qos-not-enforced", "takes PUBLISH with a QoS above what it announced",
     "v5:v5-3.2.2.3.4-b v5:v5-3.2.2.3.5-a", "",
     [](rules& r) { r.publish_refusal = [](const publish_facts&) -> std::uint8_t { return 0; }; }},
    {"will-qos-not-checked", "takes a will whose QoS or RETAIN it cannot serve",
     "v5:MQTT-3.2.2-12 v5:MQTT-3.2.2-13", "https://github.com/rmqtt/rmqtt/issues/457",
     [](rules& r) {
       r.will_refusal = [](const connect_limit_facts&) -> std::uint8_t { return 0; };
     }},

    // What is passed on.
    {"properties-not-passed-on", "drops the properties of PUBLISH",
     "v5:MQTT-3.3.2-4 v5:MQTT-3.3.2-6 v5:MQTT-3.3.2-15 v5:MQTT-3.3.2-16 v5:MQTT-3.3.2-17 "
     "v5:MQTT-3.3.2-18 "
     "v5:MQTT-3.3.2-20 v5:v5-3.1.3.2.5-a v5:MQTT-3.1.3-10 v5:v5-3.1.3.2.4-a",
     "",
     [](rules& r) {
       r.forwarded_properties = [](const wire::property_list&) { return wire::property_list{}; };
     }},
    {"user-properties-reordered", "user properties change their order",
     "v5:MQTT-3.3.2-18 v5:MQTT-3.1.3-10", "",
     [](rules& r) {
       r.forwarded_properties = [](const wire::property_list& list) {
         auto kept = sound_rules().forwarded_properties(list);
         std::reverse(kept.begin(), kept.end());
         return kept;
       };
     }},
    {"only-one-user-property", "passes on the first user property only",
     "v5:MQTT-3.3.2-17 v5:MQTT-3.3.2-18 v5:MQTT-3.1.3-10", "",
     [](rules& r) {
       r.forwarded_properties = [](const wire::property_list& list) {
         wire::property_list kept;
         bool seen = false;
         for (const wire::property& p : sound_rules().forwarded_properties(list)) {
           if (p.id == wire::property_id::user_property && std::exchange(seen, true)) continue;
           kept.push_back(p);
         }
         return kept;
       };
     }},
    {"packet-limit-ignored", "sends packets larger than the client's Maximum Packet Size",
     "v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-25", "https://github.com/emqx/emqx (WebSocket)",
     [](rules& r) { r.outbound_too_large = [](const packet_size_facts&) { return false; }; }},
    {"packet-limit-far-too-low", "takes a third of the client's Maximum Packet Size for the limit",
     "v5:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.outbound_too_large = [](const packet_size_facts& f) { return f.size > f.limit / 3; };
     }},
    {"packet-limit-off-by-one", "sends packets of one octet more than the client takes",
     "v5:MQTT-3.1.2-24", "https://github.com/eclipse-mosquitto/mosquitto/issues/3503",
     [](rules& r) {
       r.outbound_too_large = [](const packet_size_facts& f) {
         return f.size > std::size_t{f.limit} + 1;
       };
     }},
    {"packet-limit-of-old-connection", "keeps to the Maximum Packet Size of the connection before",
     "v5:MQTT-3.1.2-24 v5:MQTT-3.1.2-25", "",
     [](rules& r) {
       r.outbound_too_large = [](const packet_size_facts& f) { return f.size > f.previous; };
     }},
    {"oversized-blocks-the-window", "a message too large to send keeps its place in the window",
     "v5:MQTT-3.1.2-25", "",
     [](rules& r) {
       r.oversized_counts_as_delivered = [](const packet_size_facts&) { return false; };
     }},
    {"retain-taken-although-unavailable", "takes retained PUBLISH although Retain Available is 0",
     "v5:v5-3.2.2.3.5-a", "",
     [](rules& r) {
       r.publish_refusal = [](const publish_facts& f) -> std::uint8_t {
         return f.qos > f.maximum_qos ? 0x9B : 0;
       };
     }},
    {"third-qos2-repeat-is-an-error", "closes for the second repetition of a QoS 2 PUBLISH",
     "v5:MQTT-4.3.3-10 v311:MQTT-4.3.3-2", "",
     [](rules& r) {
       r.publish_refusal = [](const publish_facts& f) -> std::uint8_t {
         return f.repeats >= 2 ? 0x82 : sound_rules().publish_refusal(f);
       };
     }},
    {"qos2-refused-without-a-word", "takes no QoS 2 and announces no Maximum QoS",
     "v5:MQTT-3.2.2-9 v5:MQTT-4.3.3-8 v311:MQTT-4.3.3-2 v311:MQTT-3.3.4-1 v5:MQTT-3.3.4-1", "",
     [](rules& r) {
       r.publish_refusal = [](const publish_facts& f) -> std::uint8_t {
         return f.qos == 2 ? 0x9B : 0;
       };
     },
     sweeping},
    {"topic-alias-of-the-publisher-passed-on", "passes the Topic Alias of the publisher on",
     "v5:MQTT-3.1.2-26 v5:MQTT-3.1.2-27 v5:MQTT-3.3.2-11", "",
     [](rules& r) {
       r.forwarded_properties = [](const wire::property_list& list) { return list; };
     }},
    {"properties-out-of-order-dropped",
     "drops a property whose identifier is lower than that of the one in front of it",
     "v5:v5-2.2.2.2-b v5:MQTT-3.3.2-4 v5:MQTT-3.3.2-6 v5:MQTT-3.3.2-15 v5:MQTT-3.3.2-16 "
     "v5:MQTT-3.3.2-17 v5:MQTT-3.3.2-18 v5:MQTT-3.3.2-20 v5:v5-3.1.3.2.5-a v5:MQTT-3.1.3-10 "
     "v5:v5-3.1.3.2.4-a",
     "",
     [](rules& r) {
       r.forwarded_properties = [](const wire::property_list& list) {
         wire::property_list kept;
         for (const wire::property& p : sound_rules().forwarded_properties(list)) {
           if (kept.empty() || kept.back().id <= p.id) kept.push_back(p);
         }
         return kept;
       };
     }},
    {"qos0-acknowledged", "answers PUBLISH with QoS 0 by PUBACK", "v5:v5-4.3.1-a", "",
     [](rules& r) { r.publish_is_acknowledged = [](const publish_facts&) { return true; }; },
     sweeping},
    {"copies-without-their-identifiers",
     "sends a copy for each overlapping subscription, and the identifier with the first only",
     "v5:MQTT-3.3.4-5 v5:MQTT-3.3.4-3 v5:MQTT-3.3.4-4 v5:v5-3.3.4-d v5:v5-4.8.2-e", "",
     [](rules& r) {
       r.overlap_is_one_copy = [](const match_facts&) { return false; };
       r.identifier_is_attached = [](const match_facts& f) {
         return f.first_match && sound_rules().identifier_is_attached(f);
       };
     }},
    {"only-the-oldest-subscriber-served",
     "a message reaches the session that is there longest only",
     "v5:v5-4.8.1-a v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.match_is_delivered = [](const match_facts& f) {
         return !f.another_served && sound_rules().match_is_delivered(f);
       };
     },
     sweeping},
};

}  // namespace

std::span<const defect> publish_defects() {
  return table;
}

}  // namespace mqttspec::broker
