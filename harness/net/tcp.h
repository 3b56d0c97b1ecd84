#pragma once
// TCP behind net/stream.h.

#include <functional>
#include <memory>

#include "base/result.h"
#include "net/endpoint.h"
#include "net/event_loop.h"
#include "net/stream.h"

namespace mqttspec::net {

struct tcp_connector_options {
  stream_limits limits;
  // More connects at once overflow the accept queue of common servers, and each then waits a
  // second for the repetition of its SYN.
  std::size_t connects_at_once = 64;
  // After so many connects the source address walks through 127.0.0.2 to 127.0.0.250 (loopback
  // targets only): connections in TIME_WAIT make the search for a free port slow.
  std::size_t rotate_after = 4000;
};

std::unique_ptr<connector> make_tcp_connector(event_loop& loop, const host_port& target,
                                              const tcp_connector_options& options = {});

class listener {
 public:
  virtual ~listener() = default;  // stops accepting; connections live on
  virtual std::uint16_t port() const = 0;
};

using accept_callback = std::function<void(std::unique_ptr<stream>, instant now)>;

// Listens on |where| (port 0: any free one). The error is a sentence.
result<std::unique_ptr<listener>, std::string> listen_tcp(event_loop& loop, const host_port& where,
                                                          const stream_limits& limits,
                                                          accept_callback accepted);

}  // namespace mqttspec::net
