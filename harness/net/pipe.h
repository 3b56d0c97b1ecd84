#pragma once
// Two ends of pipes behind net/stream.h: what a child process prints, and what it is told.

#include <memory>

#include "net/event_loop.h"
#include "net/stream.h"

namespace mqttspec::net {

// Owns both descriptors. shutdown() closes |written| when everything is out; a reader that is gone
// is told by the end of |read| only.
std::unique_ptr<stream> make_pipe_stream(event_loop& loop, int read, int written,
                                         const stream_limits& limits = {});

}  // namespace mqttspec::net
