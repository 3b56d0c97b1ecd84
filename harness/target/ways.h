#pragma once
// The ways to one broker: connectors to all its listeners that a run uses.
//
//   ways to_broker(loop, trust, 5s);
//   if (const auto why = to_broker.open_own(address); !why.empty()) ...
//   to_broker.open_transport(*parse_listener("ws://127.0.0.1:8080/mqtt"));
//   make_network_driver(loop, to_broker.table());

#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "net/tls.h"
#include "target/listener_address.h"
#include "target/routes.h"

namespace mqttspec::target {

// What is asked of a certificate. Names of ALPN are offered over TLS, not below WebSocket, which
// has names of its own. Both are nullptr where nothing is reached over TLS.
struct trust {
  std::shared_ptr<const net::tls_context> tls;
  std::shared_ptr<const net::tls_context> wss;
};

// The error is that of make_tls_context.
result<trust, std::string> make_trust(const net::tls_options& options);

class ways {
 public:
  // |patience| is for each connect. |loop| must outlive it.
  ways(net::event_loop& loop, trust tls, duration patience)
      : loop_(loop), tls_(std::move(tls)), patience_(patience) {}

  // Each resolves the address and takes the first one that accepts a connection, handshakes
  // included. "": done; else why nobody does.
  std::string open_own(const listener_address& where);
  std::string open_transport(const listener_address& where);
  std::string open_node(const std::string& name, const listener_address& where);

  const routes& table() const { return table_; }

 private:
  std::string open(const listener_address& where, const std::vector<route_key>& keys);
  net::connector& make(const listener_address& where, const net::host_port& numeric,
                       std::vector<std::unique_ptr<net::connector>>& into) const;

  net::event_loop& loop_;
  trust tls_;
  duration patience_;
  std::vector<std::unique_ptr<net::connector>> connectors_;
  routes table_;
};

// Tries to connect, and closes. "": it went well.
std::string connect_error(net::event_loop& loop, net::connector& by);

}  // namespace mqttspec::target
