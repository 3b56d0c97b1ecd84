#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> property_samples() {
  constexpr const char* passed = "properties-are-passed-on";
  constexpr const char* expiry = "message-expiry";
  const auto published = [](const std::string& properties) {
    return "pub > PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\" " + properties +
           "\n pub < PUBACK id=1\n";
  };
  const auto comes = [](const std::string& properties) {
    return "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\" " + properties + "\n";
  };
  const auto through = [&](const std::string& sent, const std::string& got) {
    return both_join + published(sent) + comes(got);
  };
  const auto waited = [&](const std::string& time, const std::string& got) {
    return both_join + sub_leaves + published("message_expiry_interval=60") + "+ " + time + "\n" +
           sub_resumes + comes(got);
  };
  return {
      {passed, "one is missing", through("content_type=\"x\"", ""), true},
      {passed, "one is another", through("response_topic=\"x\"", "response_topic=\"y\""), true},
      {passed, "user properties change places",
       through("user_property={\"a\": \"1\" \"b\": \"2\"}",
               "user_property={\"b\": \"2\" \"a\": \"1\"}"),
       true},
      {passed, "a server may add its own user property",
       through("user_property={\"a\": \"1\"}", "user_property={\"s\": \"0\" \"a\": \"1\"}"), false},
      {passed, "all of them",
       through("content_type=\"x\" correlation_data=\"c\"",
               "content_type=\"x\" correlation_data=\"c\""),
       false},
      {passed, "the message of a 3.1.1 client has none",
       sub_joins +
           "old > CONNECT client_id=\"t-old\" clean_session=1\n"
           "old < CONNACK session_present=0\n old > PUBLISH topic=\"t/a\" qos=1 id=1 "
           "payload=\"m1\"\n"
           "old < PUBACK id=1\n" +
           comes(""),
       false},
      {expiry, "more than was sent",
       through("message_expiry_interval=9", "message_expiry_interval=10"), true},
      {expiry, "invented", through("", "message_expiry_interval=10"), true},
      {expiry, "lost", through("message_expiry_interval=9", ""), true},
      {expiry, "not lessened", waited("20s", "message_expiry_interval=60"), true},
      {expiry, "lessened too much", waited("2s", "message_expiry_interval=50"), true},
      {expiry, "expired",
       both_join + sub_leaves + published("message_expiry_interval=3") + "+ 10s\n" + sub_resumes +
           comes("message_expiry_interval=1"),
       true},
      {expiry, "lessened", waited("20s", "message_expiry_interval=40"), false},
      {expiry, "a second more or less is the clock's", waited("20s", "message_expiry_interval=41"),
       false},
      {expiry, "what is sent again is not judged",
       both_join + published("message_expiry_interval=3") + comes("message_expiry_interval=3") +
           "sub - abort\n + 10s\n" + sub_resumes + comes("dup=1 message_expiry_interval=3"),
       false},
  };
}

}  // namespace mqttspec::oracle
