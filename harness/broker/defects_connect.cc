// CONNECT: Clean Start, Session Present, Client Identifiers, refusals, takeover.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

std::uint8_t not_valid(const model::client_id_facts& f) {
  return f.version == model::protocol_version::v5 ? 0x85 : 0x02;
}

using namespace model;

constexpr defect table[] = {
    // Clean Start and Session Present.
    {"clean-start-ignored", "resumes the stored session although Clean Start is 1",
     "v5:MQTT-3.1.2-4 v5:MQTT-3.1.4-4 v5:MQTT-3.2.2-2 v311:MQTT-3.1.2-6 v311:MQTT-3.1.4-3 "
     "v311:MQTT-3.2.2-1",
     "https://github.com/fhmq/hmq/issues/211",
     [](rules& r) { r.resume_session = [](const connect_facts& f) { return f.stored; }; }},
    {"clean-start-with-interval-keeps-old-session",
     "Clean Start 1 of a session that is to last does not clear the earlier one",
     "v5:MQTT-3.1.2-4 v5:MQTT-3.2.2-2 v5:MQTT-3.1.4-4",
     "https://github.com/apache/bifromq/commit/b7f17af81",
     [](rules& r) {
       r.discard_state = [](const discard_facts& f) {
         return f.cause != discard_cause::clean_start || !is_v5(f.version);
       };
     }},
    {"clean-session-of-311-ignored", "Clean Session 1 of 3.1.1 resumes the stored session",
     "v311:MQTT-3.1.2-6 v311:MQTT-3.1.4-3 v311:MQTT-3.2.2-1",
     "https://issues.apache.org/jira/browse/ARTEMIS-952",
     [](rules& r) {
       r.resume_session = [](const connect_facts& f) {
         return f.stored && (!f.clean_start || !is_v5(f.version));
       };
     }},
    {"session-never-resumed", "begins a new session at every CONNECT, and says so",
     "v5:MQTT-3.1.2-5 v5:MQTT-3.2.2-3 v5:MQTT-3.1.2-23 v311:MQTT-3.1.2-4 v311:MQTT-3.2.2-2",
     "https://github.com/dotnet/MQTTnet/pull/1268",
     [](rules& r) { r.resume_session = [](const connect_facts&) { return false; }; }, sweeping},
    {"session-present-always-0", "resumes the session but answers Session Present 0",
     "v5:MQTT-3.2.2-3 v311:MQTT-3.2.2-2", "https://github.com/vernemq/vernemq/issues/73",
     [](rules& r) { r.session_present = [](const connect_facts&) { return false; }; }, sweeping},
    {"session-present-always-1", "answers Session Present 1 to every CONNECT",
     "v5:MQTT-3.2.2-2 v5:MQTT-3.2.2-3 v311:MQTT-3.2.2-1 v311:MQTT-3.2.2-3",
     "https://github.com/rabbitmq/rabbitmq-mqtt/issues/163",
     [](rules& r) { r.session_present = [](const connect_facts&) { return true; }; }},
    {"session-present-from-the-flag", "answers Session Present 1 whenever Clean Start is 0",
     "v5:MQTT-3.2.2-3 v311:MQTT-3.2.2-3", "https://github.com/thingsboard/thingsboard/pull/3887",
     [](rules& r) { r.session_present = [](const connect_facts& f) { return !f.clean_start; }; }},
    {"session-present-1-for-a-clean-start",
     "answers Session Present 1 when Clean Start 1 has just discarded a session",
     "v5:MQTT-3.2.2-2 v311:MQTT-3.2.2-1 v311:MQTT-3.1.2-6 v5:MQTT-3.1.2-4",
     "https://github.com/dotnet/MQTTnet/issues/613",
     [](rules& r) { r.session_present = [](const connect_facts& f) { return f.stored; }; }},
    {"messages-before-connack", "sends queued messages in front of CONNACK",
     "v5:MQTT-3.2.0-1 v311:MQTT-3.2.0-1",
     "https://github.com/Azure/azure-iot-protocol-gateway/issues/33",
     [](rules& r) { r.connack_before_messages = [](const connect_facts&) { return false; }; }},

    {"resume-without-session-refused", "refuses Clean Start 0 when there is no session to resume",
     "v5:MQTT-3.1.2-6 v311:MQTT-3.1.2-4", "",
     [](rules& r) {
       r.missing_session_refusal = [](const refusal_facts& f) -> std::uint8_t {
         if (f.clean_start || f.stored) return 0;
         return is_v5(f.version) ? 0x80 : 0x03;
       };
     },
     sweeping},

    // Client Identifiers.
    {"session-of-the-connection",
     "holds a session under the connection that began it, and not under its Client Identifier",
     "v5:MQTT-3.1.3-2 v5:MQTT-3.2.2-3 v311:MQTT-3.1.3-2 v311:MQTT-3.2.2-2", "",
     [](rules& r) {
       r.session_key = [](const client_id_facts& f) {
         return std::string(f.client_id) + "/" + std::to_string(f.connection);
       };
     },
     sweeping},
    {"client-id-without-case", "Client Identifiers that differ in case share a session",
     "v5:MQTT-3.1.3-2 v311:MQTT-3.1.3-2", "",
     [](rules& r) {
       r.session_key = [](const client_id_facts& f) {
         std::string key(f.client_id);
         std::transform(key.begin(), key.end(), key.begin(), [](char c) {
           return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
         });
         return key;
       };
     }},
    {"client-id-cut-to-its-beginning", "only the part before '_' of a Client Identifier counts",
     "v5:MQTT-3.1.3-2 v311:MQTT-3.1.3-2", "https://github.com/moquette-io/moquette/issues/964",
     [](rules& r) {
       r.session_key = [](const client_id_facts& f) {
         return std::string(f.client_id.substr(0, f.client_id.find('_')));
       };
     }},
    {"client-id-of-23-octets-refused", "takes 22 octets at most for a Client Identifier",
     "v5:MQTT-3.1.3-5 v311:MQTT-3.1.3-5", "",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) {
         return f.client_id.size() == 23 ? not_valid(f) : sound_rules().client_id_refusal(f);
       };
     }},
    {"client-id-of-1-octet-refused", "refuses Client Identifiers of one character",
     "v5:MQTT-3.1.3-5 v311:MQTT-3.1.3-5", "",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) {
         return f.client_id.size() == 1 ? not_valid(f) : sound_rules().client_id_refusal(f);
       };
     }},
    {"empty-client-id-of-311-kept", "takes an empty Client Identifier with Clean Session 0",
     "v311:MQTT-3.1.3-8 v311:MQTT-3.1.3-7", "https://github.com/nanomq/nanomq/issues/2342",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? sound_rules().client_id_refusal(f) : 0;
       };
     }},
    {"empty-client-id-of-311-refused-with-another-code",
     "refuses an empty Client Identifier of 3.1.1 as not authorized",
     "v311:v311-3.1.3.1-b v311:MQTT-3.1.3-6 v311:MQTT-3.1.3-8", "",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         if (is_v5(f.version)) return sound_rules().client_id_refusal(f);
         return f.client_id.empty() ? 0x05 : 0;
       };
     }},
    {"empty-client-id-with-interval-refused",
     "closes without CONNACK when an empty Client Identifier comes with an interval",
     "v5:MQTT-3.1.3-6", "mosquitto 1.6.2",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) {
         return f.client_id.empty() && f.interval_asked ? not_valid(f)
                                                        : sound_rules().client_id_refusal(f);
       };
       r.refusal_is_told = [](const refusal_facts& f) { return f.reason != 0x85; };
     }},
    {"assigned-id-shared", "all clients without a Client Identifier get the same one",
     "v5:MQTT-3.2.2-16 v5:MQTT-3.1.3-6 v311:MQTT-3.1.3-6 v5:MQTT-3.2.2-3",
     "https://github.com/mochi-mqtt/server/commit/34f9370",
     [](rules& r) { r.assigned_id_is_fresh = [](const client_id_facts&) { return false; }; }},
    {"assigned-id-not-told", "does not return the Client Identifier that it assigned",
     "v5:MQTT-3.1.3-7 v5:MQTT-3.2.2-16", "",
     [](rules& r) { r.assigned_id_is_returned = [](const client_id_facts&) { return false; }; }},
    {"own-id-told-back",
     "every CONNACK has an Assigned Client Identifier, also of clients with one",
     "v5:v5-3.2.2.3.7-a v5:MQTT-3.1.3-7", "",
     [](rules& r) {
       r.assigned_id_is_returned = [](const client_id_facts& f) { return is_v5(f.version); };
     }},

    // CONNECT that is refused.
    {"malformed-connect-answered-by-disconnect", "answers a malformed CONNECT by DISCONNECT",
     "v5:MQTT-3.14.0-1 v5:MQTT-3.2.0-1", "",
     [](rules& r) {
       r.malformed_connect_gets_disconnect = [](const fault_facts& f) { return is_v5(f.version); };
     }},
    {"malformed-connect-discards-session",
     "a malformed CONNECT ends the stored session of its Client Identifier",
     "v5:MQTT-3.2.2-3 v311:MQTT-3.2.2-2 v5:v5-4.1-b v311:v311-3.1.2.4-b "
     "v5:MQTT-3.1.4-1 v311:MQTT-3.1.4-1",
     "",
     [](rules& r) {
       r.malformed_connect_discards_session = [](const fault_facts&) { return true; };
     }},
    {"session-present-1-on-refusal", "a CONNACK that refuses has Session Present 1",
     "v5:MQTT-3.2.2-6 v311:MQTT-3.2.2-4", "https://github.com/halfgaar/FlashMQ/commit/38c399c",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> std::optional<byte_buffer> {
         if (f.packet != wire::packet_type::connack || f.octets[3] == 0) return std::nullopt;
         byte_buffer out(f.octets.begin(), f.octets.end());
         out[2] = 1;
         return out;
       };
     }},
    {"refused-connect-wipes-session", "obeys Clean Start before it checks the credentials",
     "v5:MQTT-3.2.2-3 v311:MQTT-3.2.2-2 v5:v5-4.1-b v311:v311-3.1.2.4-b "
     "v5:MQTT-3.1.4-2 v5:MQTT-3.1.4-4 v5:MQTT-3.1.2-23 v311:MQTT-3.1.4-3 v311:MQTT-3.1.2-4",
     "wolfMQTT F-4305",
     [](rules& r) { r.refusal_discards_session = [](const refusal_facts&) { return true; }; }},
    {"refused-connect-stays-open", "keeps the connection open behind a CONNACK that refuses",
     "v5:MQTT-3.2.2-7 v5:MQTT-3.1.4-2 v5:MQTT-4.13.2-1 v5:MQTT-4.12.0-1 v311:MQTT-3.2.2-5 "
     "v311:MQTT-3.1.3-9 "
     "v311:MQTT-3.1.3-8 "
     "v311:v311-3.1.4-b v311:MQTT-3.1.2-2",
     "", [](rules& r) { r.refusal_closes = [](const refusal_facts&) { return false; }; }},
    {"refused-connect-takes-over", "closes the connection in service for a CONNECT that it refuses",
     "v5:MQTT-3.1.4-2 v5:MQTT-3.1.4-3 v311:v311-3.1.4-b v311:MQTT-3.1.4-2",
     "https://github.com/moscajs/aedes/commit/836d5b7",
     [](rules& r) { r.refusal_takes_over = [](const refusal_facts&) { return true; }; }},
    {"packets-behind-a-refusal-processed", "works on what follows a CONNECT that it refused",
     "v5:MQTT-3.1.4-6 v311:MQTT-3.1.4-5", "",
     [](rules& r) { r.processes_behind_refusal = [](const refusal_facts&) { return true; }; }},
    {"any-password-accepted", "checks the user name only",
     "v5:MQTT-3.1.4-2 v311:v311-3.1.4-b v311:MQTT-3.2.2-5 v311:MQTT-3.2.2-4 v5:MQTT-3.2.2-6 "
     "v5:v5-3.1.4-c",
     "CVE-2016-9877",
     [](rules& r) { r.credentials_accepted = [](const credential_facts&) { return true; }; }},
    {"unknown-authentication-method-accepted",
     "accepts a CONNECT with an Authentication Method that it does not know",
     "v5:MQTT-4.12.0-1 v5:MQTT-3.1.4-2", "",
     [](rules& r) {
       r.authentication_method_accepted = [](const credential_facts&) { return true; };
     }},
    {"connack-code-of-the-other-version", "answers 3.1.1 clients with reason codes of 5.0",
     "v311:MQTT-3.2.2-4 v311:MQTT-3.2.2-6 v311:v311-3.1.4-b v311:MQTT-3.2.2-5",
     "https://github.com/mochi-mqtt/server/commit/80746ab",
     [](rules& r) {
       r.credentials_reason = [](const credential_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? 0x04 : 0x03;
       };
     }},
    {"malformed-311-connect-answered", "sends a CONNACK in answer to a malformed CONNECT of 3.1.1",
     "v311:MQTT-3.1.4-1", "",
     [](rules& r) {
       r.malformed_connect_answer = [](const fault_facts&) -> std::optional<std::uint8_t> {
         return std::uint8_t{2};
       };
     }},
    {"second-connect-ignored", "overlooks a second CONNECT on a connection",
     "v5:MQTT-3.1.0-2 v311:MQTT-3.1.0-2", "https://github.com/moquette-io/moquette/issues/969",
     [](rules& r) { r.second_connect_is_error = [](const close_facts&) { return false; }; }},
    {"strangers-are-kept", "keeps connections open on which no CONNECT comes",
     "v5:v5-3.1.4-a v311:v311-3.1.4-a v5:MQTT-3.1.0-1 v311:MQTT-3.1.0-1", "",
     [](rules& r) { r.stranger_is_dropped = [](const close_facts&) { return false; }; }},
    {"ping-before-connect-answered", "answers PINGREQ on a connection that sent no CONNECT",
     "v5:MQTT-4.13.1-1 v5:MQTT-3.1.0-1 v311:MQTT-4.8.0-1 v311:MQTT-3.1.0-1",
     "https://github.com/halfgaar/FlashMQ/issues/104",
     [](rules& r) { r.connect_must_come_first = [](const close_facts&) { return false; }; }},

    // Takeover.
    {"takeover-keeps-both", "leaves the old connection open at a takeover",
     "v5:MQTT-3.1.4-3 v311:MQTT-3.1.4-2 v5:v5-3.1.4-d", "https://github.com/codepr/sol/issues/17",
     [](rules& r) { r.takeover_closes_old = [](const takeover_facts&) { return false; }; }},
    {"takeover-closes-both", "closes the new connection together with the old one",
     "v5:MQTT-3.1.4-5 v5:MQTT-3.1.4-3 v311:MQTT-3.1.4-4 v311:MQTT-3.1.4-2",
     "https://github.com/Yakifo/amqtt",
     [](rules& r) { r.takeover_closes_new = [](const takeover_facts&) { return true; }; },
     sweeping},
    {"takeover-tells-311", "sends DISCONNECT to a 3.1.1 client whose session is taken over",
     "v311:format v311:MQTT-3.1.4-2", "https://github.com/mochi-mqtt/server",
     [](rules& r) { r.takeover_is_told = [](const takeover_facts&) { return true; }; }},
    {"takeover-with-malformed-reason", "gives reason 0x00 when it takes a session over",
     "v5:MQTT-3.14.2-1 v5:MQTT-3.1.4-3 v5:v5-3.1.4-d",
     "https://github.com/eclipse/mosquitto/issues/2607",
     [](rules& r) { r.takeover_reason = [](const takeover_facts&) -> std::uint8_t { return 0; }; }},
    {"takeover-inherits-ended-session",
     "a session that ends with its connection is inherited by the one that takes over",
     "v5:MQTT-3.2.2-3 v5:v5-3.1.2.11.2-c v5:MQTT-4.1.0-2 v311:MQTT-3.1.2-6 v311:MQTT-3.2.2-3 "
     "v5:v5-4.1-a v5:v5-4.8.2-c",
     "https://github.com/emqx/emqx/issues/18583",
     [](rules& r) {
       r.session_ends_at_close = [](const end_facts& f) {
         return f.interval == 0 && f.cause != close_cause::takeover;
       };
       r.session_end = [](const end_facts& f) {
         return f.interval == 0 ? saturating_add(f.closed_at, std::chrono::seconds(600))
                                : sound_rules().session_end(f);
       };
     }},
    {"takeover-removes-new-session",
     "a second after a takeover the end of the old connection removes the session of the new one",
     "v5:MQTT-4.1.0-1 v5:MQTT-3.1.2-23 v311:MQTT-4.1.0-2 v311:MQTT-3.1.2-4",
     "https://github.com/halfgaar/FlashMQ/commit/eebab1c",
     [](rules& r) {
       r.connected_session_ends = [](const connect_facts& f) -> duration {
         return f.took_over ? std::chrono::seconds(1) : duration::max();
       };
     }},
    {"takeover-loses-subscriptions",
     "the late clean-up of the old connection removes the subscriptions of the new one",
     "v5:MQTT-3.1.2-5 v5:v5-4.1-b v5:MQTT-4.1.0-1 v311:MQTT-3.1.2-4 v311:MQTT-4.1.0-2 "
     "v311:v311-3.1.2.4-b v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1",
     "https://github.com/moquette-io/moquette/issues/561",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) {
         return !f.took_over || f.part != state_part::subscriptions;
       };
     }},
    {"takeover-loses-unacknowledged", "messages in flight at a takeover are not sent again",
     "v5:MQTT-4.4.0-1 v5:MQTT-3.1.2-5 v5:v5-4.1-b v5:MQTT-4.1.0-1 v311:MQTT-4.4.0-1 "
     "v311:MQTT-3.1.2-4 v311:v311-3.1.2.4-b v311:MQTT-4.5.0-1 v5:MQTT-4.5.0-1",
     "",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) {
         return !f.took_over || f.part != state_part::in_flight;
       };
     }},
    {"takeover-loses-received-qos2", "forgets at a takeover which QoS 2 messages it has received",
     "v5:MQTT-4.3.3-10 v5:MQTT-4.3.3-11 v5:MQTT-3.1.2-5 v5:v5-4.1-b v311:MQTT-4.3.3-2 "
     "v311:MQTT-3.1.2-4 v311:v311-3.1.2.4-b",
     "",
     [](rules& r) {
       r.part_is_resumed = [](const resume_facts& f) {
         return !f.took_over || f.part != state_part::received_ids;
       };
     }},

    {"refused-connect-publishes-its-will", "publishes the will of a CONNECT that it refuses",
     "v5:MQTT-3.1.2-8 v311:MQTT-3.1.2-8 v5:MQTT-3.1.4-2", "",
     [](rules& r) { r.refusal_publishes_will = [](const refusal_facts&) { return true; }; }},
    {"unknown-level-closed-without-connack",
     "closes without CONNACK for a Protocol Level that it does not know", "v311:MQTT-3.1.2-2", "",
     [](rules& r) {
       r.unsupported_level_answer = [](const level_facts&) -> std::optional<std::uint8_t> {
         return std::nullopt;
       };
     }},
    {"second-connect-answered", "answers a second CONNECT by a second CONNACK",
     "v5:MQTT-3.2.0-2 v5:MQTT-3.1.0-2 v311:MQTT-3.1.0-2", "",
     [](rules& r) { r.second_connect_is_answered = [](const close_facts&) { return true; }; }},
};

}  // namespace

std::span<const defect> connect_defects() {
  return table;
}

}  // namespace mqttspec::broker
