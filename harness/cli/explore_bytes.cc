// mqttspec explore bytes

#include "cli/explore_bytes.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "cli/exit_codes.h"
#include "cli/findings_record.h"
#include "cli/target_options.h"
#include "net/tcp.h"
#include "reports/finding_page.h"
#include "reports/text.h"
#include "robustness/network.h"
#include "robustness/report.h"
#include "target/broker_server.h"
#include "target/ways.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;
using robustness::campaign_result;

struct bytes_request {
  run_request target;
  robustness::campaign_settings campaign;
  std::string folder;
};

std::optional<bytes_request> read_request(const parsed_options& options, console& on) {
  bytes_request out;
  if (!read_target_options(options, out.target, on)) return std::nullopt;
  if (out.target.kind == target_kind::simulated) {
    on.error("bytes mode needs a broker on the network", "leave --simulate out: the embedded one");
    return std::nullopt;
  }
  out.campaign.versions = out.target.suite.versions;
  for (auto [name, into] : {std::pair{"for", &out.campaign.length},
                            std::pair{"timeout", &out.target.suite.engine.timeout}}) {
    if (!options.has(name)) continue;
    const auto value = parse_duration(options.get<std::string>(name));
    if (!value || *value <= duration::zero()) {
      on.error(fmt::format("--{} cannot be '{}'", name, options.get<std::string>(name)),
               "write a number and ms, s or m: 90s");
      return std::nullopt;
    }
    *into = *value;
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
  bytes_run(bytes_request& request, std::string cases_directory, console& on)
      : request_(request),
        target_(request.target),
        on_(on),
        record_(request.target, "explore bytes", std::move(cases_directory), on) {
    context_.seed = request.campaign.seed;
    context_.target = record_.run().target.name;
    context_.folder = request.folder;
    for (const std::string& word : target_.command) {
      context_.options += (context_.options.empty() ? "" : " ") + reports::shell_quote(word);
    }
  }

  int run() {
    net::event_loop loop;
    return record_.finish(target_.kind == target_kind::network ? on_network(loop) : embedded(loop));
  }

 private:
  int embedded(net::event_loop& loop) {
    target::broker_server server(loop, {}, request_.campaign.seed);
    const auto port = server.listen({"127.0.0.1", 0}, target::transport::tcp);
    if (!port) return void_run("the embedded broker cannot start: " + port.error());
    target_.own = {target::transport::tcp, {"127.0.0.1", *port}, ""};
    return on_running(loop, &server);
  }

  int on_network(net::event_loop& loop) {
    if (target_.over_tls && !target_.tls.tls) {
      auto made = target::make_trust(target_.target.tls);
      if (!made) return void_run(made.error());
      target_.tls = std::move(*made);
    }
    if (target_.start.empty()) return on_running(loop, nullptr);
    const auto addresses = net::resolve(target_.own.at);
    if (!addresses) return void_run(addresses.error());
    const auto plain = net::make_tcp_connector(loop, addresses->front(), {});
    if (target::connect_error(loop, *plain).empty()) {
      return void_run(fmt::format("something else listens on {} already, where --start should",
                                  print(target_.own)));
    }
    const auto control = target::make_launch_control(
        loop, *plain, {.command = target_.start, .longest_start = target_.start_timeout});
    std::optional<std::pair<bool, std::string>> done;
    control->perform(script::broker_action::start,
                     [&](bool ok, const std::string& why) { done = {ok, why}; });
    loop.run_until([&] { return done.has_value(); });
    if (!done->first) return void_run("the broker of --start did not start: " + done->second);
    return on_running(loop, control.get());
  }

  int on_running(net::event_loop& loop, target::broker_control* control) {
    target::ways to_broker(loop, target_.tls, target_.suite.engine.timeout);
    if (const auto why = to_broker.open_own(target_.own); !why.empty()) {
      return void_run(fmt::format("cannot connect to {}: {}", print(target_.own), why));
    }
    const robustness::bench_options options{target_.suite.engine, request_.campaign.seed,
                                            target_.own.at.port};
    const auto bench = robustness::make_network_bench(loop, to_broker.table(), control, options);
    duration told{};
    const campaign_result r =
        robustness::run_campaign(*bench, request_.campaign, [&](const campaign_result& so_far) {
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
    results::run_results& whole = record_.run();
    whole.took = r.took;
    whole.seed = context_.seed;
    whole.notes.push_back(line(r));
    whole.notes.back().pop_back();  // the end of the line
    whole.notes.insert(whole.notes.end(), r.doubts.begin(), r.doubts.end());
    on_.print(line(r));
    bool written = true;
    for (std::size_t i = 0; i < r.findings.size(); ++i) {
      const results::run_finding& kept = record_.add(robustness::record_of(r, i, context_));
      on_.print(fmt::format("  {} {}: {}\n", kept.expected ? "KNOWN" : "FOUND", kept.id,
                            record_.hide(r.findings[i].evidence)));
      written = written && write(robustness::finding_name(r, i) + ".mqs", kept.scenario);
    }
    if (!r.ended_early.empty()) on_.error("ended early: " + record_.hide(r.ended_early));
    std::string report = robustness::report_text(r, context_);
    for (const results::run_finding& f : whole.findings) {
      report += reports::finding_markdown(whole, f);
    }
    written = written && write("report.md", report);
    if (!request_.folder.empty()) on_.print(fmt::format("report: {}/report.md\n", request_.folder));
    if (!written) return internal_error;
    return r.experiments == 0 ? broker_unusable : as_expected;
  }

  bool write(const std::string& name, const std::string& text) {
    if (request_.folder.empty()) return true;
    std::error_code failed;
    fs::create_directories(request_.folder, failed);
    return write_report(request_.folder + "/" + name, record_.hide(text), on_);
  }

  int void_run(const std::string& why) {
    on_.error(record_.hide(why));
    record_.run().void_reason = why;
    return broker_unusable;
  }

  bytes_request& request_;
  run_request& target_;
  console& on_;
  findings_record record_;
  robustness::report_context context_;
};

}  // namespace

int explore_bytes(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explore bytes [OPTIONS]";
  set.verb = "bytes";
  set.explanation =
      "Sends a broker octets that it does not want, in every state of a session, and looks "
      "whether\n"
      "it goes on serving others. Findings are written as scenarios that `mqttspec run` plays.";
  add_target_options(set.described);
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  po::options_description running("running");
  running.add_options()("for", text("TIME"), "how long (60s)")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "the same seed, the same experiments")(
      "jobs,j", po::value<std::uint32_t>()->value_name("N"), "experiments at once (32)")(
      "timeout", text("TIME"), "after which somebody is not served (5s)")(
      "out", text("DIR"), "report.md and a scenario for each finding");
  set.described.add(running);
  add_record_options(set.described);
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  auto request = read_request(*options, on);
  if (!request || !read_record_options(*options, request->target, on)) return bad_usage;
  return bytes_run(*request, find_cases_directory(*options), on).run();
}

}  // namespace mqttspec::cli
