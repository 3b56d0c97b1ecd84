#pragma once
// What is odd about a broker and still conformant: habits that the standards leave open and that
// real brokers have. They are the proof that nobody is accused for a habit (ci/strange): on each of
// these brokers no case may fail.
//
//   odd_setup s;
//   find_oddity("one-at-a-time")->set(s);
//   broker b(s.options, 1, s.rules);
//
// Defects, which are the proof of the other direction, stand in defects.h.

#include <span>
#include <string_view>

#include "broker/broker.h"
#include "model/rules.h"

namespace mqttspec::broker {

// How the broker's octets reach its clients: of what performs its outputs, not of the broker.
struct network_manner {
  duration latency{};           // each way
  bool octet_by_octet = false;  // to clients
  duration gathered{};          // to clients: sent at its multiples, all in one; 0: at once
  duration restarts_after{};    // from the first client on: stops and starts again; 0: never
  duration restarts_again{};    // after that and after each time; 0: once is enough
  duration down_for{};          // between stop and start
  bool only_lets_go = false;    // in place of restarts: all connections end, and that is all
  std::string_view subprotocol = "mqtt";  // chosen over WebSocket; "": none
  bool sends_text_frames = false;         // over WebSocket

  friend bool operator==(const network_manner&, const network_manner&) = default;
};

struct odd_setup {
  broker_options options;
  model::rules rules;
  network_manner network;
};

struct oddity {
  std::string_view name;
  std::string_view sentence;  // what the broker does
  std::string_view allowed;   // why that is in order, with statements
  void (*set)(odd_setup& s);
  // It limits what all clients share, or needs a clock that all clients see: with a broker for each
  // case, as in a simulated run, it can hardly show.
  bool needs_crowd = false;
};

std::span<const oddity> all_oddities();
const oddity* find_oddity(std::string_view name);

}  // namespace mqttspec::broker
