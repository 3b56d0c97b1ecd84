#include "target/listener_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/spelling.h"

namespace mqttspec::target {

namespace {

constexpr std::array<std::uint16_t, 4> usual_ports = {1883, 8883, 80, 443};
constexpr std::string_view usual_path = "/mqtt";

// What addresses may begin with, as other programs write it too.
constexpr std::pair<std::string_view, transport> schemes[] = {
    {"tcp", transport::tcp},   {"mqtt", transport::tcp}, {"tls", transport::tls},
    {"mqtts", transport::tls}, {"ws", transport::ws},    {"wss", transport::wss}};

std::optional<transport> transport_of_scheme(std::string_view scheme) {
  for (const auto& [name, over] : schemes) {
    if (name == scheme) return over;
  }
  return std::nullopt;
}

std::string valid_schemes(std::string_view scheme) {
  std::vector<std::string_view> names;
  for (const auto& [name, over] : schemes) names.push_back(name);
  return suggest(scheme, names);
}

bool is_printable(char c) {
  return c > 0x20 && c < 0x7F;
}

}  // namespace

std::optional<transport> transport_named(std::string_view name) {
  const auto found = std::find(transport_names.begin(), transport_names.end(), name);
  if (found == transport_names.end()) return std::nullopt;
  return static_cast<transport>(found - transport_names.begin());
}

result<listener_address, std::string> parse_listener(std::string_view text, transport over) {
  listener_address out;
  out.over = over;
  std::string_view rest = text;
  if (const auto end = text.find("://"); end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, end);
    const auto named = transport_of_scheme(scheme);
    if (!named) {
      return unexpected(
          fmt::format("'{}' begins with no transport of MQTT: {}", text, valid_schemes(scheme)));
    }
    out.over = *named;
    rest = text.substr(end + 3);
  }
  if (rest.substr(0, rest.find('/')).find('@') != std::string_view::npos) {
    // It is not repeated: a password may stand there.
    return unexpected(std::string("an address holds no user name: give --user and --password-env"));
  }
  // "mqtt://127.0.0.1/" is written, too.
  if (!over_websocket(out.over) && rest.size() < text.size() && rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    out.path = rest.substr(slash);
    rest = rest.substr(0, slash);
    if (!over_websocket(out.over)) {
      return unexpected(fmt::format("'{}' has a path, which only WebSocket has", text));
    }
    // It becomes part of a line of HTTP.
    if (!std::all_of(out.path.begin(), out.path.end(), is_printable)) {
      return unexpected(fmt::format("the path of '{}' holds what no path may hold", text));
    }
  }
  if (over_websocket(out.over) && out.path.empty()) out.path = usual_path;
  const auto at = net::parse_host_port(rest, usual_ports[static_cast<std::size_t>(out.over)]);
  if (!at) return unexpected(at.error());
  out.at = *at;
  return out;
}

std::string print(const listener_address& a) {
  const std::string where = net::print(a.at);
  if (a.over == transport::tcp) return where;
  return fmt::format("{}://{}{}", transport_name(a.over), where, a.path);
}

}  // namespace mqttspec::target
