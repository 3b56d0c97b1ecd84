#pragma once
// For tests: two layers of one kind that talk to each other without a connection.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "net/layer.h"

namespace mqttspec::net {

struct layer_pair {
  std::unique_ptr<layer> client;
  std::unique_ptr<layer> server;
  std::size_t piece = 100'000;  // octets arrive in pieces of this size
  std::string to_client;        // what came up at either end
  std::string to_server;

  void begin() {
    client->begin();
    server->begin();
    exchange();
  }

  // Until both are silent.
  void exchange() {
    while (carry(*client, *server) || carry(*server, *client)) {
    }
    to_client += as_text(client->take_incoming());
    to_server += as_text(server->take_incoming());
  }

  // Octets of the peer, made by hand.
  void feed(layer& to, byte_view octets) const {
    for (std::size_t i = 0; i < octets.size(); i += piece) {
      to.received(octets.subspan(i, std::min(piece, octets.size() - i)));
    }
  }

 private:
  bool carry(layer& from, layer& to) const {
    const byte_buffer octets = from.take_outgoing();
    feed(to, octets);
    return !octets.empty();
  }
};

}  // namespace mqttspec::net
