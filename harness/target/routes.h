#pragma once
// Which connector serves a client that is declared `over TRANSPORT` or `at NODE`.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "net/stream.h"
#include "target/capabilities.h"

namespace mqttspec::target {

// Transport and node as scenarios name them; "" is the run's own.
using route_key = std::pair<std::string, std::string>;

class routes {
 public:
  routes() = default;
  // Everything over TCP through |own|.
  routes(net::connector& own) : to_{{{"", ""}, &own}, {{"tcp", ""}, &own}} {}

  void add(const route_key& where, net::connector& by) { to_[where] = &by; }

  net::connector& own() const { return *to_.at({"", ""}); }
  // nullptr: there is none.
  net::connector* find(const route_key& where) const {
    const auto found = to_.find(where);
    return found == to_.end() ? nullptr : found->second;
  }
  std::set<route_key> keys() const {
    std::set<route_key> out;
    for (const auto& [key, by] : to_) out.insert(key);
    return out;
  }

 private:
  std::map<route_key, net::connector*> to_;
};

// "tls", "ws", "wss" and "two_nodes": 1 where |reach| has them.
void add_reach(capability_values& into, const std::set<route_key>& reach);

// In memory every transport and every node leads to the same broker: `over` and `at` change
// nothing, and their cases run.
std::set<route_key> reach_in_memory();
// What a run in memory can do to the broker, and its reach.
void add_capabilities_in_memory(capability_values& into);

}  // namespace mqttspec::target
