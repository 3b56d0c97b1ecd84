// AUTH, access rules, and what the operator does not let clients have.

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;
using wire::wire_error;

constexpr std::uint8_t no_such_identifier_v5 = 0x85;
constexpr std::uint8_t no_such_identifier_v311 = 0x02;

constexpr defect table[] = {
    // AUTH.
    {"auth-with-code-0", "asks by AUTH 0x00 instead of 0x18", "v5:MQTT-4.12.0-2", "",
     [](rules& r) {
       r.authentication_reason = [](const authentication_facts&) -> std::uint8_t { return 0; };
     }},
    {"auth-that-re-authenticates", "asks by AUTH 0x19 instead of 0x18", "v5:MQTT-4.12.0-2", "",
     [](rules& r) {
       r.authentication_reason = [](const authentication_facts& f) -> std::uint8_t {
         return f.right ? 0 : 0x19;
       };
     }},
    {"auth-without-its-method", "leaves the method out of AUTH",
     "v5:MQTT-4.12.0-5 v5:v5-3.15.2.2.2-a", "",
     [](rules& r) {
       r.method_is_repeated = [](const authentication_facts& f) { return f.right && !f.again; };
     }},
    {"connack-without-the-method", "leaves the method out of the CONNACK that ends an exchange",
     "v5:MQTT-4.12.0-5", "",
     [](rules& r) {
       r.method_is_repeated = [](const authentication_facts& f) { return !f.right || f.again; };
     }},
    {"any-response-accepted", "accepts whatever the client answers",
     "v5:v5-3.1.4-c v5:MQTT-3.1.4-2 v5:MQTT-4.12.0-4 v5:MQTT-4.12.1-2", "",
     [](rules& r) { r.response_accepted = [](const authentication_facts&) { return true; }; }},
    {"failed-authentication-stays-open",
     "keeps the connection of a client that fails to authenticate",
     "v5:MQTT-4.12.0-4 v5:MQTT-4.13.1-1 v5:v5-3.15.2.2.2-a v5:MQTT-4.12.0-5", "",
     [](rules& r) {
       r.failed_authentication_closes = [](const authentication_facts& f) { return f.again; };
     }},
    {"failed-re-authentication-stays-open",
     "keeps the connection of a client that fails to authenticate again",
     "v5:MQTT-4.12.1-2 v5:MQTT-4.12.0-5 v5:MQTT-4.13.1-1 v5:v5-3.15.2.2.2-a", "",
     [](rules& r) {
       r.failed_authentication_closes = [](const authentication_facts& f) { return !f.again; };
     }},
    {"auth-of-another-method-taken", "does not compare the method in AUTH with that in CONNECT",
     "v5:MQTT-4.12.0-5 v5:MQTT-4.13.1-1 v5:v5-3.15-a v5:v5-3.15.2.2.2-a", "",
     [](rules& r) {
       r.authentication_fault = [](const authentication_facts& f) -> std::uint8_t {
         authentication_facts same = f;
         same.other_method = false;
         return sound_rules().authentication_fault(same);
       };
     }},
    {"auth-with-another-code-taken", "takes AUTH of any reason code for the one that is due",
     "v5:MQTT-4.13.1-1", "",
     [](rules& r) {
       r.authentication_fault = [](const authentication_facts& f) -> std::uint8_t {
         return f.other_method ? 0x82 : 0;
       };
     }},
    {"unknown-reason-in-auth-taken", "overlooks a reason code that AUTH may not carry",
     "v5:MQTT-3.15.2-1 v5:MQTT-4.13.1-1", "",
     [](rules& r) {
       r.fault_is_tolerated = [](const fault_facts& f) {
         return f.error == wire_error::unknown_reason && f.packet == packet_type::auth;
       };
     }},
    {"two-methods-in-auth-taken", "overlooks a second Authentication Method in AUTH",
     "v5:v5-3.15.2.2.2-a v5:MQTT-4.13.1-1", "",
     [](rules& r) {
       r.fault_is_tolerated = [](const fault_facts& f) {
         return f.error == wire_error::duplicate_property && f.packet == packet_type::auth;
       };
     }},
    {"data-without-method-in-auth-taken", "overlooks AUTH with data and without a method",
     "v5:v5-3.15.2.2.2-a v5:MQTT-4.13.1-1", "",
     [](rules& r) {
       r.fault_is_tolerated = [](const fault_facts& f) {
         return f.error == wire_error::authentication_data_without_method &&
                f.packet == packet_type::auth;
       };
     }},
    {"served-before-authentication", "answers PINGREQ before it has authenticated the client",
     "v5:MQTT-3.2.0-1 v5:MQTT-4.13.1-1", "",
     [](rules& r) { r.others_wait_for_authentication = [](const form_facts&) { return false; }; }},

    // Access rules.
    {"denied-publish-delivered", "passes on what a client may not publish",
     "v5:v5-3.1.4-c v311:v311-3.1.4-b", "",
     [](rules& r) {
       r.access_refusal = [](const access_facts& f) -> std::uint8_t {
         return f.packet == packet_type::publish ? 0 : sound_rules().access_refusal(f);
       };
     }},
    {"denied-subscription-granted", "grants what a client may not subscribe to",
     "v5:v5-3.1.4-c v311:v311-3.1.4-b", "",
     [](rules& r) {
       r.access_refusal = [](const access_facts& f) -> std::uint8_t {
         return f.packet == packet_type::subscribe ? 0 : sound_rules().access_refusal(f);
       };
     }},
    {"denied-publish-not-answered", "neither acknowledges nor closes for what may not be published",
     "v5:MQTT-4.3.2-4 v5:MQTT-4.3.3-8 v5:MQTT-3.3.4-1 v311:MQTT-3.3.5-2", "",
     [](rules& r) {
       r.publish_is_acknowledged = [](const publish_facts& f) {
         return !f.denied && sound_rules().publish_is_acknowledged(f);
       };
     }},
    {"refused-qos2-keeps-its-identifier",
     "takes what follows a PUBREC that refused for a repetition",
     "v5:MQTT-4.3.3-9 v5:v5-4.3.3-a v5:v5-2.2.1-a", "",
     [](rules& r) { r.received_id_is_kept = [](const publish_facts& f) { return f.qos == 2; }; }},
    {"refusing-answer-ends-the-connection", "closes the connection behind a PUBACK that refuses",
     "v5:v5-4.13.2-a", "",
     [](rules& r) {
       r.failing_answer_spares_connection = [](const publish_facts&) { return false; };
     }},
    {"refused-credentials-of-311-not-told",
     "closes without CONNACK when a client of 3.1.1 has wrong credentials", "v311:v311-3.2.2.3-a",
     "",
     [](rules& r) {
       r.refusal_is_told = [](const refusal_facts& f) {
         return is_v5(f.version) || f.reason == no_such_identifier_v311;
       };
     }},
    {"refused-identifier-stays-open",
     "keeps the connection of a client whose identifier it refused",
     "v5:MQTT-3.1.3-8 v5:MQTT-3.2.2-7 v5:MQTT-4.13.2-1 v311:MQTT-3.1.3-9 v311:MQTT-3.2.2-5", "",
     [](rules& r) {
       r.refusal_closes = [](const refusal_facts& f) {
         return f.reason != (is_v5(f.version) ? no_such_identifier_v5 : no_such_identifier_v311);
       };
     }},
    {"empty-client-id-closed-without-connack",
     "closes without CONNACK when a client of 5.0 has no Client Identifier",
     "v5:MQTT-3.1.3-6 v5:MQTT-3.1.3-7 v5:MQTT-3.1.3-8 v5:MQTT-3.1.4-5", "",
     [](rules& r) {
       r.client_id_refusal = [](const client_id_facts& f) -> std::uint8_t {
         if (is_v5(f.version) && f.client_id.empty()) return no_such_identifier_v5;
         return sound_rules().client_id_refusal(f);
       };
       r.refusal_is_told = [](const refusal_facts& f) { return f.reason != no_such_identifier_v5; };
     }},

    // What the server announced that it has not.
    {"wildcards-taken-against-its-word", "grants wildcards although it announced to have none",
     "v5:v5-3.2.2.3.11-a v311:MQTT-3.8.3-2", "",
     [](rules& r) {
       r.subscription_refusal = [](const filter_facts& f) -> std::uint8_t {
         return f.wildcard ? 0 : sound_rules().subscription_refusal(f);
       };
     }},
    {"shares-taken-against-its-word", "grants shares although it announced to have none",
     "v5:v5-3.2.2.3.13-a", "",
     [](rules& r) {
       r.subscription_refusal = [](const filter_facts& f) -> std::uint8_t {
         return f.shared ? 0 : sound_rules().subscription_refusal(f);
       };
     }},
    {"subscription-identifiers-taken-against-its-word",
     "takes Subscription Identifiers although it announced to have none", "v5:v5-3.2.2.3.12-a", "",
     [](rules& r) {
       r.subscription_refusal = [](const filter_facts& f) -> std::uint8_t {
         return f.has_identifier ? 0 : sound_rules().subscription_refusal(f);
       };
     }},
    {"unsupported-filter-goes-on", "answers a filter that it has not by SUBACK 0x00 and goes on",
     "v5:v5-3.2.2.3.11-a v5:v5-3.2.2.3.12-a v5:v5-3.2.2.3.13-a v311:MQTT-3.8.3-2", "",
     [](rules& r) {
       r.refused_subscription_is_error = [](const filter_facts&) { return false; };
       r.subscription_refusal = [](const filter_facts&) -> std::uint8_t { return 0; };
     }},
    {"no-wildcards-for-311", "refuses filters with wildcards to clients of 3.1.1",
     "v311:v311-3.8.3-a", "",
     [](rules& r) {
       r.subscription_refusal = [](const filter_facts& f) -> std::uint8_t {
         if (!is_v5(f.version) && f.wildcard) return 0xA2;
         return sound_rules().subscription_refusal(f);
       };
     },
     sweeping},
};

}  // namespace

std::span<const defect> authentication_defects() {
  return table;
}

}  // namespace mqttspec::broker
