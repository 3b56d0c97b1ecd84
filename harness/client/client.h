#pragma once
// The embedded client: a client library without sockets or a clock, which is asked and tells what
// an adapter is asked and tells. What cases are proven with, and their control arm.
//
//   client c;
//   c.ask({"connect", {...}}, now);
//   for (output& o : c.take_outputs()) ...      // open, octets, close, tell
//   c.connected(now); c.received(octets, now); c.ended(now); c.advance(now);

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "adapter/protocol.h"
#include "base/bytes.h"
#include "base/instant.h"
#include "client/decisions.h"
#include "wire/error.h"
#include "wire/packet.h"
#include "wire/value.h"

namespace mqttspec::client {

struct open_connection {};
struct send_octets {
  byte_buffer octets;
};
struct close_connection {};
struct tell {
  adapter::message event;
};
using output = std::variant<open_connection, send_octets, close_connection, tell>;

class client {
 public:
  explicit client(decisions rules = {}) : rules_(rules) {}

  static wire::text_pairs facts();

  void begin();  // the process starts: `ready`
  void ask(const adapter::message& command, instant now);
  void connected(instant now);
  void received(byte_view octets, instant now);
  void ended(instant now);  // the connection, by the server
  void killed();            // the process

  instant next_deadline() const;
  void advance(instant now);
  std::vector<output> take_outputs() { return std::exchange(out_, {}); }

 private:
  // A message on its way to the server.
  struct flight {
    wire::packet publish;
    std::uint64_t n = 0;
    bool released = false;  // PUBREC came
    bool here = false;      // sent on this connection
    bool done = false;
    instant asked{};
  };
  struct request {
    std::uint64_t n = 0;
  };

  // client.cc
  void open();
  void close(std::uint64_t reason, instant now);
  void lose_link(instant now);
  void drop_session();
  void send_connect(instant now);
  void connack(const wire::packet& p, instant now);
  void take(const wire::packet& p, instant now);
  void send(const wire::packet& p, instant now);
  void tell_of(std::string name, std::map<std::string, wire::value> fields);
  void refuse(std::uint64_t n, const char* why);
  std::uint64_t interval() const;

  // limits.cc
  bool overlooks(const wire::wire_fault& fault, byte_view octets) const;
  bool refuses_topic(const std::string& topic) const;
  bool refuses_filter(const std::string& filter) const;
  void send_as_it_is(wire::packet p, const std::string& text, instant now);

  // exchange.cc
  void publish(const adapter::message& command, instant now);
  void subscribe(const adapter::message& command, instant now);
  void message_came(const wire::packet& p, instant now);
  void deliver(const wire::packet& p);
  void acknowledged(const wire::packet& p, instant now);
  void released(const wire::packet& p, instant now);
  void answer(wire::packet_type type, std::uint16_t id, instant now);
  void pump(instant now);
  void repeat(flight& f, instant now);
  void finish(flight& f, std::uint64_t reason);
  void give_back() { quota_ = std::min(quota_ + 1, receive_maximum_); }
  std::uint16_t free_id(bool of_message);

  decisions rules_;
  std::vector<output> out_;

  adapter::message asked_;  // connect
  wire::protocol_version version_ = wire::protocol_version::v5;
  bool wants_connection_ = false;
  bool open_ = false;
  bool live_ = false;         // CONNACK came
  bool left_ = false;         // DISCONNECT was sent
  bool session_ = false;      // there is one that the server may have
  bool second_ = false;       // it has connected before
  bool second_time_ = false;  // and so before this connection
  byte_buffer in_;
  instant open_at_ = never;
  instant last_sent_{};
  instant repeat_at_ = never;
  std::uint64_t keep_alive_ = 0;

  std::deque<flight> flights_;
  std::deque<flight> queue_;
  std::deque<flight> finished_;  // that a defect sends again
  std::set<std::uint16_t> recorded_;
  std::map<std::uint16_t, std::uint64_t> requests_;  // n by identifier
  std::map<std::uint16_t, std::string> aliases_in_;
  std::map<std::uint16_t, std::string> aliases_out_;
  std::uint16_t last_id_ = 0;
  std::uint16_t last_request_id_ = 0;
  std::uint64_t quota_ = 65535;
  std::uint64_t receive_maximum_ = 65535;
  bool had_receive_maximum_ = false;
  std::uint64_t maximum_qos_ = 2;
  bool retain_available_ = true;
  std::uint64_t packet_size_ = 268435460;
  std::uint64_t alias_maximum_ = 0;
  std::uint64_t completed_ = 0;  // QoS 2 messages, for a defect
  bool last_dup_ = false;
  std::optional<std::pair<wire::packet_type, std::uint16_t>> held_;  // an answer, by a defect
  std::set<std::uint16_t> ended_ids_;                                // likewise
};

}  // namespace mqttspec::client
