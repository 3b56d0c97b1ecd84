#pragma once
// TCP streams out of the segments of a capture: in order, once each, with what is missing told.
//
//   flows streams({.port = 1883}, {.opened = ..., .passed = ..., ...});
//   streams.take(segment);
//   streams.finish();
//
// Only streams of MQTT are told: those to a port that is known to be a server's, and those of which
// the first octets are a CONNECT.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "observe/capture.h"
#include "wire/decode.h"

namespace mqttspec::observe {

struct flow_events {
  // |from_beginning|: nothing has passed before. Ids count from 1.
  std::function<void(std::uint32_t id, const endpoint& server, const endpoint& client,
                     bool from_beginning, instant now)>
      opened;
  std::function<void(std::uint32_t id, wire::sender from, byte_view octets, instant now)> passed;
  std::function<void(std::uint32_t id, wire::sender from, std::size_t length, instant now)> missed;
  std::function<void(std::uint32_t id, wire::sender by, bool reset, instant now)> ended;
  std::function<void(const endpoint& server, instant now)> refused;
};

struct flow_options {
  std::uint16_t port = 0;  // of servers; 0: 1883, and wherever a CONNECT goes
};

class flows {
 public:
  flows(const flow_options& options, flow_events events);
  ~flows();

  void take(const segment& s);
  void finish();

 private:
  struct direction;
  struct flow;
  using key = std::pair<endpoint, endpoint>;

  flow* flow_of(const segment& s);
  bool is_server(const endpoint& e) const;
  // Whether |f| is one of MQTT, told the first time.
  bool is_told(flow& f, const segment& s);
  void deliver(flow& f, direction& d, instant now);
  void hand_over(flow& f, direction& d, byte_view octets, std::size_t length, instant now);
  void give_up_waiting(flow& f, direction& d, instant now);
  void end(flow& f, wire::sender by, bool reset, instant now);

  flow_options options_;
  flow_events events_;
  std::map<key, std::unique_ptr<flow>> flows_;
  std::set<endpoint> servers_;  // that MQTT was spoken with
  std::uint32_t last_id_ = 0;
  instant now_{};
};

}  // namespace mqttspec::observe
