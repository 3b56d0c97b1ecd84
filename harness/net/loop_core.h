#pragma once
// Inside of event_loop, for the other files of net/.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

#include "net/event_loop.h"

namespace mqttspec::net {

struct loop_core {
  // The loop wakes at least this often, so that it notices when it did not run.
  static constexpr duration heartbeat = std::chrono::milliseconds(10);
  static constexpr duration tolerated_lateness = std::chrono::milliseconds(20);

  boost::asio::io_context io{1};
  boost::asio::steady_timer timer{io};
  boost::asio::signal_set signals{io};
  std::chrono::steady_clock::time_point origin = std::chrono::steady_clock::now();
  std::vector<timed*> clients;
  instant armed_for = never;                    // when the timer will fire; never: not armed
  instant expected = never;                     // when the loop should be awake at the latest
  std::array<std::uint8_t, 65536> read_buffer;  // one read at a time, for all sockets

  instant now() const { return instant{std::chrono::steady_clock::now() - origin}; }

  // Every handler begins with this: the time, and word to everybody if we were not awake.
  instant wake();
  void rearm();
  void time_passed();
};

}  // namespace mqttspec::net
