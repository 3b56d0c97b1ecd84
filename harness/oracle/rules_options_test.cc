#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> option_samples() {
  constexpr const char* local = "no-local";
  constexpr const char* flag = "retain-flag";
  constexpr const char* asked = "retained-needs-a-subscribe";
  constexpr const char* ids = "subscription-identifiers";
  constexpr const char* brings = "subscribe-brings-retained";
  const auto subscribed = [](const std::string& options) {
    return "sub > CONNECT client_id=\"t-sub\" clean_start=1 session_expiry_interval=60\n"
           "sub < CONNACK session_present=0\n"
           "sub > SUBSCRIBE id=1 filter=\"t/a\" max_qos=1 " +
           options + "\n sub < SUBACK id=1 reasons=[granted_qos_1]\n";
  };
  const auto published = [](const std::string& fields) {
    return "pub > PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\" " + fields +
           "\n pub < PUBACK id=1\n";
  };
  const auto comes = [](const std::string& fields) {
    return "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\" " + fields + "\n";
  };
  const std::string own =
      "sub > PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n sub < PUBACK id=1\n";
  const std::string old_subscribes = old_joins + pub_joins;
  return {
      {local, "the own message", subscribed("no_local=1") + own + comes(""), true},
      {local, "the own message, wanted", subscribed("") + own + comes(""), false},
      {local, "that of another", subscribed("no_local=1") + pub_joins + published("") + comes(""),
       false},
      {local, "the own message, retained, that SUBSCRIBE brings",
       both_join + "sub > PUBLISH topic=\"t/b\" retain=1 payload=\"m1\"\n"
                   "sub > SUBSCRIBE id=2 filter=\"t/b\" max_qos=1 no_local=1\n"
                   "sub < SUBACK id=2 reasons=[granted_qos_1]\n"
                   "sub < PUBLISH topic=\"t/b\" retain=1 payload=\"m1\"\n",
       false},
      {flag, "RETAIN 1 for an established subscription",
       subscribed("") + pub_joins + published("retain=1") + comes("retain=1"), true},
      {flag, "RETAIN 1 out of nowhere",
       subscribed("retain_as_published=1") + pub_joins + published("") + comes("retain=1"), true},
      {flag, "Retain As Published without effect",
       subscribed("retain_as_published=1") + pub_joins + published("retain=1") + comes(""), true},
      {flag, "RETAIN 1 for an established subscription of 3.1.1",
       old_subscribes + published("retain=1") +
           "old < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\" retain=1\n",
       true},
      {flag, "as published",
       subscribed("retain_as_published=1") + pub_joins + published("retain=1") + comes("retain=1"),
       false},
      {flag, "because of SUBSCRIBE",
       pub_joins + published("retain=1") + subscribed("") + comes("retain=1"), false},
      {asked, "once more on a resume",
       pub_joins + published("retain=1") + subscribed("") + comes("retain=1") +
           "sub > PUBACK id=1\n sub > DISCONNECT\n sub - closed\n" + sub_resumes +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m1\" retain=1\n",
       true},
      {asked, "Retain Handling 2 beside a share",
       pub_joins + published("retain=1") + subscribed("retain_handling=2") +
           "sub > SUBSCRIBE id=2 filter=\"$share/g/t/a\" max_qos=1\n"
           "sub < SUBACK id=2 reasons=[granted_qos_1]\n" +
           comes("retain=1"),
       false},
      {asked, "Retain Handling 2",
       pub_joins + published("retain=1") + subscribed("retain_handling=2") + comes("retain=1"),
       true},
      {asked, "Retain Handling 1 for a held filter",
       pub_joins + published("retain=1") + subscribed("retain_handling=1") + comes("retain=1") +
           "sub > PUBACK id=1\n sub > SUBSCRIBE id=2 filter=\"t/a\" max_qos=1 retain_handling=1\n"
           "sub < SUBACK id=2 reasons=[granted_qos_1]\n" +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m1\" retain=1\n",
       true},
      {asked, "each SUBSCRIBE with Retain Handling 0",
       pub_joins + published("retain=1") + subscribed("") + comes("retain=1") +
           "sub > PUBACK id=1\n sub > SUBSCRIBE id=2 filter=\"t/a\" max_qos=1\n"
           "sub < SUBACK id=2 reasons=[granted_qos_1]\n" +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m1\" retain=1\n",
       false},
      {brings, "none comes", pub_joins + published("retain=1") + subscribed("") + "+ 4s", true},
      {brings, "none is wanted",
       pub_joins + published("retain=1") + subscribed("retain_handling=2") + "+ 4s", false},
      {brings, "it was cleared",
       pub_joins + published("retain=1") +
           "pub > PUBLISH topic=\"t/a\" qos=1 id=2 retain=1 payload=\"\"\n pub < PUBACK id=2\n" +
           subscribed("") + "+ 4s",
       false},
      {brings, "it comes",
       pub_joins + published("retain=1") + subscribed("") + comes("retain=1") + "+ 4s", false},
      {ids, "another one",
       subscribed("subscription_identifier=5") + pub_joins + published("") +
           comes("subscription_identifier=6"),
       true},
      {ids, "none", subscribed("subscription_identifier=5") + pub_joins + published("") + comes(""),
       true},
      {ids, "its own",
       subscribed("subscription_identifier=5") + pub_joins + published("") +
           comes("subscription_identifier=5"),
       false},
  };
}

}  // namespace mqttspec::oracle
