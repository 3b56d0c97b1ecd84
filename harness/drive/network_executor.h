#pragma once
// All cases at once on one thread, over sockets.

#include <memory>

#include "drive/executor.h"
#include "net/event_loop.h"
#include "target/broker_control.h"
#include "target/routes.h"

namespace mqttspec::drive {

// |loop|, the connectors of |reach| and |control| (may be nullptr) must outlive it. SIGINT ends a
// run. A broker that a case left stopped is started before the next one. With |take_pulse| a case
// that waited in vain while the broker stood still is inconclusive (pulse.h), and deserves another
// try.
std::unique_ptr<executor> make_network_executor(net::event_loop& loop, const target::routes& reach,
                                                target::broker_control* control,
                                                bool take_pulse = false);

}  // namespace mqttspec::drive
