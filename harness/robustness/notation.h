#pragma once
// Packets whose names begin with the scenario's own {ns}, in the notation and back.
//
//   packet p = ...; p.client_id = ns_mark + "-x";
//   print_packet(p)     // CONNECT client_id="{ns}-x" ...

#include <optional>
#include <string>
#include <string_view>

#include "wire/packet.h"

namespace mqttspec::robustness {

// Stands for {ns} in a packet's text: there a brace would be one of its own.
inline constexpr std::string_view ns_mark = "NAMESPACE";

std::string print_packet(const wire::packet& p);
// nullopt: hex(..), or no packet.
std::optional<wire::packet> read_packet(std::string_view text, wire::protocol_version version);

}  // namespace mqttspec::robustness
