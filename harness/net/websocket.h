#pragma once
// WebSocket with the subprotocol `mqtt` [MQTT 5.0 section 6], on any connection, as client or as
// server. What is written in one call becomes one binary frame; frames of the peer are cut as it
// likes, and their borders mean nothing.
//
// A text frame, a frame that RFC 6455 does not allow or a subprotocol that nobody asked for is the
// peer's violation. Pings are answered. Pings, pongs and close frames are noted. A layer's end is a
// close frame; the peer then ends the connection [RFC 6455 section 7.1.1].

#include <memory>
#include <string>

#include "net/event_loop.h"
#include "net/layer.h"
#include "net/stream.h"

namespace mqttspec::net {

inline constexpr const char* mqtt_subprotocol = "mqtt";

// What many connections share. Holds objects of Boost.Beast.
class websocket_context;
std::shared_ptr<websocket_context> make_websocket_context();

// |host|: as in the field Host of HTTP, "broker.example:8080"; |path|: "/mqtt".
std::unique_ptr<layer> make_websocket_layer(std::shared_ptr<websocket_context> context,
                                            std::string host, std::string path);

// How a server speaks; what is not the default breaks the standard.
struct websocket_server_manner {
  bool text_taken = false;  // text frames are no violation
  bool text_sent = false;
  std::string_view subprotocol = mqtt_subprotocol;  // "": chooses none
};

// Answers every request, whatever its path.
std::unique_ptr<layer> make_websocket_server_layer(std::shared_ptr<websocket_context> context,
                                                   websocket_server_manner manner = {});

// |loop| and |below| must outlive it.
std::unique_ptr<connector> make_websocket_connector(event_loop& loop, connector& below,
                                                    const std::string& host,
                                                    const std::string& path);

}  // namespace mqttspec::net
