#include "profile/packets.h"

#include "base/bytes.h"
#include "wire/decode.h"

namespace mqttspec::profile {

std::vector<seen> packets_of(const results::case_result& c) {
  using results::trace_direction;
  const auto version = c.version == "5" ? wire::protocol_version::v5 : wire::protocol_version::v311;
  std::vector<seen> out;
  out.reserve(c.trace.size());
  for (const results::trace_line& t : c.trace) {
    seen s{t.client, t.at, t.direction, std::nullopt, t.text};
    if (t.direction != trace_direction::event) {
      const auto octets = from_hex(t.hex);
      const auto by =
          t.direction == trace_direction::sent ? wire::sender::client : wire::sender::server;
      if (octets) {
        if (auto p = wire::decode(*octets, {version, by})) s.packet = std::move(*p);
      }
    }
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace mqttspec::profile
