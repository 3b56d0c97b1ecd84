#pragma once
// A connection beside the cases on which one PINGREQ follows the other: how long a broker takes to
// answer, so that one that got no processor time for a while is not accused of being late. No I/O:
//
//   pulse p({protocol_version::v5, "mqttspec-pulse-1f"});
//   p.connected(now);                     // and write what take_octets() gives
//   p.received(octets, now);
//   p.slowest(began, ended)               // in that span: 1.4 s
//
// A broker that refuses the connection, or has never answered a PINGREQ, has no pulse: nothing is
// excused then. Two of them are the witnesses of a broker that goes away (drive/witnesses.h).

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "wire/packet.h"

namespace mqttspec::drive {

struct pulse_settings {
  wire::protocol_version version = wire::protocol_version::v5;
  std::string client_id;
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  duration between = std::chrono::milliseconds(100);  // an answer and the next PINGREQ
};

// Under a name that nobody else has; "": no such credential.
pulse_settings pulse_as(wire::protocol_version version, const std::string& user_name,
                        const std::string& password);

class pulse {
 public:
  explicit pulse(pulse_settings settings) : settings_(std::move(settings)) {}

  // It wants a connection, now.
  bool wants_connection(instant now) const;
  void connecting() { state_ = state::connecting; }
  // Its next PINGREQ is not put off.
  void hurry(instant now) { due_ = std::min(due_, now); }
  void connected(instant now);
  void received(byte_view octets, instant now);
  // The connection ended or was not made. Another one is tried a little later, as often as it
  // takes: cases may stop the broker.
  void closed(instant now);
  // The harness did not run for |length|: that is no time of the broker.
  void stalled(duration length, instant now);

  instant next_deadline() const;
  void time_passed(instant now);
  byte_buffer take_octets() { return std::exchange(out_, {}); }

  // It has been answered at least once, and was not refused since: it can tell something.
  bool can_tell() const { return answers_ && state_ != state::refused; }
  // It has its CONNACK.
  bool stands() const { return state_ == state::idle || state_ == state::asked; }
  // When the last PINGREQ was sent that has been answered on this connection.
  instant seen_alive() const { return seen_alive_; }
  // The same of all connections.
  instant seen_well() const { return seen_well_; }
  // When the PINGREQ was sent that is not answered yet; never: there is none.
  instant unanswered() const { return state_ == state::asked && in_.empty() ? asked_ : never; }

  // The longest time that a PINGREQ went without answer, of those under way between |from| and
  // |to|.
  duration slowest(instant from, instant to) const;

 private:
  enum class state : std::uint8_t { off, connecting, greeting, idle, asked, refused };
  struct slow_answer {
    instant asked{};
    instant answered{};
  };

  void ask(instant now);
  void give_up();
  void send(const wire::packet& p);

  pulse_settings settings_;
  state state_ = state::off;
  instant due_{};    // the next attempt or PINGREQ
  instant asked_{};  // state asked; standstills of the harness are taken off
  instant sent_{};
  bool answers_ = false;
  instant seen_alive_ = instant::min();
  instant seen_well_ = instant::min();
  byte_buffer in_;
  byte_buffer out_;
  std::deque<slow_answer> slow_;
};

}  // namespace mqttspec::drive
