#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> ending_samples() {
  constexpr const char* formed = "well-formed";
  constexpr const char* own = "packets-of-a-server";
  constexpr const char* last = "disconnect-is-the-last";
  constexpr const char* silence = "keep-alive";
  const std::string joined =
      "c > CONNECT client_id=\"t-c\" clean_start=1 keep_alive=10\n"
      "c < CONNACK session_present=0\n";
  const std::string old_joined =
      "old > CONNECT client_id=\"t-old\" clean_session=1\n"
      "old < CONNACK session_present=0\n";
  return {
      {formed, "PINGRESP with a flag", joined + "c < hex(d1 00)\n", true},
      {own, "DISCONNECT to a 3.1.1 client", old_joined + "old < DISCONNECT\n", true},
      {own, "PINGREQ", joined + "c < PINGREQ\n", true},
      {own, "DISCONNECT to a 5.0 client", joined + "c < DISCONNECT\n c - closed", false},
      {formed, "the answer to a CONNECT of no known version",
       "old > CONNECT client_id=\"t-old\" clean_session=1\n old > hex(10 00)\n"
       "old < hex(20 03 00 84 00)\n",
       false},
      {last, "PINGRESP behind it",
       joined + "c > PINGREQ\n c < DISCONNECT reason=server_busy\n c < PINGRESP\n", true},
      {last, "no close behind it", joined + "c < DISCONNECT reason=server_busy\n + 4s", true},
      {last, "the close", joined + "c < DISCONNECT reason=server_busy\n c - closed\n + 4s", false},
      {silence, "still open", joined + "+ 21s", true},
      {silence, "too early",
       joined + "+ 5s\n c < DISCONNECT reason=keep_alive_timeout\n c - closed\n", true},
      {silence, "in time",
       joined + "+ 15s\n c < DISCONNECT reason=keep_alive_timeout\n c - closed\n", false},
      {silence, "something was sent", joined + "+ 14s\n c > PINGREQ\n c < PINGRESP\n + 14s", false},
  };
}

}  // namespace mqttspec::oracle
