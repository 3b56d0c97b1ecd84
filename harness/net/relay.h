#pragma once
// Stands between clients and a server: hands on every octet as it is, both ends of a connection
// each in its time, and what one side cannot take is not read from the other.
//
//   auto r = make_relay(loop, {"127.0.0.1", 1884}, {"127.0.0.1", 1883}, {...});
//   (*r)->port()

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "net/endpoint.h"
#include "net/event_loop.h"

namespace mqttspec::net {

enum class relay_side : std::uint8_t { client, server };

// Told before it is handed on. Ids count from 1.
struct relay_events {
  std::function<void(std::uint32_t id, instant now)> opened;
  std::function<void(std::uint32_t id, relay_side from, byte_view octets, instant now)> passed;
  // With |reset| both directions are over.
  std::function<void(std::uint32_t id, relay_side by, bool reset, instant now)> ended;
  std::function<void(const std::string& why, instant now)> refused;  // the server took it not
};

class relay {
 public:
  virtual ~relay() = default;  // closes all connections
  virtual std::uint16_t port() const = 0;
};

// The error is a sentence.
result<std::unique_ptr<relay>, std::string> make_relay(event_loop& loop, const host_port& listen_at,
                                                       const host_port& server,
                                                       relay_events events);

}  // namespace mqttspec::net
