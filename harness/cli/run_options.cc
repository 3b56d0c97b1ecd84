#include "cli/run_options.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <sstream>

#include "cli/broker_flags.h"
#include "results/results.h"

namespace mqttspec::cli {

namespace {

constexpr std::uint16_t mqtt_port = 1883;
constexpr std::uint16_t mqtt_tls_port = 8883;

std::vector<std::string> split_commas(const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const std::string& value : values) {
    std::stringstream parts(value);
    for (std::string one; std::getline(parts, one, ',');) {
      if (!one.empty()) out.push_back(one);
    }
  }
  return out;
}

std::vector<std::string> list_of(const parsed_options& options, const char* name) {
  return options.has(name) ? split_commas(options.get<arguments>(name))
                           : std::vector<std::string>{};
}

bool read_duration(const parsed_options& options, const char* name, duration& into, console& on) {
  if (!options.has(name)) return true;
  const auto& text = options.get<std::string>(name);
  const auto value = parse_duration(text);
  if (!value) {
    on.error(fmt::format("--{} cannot be '{}'", name, text),
             "write a number and us, ms, s or m: 500ms");
    return false;
  }
  into = *value;
  return true;
}

bool read_target(const parsed_options& options, run_request& out, console& on) {
  if (options.has("target")) {
    const auto& file = options.get<std::string>("target");
    const auto text = read_file(file, "target file", on);
    if (!text) return false;
    auto parsed = runner::parse_target(file, *text);
    if (!parsed) {
      on.show(parsed.error());
      return false;
    }
    out.target = std::move(*parsed);
    out.command.insert(out.command.end(), {"--target", file});
  }
  std::string address = out.target.address;
  if (options.has("broker")) {
    address = options.get<std::string>("broker");
    out.command.insert(out.command.end(), {"--broker", address});
  }
  const bool simulate = options.get<bool>("simulate");
  if (simulate && (options.has("broker") || options.has("target"))) {
    on.error("--simulate runs the embedded broker in memory; it goes with no --broker or --target");
    return false;
  }
  if (simulate) {
    out.kind = target_kind::simulated;
    out.command.emplace_back("--simulate");
    return true;
  }
  if (address.empty()) {
    if (options.has("target")) {
      on.error(
          fmt::format("the target file '{}' has no address", options.get<std::string>("target")),
          "add a line such as: address = \"127.0.0.1:1883\", or give --broker");
      return false;
    }
    return true;
  }
  const auto parsed =
      net::parse_host_port(address, options.get<bool>("tls") ? mqtt_tls_port : mqtt_port);
  if (!parsed) {
    on.error(parsed.error(), "write for example: --broker 127.0.0.1:1883");
    return false;
  }
  out.kind = target_kind::network;
  out.address = *parsed;
  return true;
}

bool read_start(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("start")) return true;
  out.start = options.get<std::string>("start");
  if (out.kind != target_kind::network) {
    on.error("--start launches a broker, but nothing says where it listens",
             "add for example: --broker 127.0.0.1:1883");
    return false;
  }
  out.command.insert(out.command.end(), {"--start", out.start});
  return true;
}

bool read_tls(const parsed_options& options, run_request& out, console& on) {
  net::tls_options o;
  const std::pair<const char*, std::string*> texts[] = {
      {"ca", &o.ca}, {"cert", &o.certificate}, {"key", &o.key}, {"sni", &o.server_name}};
  const bool tls = options.get<bool>("tls");
  o.insecure = options.get<bool>("insecure");
  if (tls) out.command.emplace_back("--tls");
  const auto idle = [&](const std::string& name) {
    on.error(fmt::format("--{} is about TLS, and this run is over plain TCP", name), "add --tls");
    return false;
  };
  for (const auto& [name, into] : texts) {
    if (!options.has(name)) continue;
    if (!tls) return idle(name);
    *into = options.get<std::string>(name);
    out.command.insert(out.command.end(), {fmt::format("--{}", name), *into});
  }
  if (options.has("alpn")) {
    if (!tls) return idle("alpn");
    o.protocols = list_of(options, "alpn");
    out.command.insert(out.command.end(),
                       {"--alpn", fmt::format("{}", fmt::join(o.protocols, ","))});
  }
  if (o.insecure && !tls) return idle("insecure");
  if (!tls) return true;
  if (out.kind != target_kind::network) {
    on.error("--tls needs a broker", "add for example: --broker 127.0.0.1:8883");
    return false;
  }
  auto made = net::make_tls_context(o);
  if (!made) {
    on.error(made.error());
    return false;
  }
  out.tls = std::move(*made);
  if (o.insecure) {
    out.command.emplace_back("--insecure");
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
      const auto version = runner::parse_version(name);
      if (!version) {
        on.error(fmt::format("there is no MQTT version '{}'", name), "valid here: 5, 3.1.1");
        return false;
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
  std::string variable = out.target.password_env;
  out.suite.engine.user_name = out.target.user;
  out.suite.engine.keep_alive = out.target.keep_alive;
  if (options.has("user")) out.suite.engine.user_name = options.get<std::string>("user");
  if (options.has("password-env")) variable = options.get<std::string>("password-env");
  if (!variable.empty()) {
    const auto password = on.variable ? on.variable(variable) : std::nullopt;
    if (!password) {
      on.error(fmt::format("the environment has no variable '{}' for the password", variable));
      return false;
    }
    out.suite.engine.password = *password;
  }
  // The embedded broker then knows this user and no other.
  if (out.kind != target_kind::network && !out.suite.engine.user_name.empty()) {
    out.broker.users = {{out.suite.engine.user_name, out.suite.engine.password}};
  }
  return true;
}

bool read_failed(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("failed")) return true;
  const auto& file = options.get<std::string>("failed");
  const auto text = read_file(file, "results file", on);
  if (!text) return false;
  const auto old = results::from_json(*text);
  if (!old) {
    on.error(fmt::format("'{}' is not a results file: {}", file, old.error()));
    return false;
  }
  out.suite.chosen.ids.emplace();
  for (const results::case_result& c : old->cases) {
    if (!c.expected || c.outcome == results::verdict::fail ||
        c.outcome == results::verdict::error) {
      out.suite.chosen.ids->insert(c.id);
    }
  }
  return true;
}

bool read_selection(const parsed_options& options, const case_files& cases, run_request& out,
                    console& on) {
  runner::selection& chosen = out.suite.chosen;
  chosen.patterns = cases.patterns;
  chosen.files = cases.named;
  chosen.tags = list_of(options, "tag");
  chosen.not_tags = list_of(options, "not-tag");
  chosen.levels = list_of(options, "level");
  chosen.statements = list_of(options, "statement");
  chosen.purposes = list_of(options, "purpose");
  chosen.seed = out.suite.seed;
  for (const std::string& level : chosen.levels) {
    if (level != "must" && level != "should" && level != "may" && level != "info") {
      on.error(fmt::format("there is no level '{}'", level), "valid here: must, should, may, info");
      return false;
    }
  }
  if (options.has("shard")) {
    const auto part = runner::parse_shard(options.get<std::string>("shard"));
    if (!part) {
      on.error(fmt::format("--shard: {}", part.error()), "write for example: --shard 2/5");
      return false;
    }
    chosen.part = *part;
  }
  if (options.has("sample")) chosen.sample = options.get<std::uint32_t>("sample");
  return read_failed(options, out, on);
}

bool read_baseline(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("baseline")) return true;
  for (const std::string& file : list_of(options, "baseline")) {
    const auto text = read_file(file, "baseline", on);
    if (!text) return false;
    auto parsed = runner::parse_baseline(file, *text);
    if (!parsed) {
      on.show(parsed.error());
      return false;
    }
    std::move(parsed->begin(), parsed->end(), std::back_inserter(out.suite.known));
  }
  return true;
}

bool read_running(const parsed_options& options, run_request& out, console& on) {
  if (!read_duration(options, "timeout", out.suite.engine.timeout, on) ||
      !read_duration(options, "slack", out.suite.engine.slack, on) ||
      !read_duration(options, "case-deadline", out.suite.engine.case_deadline, on)) {
    return false;
  }
  for (const char* name : {"timeout", "slack", "mqtt", "user", "password-env"}) {
    if (!options.has(name)) continue;
    out.command.push_back(fmt::format("--{}", name));
    out.command.push_back(std::string(name) == "mqtt"
                              ? fmt::format("{}", fmt::join(list_of(options, name), ","))
                              : options.get<std::string>(name));
  }
  if (options.has("jobs")) out.suite.at_once = std::max(1u, options.get<std::uint32_t>("jobs"));
  if (options.has("repeat")) out.suite.repeat = std::max(1u, options.get<std::uint32_t>("repeat"));
  if (options.has("min")) out.min = options.get<std::uint32_t>("min");
  out.suite.fail_fast = options.get<bool>("fail-fast");
  out.suite.strict = options.get<bool>("strict");
  if (options.get<bool>("slow")) out.command.emplace_back("--slow");
  // Waiting costs nothing in virtual time.
  out.suite.slow = options.get<bool>("slow") || options.get<bool>("simulate");
  if (out.suite.strict) out.command.emplace_back("--strict");
  return true;
}

bool read_output(const parsed_options& options, run_request& out, console& on) {
  if (options.get<bool>("quiet")) out.verbosity = -1;
  if (options.get<bool>("verbose")) out.verbosity = 1;
  if (options.has("trace")) {
    const auto& what = options.get<std::string>("trace");
    if (what != "failed" && what != "all") {
      on.error(fmt::format("--trace cannot be '{}'", what), "valid here: failed, all");
      return false;
    }
    out.trace = what == "all" ? trace_choice::all : trace_choice::failed;
    out.suite.trace_passed = out.trace == trace_choice::all;
  }
  auto files = read_report_request(options, "report-", on);
  if (!files) return false;
  out.reports = std::move(*files);
  return true;
}

}  // namespace

void add_run_options(po::options_description& to) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<arguments>()->value_name(name); };
  const auto number = [] { return po::value<std::uint32_t>()->value_name("N"); };
  po::options_description selecting("selecting");
  selecting.add_options()("tag", texts("TAG"), "cases with this tag")(
      "not-tag", texts("TAG"), "cases without it")("level", texts("LEVEL"),
                                                   "must, should, may or info")(
      "statement", texts("ID"), "cases that cite this statement: MQTT-3.2.2-3")(
      "purpose", texts("ID"), "cases of this purpose: S-Q-01, S-Q-*")("failed", text("RESULT.json"),
                                                                      "what failed there")(
      "shard", text("I/N"), "the I-th of N parts of all cases")("sample", number(),
                                                                "so many, chosen by --seed")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "of everything that is random");
  po::options_description target("target (without: the embedded broker on loopback)");
  target.add_options()("broker,b", text("HOST:PORT"), "the broker under test")(
      "target", text("FILE.toml"), "address, facts and hooks of the broker")(
      "start", text("COMMAND"), "launch the broker, watch it, stop it; serves restart cases")(
      "tls", po::bool_switch(), "connect over TLS")("ca", text("FILE"),
                                                    "authorities to trust, PEM (the system's)")(
      "cert", text("FILE"), "the clients' certificate, PEM")("key", text("FILE"), "its key, PEM")(
      "sni", text("NAME"), "the broker's name in TLS (the host)")(
      "alpn", texts("NAME"), "protocols to offer: mqtt")("insecure", po::bool_switch(),
                                                         "do not check the broker's certificate")(
      "simulate", po::bool_switch(), "the embedded broker, in memory and virtual time")(
      "mqtt", texts("5,3.1.1"), "protocol versions")("user", text("NAME"), "user name")(
      "password-env", text("VARIABLE"), "environment variable that holds the password");
  po::options_description running("running");
  running.add_options()("jobs,j", number(), "cases at once (512)")(
      "timeout", text("TIME"), "of an expectation without a window (5s)")(
      "slack", text("TIME"), "widens the windows of the standard (1s)")(
      "case-deadline", text("TIME"), "most a case may take beyond its own waits (120s)")(
      "repeat", number(), "run everything N times")("fail-fast", po::bool_switch(),
                                                    "stop at the first unexpected result")(
      "min", number(), "fail with 4 when fewer cases come to a verdict")(
      "slow", po::bool_switch(), "cases tagged slow too (a minute more)");
  po::options_description judging("judging");
  judging.add_options()("baseline", texts("FILE"), "known failures; several add up")(
      "strict", po::bool_switch(), "SHOULD counts as MUST");
  po::options_description output("output");
  add_report_options(output, "report-");
  output.add_options()(
      "trace", po::value<std::string>()->implicit_value("failed")->value_name("[=failed|all]"),
      "all packets of failed cases, or of all")("verbose,v", po::bool_switch(),
                                                "a line for every case")(
      "quiet,q", po::bool_switch(), "only what is unexpected, and the summary");
  to.add(selecting).add(target).add(running).add(judging).add(output);
}

std::optional<run_request> read_run_request(const parsed_options& options, const case_files& cases,
                                            console& on) {
  run_request out;
  const auto broker = broker_options_from(options, on);
  if (!broker) return std::nullopt;
  out.broker = *broker;
  out.suite.seed =
      options.has("seed") ? options.get<std::uint64_t>("seed") : std::random_device{}();
  if (!read_target(options, out, on) || !read_start(options, out, on) ||
      !read_tls(options, out, on) || !read_versions(options, out, on) ||
      !read_credentials(options, out, on) || !read_selection(options, cases, out, on) ||
      !read_baseline(options, out, on) || !read_running(options, out, on) ||
      !read_output(options, out, on)) {
    return std::nullopt;
  }
  const auto catalogue = &cases.statements;
  out.suite.engine.summary_of = [catalogue](const script::statement_reference& s) {
    const auto* entry = catalogue->find(s.version, s.id);
    return entry == nullptr ? std::string() : entry->summary;
  };
  return out;
}

}  // namespace mqttspec::cli
