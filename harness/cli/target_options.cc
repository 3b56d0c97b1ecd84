#include "cli/target_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/spelling.h"
#include "net/endpoint.h"

namespace mqttspec::cli {

namespace {

using target::listener_address;
using target::transport;

bool fail(console& on, const std::string& message, const std::string& help = "") {
  on.error(message, help);
  return false;
}

void say_again(run_request& out, const char* option, const std::string& value) {
  out.command.insert(out.command.end(), {option, value});
}

bool read_target_file(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("target")) return true;
  const auto& file = options.get<std::string>("target");
  const auto text = read_file(file, "target file", on);
  if (!text) return false;
  auto parsed = target::parse_target(file, *text);
  if (!parsed) {
    on.show(parsed.error());
    return false;
  }
  out.target = std::move(*parsed);
  say_again(out, "--target", file);
  return true;
}

std::string valid_transports(std::string_view name) {
  const auto& all = target::transport_names;
  return suggest(name, {all.begin(), all.end()});
}

// --transport NAME=ADDRESS and --node NAME=ADDRESS come before the target file's.
bool read_listeners(const parsed_options& options, const char* option,
                    std::map<std::string, listener_address>& into, run_request& out, console& on) {
  const bool by_transport = std::string_view(option) == "transport";
  for (const std::string& text : list_of(options, option)) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(on, fmt::format("--{} cannot be '{}'", option, text),
                  by_transport ? "write for example: --transport ws=127.0.0.1:8080/mqtt"
                               : "write for example: --node two=127.0.0.1:1884");
    }
    const std::string name = text.substr(0, equals);
    const auto over = by_transport ? target::transport_named(name) : std::optional(transport::tcp);
    if (!over) {
      return fail(on, fmt::format("there is no transport '{}'", name), valid_transports(name));
    }
    const auto address = target::parse_listener(text.substr(equals + 1), *over);
    if (!address) return fail(on, address.error());
    if (by_transport && address->over != *over) {
      return fail(on, fmt::format("--transport {} has an address of another transport", text));
    }
    into[name] = *address;
    say_again(out, by_transport ? "--transport" : "--node", text);
  }
  return true;
}

// --broker or the target file's address, over what --tls and --ws say.
bool read_address(const parsed_options& options, run_request& out, console& on) {
  const bool tls = options.get<bool>("tls");
  const bool websocket = options.has("ws");
  std::string text = out.target.address;
  if (options.has("broker")) {
    text = options.get<std::string>("broker");
    say_again(out, "--broker", text);
  }
  if (text.empty()) {
    if (tls) return fail(on, "--tls needs a broker", "add for example: --broker 127.0.0.1:8883");
    if (websocket) {
      return fail(on, "--ws needs a broker", "add for example: --broker 127.0.0.1:8080");
    }
    return true;
  }
  const auto over =
      websocket ? (tls ? transport::wss : transport::ws) : (tls ? transport::tls : transport::tcp);
  const auto address = target::parse_listener(text, over);
  if (!address) return fail(on, address.error(), "write for example: --broker 127.0.0.1:1883");
  if ((tls && !over_tls(address->over)) || (websocket && !over_websocket(address->over))) {
    return fail(on, fmt::format("'{}' is an address of another transport than {}", text,
                                tls ? "--tls" : "--ws"));
  }
  out.own = *address;
  if (tls) out.command.emplace_back("--tls");
  if (websocket) {
    out.own.path = options.get<std::string>("ws");
    say_again(out, "--ws", out.own.path);
    if (!out.own.path.starts_with('/')) {
      return fail(on, fmt::format("--ws cannot be '{}'", out.own.path),
                  "a path begins with /, for example: --ws /mqtt");
    }
  }
  out.kind = target_kind::network;
  return true;
}

bool read_own(const parsed_options& options, run_request& out, console& on) {
  if (options.get<bool>("simulate")) {
    if (options.has("broker") || options.has("target")) {
      return fail(on,
                  "--simulate runs the embedded broker in memory; it goes with no --broker or "
                  "--target");
    }
    out.kind = target_kind::simulated;
    out.command.emplace_back("--simulate");
    return true;
  }
  auto& listeners = out.target.transports;
  if (!read_address(options, out, on) ||
      !read_listeners(options, "transport", listeners, out, on) ||
      !read_listeners(options, "node", out.target.nodes, out, on)) {
    return false;
  }
  if (out.kind == target_kind::network) {
    listeners.try_emplace(std::string(transport_name(out.own.over)), out.own);
  }
  std::string over = options.has("over") ? options.get<std::string>("over") : "";
  if (!over.empty() && !target::transport_named(over)) {
    return fail(on, fmt::format("there is no transport '{}'", over), valid_transports(over));
  }
  if (!over.empty()) say_again(out, "--over", over);
  const bool embedded =
      out.kind != target_kind::network && !options.has("target") && listeners.empty();
  if (embedded) {
    if (!over.empty()) out.own.over = *target::transport_named(over);
    return true;
  }
  if (over.empty() && out.kind != target_kind::network) over = "tcp";
  if (over.empty()) return true;
  const auto found = listeners.find(over);
  if (found != listeners.end()) {
    out.own = found->second;
    out.kind = target_kind::network;
    return true;
  }
  if (!options.has("target") || options.has("over")) {
    return fail(on, fmt::format("nothing says where the broker listens over '{}'", over),
                fmt::format("add it to [transports] of the target file, or --transport "
                            "{}=HOST:PORT",
                            over));
  }
  return fail(
      on, fmt::format("the target file '{}' has no address", options.get<std::string>("target")),
      "add a line such as: address = \"127.0.0.1:1883\", or give --broker");
}

bool read_start(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("start")) return true;
  out.start = options.get<std::string>("start");
  if (out.kind != target_kind::network) {
    return fail(on, "--start launches a broker, but nothing says where it listens",
                "add for example: --broker 127.0.0.1:1883");
  }
  say_again(out, "--start", out.start);
  if (out.own.at.port == 0) {
    const auto port = net::find_free_port(out.own.at.host);
    if (!port) return fail(on, port.error());
    const target::listener_address before = out.own;
    out.own.at.port = *port;
    for (auto& [name, listener] : out.target.transports) {
      if (listener == before) listener = out.own;
    }
  }
  const std::string mark = "{port}";
  const std::string number = std::to_string(out.own.at.port);
  for (std::size_t at = 0; (at = out.start.find(mark, at)) != std::string::npos;) {
    out.start.replace(at, mark.size(), number);
  }
  return true;
}

bool something_is_over_tls(const run_request& out) {
  const auto any = [](const auto& listeners) {
    return std::any_of(listeners.begin(), listeners.end(),
                       [](const auto& one) { return over_tls(one.second.over); });
  };
  return over_tls(out.own.over) || any(out.target.transports) || any(out.target.nodes);
}

bool read_tls(const parsed_options& options, run_request& out, console& on) {
  net::tls_options& o = out.target.tls;
  const bool tls = out.kind == target_kind::network && something_is_over_tls(out);
  const auto idle = [&](const std::string& name) {
    return fail(on, fmt::format("--{} is about TLS, and this run is over plain TCP", name),
                "add --tls");
  };
  const std::pair<const char*, std::string*> texts[] = {
      {"ca", &o.ca}, {"cert", &o.certificate}, {"key", &o.key}, {"sni", &o.server_name}};
  for (const auto& [name, into] : texts) {
    if (!options.has(name)) continue;
    if (!tls) return idle(name);
    *into = options.get<std::string>(name);
    say_again(out, fmt::format("--{}", name).c_str(), *into);
  }
  if (options.has("alpn")) {
    if (!tls) return idle("alpn");
    o.protocols = list_of(options, "alpn");
    say_again(out, "--alpn", fmt::format("{}", fmt::join(o.protocols, ",")));
  }
  if (options.get<bool>("insecure")) {
    if (!tls) return idle("insecure");
    o.insecure = true;
    out.command.emplace_back("--insecure");
  }
  if (!tls) return true;
  out.over_tls = true;
  // A broker that is yet to be started may make its certificates then.
  if (out.start.empty()) {
    auto made = target::make_trust(o);
    if (!made) return fail(on, made.error());
    out.tls = std::move(*made);
  }
  if (o.insecure) {
    on.err << "WARNING: --insecure: the broker's certificate is NOT checked; anybody may be "
              "answering.\n";
  }
  return true;
}

bool read_versions(const parsed_options& options, run_request& out, console& on) {
  using wire::protocol_version;
  out.suite.versions = out.target.versions;
  if (options.has("mqtt")) {
    out.suite.versions.clear();
    for (const std::string& name : list_of(options, "mqtt")) {
      const auto version = target::parse_version(name);
      if (!version) {
        return fail(on, fmt::format("there is no MQTT version '{}'", name), "valid here: 5, 3.1.1");
      }
      out.suite.versions.push_back(*version);
    }
  }
  if (out.suite.versions.empty()) {
    out.suite.versions = {protocol_version::v5, protocol_version::v311};
  }
  return true;
}

bool read_credentials(const parsed_options& options, run_request& out, console& on) {
  out.suite.engine.user_name = out.target.user;
  out.suite.engine.keep_alive = out.target.keep_alive;
  if (options.has("user")) out.suite.engine.user_name = options.get<std::string>("user");
  auto password = read_password(options, out.target.password_env, out.target.password_file, on);
  if (!password) return false;
  out.suite.engine.password = std::move(*password);
  // The embedded broker then knows this user and no other.
  if (out.kind != target_kind::network && !out.suite.engine.user_name.empty()) {
    out.broker.users = {{out.suite.engine.user_name, out.suite.engine.password}};
  }
  return true;
}

}  // namespace

std::optional<std::string> read_password(const parsed_options& options, std::string variable,
                                         std::string file, console& on) {
  if (options.has("password-env") && options.has("password-file")) {
    on.error("--password-env and --password-file are two places for one password");
    return std::nullopt;
  }
  if (options.has("password-env") || options.has("password-file")) {
    variable = options.has("password-env") ? options.get<std::string>("password-env") : "";
    file = options.has("password-file") ? options.get<std::string>("password-file") : "";
  }
  if (!variable.empty()) {
    const auto password = on.variable ? on.variable(variable) : std::nullopt;
    if (!password) {
      on.error(fmt::format("the environment has no variable '{}' for the password", variable));
    }
    return password;
  }
  if (file.empty()) return "";
  auto text = read_file(file, "password file", on);
  // The end of its line is none of it.
  if (text && text->ends_with('\n')) text->pop_back();
  if (text && text->ends_with('\r')) text->pop_back();
  return text;
}

void add_target_options(po::options_description& to) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<arguments>()->value_name(name); };
  po::options_description target("target (without: the embedded broker on loopback)");
  target.add_options()("broker,b", text("HOST:PORT"), "the broker under test")(
      "target", text("FILE.toml"), "addresses, facts and hooks of the broker")(
      "start", text("COMMAND"),
      "launch the broker, watch it, stop it; serves restart cases; {port} is that of --broker, "
      "with port 0 a free one")("start-timeout", text("TIME"),
                                "until a launched broker takes a connection (60s)")(
      "over", text("TRANSPORT"), "run everything over this of the target's transports")(
      "transport", texts("NAME=ADDRESS"), "another listener: ws=127.0.0.1:8080/mqtt")(
      "node", texts("NAME=ADDRESS"), "of the cluster: two=127.0.0.1:1884")(
      "tls", po::bool_switch(), "connect over TLS")("ws", text("PATH"),
                                                    "connect over WebSocket: /mqtt")(
      "ca", text("FILE"), "authorities to trust, PEM (the system's)")(
      "cert", text("FILE"), "the clients' certificate, PEM")("key", text("FILE"), "its key, PEM")(
      "sni", text("NAME"), "the broker's name in TLS (the host)")(
      "alpn", texts("NAME"), "protocols to offer over TLS: mqtt")(
      "insecure", po::bool_switch(), "do not check the broker's certificate")(
      "simulate", po::bool_switch(), "the embedded broker, in memory and virtual time")(
      "mqtt", texts("5,3.1.1"), "protocol versions")("user", text("NAME"), "user name")(
      "password-env", text("VARIABLE"), "environment variable that holds the password")(
      "password-file", text("FILE"), "file that holds the password and nothing else");
  to.add(target);
}

bool read_target_options(const parsed_options& options, run_request& out, console& on) {
  return read_target_file(options, out, on) && read_own(options, out, on) &&
         read_start(options, out, on) && read_tls(options, out, on) &&
         read_versions(options, out, on) && read_credentials(options, out, on);
}

}  // namespace mqttspec::cli
