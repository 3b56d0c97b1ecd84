#include "robustness/shrink.h"

#include "robustness/notation.h"

namespace mqttspec::robustness {

namespace {

using wire::packet;

// The packet with one thing less, each.
std::vector<packet> smaller_packets(const packet& p) {
  std::vector<packet> out;
  const auto less = [&](auto change) {
    packet q = p;
    change(q);
    if (!(q == p)) out.push_back(std::move(q));
  };
  less([](packet& q) { q.properties.clear(); });
  less([](packet& q) { q.will.reset(); });
  less([](packet& q) {
    if (q.subscriptions.size() > 1) q.subscriptions.resize(1);
  });
  less([](packet& q) {
    if (q.filters.size() > 1) q.filters.resize(1);
  });
  less([](packet& q) {
    if (q.payload.size() > 1) q.payload = "m";
  });
  if (p.properties.size() > 1) {
    for (std::size_t i = 0; i < p.properties.size(); ++i) {
      less([&](packet& q) {
        q.properties.erase(q.properties.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }
  if (p.will) {
    less([](packet& q) { q.will->properties.clear(); });
    less([](packet& q) { q.will->payload = "m"; });
  }
  less([](packet& q) {
    q.retain = false;
    q.dup = false;
  });
  return out;
}

}  // namespace

std::vector<experiment> smaller(const experiment& e) {
  std::vector<experiment> out;
  const auto less = [&](auto change) {
    experiment s = e;
    change(s);
    out.push_back(std::move(s));
  };
  const auto without = [](auto& list, std::size_t at) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
  };
  if (e.sends.size() > 1) {
    for (std::size_t i = 0; i < e.sends.size(); ++i) {
      less([&](experiment& s) { without(s.sends, i); });
    }
  }
  if (e.in_pieces) less([](experiment& s) { s.in_pieces = false; });
  for (const session_state simpler : {session_state::unconnected, session_state::connected}) {
    if (e.state > simpler) less([&](experiment& s) { s.state = simpler; });
  }
  for (std::size_t i = 0; i < e.sends.size(); ++i) {
    for (std::size_t t = 0; t < e.sends[i].transforms.size(); ++t) {
      less([&](experiment& s) { without(s.sends[i].transforms, t); });
    }
    const auto p = read_packet(e.sends[i].packet, e.version);
    if (!p) continue;
    for (const packet& q : smaller_packets(*p)) {
      less([&](experiment& s) { s.sends[i].packet = print_packet(q); });
    }
  }
  return out;
}

experiment shrink(experiment e, const std::function<bool(const experiment&)>& holds,
                  std::size_t tries) {
  for (bool better = true; better;) {
    better = false;
    for (experiment& s : smaller(e)) {
      if (tries == 0) return e;
      --tries;
      if (!holds(s)) continue;
      e = std::move(s);
      better = true;
      break;
    }
  }
  return e;
}

}  // namespace mqttspec::robustness
