#pragma once
// Plays many machines at once on one thread, over sockets.
//
//   const auto d = make_network_driver(loop, to_broker.table(), {.control = control});
//   d->play(next, ended, 512);

#include <memory>
#include <optional>

#include "drive/pulse.h"
#include "net/event_loop.h"
#include "play/driver.h"
#include "target/broker_control.h"
#include "target/residue.h"
#include "target/routes.h"

namespace mqttspec::drive {

struct network_options {
  // Performs hooks, and tells of the broker's process. A broker that a machine left stopped is
  // started before the next one. nullptr: nobody can.
  target::broker_control* control = nullptr;
  // Of the witnesses, which fill circumstances::slowest_pulse and see all connections end.
  std::optional<pulse_settings> pulse = {};
  // How long a broker may be away that nobody can start again. 0: one that is away is lost.
  duration longest_absence = {};
  std::size_t most_octets_held = std::size_t{256} << 20;
  // The run's book of what it has made and not removed. nullptr: nobody keeps one.
  target::residue* left = nullptr;
  // The command that drives a client library, for machines that play the server. There is no broker
  // then, and nothing is reached.
  std::string adapter = {};
};

// |loop|, the connectors of |reach| and |control| must outlive it. SIGINT interrupts it: the
// driver that was made last, if there are several.
std::unique_ptr<play::driver> make_network_driver(net::event_loop& loop,
                                                  const target::routes& reach,
                                                  network_options options = {});

}  // namespace mqttspec::drive
