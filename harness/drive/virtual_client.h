#pragma once
// Every machine that plays the server, against embedded clients of its own, in memory and in
// virtual time (drive/virtual_driver.h is the other side).

#include <cstdint>
#include <memory>

#include "client/decisions.h"
#include "play/driver.h"

namespace mqttspec::drive {

struct virtual_client_world {
  std::uint64_t seed = 0;
  client::decisions rules = {};
  duration latency = std::chrono::microseconds(20);  // of octets and of commands, each way
  // A machine that takes more steps never ends.
  std::size_t most_steps = 500'000;
};

// Returns how long it took, in virtual time.
duration play_virtual_client(play::machine& what, const virtual_client_world& in);

// One after the other; now() is the sum of their times.
std::unique_ptr<play::driver> make_virtual_client_driver(virtual_client_world in);

}  // namespace mqttspec::drive
