#pragma once
// All cases at once on one thread, over sockets.

#include <memory>

#include "net/event_loop.h"
#include "runner/broker_control.h"
#include "runner/executor.h"
#include "runner/routes.h"

namespace mqttspec::runner {

// |loop|, the connectors of |reach| and |control| (may be nullptr) must outlive it. SIGINT ends a
// run. A broker that a case left stopped is started before the next one. With |take_pulse| a case
// that waited in vain while the broker stood still is inconclusive (pulse.h), and deserves another
// try.
std::unique_ptr<executor> make_network_executor(net::event_loop& loop, const routes& reach,
                                                broker_control* control, bool take_pulse = false);

}  // namespace mqttspec::runner
