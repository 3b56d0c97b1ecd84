#pragma once
// A history: what some clients do to one broker, step by step, without a word about what the broker
// answers. A step names what it means ("acknowledge the first delivery that is open"), never an
// identifier that the broker chose, so that a history can be played on any broker, shortened and
// played again:
//
//   a connect v5 clean=0 expiry=300
//   a subscribe a qos=1
//   b connect v5 clean=1
//   b publish a qos=1 id=1
//   a cut reset
//   a settle
//
// A step that is not possible when its turn comes (acknowledge, and nothing is open) is left out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/types.h"

namespace mqttspec::explore {

enum class action_kind : std::uint8_t {
  connect,      // a client that is connected already is taken over
  subscribe,    // one filter or two
  unsubscribe,  // one filter or two
  publish,      // a new message
  repeat,       // QoS 2: PUBLISH again with DUP 1, before its PUBREL
  release,      // QoS 2: PUBREL, also for an identifier that is not open
  acknowledge,  // the next step of the |which|-th open delivery: PUBACK, PUBREC or PUBCOMP
  again,        // the acknowledgement that was sent last, once more
  wrong,        // PUBREC where PUBACK is due, PUBACK where PUBREC is due
  refuse,       // PUBACK or PUBREC with 0x80 (5.0)
  cut,          // the connection ends
  wait,         // time passes
  ping,         // a fence
  settle,       // come back if a session is stored; acknowledge everything; fence
  probe,        // a connection for one odd CONNECT, beside those of the clients
  restart,      // the broker is stopped and started again, where that is possible
};

enum class cut_kind : std::uint8_t {
  fin,            // end our direction
  reset,          // RST
  goodbye,        // DISCONNECT 0x00
  with_will,      // DISCONNECT 0x04 (5.0)
  silence,        // nothing, until Keep Alive has passed
  error,          // a second CONNECT
  alias_high,     // PUBLISH with a Topic Alias above the maximum (5.0)
  alias_unknown,  // PUBLISH with a Topic Alias that this connection has not set (5.0)
  qos_high,       // PUBLISH with a QoS above the maximum (5.0)
  raise,          // DISCONNECT that asks for an interval where CONNECT had none (5.0)
  quota_high,     // more QoS 2 PUBLISHes at once than the broker's Receive Maximum (5.0)
};

enum class probe_kind : std::uint8_t {
  refused,  // the client's identifier, Clean Start, and a way to authenticate that is unknown (5.0)
  malformed,  // the client's identifier, and the reserved flag
  early,      // PINGREQ in front of CONNECT
  twin,       // the client's identifier in capital letters
  longer,     // the client's identifier with something behind it
  full,       // an identifier of 23 characters
  nameless,   // an empty identifier
  will_high,  // the client's identifier, and a will with a QoS above the maximum (5.0)
};

inline constexpr std::uint8_t most_clients = 4;  // "a" to "d"

struct will_choice {
  std::uint8_t topic = 0;
  std::uint8_t qos = 0;
  bool retain = false;
  std::uint32_t delay = 0;  // seconds, 5.0
  bool properties = false;  // 5.0

  friend bool operator==(const will_choice&, const will_choice&) = default;
};

struct action {
  action_kind kind = action_kind::ping;
  std::uint8_t client = 0;

  // connect
  wire::protocol_version version = wire::protocol_version::v5;
  bool clean = false;
  std::optional<std::uint32_t> expiry;  // seconds, 5.0; cut goodbye: of the DISCONNECT
  std::uint16_t receive_maximum = 0;    // 0: absent
  std::uint16_t keep_alive = 0;         // seconds
  bool small_packets = false;           // Maximum Packet Size: no big message fits
  std::optional<will_choice> will;

  // subscribe, unsubscribe: an index in filter_names; publish: in topic_names
  std::uint8_t name = 0;
  std::uint8_t share = 0;            // 0: none; 1: group "g"
  std::optional<std::uint8_t> also;  // a second filter in the same packet, with QoS |also_qos|
  std::uint8_t also_qos = 0;
  std::uint8_t qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;
  std::uint8_t identifier = 0;  // Subscription Identifier; 0: none

  // publish, repeat, release
  std::uint16_t id = 0;
  bool dup = false;
  bool retain = false;
  bool empty = false;                     // no payload
  bool big = false;                       // a long payload
  bool properties = false;                // Content Type and user properties
  std::uint8_t alias = 0;                 // Topic Alias; 255: the highest that there is
  std::optional<std::uint32_t> lifetime;  // Message Expiry Interval

  std::uint8_t which = 0;  // acknowledge, wrong, refuse: modulo what is open
  cut_kind cut = cut_kind::fin;
  probe_kind probe = probe_kind::refused;
  std::uint32_t milliseconds = 0;  // wait

  friend bool operator==(const action&, const action&) = default;
};

using history = std::vector<action>;

// Below the namespace of a history: "t4/a". The last topic is that of most wills.
inline constexpr std::string_view topic_names[] = {"a", "b", "a/c", "w"};
inline constexpr std::string_view filter_names[] = {"a", "b", "a/c", "w", "+", "#", "a/#"};
bool matches(std::uint8_t filter, std::uint8_t topic);

std::string print(const action& a);
std::string print(const history& h);  // a line an action

// What print() gives, comments (#) and empty lines. The error tells line and reason.
result<history, std::string> parse_history(std::string_view text);

inline char client_letter(std::uint8_t client) {
  return static_cast<char>('a' + client);
}

}  // namespace mqttspec::explore
