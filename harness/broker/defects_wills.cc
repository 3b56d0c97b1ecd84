// Wills: whether, when and how they are published.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using std::chrono::seconds;

constexpr defect table[] = {
    {"will-never-stored", "takes the will in CONNECT and forgets it",
     "v5:MQTT-3.1.2-7 v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v5:v5-3.1.3.2.2-c v5:v5-3.1.3.2.2-d "
     "v311:MQTT-3.1.2-8 v311:v311-3.1.2.5-a",
     "https://github.com/eclipse/mosquitto/issues/2314",
     [](rules& r) { r.will_is_stored = [](const will_connect_facts&) { return false; }; },
     sweeping},
    {"will-of-resumed-session-not-stored", "a will is stored only when a session begins",
     "v5:MQTT-3.1.2-7 v5:MQTT-3.1.2-8 v311:MQTT-3.1.2-8 v5:MQTT-3.1.3-9",
     "https://issues.apache.org/jira/browse/ARTEMIS-5522",
     [](rules& r) { r.will_is_stored = [](const will_connect_facts& f) { return !f.resumed; }; }},
    {"will-not-sent-at-abrupt-close", "no will when the network connection is lost",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v5:v5-3.1.3.2.2-c v5:v5-3.1.3.2.2-b v311:MQTT-3.1.2-8 "
     "v311:v311-3.1.2.5-a",
     "https://github.com/nanomq/nanomq/issues/2412",
     [](rules& r) {
       r.will_is_due = [](const will_facts& f) {
         return f.cause != close_cause::peer_closed && sound_rules().will_is_due(f);
       };
     },
     sweeping},
    {"will-not-sent-at-keep-alive-close", "no will when the client falls silent",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v311:MQTT-3.1.2-8 v311:v311-3.1.2.5-a v5:MQTT-3.1.2-22 "
     "v311:MQTT-3.1.2-24",
     "",
     [](rules& r) {
       r.will_is_due = [](const will_facts& f) {
         return f.cause != close_cause::keep_alive && sound_rules().will_is_due(f);
       };
     }},
    {"will-not-sent-at-an-error", "no will when the server closes for an error",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v311:MQTT-3.1.2-8 v311:v311-3.1.2.5-a v5:v5-3.14.2.2.2-c "
     "v5:v5-3.14.2.2.2-a v5:MQTT-3.14.1-1 v311:MQTT-3.14.1-1 v311:MQTT-4.8.0-1",
     "https://github.com/absmach/fluxmq/issues/635",
     [](rules& r) {
       r.will_is_due = [](const will_facts& f) {
         return f.cause != close_cause::protocol_error && sound_rules().will_is_due(f);
       };
     }},
    {"will-lost-at-takeover", "no will when the session is taken over",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v5:v5-3.1.4-e v5:v5-3.1.3.2.2-c v5:v5-3.1.3.2.2-d "
     "v311:MQTT-3.1.2-8 v311:v311-3.1.2.5-a",
     "https://github.com/emqx/emqx/issues/10551",
     [](rules& r) {
       r.will_is_due = [](const will_facts& f) {
         return f.cause != close_cause::takeover && sound_rules().will_is_due(f);
       };
     }},
    {"will-not-sent-with-0x04", "DISCONNECT 0x04 is taken for a normal one",
     "v5:v5-3.14.2.1-b v5:MQTT-3.1.2-8 v5:v5-3.1.2.5-a v5:v5-3.14.2.2.2-d v5:v5-3.1.3.2.2-c",
     "https://github.com/vernemq/vernemq/issues/1291",
     [](rules& r) {
       r.will_is_due = [](const will_facts& f) { return f.cause != close_cause::disconnect; };
     }},
    {"will-sent-at-disconnect", "the will is published although the client said goodbye",
     "v5:MQTT-3.14.4-3 v5:MQTT-3.1.2-10 v5:MQTT-3.1.2-8 v311:MQTT-3.14.4-3 v311:MQTT-3.1.2-10 "
     "v311:MQTT-3.1.2-8 v5:v5-3.14.2.1-a v5:v5-3.14.2.2.2-c v311:MQTT-3.1.2-12",
     "https://github.com/Yakifo/amqtt/issues/199",
     [](rules& r) { r.will_is_due = [](const will_facts&) { return true; }; }},
    {"will-delay-ignored", "the Will Delay Interval has no effect",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.3.2.2-c v5:MQTT-3.1.3-9 v5:v5-3.1.3.2.2-d", "",
     [](rules& r) {
       r.will_delay = [](const will_facts&) -> duration { return duration::zero(); };
     }},
    {"will-delay-halved", "the will comes after half of its delay",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.3.2.2-c v5:MQTT-3.1.3-9", "",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) { return sound_rules().will_delay(f) / 2; };
     }},
    {"will-waits-behind-the-session", "the will waits for its delay although its session ended",
     "v5:v5-3.1.3.2.2-c v5:MQTT-3.1.2-8 v5:v5-3.1.3.2.2-d v5:v5-3.1.2.5-b v5:v5-3.14.2.2.2-d",
     "https://github.com/eclipse/mosquitto/issues/3505",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) -> duration { return seconds(f.delay); };
       r.discard_state = [](const discard_facts& f) { return f.part != state_part::will; };
       r.expiry_publishes_will = [](const end_facts&) { return false; };
       r.discarded_session_publishes_will = [](const will_connect_facts&) { return false; };
     }},
    {"will-lost-at-session-end", "a will that waits is lost when its session expires",
     "v5:v5-3.1.3.2.2-c v5:MQTT-3.1.2-8 v5:v5-3.1.3.2.2-d v5:v5-3.14.2.2.2-d",
     "https://github.com/hivemq/hivemq-community-edition/commit/dc4aed58",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) -> duration { return seconds(f.delay); };
       r.expiry_publishes_will = [](const end_facts&) { return false; };
     }},
    {"will-sent-although-the-client-is-back", "resuming the session does not stop a waiting will",
     "v5:MQTT-3.1.3-9 v5:MQTT-3.1.2-8", "https://github.com/LabOverWire/mqtt-lib/issues/154",
     [](rules& r) { r.will_is_cancelled = [](const will_connect_facts&) { return false; }; }},
    {"will-with-long-delay-stops-others", "a will that waits long holds up all others",
     "v5:MQTT-3.1.2-8 v5:v5-3.1.3.2.2-c", "",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) {
         const duration sound = sound_rules().will_delay(f);
         return f.latest_due > instant{} + std::chrono::hours(1) ? sound + std::chrono::hours(1)
                                                                 : sound;
       };
     }},
    {"will-stays-in-the-session", "a will that was published goes out again at the session's end",
     "v5:MQTT-3.1.2-10 v5:MQTT-3.1.2-8 v311:MQTT-3.1.2-10 v5:MQTT-3.14.4-3",
     "https://github.com/moscajs/aedes/commit/d575c4e",
     [](rules& r) { r.will_is_removed = [](const will_facts&) { return false; }; }},
    {"will-stays-behind-disconnect", "a will that a DISCONNECT discarded goes out later",
     "v5:MQTT-3.1.2-10 v5:MQTT-3.14.4-3 v311:MQTT-3.1.2-10 v311:MQTT-3.14.4-3",
     "https://github.com/moscajs/aedes/commit/a26b90b",
     [](rules& r) {
       r.will_is_removed = [](const will_facts& f) { return f.cause != close_cause::disconnect; };
     }},
    {"will-qos-is-0", "every will is published with QoS 0",
     "v5:MQTT-3.1.2-8 v311:MQTT-3.1.2-8 v5:MQTT-3.8.4-8 v311:MQTT-3.8.4-6 v5:MQTT-3.1.2-9 "
     "v311:MQTT-3.1.2-9",
     "", [](rules& r) { r.will_qos = [](const will_message_facts&) -> std::uint8_t { return 0; }; },
     sweeping},
    {"will-retain-ignored", "a will is never published as a retained message",
     "v5:MQTT-3.1.2-15 v311:MQTT-3.1.2-17", "https://github.com/rabbitmq/rabbitmq-mqtt/issues/74",
     [](rules& r) { r.will_retain = [](const will_message_facts&) { return false; }; }},
    {"will-always-retained", "every will is published as a retained message",
     "v5:MQTT-3.1.2-14 v311:MQTT-3.1.2-16", "",
     [](rules& r) { r.will_retain = [](const will_message_facts&) { return true; }; }},
    {"will-properties-lost", "the properties of a will are dropped",
     "v5:v5-3.1.3.2.5-a v5:MQTT-3.1.3-10 v5:v5-3.1.3.2.4-a v5:MQTT-3.3.2-15 v5:MQTT-3.3.2-16 "
     "v5:MQTT-3.3.2-17 "
     "v5:MQTT-3.3.2-20 v5:MQTT-3.3.2-4",
     "",
     [](rules& r) {
       r.will_properties = [](const wire::property_list&) { return wire::property_list{}; };
     }},
    {"will-user-properties-reordered", "the user properties of a will change places",
     "v5:MQTT-3.1.3-10 v5:MQTT-3.3.2-18", "",
     [](rules& r) {
       r.will_properties = [](const wire::property_list& list) {
         auto kept = sound_rules().will_properties(list);
         std::reverse(kept.begin(), kept.end());
         return kept;
       };
     }},
    {"will-of-old-connection-kept", "a CONNECT without a will has that of the session's last one",
     "v5:MQTT-3.1.2-10 v5:MQTT-3.1.3-9 v311:MQTT-3.1.2-10", "",
     [](rules& r) {
       r.will_of_old_connection_counts = [](const will_connect_facts& f) { return f.resumed; };
     }},
    {"will-expires-from-connect", "the Message Expiry Interval of a will runs from CONNECT",
     "v5:v5-3.1.3.2.4-a", "",
     [](rules& r) {
       r.will_expiry_begins = [](const will_expiry_facts& f) { return f.connected_at; };
     }},
    {"will-payload-with-its-length", "the length in front of the Will Payload is published too",
     "v311:v311-3.1.3.3-a v5:MQTT-3.1.2-8 v311:MQTT-3.1.2-8",
     "https://github.com/Yakifo/amqtt/issues/154",
     [](rules& r) {
       r.will_payload = [](const std::string& payload) {
         return std::string{static_cast<char>(payload.size() >> 8),
                            static_cast<char>(payload.size() & 0xFF)} +
                payload;
       };
     },
     sweeping},
    {"will-without-delay-delayed",
     "wills without a Will Delay Interval are held back for four seconds",
     "v5:v5-3.1.2.5-b v5:v5-3.1.3.2.2-b", "",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) -> duration {
         if (is_v5(f.version) && f.delay == 0) return std::chrono::seconds(4);
         return sound_rules().will_delay(f);
       };
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::close || f.part != state_part::will;
       };
     },
     sweeping},
    {"will-of-311-delayed", "wills of 3.1.1 clients are held back",
     "v311:v311-3.1.2.5-b v311:MQTT-3.1.2-8", "",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) {
         return is_v5(f.version) ? sound_rules().will_delay(f) : duration(std::chrono::hours(1));
       };
       r.discard_state = [](const discard_facts& f) { return f.part != state_part::will; };
     },
     sweeping},
    {"will-outwaits-a-session-that-expires",
     "the end of a session that expires is not what a waiting will waits for",
     "v5:v5-3.1.3.2.2-c v5:MQTT-3.1.2-8", "",
     [](rules& r) {
       r.will_delay = [](const will_facts& f) -> duration {
         return f.session_ends ? duration::zero() : duration(seconds(f.delay));
       };
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::will;
       };
       r.expiry_publishes_will = [](const end_facts&) { return false; };
     }},
};

}  // namespace

std::span<const defect> will_defects() {
  return table;
}

}  // namespace mqttspec::broker
