#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> will_samples() {
  constexpr const char* goodbye = "no-will-behind-goodbye";
  constexpr const char* living = "no-will-of-the-living";
  constexpr const char* delay = "will-waits-for-its-delay";
  constexpr const char* published = "will-is-published";
  const std::string with_will = sub_joins + R"(
    w > CONNECT client_id="t-w" clean_start=1 will_topic="t/a" will_payload="w"
    w < CONNACK session_present=0
  )";
  const std::string delayed = sub_joins + R"(
    w > CONNECT client_id="t-w" clean_start=1 session_expiry_interval=60 will_topic="t/a" will_payload="w" will_delay_interval=10
    w < CONNACK session_present=0
  )";
  const std::string comes = "sub < PUBLISH topic=\"t/a\" payload=\"w\"\n";
  return {
      {published, "never", with_will + "w - abort\n + 4s", true},
      {published, "never, behind its delay", delayed + "w - abort\n + 14s", true},
      {published, "not yet", delayed + "w - abort\n + 5s", false},
      {published, "said goodbye", with_will + "w > DISCONNECT\n w - closed\n + 9s", false},
      {published, "its client came back",
       delayed + "w - abort\n w > CONNECT client_id=\"t-w\" clean_start=0 "
                 "session_expiry_interval=60\n w < CONNACK session_present=1\n + 20s",
       false},
      {published, "it came", with_will + "w - abort\n" + comes + "+ 9s", false},
      {goodbye, "behind DISCONNECT", with_will + "w > DISCONNECT\n w - closed\n" + comes, true},
      {goodbye, "the connection was lost", with_will + "w - abort\n" + comes, false},
      {goodbye, "DISCONNECT asks for it",
       with_will + "w > DISCONNECT reason=disconnect_with_will_message\n w - closed\n" + comes,
       false},
      {goodbye, "the DISCONNECT may not have been read",
       with_will + "w > DISCONNECT\n w - abort\n" + comes, false},
      {living, "answers come still", with_will + comes + "w > PINGREQ\n w < PINGRESP\n", true},
      {living, "the answer was on its way",
       with_will + "w > PINGREQ\n" + comes + "w < PINGRESP\n w - closed\n", false},
      {delay, "at once", delayed + "w - abort\n + 1s\n" + comes, true},
      {delay, "its session may have made room", many_join() + delayed + "w - abort\n" + comes,
       false},
      {delay, "although its client is back",
       delayed +
           "w - abort\n + 1s\n w > CONNECT client_id=\"t-w\" clean_start=0 "
           "session_expiry_interval=60\n w < CONNACK session_present=1\n + 12s\n" +
           comes,
       true},
      {delay, "in time", delayed + "w - abort\n + 10s\n" + comes, false},
      {delay, "the session ended",
       delayed +
           "w - abort\n + 1s\n w > CONNECT client_id=\"t-w\" clean_start=1\n"
           "w < CONNACK session_present=0\n" +
           comes,
       false},
  };
}

}  // namespace mqttspec::oracle
