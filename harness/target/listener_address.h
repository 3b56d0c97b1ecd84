#pragma once
// Where a broker listens and over what, as target files and options write it:
//
//   127.0.0.1:1883                 TCP, or what the place that it stands in says
//   tls://broker.test:8883
//   ws://127.0.0.1:8080/mqtt       WebSocket; without a path: /mqtt
//   wss://127.0.0.1:8081/mqtt
//   [::1]:1883
//   mqtt://127.0.0.1, mqtts://broker.test    other words for tcp:// and tls://

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/endpoint.h"

namespace mqttspec::target {

enum class transport : std::uint8_t { tcp, tls, ws, wss };

inline constexpr std::array<std::string_view, 4> transport_names = {"tcp", "tls", "ws", "wss"};
inline std::string_view transport_name(transport t) {
  return transport_names[static_cast<std::size_t>(t)];
}
// nullopt: there is none of this name.
std::optional<transport> transport_named(std::string_view name);
inline bool over_tls(transport t) {
  return t == transport::tls || t == transport::wss;
}
inline bool over_websocket(transport t) {
  return t == transport::ws || t == transport::wss;
}

struct listener_address {
  transport over = transport::tcp;
  net::host_port at;
  std::string path;  // WebSocket only: "/mqtt"

  friend bool operator==(const listener_address&, const listener_address&) = default;
};

// |over|: of an address that does not say it. Without a port: 1883, 8883, 80, 443. The error is a
// sentence for the user.
result<listener_address, std::string> parse_listener(std::string_view text,
                                                     transport over = transport::tcp);

// "127.0.0.1:1883", "wss://127.0.0.1:8081/mqtt"
std::string print(const listener_address& a);

}  // namespace mqttspec::target
