#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> limit_samples() {
  const auto joined = [](const std::string& properties) {
    return "sub > CONNECT client_id=\"t-sub\" clean_start=1 " + properties +
           "\n sub < CONNACK session_present=0\n"
           "sub > SUBSCRIBE id=1 filter=\"t/a\" max_qos=1\n"
           "sub < SUBACK id=1 reasons=[granted_qos_1]\n" +
           pub_joins + m1_published + "pub > PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m2\"\n" +
           "pub < PUBACK id=2\n";
  };
  const std::string m2_comes = "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m2\"\n";
  constexpr const char* maximum = "receive-maximum";
  constexpr const char* size = "maximum-packet-size";
  constexpr const char* alias = "topic-alias";
  constexpr const char* problem = "request-problem-information";
  constexpr const char* response = "request-response-information";
  constexpr const char* method = "authentication-is-asked-for";
  const std::string connect = "c > CONNECT client_id=\"t-c\" clean_start=1";
  return {
      {maximum, "two at once", joined("receive_maximum=1") + m1_comes + m2_comes, true},
      {maximum, "one behind the other",
       joined("receive_maximum=1") + m1_comes + "sub > PUBACK id=1\n" + m2_comes, false},
      {maximum, "a new connection begins anew",
       joined("receive_maximum=1 session_expiry_interval=60") + m1_comes +
           "sub - abort\n sub > CONNECT client_id=\"t-sub\" clean_start=0 receive_maximum=1\n"
           "sub < CONNACK session_present=1\n"
           "sub < PUBLISH topic=\"t/a\" qos=1 dup=1 id=1 payload=\"m1\"\n",
       false},
      {size, "an octet too many", joined("maximum_packet_size=11") + m1_comes, true},
      {size, "just as large", joined("maximum_packet_size=12") + m1_comes, false},
      {alias, "none is allowed",
       joined("") + "sub < PUBLISH topic=\"t/a\" topic_alias=1 payload=\"m1\" qos=1 id=1\n", true},
      {alias, "above the maximum",
       joined("topic_alias_maximum=2") +
           "sub < PUBLISH topic=\"t/a\" topic_alias=3 payload=\"m1\" qos=1 id=1\n",
       true},
      {alias, "not set before",
       joined("topic_alias_maximum=2") +
           "sub < PUBLISH topic=\"\" topic_alias=2 payload=\"m1\" qos=1 id=1\n",
       true},
      {alias, "set, then used",
       joined("topic_alias_maximum=2") +
           "sub < PUBLISH topic=\"t/a\" topic_alias=2 payload=\"m1\" qos=1 id=1\n"
           "sub < PUBLISH topic=\"\" topic_alias=2 payload=\"m2\" qos=1 id=2\n",
       false},
      {problem, "a reason string on PUBACK",
       connect + " request_problem_information=0\n c < CONNACK session_present=0\n"
                 "c > PUBLISH topic=\"t/a\" qos=1 id=1\n c < PUBACK id=1 reason_string=\"x\"\n",
       true},
      {problem, "a reason string on CONNACK",
       connect + " request_problem_information=0\n"
                 "c < CONNACK session_present=0 reason_string=\"x\"\n",
       false},
      {problem, "the client wants it",
       connect + "\n c < CONNACK session_present=0\n"
                 "c > PUBLISH topic=\"t/a\" qos=1 id=1\n c < PUBACK id=1 reason_string=\"x\"\n",
       false},
      {response, "not asked for",
       connect + "\n c < CONNACK session_present=0 response_information=\"x\"\n", true},
      {response, "asked for",
       connect + " request_response_information=1\n"
                 "c < CONNACK session_present=0 response_information=\"x\"\n",
       false},
      {method, "a method that nobody named",
       connect + "\n c < CONNACK session_present=0 authentication_method=\"x\"\n", true},
      {method, "none", connect + "\n c < CONNACK session_present=0\n", false},
  };
}

}  // namespace mqttspec::oracle
