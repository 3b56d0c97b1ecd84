#pragma once
// Where a server is. Names are resolved once, before a run; connections are made by address.
//
//   parse_host_port("localhost:1883")  ->  {"localhost", 1883}
//   parse_host_port("[::1]")           ->  {"::1", 1883}

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mqttspec::net {

struct host_port {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const host_port&, const host_port&) = default;
};

// HOST, HOST:PORT or [IPV6]:PORT. The error is a sentence for the user.
result<host_port, std::string> parse_host_port(std::string_view text, std::uint16_t default_port);

// "127.0.0.1:1883", "[::1]:1883"
std::string print(const host_port& where);

// All addresses of |where| (numeric hosts), IPv4 first. Blocks. The error names the host.
result<std::vector<host_port>, std::string> resolve(const host_port& where);

// Whether |host| is an address and no name.
bool is_numeric(const std::string& host);

// A TCP port of |host| that nobody listens on now. The error is a sentence.
result<std::uint16_t, std::string> find_free_port(const std::string& host);

// 127.0.0.0/8
bool is_ipv4_loopback(const host_port& where);

}  // namespace mqttspec::net
