#include "cli/target_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "base/spelling.h"
#include "cli/broker_flags.h"
#include "cli/case_files.h"
#include "net/endpoint.h"
#include "target/residue.h"
#include "target/ways.h"

namespace mqttspec::cli {

namespace {

using target::listener_address;
using target::place;
using target::transport;

bool fail(console& on, const std::string& message, const std::string& help = "") {
  on.error(message, help);
  return false;
}

bool read_target_file(const parsed_options& options, target::description& out, console& on) {
  if (!options.has("target")) return true;
  const auto& file = options.get<std::string>("target");
  const auto text = read_file(file, "target file", on);
  if (!text) return false;
  auto parsed = target::parse_target(file, *text);
  if (!parsed) {
    on.show(parsed.error());
    return false;
  }
  out = std::move(*parsed);
  return true;
}

std::string valid_transports(std::string_view name) {
  const auto& all = target::transport_names;
  return suggest(name, {all.begin(), all.end()});
}

// --transport NAME=ADDRESS and --node NAME=ADDRESS come before the target file's.
bool read_listeners(const parsed_options& options, const char* option,
                    std::map<std::string, listener_address>& into, console& on) {
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
  }
  return true;
}

// --broker or the target file's address, over what --tls and --ws say.
bool read_address(const parsed_options& options, target::description& out, console& on) {
  const bool tls = options.get<bool>("tls");
  const bool websocket = options.has("ws");
  std::string text = out.address;
  if (options.has("broker")) {
    text = options.get<std::string>("broker");
    out.sources.erase("address");
    if (!options.from_command_line("broker")) out.sources["address"] = "MQTTSPEC_BROKER";
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
  if (websocket) {
    out.own.path = options.get<std::string>("ws");
    if (!out.own.path.starts_with('/')) {
      return fail(on, fmt::format("--ws cannot be '{}'", out.own.path),
                  "a path begins with /, for example: --ws /mqtt");
    }
  }
  out.where = place::elsewhere;
  return true;
}

bool read_own(const parsed_options& options, target::description& out, console& on) {
  if (options.has("client")) {
    for (const char* other : {"broker", "target", "start"}) {
      if (!options.from_command_line(other)) continue;
      return fail(on, fmt::format("--client tests a client library; it goes with no --{}", other));
    }
    out.client = options.get<std::string>("client");
    out.where = out.client == "embedded" ? place::simulated : place::driven;
    return true;
  }
  if (options.get<bool>("simulate")) {
    if (options.has("broker") || options.has("target")) {
      return fail(on,
                  "--simulate runs the embedded broker in memory; it goes with no --broker or "
                  "--target");
    }
    out.where = place::simulated;
    return true;
  }
  auto& listeners = out.transports;
  if (!read_address(options, out, on) || !read_listeners(options, "transport", listeners, on) ||
      !read_listeners(options, "node", out.nodes, on)) {
    return false;
  }
  if (!out.is_ours()) {
    listeners.try_emplace(std::string(transport_name(out.own.over)), out.own);
  }
  std::string over = options.has("over") ? options.get<std::string>("over") : "";
  if (!over.empty() && !target::transport_named(over)) {
    return fail(on, fmt::format("there is no transport '{}'", over), valid_transports(over));
  }
  const bool embedded = out.is_ours() && !options.has("target") && listeners.empty();
  if (embedded) {
    if (!over.empty()) out.own.over = *target::transport_named(over);
    return true;
  }
  if (over.empty() && out.is_ours()) over = "tcp";
  if (over.empty()) return true;
  const auto found = listeners.find(over);
  if (found != listeners.end()) {
    out.own = found->second;
    if (options.has("over")) out.sources.erase("address");
    out.where = place::elsewhere;
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

bool read_start(const parsed_options& options, target::description& out, console& on) {
  if (!read_duration(options, "start-timeout", out.start_timeout, on) ||
      !read_duration(options, "wait", out.wait, on)) {
    return false;
  }
  if (!options.has("start") || out.is_client()) return true;
  out.start = options.get<std::string>("start");
  if (out.is_ours()) {
    return fail(on, "--start launches a broker, but nothing says where it listens",
                "add for example: --broker 127.0.0.1:1883");
  }
  out.where = place::launched;
  if (out.own.at.port == 0) {
    const auto port = net::find_free_port(out.own.at.host);
    if (!port) return fail(on, port.error());
    const target::listener_address before = out.own;
    out.own.at.port = *port;
    for (auto& [name, listener] : out.transports) {
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

bool read_tls(const parsed_options& options, target::description& out, console& on) {
  net::tls_options& o = out.tls;
  const bool tls = !out.is_ours() && !out.is_client() && out.over_tls();
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
  }
  if (options.has("alpn")) {
    if (!tls) return idle("alpn");
    o.protocols = list_of(options, "alpn");
  }
  if (options.get<bool>("insecure")) {
    if (!tls) return idle("insecure");
    o.insecure = true;
  }
  if (!tls) return true;
  // A broker that is yet to be started may make its certificates then.
  if (out.where != place::launched) {
    if (const auto readable = target::make_trust(o); !readable) {
      return fail(on, readable.error());
    }
  }
  if (o.insecure) {
    on.err << "WARNING: --insecure: the broker's certificate is NOT checked; anybody may be "
              "answering.\n";
  }
  return true;
}

}  // namespace

bool read_versions(const parsed_options& options, std::vector<wire::protocol_version>& into,
                   console& on) {
  using wire::protocol_version;
  if (options.has("mqtt")) {
    into.clear();
    for (const std::string& name : list_of(options, "mqtt")) {
      const auto version = target::parse_version(name);
      if (!version) {
        return fail(on, fmt::format("there is no MQTT version '{}'", name), "valid here: 5, 3.1.1");
      }
      into.push_back(*version);
    }
  }
  if (into.empty()) into = {protocol_version::v5, protocol_version::v311};
  return true;
}

namespace {

bool read_credentials(const parsed_options& options, target::description& out, console& on) {
  if (options.has("user")) out.user = options.get<std::string>("user");
  auto password = read_password(options, out.password_env, out.password_file, on);
  if (!password) return false;
  out.password = std::move(*password);
  // The embedded broker then knows this user and no other.
  if (out.is_ours() && !out.user.empty()) out.embedded.users = {{out.user, out.password}};
  return true;
}

bool read_embedded(const parsed_options& options, target::description& out, console& on) {
  // A switch has a value in every command that has it: this one is for brokers of others.
  if (options.values.count("no-retain") == 0) return true;
  const auto broker = broker_options_from(options, on);
  if (!broker || !read_oddities(options, out.oddities, on)) return false;
  out.embedded = *broker;
  return true;
}

machine_paths paths_here(const console& on) {
  const auto variable = [&](const char* name) {
    return on.variable ? on.variable(name) : std::nullopt;
  };
  std::error_code none;
  return {std::filesystem::current_path(none).string(), variable("HOME").value_or(""),
          variable("TMPDIR").value_or("/tmp")};
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
  po::options_description target("the target (without any of these: the embedded broker)");
  auto add = target.add_options();
  add("broker,b", text("ADDRESS"),
      "test the broker at HOST:PORT; tls://, ws:// or wss:// in front name the transport");
  add("client", text("COMMAND"),
      "test a client library instead of a broker; COMMAND starts its adapter, `embedded` is ours");
  add("target", text("FILE.toml"), "read addresses, facts and hooks of the broker from a file");
  add("start", text("COMMAND"),
      "start the broker, watch it and stop it, so that restart cases run; {port} in COMMAND "
      "becomes the port of --broker, and port 0 means any free port");
  add("start-timeout", text("TIME"), "how long a started broker may take to accept (60s)");
  add("wait", text("TIME"), "how long to wait for a broker that somebody else is starting (0s)");
  add("over", text("TRANSPORT"), "run everything over this transport of the target");
  add("transport", texts("NAME=ADDRESS"),
      "add another listener of the same broker: ws=127.0.0.1:8080/mqtt");
  add("node", texts("NAME=ADDRESS"), "add a node of the cluster: two=127.0.0.1:1884");
  add("tls", po::bool_switch(), "connect over TLS");
  add("ws", text("PATH"), "connect over WebSocket; PATH is often /mqtt");
  add("ca", text("FILE"), "trust the authorities in this PEM file (those of the system)");
  add("cert", text("FILE"), "give this PEM certificate to a broker that asks clients for one");
  add("key", text("FILE"), "the private key of --cert, PEM");
  add("sni", text("NAME"), "the broker's name in TLS (the host of the address)");
  add("alpn", texts("NAME"), "offer this protocol over TLS, for example mqtt");
  add("insecure", po::bool_switch(), "do not check the broker's certificate");
  add("simulate", po::bool_switch(),
      "test the embedded broker in memory and in virtual time: no sockets, no waiting");
  add("mqtt", texts("5,3.1.1"), "test only these protocol versions");
  add("user", text("NAME"), "log in with this user name");
  add("password-env", text("VARIABLE"), "take the password from this environment variable");
  add("password-file", text("FILE"), "take the password from a file that holds nothing else");
  add("timeout", text("TIME"),
      "how long to wait for an answer for which the standard gives no time (5s)");
  add("slack", text("TIME"), "widen each time window of the standard by this much (1s)");
  to.add(target);
}

std::optional<target::description> read_target(const parsed_options& options, console& on) {
  target::description out;
  if (!read_target_file(options, out, on) || !read_embedded(options, out, on) ||
      !read_own(options, out, on) || !read_start(options, out, on) || !read_tls(options, out, on) ||
      !read_versions(options, out.versions, on) || !read_credentials(options, out, on) ||
      !read_duration(options, "timeout", out.timeout, on) ||
      !read_duration(options, "slack", out.slack, on)) {
    return std::nullopt;
  }
  out.here = paths_here(on);
  const auto variable = [&](const char* name) {
    return on.variable ? on.variable(name).value_or("") : "";
  };
  out.state_folder = target::residue_folder(variable("XDG_STATE_HOME"), variable("HOME"));
  return out;
}

arguments target_again(const parsed_options& options) {
  po::options_description these;
  add_target_options(these);
  add_cases_option(these);
  add_broker_flags(these);
  return words_again(these, options);
}

}  // namespace mqttspec::cli
