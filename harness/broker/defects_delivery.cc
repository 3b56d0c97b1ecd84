// Queues, order, redelivery, acknowledgements, flow control, and QoS 2 from clients.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using std::chrono::seconds;
using wire::packet_type;

constexpr defect table[] = {
    // The queue of an absent client.
    {"nothing-queued", "messages for absent clients are dropped",
     "v5:MQTT-4.5.0-1 v5:v5-4.1-b v5:MQTT-3.1.2-5 v311:MQTT-3.1.2-5 v311:MQTT-4.5.0-1 "
     "v311:v311-3.1.2.4-b",
     "https://github.com/nanomq/nanomq/issues/279",
     [](rules& r) { r.message_is_queued = [](const queue_facts& f) { return f.connected; }; },
     sweeping},
    {"qos2-not-queued", "messages of QoS 2 for absent clients are dropped",
     "v5:MQTT-4.5.0-1 v5:v5-4.1-b v5:MQTT-3.1.2-5 v311:MQTT-3.1.2-5 v311:MQTT-4.5.0-1 "
     "v311:v311-3.1.2.4-b",
     "",
     [](rules& r) {
       r.message_is_queued = [](const queue_facts& f) {
         return f.connected || f.qos == 1 || (f.qos == 0 && f.qos0_queued);
       };
     }},
    {"qos0-option-without-effect", "QoS 0 is not queued although the operator asked for it",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1 v311:v311-3.1.2.4-a v5:v5-4.1-b v311:v311-3.1.2.4-b",
     "https://github.com/eclipse/mosquitto/issues/2224",
     [](rules& r) {
       r.message_is_queued = [](const queue_facts& f) { return f.qos > 0 || f.connected; };
     }},
    {"queue-of-four", "a queue takes no more than four messages, whatever was declared",
     "v5:MQTT-4.5.0-1 v5:v5-4.1.1-a v5:MQTT-3.3.4-9 v311:MQTT-4.5.0-1 v311:v311-4.1-b "
     "v311:MQTT-3.1.2-5 v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:v5-4.1-b v311:v311-3.1.2.4-b "
     "v5:MQTT-4.6.0-5 v311:MQTT-4.6.0-6 v5:MQTT-3.3.2-17 v5:MQTT-3.3.2-18 v5:MQTT-4.9.0-1",
     "https://github.com/halfgaar/FlashMQ/issues/173",
     [](rules& r) { r.queue_is_full = [](const queue_facts& f) { return f.size >= 4; }; }},
    {"queue-without-limit", "a queue grows past the limit that was declared",
     "v5:v5-4.1.1-a v311:v311-4.1-b", "https://github.com/moscajs/aedes/issues/1087",
     [](rules& r) { r.queue_is_full = [](const queue_facts&) { return false; }; }},
    {"overflow-at-the-wrong-end", "a full queue loses the messages at its other end",
     "v5:v5-4.1.1-a v311:v311-4.1-b", "",
     [](rules& r) {
       r.on_overflow = [](const overflow_facts& f) {
         return f.policy == overflow_action::drop_oldest ? overflow_action::drop_newest
                                                         : overflow_action::drop_oldest;
       };
     }},
    {"full-queue-stops-routing",
     "a message that finds one session's queue full does not reach the sessions behind it",
     "v5:v5-4.13.1-c v5:MQTT-4.5.0-1 v311:v311-4.8-a v311:MQTT-4.5.0-1", "",
     [](rules& r) { r.overflow_spares_other_sessions = [](const queue_facts&) { return false; }; }},
    {"overflow-drops-in-flight", "a full queue makes room by forgetting what is in flight",
     "v5:MQTT-4.1.0-1 v5:MQTT-4.4.0-1 v5:MQTT-4.3.2-3 v5:MQTT-4.3.3-3 v311:MQTT-4.4.0-1 "
     "v311:MQTT-4.3.2-1 v5:v5-4.1.1-a v311:v311-4.1-b",
     "", [](rules& r) { r.overflow_drops_in_flight = [](const overflow_facts&) { return true; }; }},
    {"queue-sent-late", "a queue is sent only when something new comes for the client",
     "v5:MQTT-4.5.0-1 v5:MQTT-4.4.0-1 v5:MQTT-3.1.2-5 v311:MQTT-4.5.0-1 v311:MQTT-4.4.0-1 "
     "v311:MQTT-3.1.2-5 v311:MQTT-3.1.2-4",
     "https://github.com/eclipse/mosquitto/blob/master/ChangeLog.txt (0.14)",
     [](rules& r) { r.queue_is_sent_on_resume = [](const connect_facts&) { return false; }; },
     sweeping},
    {"queue-backwards", "the last message of a queue comes first",
     "v5:MQTT-4.6.0-5 v5:MQTT-4.6.0-6 v311:MQTT-4.6.0-6 v311:MQTT-4.6.0-5",
     "https://github.com/mcollina/mosca",
     [](rules& r) { r.queue_order_is_kept = [](const order_facts&) { return false; }; }},
    {"queue-of-qos2-backwards", "waiting messages are sent in reverse when there are four or more",
     "v5:MQTT-4.6.0-5 v5:MQTT-4.6.0-6 v311:MQTT-4.6.0-6 v311:MQTT-4.6.0-5", "",
     [](rules& r) { r.queue_order_is_kept = [](const order_facts& f) { return f.size < 4; }; }},

    // Message expiry.
    {"queued-never-expires", "sends queued messages whose expiry has passed",
     "v5:MQTT-3.3.2-5 v5:v5-3.1.3.2.4-a", "https://github.com/processone/ejabberd",
     [](rules& r) { r.queued_is_expired = [](const copy_facts&) { return false; }; }},
    {"expired-stops-the-queue", "an expired message holds up those behind it",
     "v5:MQTT-3.3.2-5 v5:MQTT-4.5.0-1", "https://github.com/eclipse/mosquitto/issues/2609",
     [](rules& r) { r.expired_stops_queue = [](const copy_facts&) { return true; }; }},
    {"queued-expires-without-interval", "messages without an expiry are dropped after two seconds",
     "v5:v5-3.3.2.3.3-a v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.queued_is_expired = [](const copy_facts& f) {
         return f.waited >= seconds(f.expiry_interval.value_or(2)) && f.waited > duration::zero();
       };
     },
     sweeping},
    {"queued-expires-early", "a message expires after half of its interval",
     "v5:MQTT-3.3.2-5 v5:MQTT-3.3.2-6 v5:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.queued_is_expired = [](const copy_facts& f) {
         return f.expiry_interval && f.waited > duration::zero() &&
                f.waited >= seconds(*f.expiry_interval) / 2;
       };
     }},
    {"expiry-not-reduced", "the expiry is passed on as it came", "v5:MQTT-3.3.2-6",
     "https://github.com/DrmagicE/gmqtt",
     [](rules& r) {
       r.remaining_expiry = [](const copy_facts& f) { return f.expiry_interval.value_or(0); };
     }},
    {"expiry-as-elapsed-time", "the time that a message waited is passed on as its expiry",
     "v5:MQTT-3.3.2-6 v5:v5-3.1.3.2.4-a", "wolfMQTT",
     [](rules& r) {
       r.remaining_expiry = [](const copy_facts& f) {
         return static_cast<std::uint32_t>(std::chrono::duration_cast<seconds>(f.waited).count());
       };
     }},
    {"in-flight-expires", "a message that was sent is not sent again once it has expired",
     "v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-7 v5:MQTT-4.3.3-13 v5:MQTT-4.3.2-3",
     "https://github.com/emqx/emqx/issues/17698",
     [](rules& r) {
       r.in_flight_is_expired = [](const copy_facts& f) {
         return f.expiry_interval && f.waited >= seconds(*f.expiry_interval) && !f.released;
       };
     }},
    {"released-expires", "an owed PUBREL is forgotten once its message has expired",
     "v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-13 v5:MQTT-4.3.3-5 v5:MQTT-4.3.3-7",
     "https://github.com/apache/bifromq/issues/281",
     [](rules& r) {
       r.in_flight_is_expired = [](const copy_facts& f) {
         return f.expiry_interval && f.waited >= seconds(*f.expiry_interval) && f.released;
       };
     }},

    // Redelivery.
    {"publish-not-sent-again", "an unacknowledged PUBLISH is not sent again",
     "v5:MQTT-4.4.0-1 v5:MQTT-4.3.2-3 v5:MQTT-4.3.3-3 v5:MQTT-3.1.2-5 v5:v5-4.1-b v5:MQTT-4.1.0-1 "
     "v311:MQTT-4.4.0-1 v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1 v311:v311-3.1.2.4-b v311:MQTT-4.1.0-1",
     "https://github.com/Yakifo/amqtt/issues/401",
     [](rules& r) { r.is_redelivered = [](const copy_facts& f) { return f.released; }; }},
    {"pubrel-not-sent-again", "a PUBREL that was not answered is not sent again",
     "v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-5 v5:v5-4.1-b v311:MQTT-4.4.0-1 v311:MQTT-4.3.3-1 v5:v5-4.9-b "
     "v5:MQTT-4.8.2-4",
     "https://github.com/eclipse/mosquitto/issues/1454",
     [](rules& r) { r.is_redelivered = [](const copy_facts& f) { return !f.released; }; }},
    {"publish-again-behind-pubrel", "sends PUBLISH again where PUBREL is owed",
     "v5:MQTT-4.3.3-6 v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-5 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1 "
     "v5:v5-4.9-b v5:MQTT-4.8.2-4",
     "https://github.com/emqx/emqx/issues/1216",
     [](rules& r) { r.publish_again_after_release = [](const copy_facts&) { return true; }; }},
    {"redelivery-with-new-id", "a message that is sent again has another Packet Identifier",
     "v5:MQTT-4.4.0-1 v311:MQTT-4.4.0-1", "https://github.com/moquette-io/moquette/issues/16",
     [](rules& r) { r.redelivery_keeps_id = [](const copy_facts&) { return false; }; }},
    {"redelivery-with-dup-0", "a message that is sent again has DUP 0",
     "v5:MQTT-3.3.1-1 v311:MQTT-3.3.1-1", "https://github.com/halfgaar/FlashMQ/issues/176",
     [](rules& r) { r.dup_flag = [](const copy_facts&) { return false; }; }},
    {"first-delivery-with-dup-1", "queued messages are sent with DUP 1 the first time",
     "v5:MQTT-4.3.2-2 v5:MQTT-4.3.3-2 v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1",
     "https://github.com/emqx/emqx/issues/18441",
     [](rules& r) {
       r.dup_flag = [](const copy_facts& f) {
         return f.qos > 0 && (f.sent_before || f.waited > seconds(0));
       };
     }},
    {"dup-copied-from-publisher", "passes the publisher's DUP flag on",
     "v5:MQTT-3.3.1-3 v5:MQTT-4.3.2-2 v5:MQTT-4.3.3-2 v311:MQTT-3.3.1-3 v311:MQTT-4.3.2-1 "
     "v311:MQTT-4.3.3-1",
     "",
     [](rules& r) {
       r.dup_flag = [](const copy_facts& f) {
         return f.qos > 0 && (f.sent_before || f.published_dup);
       };
     }},
    {"redelivery-backwards", "unacknowledged messages come again in reverse order",
     "v5:MQTT-4.6.0-5 v5:v5-4.6-b v311:MQTT-4.6.0-6 v5:MQTT-4.3.2-3 v5:MQTT-3.3.1-1 "
     "v311:MQTT-4.3.2-1 v311:MQTT-4.4.0-1 v5:MQTT-4.4.0-1",
     "https://github.com/mochi-mqtt/server",
     [](rules& r) { r.redelivery_order_is_kept = [](const order_facts&) { return false; }; }},
    {"new-before-redelivered", "queued messages come before those that are sent again",
     "v5:v5-4.6-b v5:MQTT-4.6.0-5 v311:MQTT-4.6.0-6 v5:MQTT-4.4.0-1 v5:MQTT-4.3.2-3 "
     "v5:MQTT-3.3.1-1 v5:v5-4.9-a v5:v5-3.8.4-e",
     "https://github.com/nats-io/nats-server",
     [](rules& r) { r.redelivery_before_new = [](const order_facts&) { return false; }; }},
    {"retry-on-a-live-connection", "sends a PUBLISH again when the acknowledgement takes 10 s",
     "v5:MQTT-4.4.0-1", "https://github.com/thingsboard/tbmq/issues/275",
     [](rules& r) { r.live_retry = [](const copy_facts&) -> duration { return seconds(10); }; }},
    {"id-in-flight-used-again", "gives new messages identifiers that are still in flight",
     "v5:MQTT-2.2.1-4 v5:MQTT-4.3.2-1 v5:MQTT-4.3.3-1 v5:MQTT-4.4.0-1 v311:MQTT-2.3.1-4 "
     "v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/16296",
     [](rules& r) {
       r.packet_id_is_usable = [](const packet_id_facts& f) {
         return f.candidate != 0 && f.candidate <= 2;
       };
     }},

    // Acknowledgements from the client.
    {"acknowledged-come-back", "acknowledged messages are sent again on resume",
     "v5:MQTT-4.3.2-3 v5:MQTT-4.3.2-1 v5:MQTT-4.3.3-5 v5:MQTT-4.4.0-1 v5:MQTT-2.2.1-4 "
     "v5:MQTT-4.8.2-6 "
     "v5:v5-2.2.1-a "
     "v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/dotnet/MQTTnet/pull/1569",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts&) { return false; };
     }},
    {"pubrec-completes", "a message is done with when PUBREC comes",
     "v5:MQTT-4.3.3-5 v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-3 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1 "
     "v5:v5-4.9-b v5:MQTT-4.8.2-4",
     "",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) { return f.known; };
     }},
    {"puback-completes-qos2", "takes PUBACK for the answer to a PUBLISH with QoS 2",
     "v5:MQTT-4.3.3-3 v5:MQTT-4.4.0-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/14122",
     [](rules& r) {
       r.acknowledgement_fits = [](const acknowledge_facts& f) {
         return f.packet == packet_type::puback || sound_rules().acknowledgement_fits(f);
       };
     }},
    {"pubrec-taken-for-qos1", "takes PUBREC for the answer to a PUBLISH with QoS 1",
     "v5:MQTT-4.3.2-3 v5:MQTT-4.4.0-1 v311:MQTT-4.3.2-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/14122",
     [](rules& r) {
       r.acknowledgement_fits = [](const acknowledge_facts& f) {
         return f.packet == packet_type::pubrec || sound_rules().acknowledgement_fits(f);
       };
     }},
    {"puback-0x80-not-an-acknowledgement", "PUBACK with an error leaves the message in flight",
     "v5:MQTT-4.4.0-2 v5:MQTT-4.3.2-3 v5:v5-4.9-b v5:MQTT-4.4.0-1 v5:MQTT-4.8.2-6", "",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet != packet_type::pubrec && f.reason < 0x80;
       };
     }},
    {"pubrec-0x80-not-an-acknowledgement", "PUBREC with an error leaves the message in flight",
     "v5:v5-4.9-b v5:v5-4.3.3-a v5:MQTT-4.4.0-2",
     "https://github.com/eclipse/mosquitto/issues/2306",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet != packet_type::pubrec;
       };
       r.acknowledgement_frees_quota = r.acknowledgement_completes;
     }},
    {"pubrec-not-answered", "PUBREC gets no PUBREL",
     "v5:MQTT-4.3.3-4 v311:MQTT-4.3.3-1 v5:MQTT-4.9.0-3 v5:MQTT-3.3.4-10 v5:MQTT-4.4.0-1 "
     "v311:MQTT-4.4.0-1 v311:MQTT-3.10.4-3 v5:MQTT-3.10.4-3",
     "", [](rules& r) { r.pubrec_is_answered = [](const acknowledge_facts&) { return false; }; }},
    {"unknown-pubrec-refused-with-0x80",
     "answers PUBREC for an unknown Packet Identifier by PUBREL 0x80", "v5:MQTT-3.6.2-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> std::optional<byte_buffer> {
         if (f.packet != packet_type::pubrel || f.octets.back() != 0x92) return std::nullopt;
         byte_buffer out(f.octets.begin(), f.octets.end());
         out.back() = 0x80;
         return out;
       };
     }},
    {"unknown-acknowledgement-stops-connection",
     "does not answer anything behind an acknowledgement of an unknown Packet Identifier",
     "v5:MQTT-3.12.4-1 v311:MQTT-3.12.4-1", "",
     [](rules& r) {
       r.answer_stops_connection = [](const answer_facts& f) {
         return !f.known && f.packet != packet_type::pubrel;
       };
     }},
    {"packet-identifier-not-found-is-an-error",
     "closes the connection of a client whose PUBREL or PUBCOMP says 0x92", "v5:v5-3.6.2.1-a", "",
     [](rules& r) { r.answer_is_error = [](const answer_facts& f) { return f.reason == 0x92; }; }},
    {"pubrel-with-error", "every PUBREL carries an error", "v5:MQTT-3.6.2-1 v5:MQTT-4.3.3-4", "",
     [](rules& r) {
       r.pubrel_reason = [](const acknowledge_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? 0x92 : 0;
       };
     }},

    // The client's Receive Maximum.
    {"receive-maximum-ignored", "sends as many messages as there are",
     "v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1 v5:v5-4.9-a v5:v5-4.9-b v5:MQTT-4.9.0-3 "
     "v5:MQTT-3.3.4-10",
     "https://github.com/moscajs/aedes",
     [](rules& r) { r.in_flight_window = [](const window_facts& f) { return f.server; }; }},
    {"receive-maximum-off-by-one", "has one message more in flight than the client allows",
     "v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1 v5:v5-4.9-a v5:v5-4.9-b v5:MQTT-4.9.0-3 "
     "v5:MQTT-3.3.4-10",
     "EMQX b3e6d551e1",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         return is_v5(f.version) ? std::min(f.asked + 1, f.server) : f.server;
       };
     }},
    {"messages-beyond-the-window-lost",
     "what comes while the window is full is dropped, and does not wait",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "https://github.com/halfgaar/FlashMQ/issues/173",
     [](rules& r) {
       r.message_is_queued = [](const queue_facts& f) {
         return sound_rules().message_is_queued(f) && (!f.connected || f.qos == 0 || f.quota > 0);
       };
     }},
    {"receive-maximum-of-old-connection", "a resumed session keeps its former Receive Maximum",
     "v5:v5-4.9-a v5:v5-3.1.2.11.3-b v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1",
     "https://github.com/eclipse/mosquitto/issues/2134",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         if (!is_v5(f.version)) return f.server;
         return std::min(f.resumed ? f.previous : f.asked, f.server);
       };
     }},
    {"quota-of-old-connection-stays-used",
     "what was in flight before is missing from the new quota",
     "v5:v5-4.9-a v5:MQTT-4.9.0-1 v5:MQTT-4.4.0-1 v311:MQTT-4.4.0-1 v5:v5-4.9-b v5:MQTT-4.5.0-1 "
     "v5:MQTT-3.1.2-25",
     "https://github.com/halfgaar/FlashMQ/issues/173",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         const std::uint32_t all = is_v5(f.version) ? std::min(f.asked, f.server) : f.server;
         return f.resumed && f.unacknowledged < all ? all - f.unacknowledged : f.resumed ? 0 : all;
       };
     }},
    {"unreleased-of-old-connection-counted-twice",
     "QoS 2 messages left unreleased by the connection before count twice against Receive Maximum",
     "v5:v5-3.3.4-f v5:v5-4.9-a", "",
     [](rules& r) {
       r.receive_maximum_exceeded = [](const publish_facts& f) {
         return is_v5(f.version) && f.unacknowledged + 2 * f.left_behind >= f.receive_maximum;
       };
     }},
    {"quota-never-given-back", "acknowledgements free no slot of the window",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9",
     "https://github.com/eclipse/mosquitto/issues/2306",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts&) { return false; };
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet == packet_type::pubcomp;
       };
     },
     sweeping},
    {"quota-given-back-at-pubrec", "a slot of the window is free when PUBREC comes",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9", "",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts& f) { return f.known; };
     }},
    {"unknown-acknowledgement-frees-quota", "more acknowledgements than messages widen the window",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9", "",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts& f) {
         return f.packet != packet_type::pubcomp;
       };
     }},
    {"pubrel-again-costs-quota", "a PUBREL that is sent again takes a slot of the window",
     "v5:v5-4.9-b v5:MQTT-4.4.0-1", "",
     [](rules& r) { r.redelivered_release_costs_quota = [](const copy_facts&) { return true; }; }},

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
     "v5:MQTT-4.3.2-5 v5:v5-3.3.1.1-a v311:MQTT-4.3.2-2 v5:MQTT-3.3.1-3 v311:MQTT-3.3.1-3 "
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
     "v5:MQTT-4.3.3-10 v5:MQTT-4.3.3-12 v5:v5-3.3.1.1-a v5:MQTT-4.3.3-8 v311:MQTT-4.3.3-2 "
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
     "v5:v5-3.2.2.3.4-b", "",
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
};

}  // namespace

std::span<const defect> delivery_defects() {
  return table;
}

}  // namespace mqttspec::broker
