#include "net/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>

namespace mqttspec::net {

namespace asio = boost::asio;

result<host_port, std::string> parse_host_port(std::string_view text, std::uint16_t default_port) {
  host_port out{std::string(text), default_port};
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) {
      return unexpected(fmt::format("'{}' has '[' without ']'", text));
    }
    out.host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') {
      return unexpected(fmt::format("'{}' is not HOST:PORT", text));
    }
    if (!rest.empty()) port = rest.substr(1);
    if (rest == ":") port = " ";
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    out.host = text.substr(0, text.find(':'));
    port = text.substr(text.find(':') + 1);
    if (port.empty()) port = " ";
  }
  if (out.host.empty()) return unexpected(fmt::format("'{}' has no host", text));
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size()) {
      return unexpected(fmt::format("'{}' has no port between 0 and 65535 behind ':'", text));
    }
  }
  return out;
}

std::string print(const host_port& where) {
  return where.host.find(':') == std::string::npos ? fmt::format("{}:{}", where.host, where.port)
                                                   : fmt::format("[{}]:{}", where.host, where.port);
}

result<std::vector<host_port>, std::string> resolve(const host_port& where) {
  boost::system::error_code error;
  if (const auto numeric = asio::ip::make_address(where.host, error); !error) {
    return std::vector<host_port>{{numeric.to_string(), where.port}};
  }
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  const auto found = resolver.resolve(where.host, std::to_string(where.port),
                                      asio::ip::resolver_base::numeric_service, error);
  if (error || found.empty()) {
    return unexpected(fmt::format("cannot resolve '{}': {}", where.host, error.message()));
  }
  std::vector<host_port> v4;
  std::vector<host_port> v6;
  for (const auto& entry : found) {
    const auto address = entry.endpoint().address();
    (address.is_v4() ? v4 : v6).push_back({address.to_string(), where.port});
  }
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

bool is_numeric(const std::string& host) {
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

result<std::uint16_t, std::string> find_free_port(const std::string& host) {
  const auto addresses = resolve({host, 0});
  if (!addresses) return unexpected(addresses.error());
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io);
  const asio::ip::tcp::endpoint at(asio::ip::make_address(addresses->front().host), 0);
  boost::system::error_code error;
  acceptor.open(at.protocol(), error);
  if (!error) acceptor.bind(at, error);
  if (error) return unexpected(fmt::format("no free port on '{}': {}", host, error.message()));
  return acceptor.local_endpoint().port();
}

bool is_ipv4_loopback(const host_port& where) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address_v4(where.host, error);
  return !error && address.is_loopback();
}

}  // namespace mqttspec::net
