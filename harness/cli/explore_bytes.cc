// mqttspec explore bytes

#include "cli/explore_bytes.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "hostile/network.h"
#include "hostile/report.h"
#include "net/endpoint.h"
#include "net/tcp.h"
#include "runner/broker_server.h"
#include "runner/target.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;
using hostile::campaign_result;

struct bytes_request {
  std::optional<net::host_port> address;  // nullopt: the embedded broker
  std::string start;
  runner::target target;
  hostile::campaign_settings campaign;
  engine::run_options engine;
  std::string folder;
};

bool read_length(const parsed_options& options, const char* name, duration& into, console& on) {
  if (!options.has(name)) return true;
  const auto value = parse_duration(options.get<std::string>(name));
  if (value && *value > duration::zero()) {
    into = *value;
    return true;
  }
  on.error(fmt::format("--{} cannot be '{}'", name, options.get<std::string>(name)),
           "write a number and ms, s or m: 90s");
  return false;
}

bool read_target_file(const parsed_options& options, runner::target& into, console& on) {
  if (!options.has("target")) return true;
  const auto& file = options.get<std::string>("target");
  const auto text = read_file(file, "target file", on);
  if (!text) return false;
  auto parsed = runner::parse_target(file, *text);
  if (!parsed) {
    on.show(parsed.error());
    return false;
  }
  into = std::move(*parsed);
  return true;
}

bool read_versions(const parsed_options& options, bytes_request& out, console& on) {
  using wire::protocol_version;
  out.campaign.versions = out.target.versions;
  if (options.has("mqtt")) {
    const auto version = runner::parse_version(options.get<std::string>("mqtt"));
    if (!version) {
      on.error(fmt::format("there is no MQTT version '{}'", options.get<std::string>("mqtt")),
               "valid here: 5, 3.1.1");
      return false;
    }
    out.campaign.versions = {*version};
  }
  if (out.campaign.versions.empty()) {
    out.campaign.versions = {protocol_version::v5, protocol_version::v311};
  }
  return true;
}

bool read_credentials(bytes_request& out, console& on) {
  out.engine.user_name = out.target.user;
  out.engine.keep_alive = out.target.keep_alive;
  if (out.target.password_env.empty()) return true;
  const auto password = on.variable ? on.variable(out.target.password_env) : std::nullopt;
  if (!password) {
    on.error(fmt::format("the environment has no variable '{}' for the password",
                         out.target.password_env));
    return false;
  }
  out.engine.password = *password;
  return true;
}

std::optional<bytes_request> read_request(const parsed_options& options, console& on) {
  bytes_request out;
  if (!read_target_file(options, out.target, on) || !read_versions(options, out, on) ||
      !read_credentials(out, on) || !read_length(options, "for", out.campaign.length, on) ||
      !read_length(options, "timeout", out.engine.timeout, on)) {
    return std::nullopt;
  }
  std::string address = out.target.address;
  if (options.has("broker")) address = options.get<std::string>("broker");
  if (!address.empty()) {
    const auto parsed = net::parse_host_port(address, 1883);
    if (!parsed) {
      on.error(parsed.error(), "write for example: --broker 127.0.0.1:1883");
      return std::nullopt;
    }
    out.address = *parsed;
  }
  if (options.has("start")) out.start = options.get<std::string>("start");
  if (!out.start.empty() && !out.address) {
    on.error("--start launches a broker, but nothing says where it listens",
             "add for example: --broker 127.0.0.1:1883");
    return std::nullopt;
  }
  out.campaign.seed =
      options.has("seed") ? options.get<std::uint64_t>("seed") : std::random_device{}();
  if (options.has("jobs")) {
    out.campaign.at_once = std::max(1u, options.get<std::uint32_t>("jobs"));
  }
  if (options.has("out")) out.folder = options.get<std::string>("out");
  return out;
}

class bytes_run {
 public:
  bytes_run(const bytes_request& request, console& on) : request_(request), on_(on) {
    context_.seed = request.campaign.seed;
    context_.start = request.start;
    context_.target = request.target.name;
  }

  int run() {
    net::event_loop loop;
    return request_.address ? on_network(loop) : embedded(loop);
  }

 private:
  int embedded(net::event_loop& loop) {
    runner::broker_server server(loop, {}, request_.campaign.seed);
    const auto port = server.listen({"127.0.0.1", 0});
    if (!port) return void_run("the embedded broker cannot start: " + port.error());
    const net::host_port address{"127.0.0.1", *port};
    context_.target = "the embedded broker";
    context_.address = net::print(address);
    const auto connector = net::make_tcp_connector(loop, address, {});
    return campaign(loop, *connector, &server, *port);
  }

  int on_network(net::event_loop& loop) {
    context_.address = net::print(*request_.address);
    if (context_.target.empty()) context_.target = context_.address;
    const auto addresses = net::resolve(*request_.address);
    if (!addresses) return void_run(addresses.error());
    const auto connector = net::make_tcp_connector(loop, addresses->front(), {});
    std::unique_ptr<runner::broker_control> control;
    if (!request_.start.empty()) {
      control = runner::make_launch_control(loop, *connector, {request_.start});
      std::optional<std::pair<bool, std::string>> done;
      control->perform(script::broker_action::start,
                       [&](bool ok, const std::string& why) { done = {ok, why}; });
      loop.run_until([&] { return done.has_value(); });
      if (!done->first) return void_run("the broker of --start did not start: " + done->second);
    }
    return campaign(loop, *connector, control.get(), request_.address->port);
  }

  int campaign(net::event_loop& loop, net::connector& connector, runner::broker_control* control,
               std::uint16_t port) {
    hostile::bench_options options;
    options.engine = request_.engine;
    options.seed = request_.campaign.seed;
    options.port = port;
    const auto bench = hostile::make_network_bench(loop, connector, control, options);
    duration told{};
    const campaign_result r =
        hostile::run_campaign(*bench, request_.campaign, [&](const campaign_result& so_far) {
          if (so_far.took - told < std::chrono::seconds(5)) return;
          told = so_far.took;
          on_.err << line(so_far);
        });
    return finish(r);
  }

  static std::string line(const campaign_result& r) {
    const double seconds = std::chrono::duration<double>(r.took).count();
    return fmt::format(
        "{:4.0f} s  {} experiments, {:.0f}/s  {} findings, {} in doubt{}\n", seconds, r.experiments,
        seconds > 0 ? static_cast<double>(r.experiments) / seconds : 0, r.findings.size(),
        r.doubts.size(),
        r.memory.empty() ? "" : fmt::format("  {} MiB", r.memory.back().octets >> 20));
  }

  int finish(const campaign_result& r) {
    const bool written = write(r);
    on_.print(line(r));
    for (std::size_t i = 0; i < r.findings.size(); ++i) {
      on_.print(fmt::format("  {}: {}\n", hostile::finding_name(r, i), r.findings[i].evidence));
    }
    if (!r.ended_early.empty()) on_.error("ended early: " + r.ended_early);
    if (!request_.folder.empty()) on_.print(fmt::format("report: {}/report.md\n", request_.folder));
    if (!written) return internal_error;
    if (r.experiments == 0) return broker_unusable;
    return r.findings.empty() ? as_expected : unexpected_result;
  }

  bool write(const campaign_result& r) {
    if (request_.folder.empty()) return true;
    std::error_code failed;
    fs::create_directories(request_.folder, failed);
    bool good = write_file("report.md", hostile::report_text(r, context_));
    for (std::size_t i = 0; i < r.findings.size() && good; ++i) {
      good =
          write_file(hostile::finding_name(r, i) + ".mqs", hostile::finding_file(r, i, context_));
    }
    return good;
  }
  bool write_file(const std::string& name, const std::string& text) {
    const std::string path = request_.folder + "/" + name;
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    if (!out.good()) on_.error(fmt::format("cannot write '{}'", path));
    return out.good();
  }

  int void_run(const std::string& why) {
    on_.error(why);
    return broker_unusable;
  }

  const bytes_request& request_;
  console& on_;
  hostile::report_context context_;
};

}  // namespace

int explore_bytes(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explore bytes [OPTIONS]";
  set.explanation =
      "Sends a broker octets that it does not want, in every state of a session, and looks "
      "whether\n"
      "it goes on serving others. Findings are written as scenarios that `mqttspec run` plays.";
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  set.described.add_options()("broker,b", text("HOST:PORT"),
                              "the broker (without: the embedded one)")(
      "target", text("FILE.toml"), "its name, address and versions")(
      "start", text("COMMAND"), "launch it, watch it, start it again after a crash")(
      "mqtt", text("VERSION"), "5 or 3.1.1 (both)")("for", text("TIME"), "how long (60s)")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "the same seed, the same experiments")(
      "jobs,j", po::value<std::uint32_t>()->value_name("N"), "experiments at once (32)")(
      "timeout", text("TIME"), "after which somebody is not served (5s)")(
      "out", text("FOLDER"), "report.md and a scenario for each finding");
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  const auto request = read_request(*options, on);
  if (!request) return bad_usage;
  return bytes_run(*request, on).run();
}

}  // namespace mqttspec::cli
