#pragma once
// Inside of client_watch: the rules for clients, each with its sentence and the statements that it
// cites.

#include <array>
#include <string_view>

namespace mqttspec::oracle {

struct client_rule {
  std::string_view name;
  std::string_view sentence;
  std::string_view v5;  // statements with blanks between
  std::string_view v311;
};

inline constexpr client_rule well_formed{"client-well-formed",
                                         "every packet of a client has the laid-down format",
                                         "v5-7.1.1-a", "format"};
inline constexpr client_rule connect_first{
    "client-connects-first", "CONNECT is the first packet, and the only one",
    "MQTT-3.1.0-1 MQTT-3.1.0-2", "MQTT-3.1.0-1 MQTT-3.1.0-2"};
inline constexpr client_rule free_identifier{
    "client-identifier-is-free", "a new message or request has an identifier that is not in use",
    "MQTT-2.2.1-3", "MQTT-2.3.1-2"};
inline constexpr client_rule dup_1{"client-repeat-has-dup-1",
                                   "a PUBLISH that is sent again has DUP 1", "MQTT-3.3.1-1",
                                   "MQTT-3.3.1-1"};
inline constexpr client_rule dup_0_qos1{"client-first-qos1-has-dup-0",
                                        "a QoS 1 message that is sent for the first time has DUP 0",
                                        "MQTT-4.3.2-2", "MQTT-4.3.2-1"};
inline constexpr client_rule dup_0_qos2{"client-first-qos2-has-dup-0",
                                        "a QoS 2 message that is sent for the first time has DUP 0",
                                        "MQTT-4.3.3-2", "MQTT-4.3.3-1"};
inline constexpr client_rule repeat_on_resume{
    "client-repeats-on-a-resume", "what is unacknowledged is sent again on a resume only (5.0)",
    "MQTT-4.4.0-1", ""};
inline constexpr client_rule no_publish_behind_pubrel{"client-no-publish-behind-pubrel",
                                                      "no PUBLISH comes again behind its PUBREL",
                                                      "MQTT-4.3.3-6", "MQTT-4.3.3-1"};
inline constexpr client_rule repeat_order{
    "client-repeats-in-order", "messages are sent again in the order in which they were sent",
    "MQTT-4.6.0-1", "MQTT-4.6.0-1"};
inline constexpr client_rule owed_repeats{
    "client-owed-is-sent-again", "a resume brings every unacknowledged PUBLISH and PUBREL again",
    "MQTT-4.4.0-1", "MQTT-4.4.0-1"};
inline constexpr client_rule lost_is_lost{"client-lost-session-is-lost",
                                          "Session Present 0: nothing of the old session is sent",
                                          "MQTT-3.2.2-5", ""};
inline constexpr client_rule puback_order{"client-pubacks-in-order",
                                          "PUBACKs come in the order of their messages",
                                          "MQTT-4.6.0-2", "MQTT-4.6.0-2"};
inline constexpr client_rule pubrec_order{"client-pubrecs-in-order",
                                          "PUBRECs come in the order of their messages",
                                          "MQTT-4.6.0-3", "MQTT-4.6.0-3"};
inline constexpr client_rule pubrel_order{"client-pubrels-in-order",
                                          "PUBRELs come in the order of the PUBRECs",
                                          "MQTT-4.6.0-4", "MQTT-4.6.0-4"};
inline constexpr client_rule answers{
    "client-answers-what-came",
    "PUBACK, PUBREC and PUBCOMP have the identifier of what they answer", "MQTT-2.2.1-5",
    "MQTT-2.3.1-6"};
inline constexpr client_rule quota{"client-receive-maximum",
                                   "no more messages are open than the server's Receive Maximum",
                                   "MQTT-3.3.4-7 MQTT-4.9.0-2", ""};
inline constexpr client_rule qos_limit{
    "client-maximum-qos", "no QoS above the server's Maximum QoS", "MQTT-3.2.2-11", ""};
inline constexpr client_rule retain_limit{"client-retain-available",
                                          "no RETAIN 1 for a server that retains nothing",
                                          "MQTT-3.2.2-14", ""};
inline constexpr client_rule size_limit{
    "client-maximum-packet-size", "no packet larger than the server takes", "MQTT-3.2.2-15", ""};
inline constexpr client_rule alias_limit{"client-topic-alias-maximum",
                                         "no Topic Alias above the server's maximum",
                                         "MQTT-3.2.2-17 MQTT-3.3.2-9", ""};
inline constexpr client_rule no_alias{
    "client-no-topic-alias", "no Topic Alias where the server has no maximum", "MQTT-3.2.2-18", ""};
inline constexpr client_rule alias_is_new{"client-alias-is-of-this-connection",
                                          "an alias without a topic was set on the same connection",
                                          "MQTT-3.3.2-7", ""};
inline constexpr client_rule goodbye{"client-disconnect-is-the-last",
                                     "nothing comes behind DISCONNECT", "MQTT-3.14.4-1",
                                     "MQTT-3.14.4-2"};
inline constexpr client_rule keep_alive{"client-keep-alive",
                                        "a client is not silent for longer than its Keep Alive",
                                        "MQTT-3.1.2-20", "MQTT-3.1.2-23"};
inline constexpr client_rule server_keep_alive{
    "client-server-keep-alive", "a client is not silent for longer than the Server Keep Alive",
    "MQTT-3.2.2-21 MQTT-3.1.2-21", ""};
inline constexpr client_rule no_auth{"client-auth-needs-a-method",
                                     "no AUTH where CONNECT named no method", "MQTT-4.12.0-7", ""};

inline constexpr std::array client_rules = {
    well_formed,       connect_first, free_identifier,  dup_1,
    dup_0_qos1,        dup_0_qos2,    repeat_on_resume, no_publish_behind_pubrel,
    repeat_order,      owed_repeats,  lost_is_lost,     puback_order,
    pubrec_order,      pubrel_order,  answers,          quota,
    qos_limit,         retain_limit,  size_limit,       alias_limit,
    no_alias,          alias_is_new,  goodbye,          keep_alive,
    server_keep_alive, no_auth};

}  // namespace mqttspec::oracle
