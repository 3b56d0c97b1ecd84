#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> answer_samples() {
  constexpr const char* has = "answer-has-a-request";
  constexpr const char* codes = "one-code-for-each-filter";
  constexpr const char* granted = "granted-is-at-most-what-was-asked";
  constexpr const char* answered = "request-is-answered";
  constexpr const char* nobody = "no-matching-subscribers-is-true";
  const std::string publish = "pub > PUBLISH topic=\"t/a\" qos=1 id=5 payload=\"m\"\n";
  const std::string subscribe = "pub > SUBSCRIBE id=3 filters=[\"t/x\" \"t/y\"] max_qos=1\n";
  return {
      {has, "another identifier", pub_joins + publish + "pub < PUBACK id=6\n", true},
      {has, "an answer too many", pub_joins + publish + "pub < PUBACK id=5\n pub < PUBACK id=5\n",
       true},
      {has, "PUBREC for QoS 1", pub_joins + publish + "pub < PUBREC id=5\n", true},
      {has, "PINGRESP for nothing", pub_joins + "pub < PINGRESP\n", true},
      {has, "SUBACK for nothing", pub_joins + "pub < SUBACK id=1 reasons=[granted_qos_0]\n", true},
      {has, "PUBCOMP for a PUBREL, known or not",
       pub_joins + "pub > PUBREL id=9\n pub < PUBCOMP id=9\n", false},
      {has, "in any order",
       pub_joins + publish + "pub > PINGREQ\n pub < PINGRESP\n pub < PUBACK id=5\n", false},
      {has, "something malformed may have been answered",
       pub_joins + "pub > hex(60 02 00 05)\n pub < PUBCOMP id=5\n", false},
      {has, "PUBREC again on a resume",
       "pub > CONNECT client_id=\"t-pub\" clean_start=1 session_expiry_interval=60\n"
       "pub < CONNACK session_present=0\n"
       "pub > PUBLISH topic=\"t/a\" qos=2 id=5 payload=\"m\"\n pub < PUBREC id=5\n pub - abort\n"
       "pub > CONNECT client_id=\"t-pub\" clean_start=0 session_expiry_interval=60\n"
       "pub < CONNACK session_present=1\n pub < PUBREC id=5\n",
       false},
      {codes, "one for two filters",
       pub_joins + subscribe + "pub < SUBACK id=3 reasons=[granted_qos_1]\n", true},
      {codes, "UNSUBACK without enough",
       pub_joins + "pub > UNSUBSCRIBE id=3 filters=[\"t/x\" \"t/y\"]\n"
                   "pub < UNSUBACK id=3 reasons=[success]\n",
       true},
      {codes, "two for two filters",
       pub_joins + subscribe + "pub < SUBACK id=3 reasons=[granted_qos_1 granted_qos_0]\n", false},
      {granted, "QoS 2 where 1 was asked for",
       pub_joins + subscribe + "pub < SUBACK id=3 reasons=[granted_qos_1 granted_qos_2]\n", true},
      {granted, "codes in another order",
       pub_joins + "pub > SUBSCRIBE id=3 filters=[\"t/x\" \"t/y\"] max_qos=[0 1]\n"
                   "pub < SUBACK id=3 reasons=[granted_qos_1 granted_qos_0]\n",
       true},
      {granted, "less than was asked for, and a refusal",
       pub_joins + subscribe + "pub < SUBACK id=3 reasons=[granted_qos_0 unspecified_error]\n",
       false},
      {answered, "no PUBACK", pub_joins + publish + "+ 4s", true},
      {answered, "no PINGRESP", pub_joins + "pub > PINGREQ\n + 4s", true},
      {answered, "not yet", pub_joins + publish + "+ 2s", false},
      {answered, "the connection was closed", pub_joins + publish + "pub - closed\n + 9s", false},
      {answered, "the client has said goodbye",
       pub_joins + "pub > PINGREQ\n pub > DISCONNECT\n pub - closed\n + 9s", false},
      {nobody, "0x10 although one is there",
       both_join + publish + "pub < PUBACK id=5 reason=no_matching_subscribers\n", true},
      {nobody, "0x10 when it is the publisher, that asked for No Local",
       pub_joins +
           "pub > SUBSCRIBE id=3 filter=\"t/a\" max_qos=1\n"
           "pub < SUBACK id=3 reasons=[granted_qos_1]\n"
           "pub > SUBSCRIBE id=4 filter=\"t/a\" max_qos=1 no_local=1\n"
           "pub < SUBACK id=4 reasons=[granted_qos_1]\n" +
           publish + "pub < PUBACK id=5 reason=no_matching_subscribers\n",
       false},
      {nobody, "0x10 for another topic",
       both_join + "pub > PUBLISH topic=\"t/b\" qos=1 id=5\n"
                   "pub < PUBACK id=5 reason=no_matching_subscribers\n",
       false},
      {nobody, "0x10 when the one has left",
       both_join + sub_leaves + publish + "pub < PUBACK id=5 reason=no_matching_subscribers\n",
       false},
  };
}

}  // namespace mqttspec::oracle
