#pragma once
// Which connector serves a client that is declared `over TRANSPORT` or `at NODE`.

#include <map>
#include <string>
#include <utility>

#include "net/stream.h"

namespace mqttspec::runner {

class routes {
 public:
  // Transport and node as scenarios name them; "" is the run's own.
  using key = std::pair<std::string, std::string>;

  // Everything over TCP through |own|.
  routes(net::connector& own) : to_{{{"", ""}, &own}, {{"tcp", ""}, &own}} {}
  // The run's own transport is |transport|.
  routes(net::connector& own, const std::string& transport)
      : to_{{{"", ""}, &own}, {{transport, ""}, &own}} {}

  void add(const key& where, net::connector& by) { to_[where] = &by; }

  net::connector& own() const { return *to_.at({"", ""}); }
  // nullptr: there is none.
  net::connector* find(const key& where) const {
    const auto found = to_.find(where);
    return found == to_.end() ? nullptr : found->second;
  }
  const std::map<key, net::connector*>& all() const { return to_; }

 private:
  std::map<key, net::connector*> to_;
};

}  // namespace mqttspec::runner
