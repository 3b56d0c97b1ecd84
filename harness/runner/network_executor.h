#pragma once
// All cases at once on one thread, over sockets.

#include <memory>

#include "net/event_loop.h"
#include "net/stream.h"
#include "runner/broker_control.h"
#include "runner/executor.h"

namespace mqttspec::runner {

// |loop|, |connector| and |control| (may be nullptr) must outlive it. SIGINT ends a run.
std::unique_ptr<executor> make_network_executor(net::event_loop& loop, net::connector& connector,
                                                broker_control* control);

}  // namespace mqttspec::runner
