#include "broker/oddities.h"

#include <algorithm>

namespace mqttspec::broker {
namespace {

using namespace std::chrono_literals;
using namespace model;

constexpr bool needs_crowd = true;

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

constexpr oddity table[] = {
    // When.
    {"resends-late", "sends what was unacknowledged again 10 s after the resume",
     "v5:MQTT-4.4.0-1 and v311:MQTT-4.4.0-1 ask for it on the resume and give no time",
     [](odd_setup& s) { s.options.resend_delay = 10s; }},
    {"sweeps", "ends sessions and publishes delayed wills every 10 s only",
     "v5:v5-3.1.2.11.2-e and v5:v5-3.1.3.2.2-c give no latest time",
     [](odd_setup& s) { s.options.sweep_interval = 10s; }},
    {"far-away", "is 300 ms away, each way", "no statement knows how long octets travel",
     [](odd_setup& s) { s.network.latency = 300ms; }},
    {"gathers", "writes every 40 ms, all packets of a client in one",
     "v5:MQTT-4.2.0-1: a stream has no borders", [](odd_setup& s) { s.network.gathered = 40ms; }},
    {"octet-by-octet", "writes octet by octet", "as above: a stream has no borders",
     [](odd_setup& s) { s.network.octet_by_octet = true; }},
    {"restarts", "restarts itself once, 5 s after its start, and keeps what it stores",
     "v5:v5-4.1.1-a and v311:v311-4.1-b: servers may end connections and be restarted",
     [](odd_setup& s) { s.network.restarts_after = 5s; }, needs_crowd},

    // Limits.
    {"few-sessions", "stores 64 sessions; for one more, the one absent longest ends",
     "v5:v5-4.1.1-a and v311:v311-4.1-b: capacity may end stored state",
     [](odd_setup& s) { s.options.most_sessions = 64; }, needs_crowd},
    {"few-connections", "accepts 16 connections and closes any other at once",
     "v5:v5-3.1.4-b and v311:MQTT-4.8.0-2: a server may close for want of resources",
     [](odd_setup& s) { s.options.most_connections = 16; }, needs_crowd},
    {"few-connections-told", "accepts 16 connections and refuses any other by CONNACK",
     "0x89 (server busy) and, in 3.1.1, 0x03 (server unavailable) are made for it",
     [](odd_setup& s) {
       s.options.most_connections = 16;
       s.options.surplus_is_told = true;
     },
     needs_crowd},
    {"short-keep-alive", "imposes a Server Keep Alive of 5 s", "v5:MQTT-3.1.2-21, v5:MQTT-3.2.2-22",
     [](odd_setup& s) { s.options.server_keep_alive = 5; }},
    {"two-weeks-at-most", "keeps sessions for 1,209,600 s at most, and announces that",
     "v5:v5-3.2.2.3.2-b", [](odd_setup& s) { s.options.session_expiry_max = 1'209'600; }},
    {"a-minute-at-most", "keeps sessions for 60 s at most, and announces that", "v5:v5-3.2.2.3.2-b",
     [](odd_setup& s) { s.options.session_expiry_max = 60; }},
    {"five-minutes-at-most", "keeps sessions for 300 s at most, and announces that",
     "v5:v5-3.2.2.3.2-b", [](odd_setup& s) { s.options.session_expiry_max = 300; }},
    {"one-at-a-time", "has one message in flight to a client",
     "v5:MQTT-3.3.4-9: the client's Receive Maximum is an upper bound; 3.1.1 has none",
     [](odd_setup& s) { s.options.inflight_window = 1; }},
    {"takes-two", "has a Receive Maximum of 2", "v5:v5-3.2.2.3.3-a",
     [](odd_setup& s) { s.options.receive_maximum = 2; }},
    {"takes-one", "has a Receive Maximum of 1", "v5:v5-3.2.2.3.3-a",
     [](odd_setup& s) { s.options.receive_maximum = 1; }},
    {"packets-of-four-kibibytes", "takes packets of 4096 octets at most", "v5:MQTT-3.2.2-15",
     [](odd_setup& s) { s.options.maximum_packet_size = 4096; }},
    {"small-packets", "takes packets of 512 octets at most", "v5:MQTT-3.2.2-15",
     [](odd_setup& s) { s.options.maximum_packet_size = 512; }},
    {"no-aliases", "takes no Topic Alias", "v5:MQTT-3.2.2-18",
     [](odd_setup& s) { s.options.topic_alias_maximum = 0; }},
    {"qos-1-at-most", "takes and grants QoS 1 at most", "v5:MQTT-3.2.2-9, v5:MQTT-3.2.2-10",
     [](odd_setup& s) { s.options.maximum_qos = 1; }},
    {"qos-0-only", "takes and grants QoS 0 only", "v5:MQTT-3.2.2-9, v5:MQTT-3.2.2-10",
     [](odd_setup& s) { s.options.maximum_qos = 0; }},
    {"no-retain", "has no retained messages", "v5:MQTT-3.2.2-14",
     [](odd_setup& s) { s.options.retain_available = false; }},
    {"no-wildcards", "takes no filter with wildcards", "v5:v5-3.2.2.3.11-a",
     [](odd_setup& s) { s.options.wildcards_available = false; }},
    {"no-shares", "has no shared subscriptions", "v5:v5-3.2.2.3.13-a",
     [](odd_setup& s) { s.options.shared_subscriptions_available = false; }},
    {"no-subscription-identifiers", "takes no Subscription Identifier", "v5:v5-3.2.2.3.12-a",
     [](odd_setup& s) { s.options.subscription_identifiers_available = false; }},

    // What it says.
    {"answers-disconnect", "answers DISCONNECT by a DISCONNECT",
     "v5:v5-3.14-a: either side may send one before it closes",
     [](odd_setup& s) { s.options.disconnect_is_answered = true; }},
    {"refuses-assigned-ids", "refuses Client Identifiers that it assigned itself",
     "v5:MQTT-3.1.3-5 and v311:MQTT-3.1.3-5 only protect ids of up to 23 letters and digits",
     [](odd_setup& s) {
       s.rules.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         if (f.client_id.starts_with("auto-")) return is_v5(f.version) ? 0x85 : 0x02;
         return sound_rules().client_id_refusal(f);
       };
     }},
    {"long-assigned-ids", "assigns Client Identifiers of 80 characters, with slashes and blanks",
     "v5:MQTT-3.1.3-7, v5:MQTT-3.2.2-16: that they are unique is all that is asked",
     [](odd_setup& s) {
       s.options.assigned_ids_begin_with =
           "a client without a name/that came by TCP/and was given this one by node 1/";
     }},
    {"suback-last", "sends retained messages in front of the SUBACK that they follow from",
     "v5:v5-3.8.4-a, v311:v311-3.8.4-a: messages may come before SUBACK",
     [](odd_setup& s) { s.options.suback_is_last = true; }},
    {"closes-without-a-word", "closes where others send a reason of 0x80 and above",
     "v5:v5-4.13.1-a, v5:v5-3.1.4-b: the packet is a SHOULD or a MAY, the close is the MUST",
     [](odd_setup& s) {
       s.rules.close_is_told = [](const close_facts&) { return false; };
       s.rules.refusal_is_told = [](const refusal_facts& f) { return !is_v5(f.version); };
       s.rules.takeover_is_told = [](const takeover_facts&) { return false; };
       s.rules.malformed_connect_answer = [](const fault_facts&) -> std::optional<std::uint8_t> {
         return std::nullopt;
       };
       s.rules.unsupported_level_answer = [](const level_facts& f) -> std::optional<std::uint8_t> {
         if (f.level < 4) return sound_rules().unsupported_level_answer(f);
         return std::nullopt;
       };
     }},
    {"qos-0-last", "sends QoS 0 after all that waits of QoS 1 and 2",
     "v5:MQTT-4.6.0-5 and v311:MQTT-4.6.0-6: order is that of one topic and QoS",
     [](odd_setup& s) { s.options.qos0_is_last = true; }},
    {"short-answers", "says 0x00 in PUBACK and PUBREC whoever subscribes",
     "v5:v5-3.4.2.1-b: 0x10 may be used, and need not",
     [](odd_setup& s) {
       s.rules.acknowledge_reason = [](const publish_facts&) -> std::uint8_t { return 0; };
     }},
    {"spelled-answers", "writes out reason code 0 and an empty property list",
     "v5:v5-3.4.2.1-a and its like: both can be left out, and need not",
     [](odd_setup& s) { s.options.answers = answer_form::spelled; }},
    {"wordy-answers", "explains each answer by a reason string and user properties",
     "the properties are optional, within v5:MQTT-3.1.2-29 and v5:MQTT-3.4.2-2",
     [](odd_setup& s) { s.options.answers = answer_form::wordy; }},
    {"long-connack", "sends 20 user properties in CONNACK, which is longer than 256 octets then",
     "v5:MQTT-3.2.2-20 bounds them by Maximum Packet Size only",
     [](odd_setup& s) { s.options.connack_user_properties = 20; }},
    {"grants-less", "grants QoS 1 where QoS 2 is asked for, and announces nothing",
     "v5:MQTT-3.8.4-7, v311:MQTT-3.8.4-5: the server chooses the QoS that it grants",
     [](odd_setup& s) {
       s.rules.granted_qos = [](const subscribe_facts& f) -> std::uint8_t {
         return std::min<std::uint8_t>(sound_rules().granted_qos(f), 1);
       };
     }},
    {"copy-for-each-subscription", "sends a copy for each overlapping subscription",
     "v5:v5-3.3.4-a, v311:v311-3.3.5-a",
     [](odd_setup& s) { s.rules.overlap_is_one_copy = [](const match_facts&) { return false; }; }},
    {"keeps-qos-0", "keeps QoS 0 messages for absent clients", "v5:v5-4.1-b, v311:v311-3.1.2.4-a",
     [](odd_setup& s) { s.options.qos0_queued = true; }},
    {"short-queue", "keeps 16 messages for an absent client, and drops the oldest",
     "v5:v5-4.1.1-a, v311:v311-4.1-b: capacity may end stored state",
     [](odd_setup& s) {
       s.options.queue_limit = 16;
       s.options.overflow = overflow_policy::drop_oldest;
     }},
    {"queue-of-ten", "keeps 10 messages for an absent client, and takes no more", "as above",
     [](odd_setup& s) { s.options.queue_limit = 10; }},
    {"empty-ids-want-a-clean-start",
     "refuses clients without an identifier that ask for no clean start",
     "v5:MQTT-3.1.3-6: it need not take them; v311:MQTT-3.1.3-8 asks for it",
     [](odd_setup& s) {
       s.rules.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         if (f.client_id.empty() && !f.clean_start) return is_v5(f.version) ? 0x85 : 0x02;
         return sound_rules().client_id_refusal(f);
       };
     }},
    {"refuses-empty-ids", "refuses clients without an identifier",
     "v5:MQTT-3.1.3-6, v311:v311-3.1.3.1-b: it need not take them",
     [](odd_setup& s) {
       s.rules.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         if (f.client_id.empty()) return is_v5(f.version) ? 0x85 : 0x02;
         return sound_rules().client_id_refusal(f);
       };
     }},
    {"repeats-to-311", "sends to a 3.1.1 client again after 5 s what it has not acknowledged",
     "v311:v311-4.4-a; 5.0 forbids it",
     [](odd_setup& s) {
       s.rules.live_retry = [](const copy_facts& f) -> duration {
         return is_v5(f.version) ? duration::max() : std::chrono::seconds(5);
       };
     }},
    {"two-weeks-always", "keeps each session that is to last for 1,209,600 s, and announces that",
     "v5:v5-3.2.2.3.2-b: the server may choose another interval, and tells it",
     [](odd_setup& s) {
       s.rules.granted_interval = [](const expiry_facts& f) -> std::uint32_t {
         const std::uint32_t asked = sound_rules().granted_interval(f);
         return is_v5(f.version) && asked != 0 ? 1'209'600 : asked;
       };
       s.rules.updated_interval = [](const expiry_update_facts& f) -> std::uint32_t {
         return f.update == 0 ? 0 : 1'209'600;
       };
     }},
    {"clean-start-drops-waiting-wills",
     "a waiting will goes with the session that Clean Start 1 ends",
     "v5:MQTT-3.1.2-8: a new connection inside the delay may spare the will",
     [](odd_setup& s) {
       s.rules.discarded_session_publishes_will = [](const will_connect_facts&) { return false; };
     }},
    {"forwards-at-pubrel", "passes QoS 2 messages on at PUBREL",
     "v311:v311-4.3.3-a, section 4.3.3 of 5.0: both moments are in order",
     [](odd_setup& s) { s.options.qos2_forwarded_at_pubrel = true; }},
};

}  // namespace

std::span<const oddity> all_oddities() {
  return table;
}

const oddity* find_oddity(std::string_view name) {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const oddity& o) { return o.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace mqttspec::broker
