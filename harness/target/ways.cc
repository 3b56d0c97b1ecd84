#include "target/ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "net/tcp.h"
#include "net/websocket.h"

namespace mqttspec::target {

void add_reach(capability_values& into, const std::set<route_key>& reach) {
  for (const char* transport : {"tls", "ws", "wss"}) {
    into[transport] = reach.contains({transport, ""});
  }
  into["two_nodes"] = reach.contains({"", "one"}) && reach.contains({"", "two"});
}

std::set<route_key> reach_in_memory() {
  std::set<route_key> out;
  for (const std::string node : {"", "one", "two"}) {
    out.insert({"", node});
    for (const std::string_view transport : transport_names) {
      out.insert({std::string(transport), node});
    }
  }
  return out;
}

void add_capabilities_in_memory(capability_values& into) {
  for (const char* hook : {"restart", "stop", "kill"}) into[hook] = 1;
  add_reach(into, reach_in_memory());
}

result<trust, std::string> make_trust(const net::tls_options& options) {
  trust out;
  auto tls = net::make_tls_context(options);
  if (!tls) return unexpected(tls.error());
  out.tls = std::move(*tls);
  net::tls_options below_websocket = options;
  below_websocket.protocols.clear();
  auto wss = net::make_tls_context(below_websocket);
  if (!wss) return unexpected(wss.error());
  out.wss = std::move(*wss);
  return out;
}

std::string connect_error(net::event_loop& loop, net::connector& by) {
  const auto attempt = by.make();
  std::optional<std::string> outcome;
  attempt->start({[&](const std::string& error, instant) { outcome = error; }, {}, {}});
  loop.run_until([&] { return outcome.has_value(); });
  return *outcome;
}

std::string ways::open_own(const listener_address& where) {
  return open(where, {{"", ""}, {std::string(transport_name(where.over)), ""}});
}

std::string ways::open_transport(const listener_address& where) {
  return open(where, {{std::string(transport_name(where.over)), ""}});
}

std::string ways::open_node(const std::string& name, const listener_address& where) {
  return open(where, {{"", name}, {std::string(transport_name(where.over)), name}});
}

std::string ways::open(const listener_address& where, const std::vector<route_key>& keys) {
  const auto addresses = net::resolve(where.at);
  if (!addresses) return addresses.error();
  std::string why;
  // A name may have addresses that nobody listens on.
  for (const net::host_port& numeric : *addresses) {
    std::vector<std::unique_ptr<net::connector>> made;
    net::connector& by = make(where, numeric, made);
    why = connect_error(loop_, by);
    if (!why.empty()) continue;
    for (const route_key& key : keys) table_.add(key, by);
    std::move(made.begin(), made.end(), std::back_inserter(connectors_));
    return "";
  }
  return why;
}

net::connector& ways::make(const listener_address& where, const net::host_port& numeric,
                           std::vector<std::unique_ptr<net::connector>>& into) const {
  net::tcp_connector_options options;
  options.limits.connect = std::max<duration>(patience_, std::chrono::milliseconds(100));
  into.push_back(net::make_tcp_connector(loop_, numeric, options));
  if (over_tls(where.over)) {
    const auto& context = where.over == transport::wss ? tls_.wss : tls_.tls;
    into.push_back(net::make_tls_connector(loop_, *into.back(), context, where.at.host));
  }
  if (over_websocket(where.over)) {
    into.push_back(
        net::make_websocket_connector(loop_, *into.back(), net::print(where.at), where.path));
  }
  return *into.back();
}

}  // namespace mqttspec::target
