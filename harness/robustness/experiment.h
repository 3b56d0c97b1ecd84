#pragma once
// One experiment of bytes mode: octets that no broker wants to see, delivered in one state of a
// session, while others use the broker. It is written as a scenario, so that `mqttspec run` plays
// it, and what it shows can be kept as a file:
//
//   experiment e;
//   e.state = session_state::mid_qos2;
//   e.sends = {{"SUBSCRIBE id=1 filter=\"{ns}/x\" max_qos=0", {"truncate filter"}}};
//   scenario_text(e, "finding-1")
//
// x attacks. b is connected beside it, o has a session with a message and is away, n is new: none
// of them may be harmed. Nothing is expected of x behind its octets: how strict a broker is with
// them is counted, not accused.

#include <string>
#include <string_view>
#include <vector>

#include "wire/types.h"

namespace mqttspec::robustness {

enum class session_state : std::uint8_t {
  unconnected,  // the octets come in place of CONNECT
  connected,    // with a subscription
  mid_qos1,     // a delivery waits for PUBACK
  mid_qos2,     // a delivery waits for PUBCOMP, a publication for its PUBREL
  resumed,      // back from an absence, with a message that waited
  taken_over,   // from a connection of the same session
  offline,      // the session is stored, with a message; the octets come on a new connection
};
inline constexpr std::uint8_t session_states = 7;
std::string_view state_name(session_state s);

// One packet in the notation, or hex(..), and transforms of it.
struct hostile_send {
  std::string packet;
  std::vector<std::string> transforms;

  friend bool operator==(const hostile_send&, const hostile_send&) = default;
};

struct experiment {
  wire::protocol_version version = wire::protocol_version::v5;
  session_state state = session_state::connected;
  std::string operation;            // what kind of octets: "truncate"
  std::vector<hostile_send> sends;  // written at once
  bool in_pieces = false;           // an octet a write
  bool with_absent = true;          // o takes part: brokers that cannot keep a session go without

  friend bool operator==(const experiment&, const experiment&) = default;
};

// The steps of the scenario, by what a failure in them means.
inline constexpr std::string_view preparing = "others use the broker";
inline constexpr std::string_view attacking = "hostile octets";
inline constexpr std::string_view serving = "the others are served";
inline constexpr std::string_view returning = "the session's name can be used again";

// Needs no import: it stands in a file alone.
std::string scenario_text(const experiment& e, std::string_view name);

}  // namespace mqttspec::robustness
