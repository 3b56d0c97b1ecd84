#pragma once
// A connection as the rest of the program sees it: octets in order, both ways, over whatever
// transport. Everything happens on the loop's thread; no callback comes from inside a call.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

namespace mqttspec::net {

enum class stream_end : std::uint8_t {
  orderly,     // the peer ended its side
  reset,       // the connection broke
  over_limit,  // the peer sent more than stream_limits allow; closed by us
  violation,   // the peer broke a rule of a layer above TCP, as was noted; closed by us
};

struct stream_limits {
  std::size_t received = std::size_t{64} << 20;  // octets in the whole life of a connection
  duration connect = std::chrono::seconds(10);
  duration linger = std::chrono::seconds(2);  // how long `finish` waits for the peer
};

// `connected` comes first and only for connections that we make; |error| is empty or the reason
// why there is none (then nothing follows). `closed` is the last. `noted` tells what a layer above
// TCP did or met that is none of the octets, such as a ping of WebSocket.
struct stream_events {
  std::function<void(const std::string& error, instant now)> connected;
  std::function<void(byte_view octets, instant now)> received;
  std::function<void(stream_end how, instant now)> closed;
  std::function<void(const std::string& what, instant now)> noted = {};
};

// How a write of WebSocket is framed. Other connections have no frames.
struct frame_form {
  bool text = false;
  std::size_t fragment = 0;  // octets a frame of one message; 0: one frame
};

// Dropping a stream closes it without a further callback; what was written still goes out.
class stream {
 public:
  virtual ~stream() = default;
  // Connects, or begins to read where the peer made the connection. Once.
  virtual void start(stream_events events) = 0;
  virtual void write(byte_view octets) = 0;
  virtual void write_framed(byte_view octets, const frame_form& /*form*/) { write(octets); }
  virtual void shutdown() = 0;  // FIN after what was written; goes on reading
  virtual void close() = 0;     // after what was written; no callback follows
  virtual void finish() = 0;  // like close, but waits for the peer's end: what was written arrives
  virtual void abort() = 0;   // RST at once; no callback follows
  virtual void pause(bool paused) = 0;  // stops reading: the peer's writes will block
  virtual std::size_t unsent() const = 0;
};

// Makes streams to one server.
class connector {
 public:
  virtual ~connector() = default;
  virtual std::unique_ptr<stream> make() = 0;
  // Why a layer above TCP broke off last, for example the alert of a TLS peer; "" when none did.
  // It explains a reset that its stream could only tell as such.
  virtual std::string complaint() const { return {}; }
  // The statement of MQTT that a stream_end::violation was about, or "".
  virtual std::string_view broken_statement() const { return {}; }
};

}  // namespace mqttspec::net
