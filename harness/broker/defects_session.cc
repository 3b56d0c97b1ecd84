// What a session is made of, how long it lasts, and what a restart of the server leaves of it.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using std::chrono::seconds;

constexpr defect table[] = {
    // A part of the state is lost when the session is resumed.
    {"resume-loses-subscriptions", "Session Present 1, but the subscriptions are gone",
     "v5:MQTT-3.1.2-5 v5:MQTT-3.1.2-23 v5:v5-4.1-b v5:MQTT-4.1.0-1 v311:MQTT-3.1.2-4 "
     "v311:v311-3.1.2.4-b v311:MQTT-4.1.0-1 v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1",
     "https://github.com/rabbitmq/rabbitmq-mqtt/issues/2",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) {
         return f.part != state_part::subscriptions;
       };
     },
     sweeping},
    {"resume-loses-queue", "what was queued while the client was away is thrown away",
     "v5:MQTT-4.5.0-1 v5:MQTT-3.1.2-5 v5:MQTT-3.1.2-23 v5:v5-4.1-b v311:MQTT-4.5.0-1 "
     "v311:MQTT-3.1.2-4 v311:MQTT-3.1.2-5 v311:v311-3.1.2.4-b",
     "https://github.com/eclipse/mosquitto/issues/1081",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) { return f.part != state_part::queue; };
     },
     sweeping},
    {"resume-loses-unacknowledged", "messages that were not acknowledged are not sent again",
     "v5:MQTT-4.4.0-1 v5:MQTT-3.1.2-5 v5:v5-4.1-b v5:MQTT-4.1.0-1 v311:MQTT-4.4.0-1 "
     "v311:MQTT-3.1.2-4 "
     "v311:v311-3.1.2.4-b v311:MQTT-4.1.0-1",
     "https://github.com/Yakifo/amqtt/issues/401",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) { return f.part != state_part::in_flight; };
     }},
    {"resume-loses-received-qos2", "which QoS 2 messages were received lives with the connection",
     "v5:MQTT-4.3.3-10 v5:MQTT-3.1.2-5 v5:v5-4.1-b v311:MQTT-4.3.3-2 v311:MQTT-3.1.2-4 "
     "v311:v311-3.1.2.4-b v5:v5-2.2.1-c v5:MQTT-4.3.3-11 v5:MQTT-4.3.3-13",
     "https://github.com/rmqtt/rmqtt/issues/456",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) { return f.part != state_part::received_ids; };
     }},
    {"resume-loses-shares", "subscriptions to a share are not recovered",
     "v5:v5-4.8.2-b v5:v5-4.1-b v5:MQTT-3.1.2-5 v5:MQTT-4.8.2-4 v5:MQTT-3.3.4-3 v5:v5-3.3.4-e",
     "https://github.com/eclipse/mosquitto/blob/master/ChangeLog.txt (2.0.12)",
     [](rules& r) { r.part_is_resumed = [](const resume_facts& f) { return !f.shared; }; }},

    // A part of the state survives the end of the session.
    {"subscriptions-survive-clean-start", "Clean Start 1 leaves the old subscriptions in force",
     "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6 v5:MQTT-3.1.4-4",
     "https://github.com/dotnet/MQTTnet/pull/1553",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::clean_start || f.part != state_part::subscriptions;
       };
     }},
    {"queue-survives-clean-start", "Clean Start 1 leaves the queue of the old session",
     "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6", "https://issues.apache.org/jira/browse/ARTEMIS-952",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::clean_start || f.part != state_part::queue;
       };
     }},
    {"unacknowledged-survive-clean-start", "Clean Start 1 sends what the old session owed",
     "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6", "https://github.com/mochi-mqtt/server/commit/ecbd07f",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::clean_start || f.part != state_part::in_flight;
       };
     }},
    {"received-qos2-survive-clean-start",
     "Clean Start 1 leaves the identifiers of QoS 2 messages that the old session received",
     "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6 v5:MQTT-4.3.3-12 v311:MQTT-4.3.3-2", "",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::clean_start || f.part != state_part::received_ids;
       };
     }},
    {"subscriptions-survive-the-close",
     "a session that ends with its connection leaves its subscriptions behind",
     "v5:v5-3.1.2.11.2-c v5:v5-3.1.2.11.2-b v5:MQTT-4.1.0-2 v311:MQTT-3.1.2-6 v311:v311-3.1.2.4-e "
     "v5:v5-3.14.2.2.2-d v5:v5-3.1.2.11.2-g",
     "https://github.com/mochi-mqtt/server/commit/45c4a64",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::close || f.part != state_part::subscriptions;
       };
     }},
    {"unacknowledged-survive-the-close",
     "a session that ends with its connection leaves its unacknowledged messages behind",
     "v5:v5-3.1.2.11.2-c v5:v5-3.1.2.11.2-b v311:MQTT-3.1.2-6", "",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::close || f.part != state_part::in_flight;
       };
     }},
    {"received-qos2-survive-the-close",
     "a session that ends with its connection leaves its open QoS 2 identifiers behind",
     "v5:v5-3.1.2.11.2-c v5:MQTT-4.1.0-2 v311:MQTT-3.1.2-6 v5:MQTT-4.3.3-12 v311:MQTT-4.3.3-2", "",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::close || f.part != state_part::received_ids;
       };
     }},
    {"subscriptions-survive-expiry", "an expired session leaves its subscriptions behind",
     "v311:MQTT-3.1.2-4 v5:MQTT-4.1.0-2", "https://issues.apache.org/jira/browse/ARTEMIS-4501",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::subscriptions;
       };
     }},
    {"queue-survives-expiry", "an expired session leaves its queue behind",
     "v311:MQTT-3.1.2-4 v5:MQTT-4.1.0-2 v5:MQTT-3.2.2-3",
     "https://issues.apache.org/jira/browse/ARTEMIS-4501",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::queue;
       };
     }},
    {"unacknowledged-survive-expiry", "an expired session leaves unacknowledged messages behind",
     "v311:MQTT-3.1.2-4 v5:MQTT-4.1.0-2 v5:MQTT-4.4.0-1", "wolfMQTT F-10331",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::in_flight;
       };
     }},
    {"received-qos2-survive-expiry", "an expired session leaves open QoS 2 identifiers behind",
     "v5:MQTT-4.1.0-2", "https://github.com/emqx/emqx/issues/14815",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::expiry || f.part != state_part::received_ids;
       };
     }},
    {"retained-go-with-the-session", "retained messages go when their publisher's session ends",
     "v5:v5-4.1-c v311:MQTT-3.1.2-7 v311:v311-4.1-a", "",
     [](rules& r) { r.retained_messages_go_too = [](const discard_facts&) { return true; }; }},

    // How long it lasts.
    {"session-ends-at-every-close", "every session ends with its connection",
     "v5:MQTT-3.1.2-23 v5:MQTT-3.1.2-5 v5:MQTT-3.2.2-3 v311:MQTT-3.1.2-4 v311:MQTT-3.2.2-2",
     "https://github.com/emqx/emqx/pull/2837",
     [](rules& r) { r.session_ends_at_close = [](const end_facts&) { return true; }; }, sweeping},
    {"session-ends-at-abrupt-close", "a session ends when its connection is lost",
     "v5:MQTT-3.1.2-23 v5:MQTT-4.1.0-2 v5:MQTT-3.1.2-5 v311:MQTT-3.1.2-4",
     "https://github.com/moscajs/aedes/commit/684aa51",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || f.cause == close_cause::peer_closed;
       };
     },
     sweeping},
    {"session-ends-at-keep-alive-close", "a session ends when its client falls silent",
     "v5:MQTT-3.1.2-23 v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-4 v311:MQTT-3.1.2-24 v5:v5-4.1-a", "",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || f.cause == close_cause::keep_alive;
       };
     }},
    {"session-ends-at-an-error", "a session ends when its client breaks the protocol",
     "v5:MQTT-3.1.2-23 v5:MQTT-4.1.0-1 v311:MQTT-3.1.2-4 v311:MQTT-4.1.0-1 v5:MQTT-4.13.1-1", "",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || f.cause == close_cause::protocol_error;
       };
     }},
    {"session-ends-at-takeover", "a takeover begins a new session",
     "v5:MQTT-3.2.2-3 v5:MQTT-3.1.2-5 v5:MQTT-3.1.2-23 v311:MQTT-3.2.2-2 v311:MQTT-3.1.2-4 "
     "v311:MQTT-3.1.4-4 v5:MQTT-3.1.4-5",
     "https://github.com/emqx/emqx/issues/16081",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || f.cause == close_cause::takeover;
       };
     }},
    {"clean-start-session-not-kept", "a session begun with Clean Start 1 ends with its connection",
     "v5:MQTT-3.1.2-23", "NanoNNG 9551ebe95",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || (is_v5(f.version) && f.clean_start);
       };
     },
     sweeping},
    {"session-without-subscriptions-not-kept",
     "a session that holds no subscription ends with its connection",
     "v5:MQTT-3.1.2-23 v5:MQTT-3.2.2-3 v311:MQTT-3.1.2-4 v311:MQTT-3.2.2-2", "wolfMQTT F-7669",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 || !f.has_subscriptions;
       };
     },
     sweeping},
    {"interval-0-kept", "keeps sessions whose Session Expiry Interval is 0",
     "v5:v5-3.1.2.11.2-b v5:v5-3.1.2.11.2-c v5:MQTT-4.1.0-2 v5:MQTT-3.2.2-3 v311:MQTT-3.1.2-6 "
     "v311:v311-3.1.2.4-e v311:MQTT-3.2.2-3 v5:v5-3.14.2.2.2-c v5:v5-3.14.2.2.2-d v5:v5-4.1-a "
     "v5:v5-4.8.2-c v5:v5-3.1.2.11.2-g",
     "https://github.com/halfgaar/FlashMQ/commit/19420e4",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts&) { return false; };
       r.session_end = [](const end_facts& f) {
         return f.interval == 0 ? saturating_add(f.closed_at, seconds(600))
                                : sound_rules().session_end(f);
       };
     }},
    {"interval-0-kept-at-abrupt-close", "Session Expiry Interval 0 works with DISCONNECT only",
     "v5:v5-3.1.2.11.2-c v5:v5-3.1.2.11.2-b v5:MQTT-4.1.0-2 v5:MQTT-3.2.2-3 v311:MQTT-3.1.2-6 "
     "v311:MQTT-3.2.2-3 v5:v5-3.14.2.2.2-c v5:v5-4.1-a v5:v5-4.8.2-c",
     "https://github.com/rabbitmq/rabbitmq-server/pull/14006",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 && f.cause == close_cause::disconnect;
       };
       r.session_end = [](const end_facts& f) {
         return f.interval == 0 ? saturating_add(f.closed_at, seconds(600))
                                : sound_rules().session_end(f);
       };
     }},
    {"clean-session-of-311-kept", "stores sessions of Clean Session 1 behind their connection",
     "v311:MQTT-3.1.2-6 v311:v311-3.1.2.4-e v311:MQTT-3.2.2-3",
     "https://github.com/dotnet/MQTTnet/pull/1294",
     [](rules& r) {
       r.granted_interval = [](const expiry_facts& f) -> std::uint32_t {
         return is_v5(f.version) ? std::min(f.asked.value_or(0), f.maximum) : f.v311_interval;
       };
     }},
    {"session-of-311-not-kept", "3.1.1 sessions end after two seconds",
     "v311:v311-3.1.2.4-d v311:MQTT-3.1.2-4", "https://github.com/eclipse/mosquitto/issues/1272",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (!is_v5(f.version)) return saturating_add(f.closed_at, seconds(2));
         return sound_rules().session_end(f);
       };
     }},
    {"absent-interval-means-for-ever", "a session lasts for ever when the interval is left out",
     "v5:v5-3.1.2.11.2-b v5:MQTT-3.2.2-3 v5:v5-3.14.2.2.2-c v5:v5-3.2.2.3.2-b v5:v5-3.1.2.11.2-c",
     "wolfMQTT F-7668",
     [](rules& r) {
       r.granted_interval = [](const expiry_facts& f) -> std::uint32_t {
         if (!is_v5(f.version)) return f.clean_start ? 0 : f.v311_interval;
         return std::min(f.asked.value_or(wire::never_expires), f.maximum);
       };
       r.interval_is_announced = [](const expiry_facts&) { return false; };
     }},
    {"interval-ignored", "sessions are kept for ever, whatever the interval",
     "v5:MQTT-4.1.0-2 v5:v5-4.1-a v5:MQTT-3.2.2-3 v5:v5-4.8.2-c",
     "https://github.com/dotnet/MQTTnet/pull/1776",
     [](rules& r) { r.session_end = [](const end_facts&) { return never; }; }},
    {"interval-halved", "sessions end after half of their interval",
     "v5:MQTT-3.1.2-23 v5:v5-4.1-a v5:v5-3.2.2.3.2-a v5:v5-3.1.3.2.2-c", "",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (f.interval == wire::never_expires) return never;
         return saturating_add(f.closed_at, seconds(f.interval / 2));
       };
     }},
    {"session-ends-under-its-connection",
     "removes a session three seconds behind CONNECT, although its client is connected",
     "v5:MQTT-4.1.0-1 v5:MQTT-3.1.2-23 v311:MQTT-4.1.0-1 v311:MQTT-4.1.0-2 v311:MQTT-3.1.2-4", "",
     [](rules& r) {
       r.connected_session_ends = [](const connect_facts&) -> duration { return seconds(3); };
     },
     sweeping},
    {"interval-counts-from-connect", "the Session Expiry Interval runs from CONNECT",
     "v5:v5-4.1-a v5:MQTT-3.1.2-23 v5:MQTT-4.1.0-1", "",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (f.interval == wire::never_expires) return never;
         return std::max(saturating_add(f.connected_at, seconds(f.interval)), f.closed_at);
       };
     }},
    {"largest-interval-overflows", "0xFFFFFFFF is added to the time, and overflows",
     "v5:v5-3.1.2.11.2-d v5:MQTT-3.1.2-23 v5:v5-3.14.2.2.2-d v5:v5-3.1.3.2.2-c",
     "https://github.com/emqx/emqx/issues/1834",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (is_v5(f.version) && f.interval == wire::never_expires) {
           return saturating_add(f.closed_at, seconds(1));
         }
         return sound_rules().session_end(f);
       };
     }},
    {"large-interval-overflows", "intervals from 2^31 on are negative",
     "v5:MQTT-3.1.2-23 v5:v5-3.1.2.11.2-d v5:v5-4.1-a",
     "https://github.com/eclipse/mosquitto/issues/1525",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (is_v5(f.version) && f.interval >= 0x80000000u && f.interval != wire::never_expires) {
           return saturating_add(f.closed_at, seconds(1));
         }
         return sound_rules().session_end(f);
       };
     }},
    {"long-session-stops-expiry", "a session that lasts long stops the expiry of all others",
     "v5:MQTT-4.1.0-2", "https://github.com/moquette-io/moquette/issues/959",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         return std::max(sound_rules().session_end(f), f.latest_end);
       };
     }},
    {"new-interval-ignored", "a resumed session keeps the interval of its first CONNECT",
     "v5:v5-4.1-a v5:MQTT-3.1.2-23 v5:MQTT-4.1.0-2 v5:v5-3.1.2.11.2-b v5:v5-3.1.2.11.2-c "
     "v5:v5-3.2.2.3.2-a v5:v5-3.2.2.3.2-b",
     "",
     [](rules& r) {
       r.granted_interval = [](const expiry_facts& f) {
         return f.resumed && is_v5(f.version) ? f.former : sound_rules().granted_interval(f);
       };
       r.interval_is_announced = [](const expiry_facts&) { return false; };
     }},
    {"lowered-interval-not-told", "lowers the interval without a word in CONNACK",
     "v5:v5-3.2.2.3.2-b v5:v5-3.2.2.3.2-a v5:MQTT-3.1.2-23",
     "https://github.com/eclipse/mosquitto/issues/3616",
     [](rules& r) { r.interval_is_announced = [](const expiry_facts&) { return false; }; }},
    {"told-interval-not-kept", "tells the client a longer interval than it obeys",
     "v5:v5-3.2.2.3.2-b v5:MQTT-3.1.2-23 v5:v5-3.2.2.3.2-a v5:v5-4.1-a v5:v5-3.14.2.2.2-d "
     "v5:v5-3.14.2.2.2-b",
     "",
     [](rules& r) {
       r.session_end = [](const end_facts& f) {
         if (f.interval == wire::never_expires) return never;
         return saturating_add(f.closed_at, seconds(std::min(f.interval, 2u)));
       };
     }},
    {"disconnect-interval-ignored", "a Session Expiry Interval in DISCONNECT has no effect",
     "v5:v5-3.14.2.2.2-d", "https://issues.apache.org/jira/browse/ARTEMIS-3789",
     [](rules& r) { r.updated_interval = [](const expiry_update_facts& f) { return f.granted; }; }},
    {"disconnect-interval-0-ignored", "Session Expiry Interval 0 in DISCONNECT is taken for none",
     "v5:v5-3.14.2.2.2-d", "https://github.com/dotnet/MQTTnet/issues/1879",
     [](rules& r) {
       r.updated_interval = [](const expiry_update_facts& f) {
         return f.update == 0 ? f.granted : std::min(f.update, f.maximum);
       };
     }},
    {"disconnect-cannot-raise-interval", "DISCONNECT can make the interval shorter only",
     "v5:v5-3.14.2.2.2-d", "https://github.com/emqx/emqx/issues/1833",
     [](rules& r) {
       r.updated_interval = [](const expiry_update_facts& f) {
         return std::min(f.update, f.granted);
       };
     }},
    {"lower-interval-in-disconnect-ends-session",
     "DISCONNECT with an interval that is shorter than before ends the session at once",
     "v5:v5-3.14.2.2.2-d v5:MQTT-3.1.2-23", "",
     [](rules& r) {
       r.updated_interval = [](const expiry_update_facts& f) {
         return f.update < f.granted ? 0 : sound_rules().updated_interval(f);
       };
     }},
    {"disconnect-without-interval-ends-session", "DISCONNECT without an interval is taken for 0",
     "v5:v5-3.14.2.2.2-b v5:MQTT-3.1.2-23 v311:MQTT-3.1.2-4",
     "https://github.com/dotnet/MQTTnet/pull/2264",
     [](rules& r) {
       r.interval_without_update = [](const expiry_update_facts&) -> std::optional<std::uint32_t> {
         return 0u;
       };
     },
     sweeping},
    {"disconnect-raises-from-0", "DISCONNECT may prolong a session whose interval was 0",
     "v5:v5-3.14.2.2.2-c v5:v5-3.1.2.5-a", "wolfMQTT F-7671",
     [](rules& r) { r.interval_update_allowed = [](const expiry_update_facts&) { return true; }; }},
    {"disconnect-interval-judged-by-granted",
     "takes an interval in DISCONNECT for an error when it granted 0 itself, whatever was asked "
     "for",
     "v5:v5-3.14.2.2.2-c v5:MQTT-3.14.4-3", "https://github.com/absmach/fluxmq/issues/635",
     [](rules& r) {
       r.interval_update_allowed = [](const expiry_update_facts& f) {
         return f.granted != 0 || f.update == 0;
       };
     }},
    {"disconnect-interval-0-refused",
     "DISCONNECT with interval 0 behind CONNECT with 0 is an error",
     "v5:v5-3.14.2.2.2-c v5:MQTT-3.14.4-3", "",
     [](rules& r) {
       r.interval_update_allowed = [](const expiry_update_facts& f) {
         return f.sent_in_connect != 0;
       };
     }},

    // A restart of the server.
    {"restart-loses-sessions", "nothing is stored: a restart loses every session's subscriptions",
     "v5:MQTT-3.1.2-23 v5:v5-4.1-b v311:MQTT-3.1.2-4 v311:v311-3.1.2.4-b v311:v311-4.1-b "
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1 v311:MQTT-4.3.3-2 v5:MQTT-4.3.3-10",
     "https://github.com/Azure/iotedge/issues/4050",
     [](rules& r) {
       r.part_survives_restart = [](const restart_facts& f) {
         return f.part != state_part::subscriptions;
       };
     }},
    {"restart-loses-clean-start-sessions",
     "a session whose last CONNECT had Clean Start 1 does not survive a restart",
     "v5:MQTT-3.1.2-23 v5:v5-4.1-b", "",
     [](rules& r) {
       r.session_survives_restart = [](const restart_facts& f) { return !f.clean_start; };
     }},
    {"restart-loses-queues", "queued messages do not survive a restart",
     "v5:MQTT-4.5.0-1 v5:MQTT-3.1.2-23 v311:MQTT-4.5.0-1 v311:MQTT-3.1.2-5 v311:MQTT-3.1.2-4 "
     "v5:MQTT-3.3.2-6",
     "https://github.com/vernemq/vernemq/issues/564",
     [](rules& r) {
       r.part_survives_restart = [](const restart_facts& f) { return f.part != state_part::queue; };
     }},
    {"restart-loses-unacknowledged", "messages in flight do not survive a restart",
     "v5:MQTT-4.4.0-1 v5:MQTT-3.1.2-23 v311:MQTT-4.4.0-1 v311:MQTT-3.1.2-4",
     "https://github.com/mochi-mqtt/server/commit/47536b7",
     [](rules& r) {
       r.part_survives_restart = [](const restart_facts& f) {
         return f.part != state_part::in_flight;
       };
     }},
    {"restart-loses-received-qos2", "open QoS 2 identifiers do not survive a restart",
     "v5:MQTT-4.3.3-10 v5:MQTT-3.1.2-23 v5:MQTT-4.3.3-11 v311:MQTT-4.3.3-2 v311:MQTT-3.1.2-4", "",
     [](rules& r) {
       r.part_survives_restart = [](const restart_facts& f) {
         return f.part != state_part::received_ids;
       };
     }},
    {"restart-forgets-expiry", "stored sessions last for ever behind a restart",
     "v5:MQTT-4.1.0-2 v5:v5-4.1-a", "https://github.com/eclipse/mosquitto/issues/2546",
     [](rules& r) { r.end_after_restart = [](const restart_end_facts&) { return never; }; }},
    {"restart-loses-retained", "retained messages do not survive a restart",
     "v311:v311-4.1-a v5:v5-4.1-c v5:MQTT-3.3.1-5 v311:MQTT-3.3.1-5", "",
     [](rules& r) { r.retained_survive_restart = [](const restart_facts&) { return false; }; }},
    {"restart-keeps-ended-sessions",
     "a kill leaves sessions behind that were to end with their connection",
     "v5:v5-3.1.2.11.2-c v5:MQTT-3.2.2-3 v311:MQTT-3.1.2-6 v311:MQTT-3.2.2-3",
     "https://issues.apache.org/jira/browse/ARTEMIS-3851",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 && f.cause != close_cause::server_stop;
       };
       r.session_end = [](const end_facts& f) {
         return f.interval == 0 ? saturating_add(f.closed_at, seconds(600))
                                : sound_rules().session_end(f);
       };
     }},
    {"interval-in-disconnect-with-will-ignored",
     "takes no Session Expiry Interval from DISCONNECT 0x04",
     "v5:v5-3.14.2.2.2-d v5:v5-3.1.3.2.2-c", "",
     [](rules& r) {
       r.updated_interval = [](const expiry_update_facts& f) {
         return f.reason == 0x04 ? f.granted : sound_rules().updated_interval(f);
       };
     }},
};

}  // namespace

std::span<const defect> session_defects() {
  return table;
}

}  // namespace mqttspec::broker
