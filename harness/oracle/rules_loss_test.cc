#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> loss_samples() {
  constexpr const char* accepted = "accepted-is-delivered";
  constexpr const char* highest = "overlap-at-the-highest";
  const std::string overlapping = both_join +
                                  "sub > SUBSCRIBE id=2 filter=\"t/#\" max_qos=0\n"
                                  "sub < SUBACK id=2 reasons=[granted_qos_0]\n";
  const std::string low = "sub < PUBLISH topic=\"t/a\" payload=\"m1\"\n";
  return {
      {accepted, "on a connection", both_join + m1_published + "+ 4s", true},
      {accepted, "over a resume", both_join + sub_leaves + m1_published + sub_resumes + "+ 4s",
       true},
      {accepted, "too large for the connection before",
       "sub > CONNECT client_id=\"t-sub\" clean_start=1 session_expiry_interval=60 "
       "maximum_packet_size=20\n"
       "sub < CONNACK session_present=0\n"
       "sub > SUBSCRIBE id=1 filter=\"t/a\" max_qos=2\n"
       "sub < SUBACK id=1 reasons=[granted_qos_2]\n" +
           pub_joins + m1_published + sub_leaves + sub_resumes + "+ 4s",
       false},
      {accepted, "not yet", both_join + m1_published + "+ 1s", false},
      {accepted, "never acknowledged",
       both_join + "pub > PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n pub - closed\n + 9s",
       false},
      {accepted, "a client that takes one at a time has one",
       both_join + m1_published + m1_comes +
           "pub > PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m2\"\n pub < PUBACK id=2\n + 9s",
       false},
      {accepted, "no longer subscribed",
       both_join +
           "sub > UNSUBSCRIBE id=2 filter=\"t/a\"\n"
           "sub < UNSUBACK id=2 reasons=[success]\n" +
           m1_published + "+ 4s",
       false},
      {accepted, "it came", both_join + m1_published + m1_comes + "+ 4s", false},
      {highest, "at the lower one", overlapping + m1_published + low + "+ 4s", true},
      {highest, "both", overlapping + m1_published + low + m1_comes + "+ 4s", false},
  };
}

}  // namespace mqttspec::oracle
