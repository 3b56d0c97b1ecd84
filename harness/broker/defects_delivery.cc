// Queues, message expiry, order, redelivery.

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
    {"retry-after-thirty-seconds", "sends a PUBLISH again when the acknowledgement takes 30 s",
     "v5:MQTT-4.4.0-1", "",
     [](rules& r) {
       r.live_retry = [](const copy_facts& f) -> duration {
         return is_v5(f.version) ? seconds(30) : duration::max();
       };
     }},
    {"id-in-flight-used-again", "gives new messages identifiers that are still in flight",
     "v5:MQTT-2.2.1-4 v5:MQTT-4.3.2-1 v5:MQTT-4.3.3-1 v5:MQTT-4.4.0-1 v311:MQTT-2.3.1-4 "
     "v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/16296",
     [](rules& r) {
       r.packet_id_is_usable = [](const packet_id_facts& f) {
         return f.candidate != 0 && f.candidate <= 2;
       };
     }},
    {"expired-uses-up-the-window", "each message that expired in the queue takes a slot for good",
     "v5:v5-4.9-b v5:MQTT-4.5.0-1 v5:MQTT-4.9.0-1", "",
     [](rules& r) { r.expired_costs_quota = [](const copy_facts&) { return true; }; }},
};

}  // namespace

std::span<const defect> delivery_defects() {
  return table;
}

}  // namespace mqttspec::broker
