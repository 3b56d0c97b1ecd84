#pragma once
// A protocol between the octets of MQTT and those of a connection below, such as TLS: a state
// machine without sockets or a clock. net/layered_stream.h joins it with a connection.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "net/stream.h"

namespace mqttspec::net {

enum class layer_state : std::uint8_t {
  shaking_hands,
  open,
  ended,     // the peer said in order that nothing follows
  failed,    // why() tells
  violated,  // ... which rule the peer broke behind or with the end of its handshake
};

class layer {
 public:
  virtual ~layer() = default;
  virtual const char* name() const = 0;        // of the protocol: "TLS"
  virtual void begin() = 0;                    // the connection below stands
  virtual void received(byte_view below) = 0;  // octets of the peer, in pieces of any size
  virtual void write(byte_view above) = 0;     // only while open
  virtual void write_framed(byte_view above, const frame_form& /*form*/) { write(above); }
  virtual void end() = 0;  // nothing is written after this
  // Whether the direction below ends with ours.
  virtual bool end_means_fin() const = 0;

  layer_state state() const { return state_; }
  const std::string& why() const { return why_; }
  std::string_view statement() const { return statement_; }  // of MQTT, that why() is about, or ""
  byte_buffer take_outgoing() { return std::exchange(outgoing_, {}); }  // to go below
  byte_buffer take_incoming() { return std::exchange(incoming_, {}); }  // to go up
  // What happened besides, for a trace: "WebSocket: ping". Octets of the peer are escaped in it.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }
  bool broken() const { return state_ == layer_state::failed || state_ == layer_state::violated; }

 protected:
  // |statement| lasts as long as the program.
  void fail(std::string why, layer_state how = layer_state::failed,
            std::string_view statement = {}) {
    if (broken()) return;
    state_ = how;
    why_ = std::move(why);
    statement_ = statement;
  }

  layer_state state_ = layer_state::shaking_hands;
  byte_buffer outgoing_;
  byte_buffer incoming_;
  std::vector<std::string> notes_;

 private:
  std::string why_;
  std::string_view statement_;
};

}  // namespace mqttspec::net
