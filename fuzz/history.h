#pragma once
// Histories of several clients as octets: what the targets session and model_pair read. Four octets
// of settings, then four an action, so that blind mutations change a number and the custom mutator
// whole actions.
//
//   history h = read_history(input);      // every input is one
//   byte_buffer seed = history_builder().connect(0, {.clean = true}).publish(0, 1, 1).input();
//   explain_history(seed)                 // in words, a line an action

#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "wire/types.h"

namespace mqttspec::fuzz {

inline constexpr std::size_t most_clients = 4;
inline constexpr std::size_t most_actions = 40;
inline constexpr std::size_t history_header = 4;
inline constexpr std::size_t octets_an_action = 4;

enum class action_kind : std::uint8_t {
  connect,        // a: bit 0 clean start, 1-3 expiry, 4-5 receive maximum, 6 will, 7 keep alive
                  // b: 0-1 will QoS, 2 will retain, 3-4 will delay, 5 will topic, 6 small packets
  disconnect,     // a: bit 0 reason 0x04, 1-3 new expiry (0: none)
  cut,            // the connection ends without DISCONNECT
  subscribe,      // a: filter; b: 0-1 QoS, 2 no local, 3 as published, 4-5 handling, 6 identifier
  unsubscribe,    // a: filter
  publish,        // a: 0-2 topic, 3-4 QoS, 5 retain, 6 empty, 7 expiry; b: 0-1 alias, 2-4 repeats
  answer_one,     // a: which of the acknowledgements owed; b: bit 0 with an error
  answer_all,     // all acknowledgements owed, and those that they bring
  stray,          // a: which acknowledgement; b: its Packet Identifier
  publish_again,  // a: which unfinished QoS 2 publication, with DUP
  release,        // a: which unfinished QoS 2 publication gets its PUBREL
  wait,           // a: how long
  wait_deadline,  // until the broker has something to do
  octets,         // a, b: two octets as they are
  restart,        // a: bit 0 in an orderly way; b: how long it is down
  pieces,         // a: from now on this client writes a + 1 octets at a time (above 63: all)
};
inline constexpr unsigned action_kinds = 16;

struct action {
  action_kind kind{};
  std::uint8_t client = 0;  // index
  std::uint8_t a = 0;
  std::uint8_t b = 0;
};

struct history_settings {
  std::uint8_t clients = 1;
  std::array<wire::protocol_version, most_clients> versions{};
  // of the broker
  bool qos0_queued = false;
  std::uint8_t overflow = 0;  // broker::overflow_policy
  bool small_queue = false;
  bool forwarded_at_release = false;
  bool small_window = false;
  bool small_receive_maximum = false;
  bool short_expiry = false;
  bool maximum_qos_1 = false;
  bool retain_missing = false;
  bool short_v311_expiry = false;
  bool server_keep_alive = false;
  bool forgets_at_restart = false;
  bool no_aliases = false;
  bool small_packets = false;
};

struct history {
  history_settings settings;
  std::vector<action> actions;
};

history read_history(byte_view input);
std::string explain_history(byte_view input);
std::size_t mutate_history(const mutation& m);

// What the numbers in actions stand for.
std::optional<std::uint32_t> expiry_of(unsigned choice);           // 0-7
std::optional<std::uint32_t> receive_maximum_of(unsigned choice);  // 0-3
std::optional<std::uint32_t> will_delay_of(unsigned choice);       // 0-3
duration wait_of(unsigned choice);
std::string_view topic_of(unsigned choice);
std::string_view filter_of(unsigned choice);
inline constexpr unsigned filter_count = 16;

struct connect_choice {
  bool clean = false;
  unsigned expiry = 0;
  unsigned receive_maximum = 0;
  bool will = false;
  bool keep_alive = false;
  unsigned will_qos = 0;
  bool will_retain = false;
  unsigned will_delay = 0;
  bool small_packets = false;
};

// Makes seeds.
class history_builder {
 public:
  explicit history_builder(unsigned clients = 2, std::uint8_t broker_bits = 0,
                           std::uint8_t limit_bits = 0, std::uint8_t more_bits = 0);
  history_builder& connect(unsigned client, const connect_choice& choice);
  history_builder& add(action_kind kind, unsigned client = 0, unsigned a = 0, unsigned b = 0);
  history_builder& publish(unsigned client, unsigned topic, unsigned qos, bool retain = false,
                           unsigned times = 1);
  byte_buffer input() const { return octets_; }

 private:
  byte_buffer octets_;
};

}  // namespace mqttspec::fuzz
