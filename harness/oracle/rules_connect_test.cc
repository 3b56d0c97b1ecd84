#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> connect_samples() {
  constexpr const char* first = "connack-comes-first";
  constexpr const char* once = "connack-comes-once";
  constexpr const char* refusal = "refusal-is-the-end";
  constexpr const char* clean = "no-session-after-clean-start";
  constexpr const char* needs = "session-present-needs-a-session";
  constexpr const char* kept = "session-is-kept";
  constexpr const char* assigned = "assigned-identifier";
  constexpr const char* answered = "connect-is-answered";
  constexpr const char* takeover = "takeover-closes";
  const std::string connect = R"(
    c > CONNECT client_id="t-c" clean_start=1 session_expiry_interval=60
  )";
  const std::string again = R"(
    c > CONNECT client_id="t-c" clean_start=0 session_expiry_interval=60
  )";
  const std::string accepted = "c < CONNACK session_present=0\n";
  const std::string present = "c < CONNACK session_present=1\n";
  const std::string closed = "c > DISCONNECT\n c - shutdown\n c - closed\n";
  const std::string fleeting = R"(
    c > CONNECT client_id="t-c" clean_start=1
    c < CONNACK session_present=0
  )";
  const std::string old_again = R"(
    old > CONNECT client_id="t-old" clean_session=0
  )";
  return {
      {first, "a message before CONNACK", connect + "c < PUBLISH topic=\"t/a\"\n", true},
      {first, "DISCONNECT in place of CONNACK", connect + "c < DISCONNECT reason=server_busy\n",
       true},
      {first, "CONNACK first", connect + accepted, false},
      {once, "two of them", connect + accepted + accepted, true},
      {once, "one on each connection", connect + accepted + closed + again + present, false},
      {refusal, "an answer behind it",
       connect + "c < CONNACK reason=not_authorized\n c > PINGREQ\n c < PINGRESP\n", true},
      {refusal, "no close behind it", connect + "c < CONNACK reason=not_authorized\n + 4s", true},
      {refusal, "the close", connect + "c < CONNACK reason=not_authorized\n c - closed\n + 9s",
       false},
      {clean, "Session Present 1", connect + present, true},
      {clean, "Session Present 1, 3.1.1",
       "old > CONNECT client_id=\"t-old\" clean_session=1\n old < CONNACK session_present=1\n",
       true},
      {clean, "Session Present 0", connect + accepted, false},
      {needs, "an unused Client Identifier", again + present, true},
      {needs, "a session that ended with its connection", fleeting + closed + again + present,
       true},
      {needs, "a session that has expired",
       connect + accepted + closed + "+ 90s\n" + again + present, true},
      {needs, "one that may not have been swept yet",
       connect + accepted + closed + "+ 70s\n" + again + present, false},
      {needs, "Clean Session 1 of 3.1.1",
       "old > CONNECT client_id=\"t-old\" clean_session=1\n old < CONNACK session_present=0\n"
       "old - abort\n" +
           old_again + "old < CONNACK session_present=1\n",
       true},
      {needs, "a Client Identifier of somebody else",
       "c > CONNECT client_id=\"x\" clean_start=0\n" + present, false},
      {needs, "a CONNECT that was not understood may have begun it",
       "c > CONNECT client_id=\"t-c\" clean_start=1\n c > hex(f0 00)\n" + accepted + closed +
           again + present,
       false},
      {needs, "a stored session", connect + accepted + closed + again + present, false},
      {needs, "one of two CONNECTs at once, in an order that is not known",
       "old > CONNECT client_id=\"t-old\" clean_session=0\n"
       "old2 > CONNECT client_id=\"t-old\" clean_session=1\n"
       "old < CONNACK session_present=0\n old2 < CONNACK session_present=0\n"
       "old - closed\n old2 - closed\n" +
           old_again + "old < CONNACK session_present=1\n",
       false},
      {kept, "told as new, and its subscription is served as before",
       "sub > CONNECT client_id=\"t-sub\" clean_start=0 session_expiry_interval=300\n"
       "sub < CONNACK session_present=0\n sub > SUBSCRIBE id=1 filter=\"t/#\" max_qos=1\n"
       "sub < SUBACK id=1 reasons=[granted_qos_1]\n" +
           pub_joins +
           "sub - abort\n"
           "sub > CONNECT client_id=\"t-sub\" clean_start=0 session_expiry_interval=300\n"
           "sub < CONNACK session_present=0\n" +
           m1_published + m1_comes,
       true},
      {kept, "gone after a second", connect + accepted + closed + "+ 1s\n" + again + accepted,
       true},
      {kept, "gone at a takeover", connect + accepted + "+ 80s\n" + again + accepted, true},
      {kept, "it may have made room for others",
       many_join() + connect + accepted + closed + "+ 1s\n" + again + accepted, false},
      {kept, "gone in 3.1.1",
       old_again + "old < CONNACK session_present=0\n old - abort\n" + old_again +
           "old < CONNACK session_present=0\n",
       true},
      {kept, "gone when its time is over",
       connect + accepted + closed + "+ 60s\n" + again + accepted, false},
      {kept, "gone behind a restart",
       connect + accepted + "restart\n c - reset\n" + again + accepted, false},
      {kept, "DISCONNECT ended it",
       connect + accepted + "c > DISCONNECT session_expiry_interval=0\n c - closed\n" + again +
           accepted,
       false},
      {kept, "the answer shortened it",
       connect + "c < CONNACK session_present=0 session_expiry_interval=1\n" + closed + "+ 2s\n" +
           again + accepted,
       false},
      {kept, "DISCONNECT asked for more than the answer gave",
       connect + "c < CONNACK session_present=0 session_expiry_interval=1\n" +
           "c > DISCONNECT session_expiry_interval=60\n c - closed\n + 3s\n" + again + accepted,
       false},
      {kept, "another one asks at the same moment, with Clean Start 1",
       connect + accepted + closed + again +
           "d > CONNECT client_id=\"t-c\" clean_start=1\n d < CONNACK session_present=0\n" +
           accepted,
       false},
      {assigned, "none told", "c > CONNECT client_id=\"\" clean_start=1\n" + accepted, true},
      {assigned, "one too many",
       connect + "c < CONNACK session_present=0 assigned_client_identifier=\"x\"\n", true},
      {assigned, "one that is in use",
       connect + accepted +
           "d > CONNECT client_id=\"\" clean_start=1\n"
           "d < CONNACK session_present=0 assigned_client_identifier=\"t-c\"\n",
       true},
      {assigned, "a new one",
       "c > CONNECT client_id=\"\" clean_start=1\n"
       "c < CONNACK session_present=0 assigned_client_identifier=\"x\"\n",
       false},
      {answered, "silence", connect + "+ 4s", true},
      {answered, "silence of less than a moment", connect + "+ 1s", false},
      {answered, "the close", connect + "c - closed\n + 9s", false},
      {answered, "silence while the harness stood still", connect + "+ 4s\n standstill", false},
      {takeover, "both stay",
       connect + accepted +
           "d > CONNECT client_id=\"t-c\" clean_start=1\n"
           "d < CONNACK session_present=0\n + 4s",
       true},
      {takeover, "the older one is closed",
       connect + accepted +
           "d > CONNECT client_id=\"t-c\" clean_start=1\n"
           "c - closed\n d < CONNACK session_present=0\n + 4s",
       false},
  };
}

}  // namespace mqttspec::oracle
