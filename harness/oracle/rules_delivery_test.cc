#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> delivery_samples() {
  constexpr const char* sent = "message-was-sent";
  constexpr const char* has = "delivery-has-a-subscription";
  constexpr const char* lesser = "qos-is-the-lesser";
  constexpr const char* once = "message-comes-once";
  constexpr const char* order = "order-is-kept";
  const std::string m2_published = R"(
    pub > PUBLISH topic="t/a" qos=1 id=2 payload="m2"
    pub < PUBACK id=2
  )";
  const auto subscribed = [](const std::string& filter, int qos) {
    return "sub > CONNECT client_id=\"t-sub\" clean_start=1\n sub < CONNACK session_present=0\n"
           "sub > SUBSCRIBE id=1 filter=\"" +
           filter + "\" max_qos=" + std::to_string(qos) +
           "\n sub < SUBACK id=1 reasons=[granted_qos_" + std::to_string(qos) + "]\n";
  };
  const std::string q2 = R"(
    pub > PUBLISH topic="t/a" qos=2 id=9 payload="q"
    pub < PUBREC id=9
    pub > PUBREL id=9
    pub < PUBCOMP id=9
  )";
  const std::string unsubscribe =
      "sub > UNSUBSCRIBE id=2 filter=\"t/a\"\n sub < UNSUBACK id=2 reasons=[success]\n";
  return {
      {has, "$share of a client of 3.1.1",
       "old > CONNECT client_id=\"t-old\" clean_session=1\n old < CONNACK session_present=0\n"
       "old > SUBSCRIBE id=1 filter=\"$share/g/t/a\" max_qos=1\n"
       "old < SUBACK id=1 reasons=[granted_qos_1]\n" +
           pub_joins + m1_published + "old < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n",
       false},
      {sent, "another payload",
       both_join + m1_published + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m\"\n", true},
      {sent, "a topic of others", both_join + "sub < PUBLISH topic=\"other\" payload=\"x\"\n",
       false},
      {sent, "octets that are no packet may have been one",
       both_join + "pub > hex(3f 00)\n" + "sub < PUBLISH topic=\"t/a\" payload=\"x\"\n", false},
      {sent, "sent under an alias",
       "pub > CONNECT client_id=\"t-pub\" clean_start=1\n"
       "pub < CONNACK session_present=0 topic_alias_maximum=5\n" +
           sub_joins +
           "pub > PUBLISH topic=\"t/a\" topic_alias=1 payload=\"x\"\n"
           "pub > PUBLISH topic=\"\" topic_alias=1 payload=\"y\"\n"
           "sub < PUBLISH topic=\"t/a\" payload=\"y\"\n",
       false},
      {has, "none", subscribed("t/b", 1) + pub_joins + m1_published + m1_comes, true},
      {has, "one that was removed", both_join + unsubscribe + m1_published + m1_comes, true},
      {has, "that of the former session",
       both_join +
           "sub - abort\n sub > CONNECT client_id=\"t-sub\" clean_start=1\n"
           "sub < CONNACK session_present=0\n" +
           m1_published + m1_comes,
       true},
      {has, "sent before it was removed", both_join + m1_published + unsubscribe + m1_comes, false},
      {has, "ahead of SUBACK",
       "sub > CONNECT client_id=\"t-sub\" clean_start=1\n sub < CONNACK session_present=0\n"
       "sub > SUBSCRIBE id=1 filter=\"t/#\" max_qos=1\n" +
           pub_joins + m1_published + m1_comes + "sub < SUBACK id=1 reasons=[granted_qos_1]\n",
       false},
      {has, "a session that was there before",
       "sub > CONNECT client_id=\"x\" clean_start=0\n sub < CONNACK session_present=1\n" +
           pub_joins + m1_published + m1_comes,
       false},
      {lesser, "above the grant", subscribed("t/a", 0) + pub_joins + m1_published + m1_comes, true},
      {lesser, "above the published",
       both_join + "pub > PUBLISH topic=\"t/a\" payload=\"m1\"\n" + m1_comes, true},
      {lesser, "below both",
       both_join + m1_published + "sub < PUBLISH topic=\"t/a\" payload=\"m1\"\n", true},
      {lesser, "overlapping ones may bring a copy each",
       both_join +
           "sub > SUBSCRIBE id=2 filter=\"t/#\" max_qos=0\n"
           "sub < SUBACK id=2 reasons=[granted_qos_0]\n" +
           m1_published + "sub < PUBLISH topic=\"t/a\" payload=\"m1\"\n" + m1_comes,
       false},
      {once, "twice",
       both_join + q2 +
           "sub < PUBLISH topic=\"t/a\" qos=2 id=1 payload=\"q\"\n"
           "sub < PUBLISH topic=\"t/a\" qos=2 id=2 payload=\"q\"\n",
       true},
      {once, "a repetition of the client is no new message",
       both_join +
           "pub > PUBLISH topic=\"t/a\" qos=2 id=9 payload=\"q\"\n pub < PUBREC id=9\n"
           "pub > PUBLISH topic=\"t/a\" qos=2 dup=1 id=9 payload=\"q\"\n pub < PUBREC id=9\n"
           "sub < PUBLISH topic=\"t/a\" qos=2 id=1 payload=\"q\"\n"
           "sub < PUBLISH topic=\"t/a\" qos=2 id=2 payload=\"q\"\n",
       true},
      {"repeat-has-dup-1", "and that is all: the same delivery again is no second one",
       both_join + q2 + "sub < PUBLISH topic=\"t/a\" qos=2 id=1 payload=\"q\"\n" + "sub - abort\n" +
           sub_resumes + "sub < PUBLISH topic=\"t/a\" qos=2 id=1 payload=\"q\"\n",
       true},
      {once, "a copy with QoS 1 may come again on a resume",
       "sub > CONNECT client_id=\"t-sub\" clean_start=1 session_expiry_interval=60\n"
       "sub < CONNACK session_present=0\n sub > SUBSCRIBE id=1 filter=\"t/a\" max_qos=1\n"
       "sub < SUBACK id=1 reasons=[granted_qos_1]\n" +
           pub_joins + q2 + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"q\"\n" +
           "sub - abort\n" + sub_resumes + "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"q\"\n",
       false},
      {once, "sent twice",
       both_join + q2 + q2 +
           "sub < PUBLISH topic=\"t/a\" qos=2 id=1 payload=\"q\"\n"
           "sub < PUBLISH topic=\"t/a\" qos=2 id=2 payload=\"q\"\n",
       false},
      {once, "QoS 1 may come more than once",
       both_join + m1_published + m1_comes + "sub > PUBACK id=1\n" +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m1\"\n",
       false},
      {order, "the second one first",
       both_join + m1_published + m2_published +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m2\"\n"
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m1\"\n",
       true},
      {order, "another QoS",
       both_join + m1_published +
           "pub > PUBLISH topic=\"t/a\" payload=\"m2\"\n"
           "sub < PUBLISH topic=\"t/a\" payload=\"m2\"\n" +
           m1_comes,
       false},
      {order, "a repeat",
       both_join + m1_published + m2_published + "sub - abort\n" + sub_resumes +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=2 payload=\"m2\"\n"
           "sub < PUBLISH topic=\"t/a\" qos=1 dup=1 id=1 payload=\"m1\"\n",
       false},
  };
}

}  // namespace mqttspec::oracle
