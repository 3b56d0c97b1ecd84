#include "profile/packets.h"

namespace mqttspec::profile {

std::vector<seen> packets_of(const results::case_result& c) {
  std::vector<seen> out;
  out.reserve(c.trace.size());
  for (const trace::entry& e : c.trace) {
    out.push_back({e.client, e.at, e.way, trace::packet_of(e), e.what});
  }
  return out;
}

}  // namespace mqttspec::profile
