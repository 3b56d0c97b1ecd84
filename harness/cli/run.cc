// mqttspec run

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <random>

#include "base/random.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "net/tcp.h"
#include "reports/junit.h"
#include "reports/text.h"
#include "runner/broker_server.h"
#include "runner/network_executor.h"
#include "runner/simulated_executor.h"
#include "script/expander.h"

namespace mqttspec::cli {

namespace {

std::string utc_now() {
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%SZ}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

// The beginning of every {ns}: new for each run on the network, so that what an earlier run left
// behind cannot matter; of the seed alone in a simulated one.
std::string run_tag(const run_request& request) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  random_source random(request.kind == target_kind::simulated ? request.suite.seed
                                                              : std::random_device{}());
  std::string tag = "t";
  for (int i = 0; i < 5; ++i) tag += letters[random.below(sizeof letters - 1)];
  return tag;
}

class run_of_cases {
 public:
  run_of_cases(run_request& request, const case_files& cases, console& on)
      : request_(request), cases_(cases), on_(on) {
    skeleton_.command = request.command;
    skeleton_.started_at = utc_now();
    skeleton_.tool_version = MQTTSPEC_VERSION;
    skeleton_.seed = request.suite.seed;
    skeleton_.target.declared = request.target.facts_as_written;
    request_.suite.run_tag = run_tag(request);
    expand_.versions = request.suite.versions;
  }

  int run() {
    if (const auto nothing = selects_nothing()) {
      on_.error(*nothing, "mqttspec list shows all cases");
      return nothing_ran;
    }
    const results::run_results r = execute();
    return finish(r);
  }

 private:
  // Before anything is connected: is there anything to run?
  std::optional<std::string> selects_nothing() {
    const auto all = script::expand(cases_.files, expand_).scenarios;
    if (!runner::select(request_.suite.chosen, all).empty()) return std::nullopt;
    if (const auto odd = runner::unmatched_patterns(request_.suite.chosen, all); !odd.empty()) {
      return fmt::format("no case matches '{}'", odd.front());
    }
    return "no case is selected";
  }

  results::run_results execute() {
    switch (request_.kind) {
      case target_kind::simulated:
        return simulated();
      case target_kind::embedded:
        return embedded();
      case target_kind::network:
        return on_network();
    }
    return {};
  }

  results::run_results simulated() {
    skeleton_.target.name = "embedded broker, simulated";
    skeleton_.target.address = "simulated";
    runner::simulation_options options;
    options.broker = request_.broker;
    options.seed = request_.suite.seed;
    const auto executor = runner::make_simulated_executor(options);
    request_.suite.declared = facts_of(request_.broker);
    for (const char* hook : {"restart", "stop", "kill"}) request_.suite.declared[hook] = 1;
    return suite(*executor);
  }

  results::run_results embedded() {
    net::event_loop loop;
    runner::broker_server server(loop, request_.broker, request_.suite.seed);
    const auto port = server.listen({"127.0.0.1", 0});
    if (!port) return void_run("the embedded broker cannot start: " + port.error());
    skeleton_.target.name = "embedded broker";
    skeleton_.target.address = "embedded";
    request_.suite.declared = facts_of(request_.broker);
    server.add_capabilities(request_.suite.declared);
    const auto connector = net::make_tcp_connector(loop, {"127.0.0.1", *port}, {});
    expand_.port = *port;
    const auto executor = runner::make_network_executor(loop, *connector, &server);
    return suite(*executor);
  }

  results::run_results on_network() {
    skeleton_.target.address =
        fmt::format("{}{}", request_.tls ? "tls://" : "", net::print(request_.address));
    skeleton_.target.name =
        request_.target.name.empty() ? skeleton_.target.address : request_.target.name;
    const auto addresses = net::resolve(request_.address);
    if (!addresses) return void_run(addresses.error());
    net::event_loop loop;
    std::unique_ptr<net::connector> plain;
    std::unique_ptr<runner::broker_control> control;
    if (!request_.start.empty()) {
      plain = net::make_tcp_connector(loop, addresses->front(), {});
      std::string launched = launch(loop, *plain, control);
      if (!launched.empty()) return void_run(std::move(launched));
    }
    results::run_results r = on_running(loop, *addresses, control);
    if (!request_.start.empty()) end_broker(loop, *control, r);
    return r;
  }

  // Starts the broker of --start and waits until it takes connections. Returns why it does not.
  std::string launch(net::event_loop& loop, net::connector& plain,
                     std::unique_ptr<runner::broker_control>& control) {
    // Else the cases would run against whatever is there already.
    if (connect_error(loop, plain).empty()) {
      return fmt::format("something else listens on {} already, where --start should",
                         skeleton_.target.address);
    }
    control = runner::make_launch_control(loop, plain, {request_.start});
    const auto [ok, why] = perform(loop, *control, script::broker_action::start);
    return ok ? "" : fmt::format("the broker of --start did not start: {}", why);
  }

  static void end_broker(net::event_loop& loop, runner::broker_control& control,
                         results::run_results& r) {
    control.look();
    if (!control.ended().empty() && r.void_reason.empty()) r.void_reason = control.ended();
    if (control.state() != runner::broker_state::down) {
      perform(loop, control, script::broker_action::stop);
    }
    if (!control.crash().empty()) r.problems.emplace_back(control.crash());
  }

  static std::pair<bool, std::string> perform(net::event_loop& loop,
                                              runner::broker_control& control,
                                              script::broker_action action) {
    std::optional<std::pair<bool, std::string>> outcome;
    control.perform(action, [&](bool ok, const std::string& why) { outcome = {ok, why}; });
    loop.run_until([&] { return outcome.has_value(); });
    return *outcome;
  }

  results::run_results on_running(net::event_loop& loop,
                                  const std::vector<net::host_port>& addresses,
                                  std::unique_ptr<runner::broker_control>& control) {
    std::string why;
    const auto reachable = first_reachable(loop, addresses, why);
    if (!reachable) {
      return void_run(fmt::format("cannot connect to {}: {}", skeleton_.target.address, why));
    }
    const auto tcp = net::make_tcp_connector(loop, *reachable, {});
    const auto secure = with_tls(loop, *tcp);
    net::connector& own = secure ? *secure : *tcp;
    expand_.port = request_.address.port;
    if (!control) control = runner::make_command_control(loop, own, request_.target.hooks);
    request_.suite.declared = request_.target.facts;
    control->add_capabilities(request_.suite.declared);
    const std::string transport = request_.tls ? "tls" : "tcp";
    request_.suite.reach = {{transport, ""}};
    request_.suite.declared["tls"] = request_.tls != nullptr;
    const auto executor =
        runner::make_network_executor(loop, runner::routes(own, transport), control.get());
    results::run_results r = suite(*executor);
    if (!r.void_reason.empty() && !own.complaint().empty()) {
      r.void_reason += fmt::format(" ({})", own.complaint());
    }
    return r;
  }

  // nullptr: the run is over plain TCP.
  std::unique_ptr<net::connector> with_tls(net::event_loop& loop, net::connector& tcp) const {
    if (!request_.tls) return nullptr;
    return net::make_tls_connector(loop, tcp, request_.tls, request_.address.host);
  }

  static std::string connect_error(net::event_loop& loop, net::connector& by) {
    const auto attempt = by.make();
    std::optional<std::string> outcome;
    attempt->start({[&](const std::string& error, instant) { outcome = error; }, {}, {}});
    loop.run_until([&] { return outcome.has_value(); });
    return *outcome;
  }

  // A name may have addresses that nobody listens on.
  std::optional<net::host_port> first_reachable(net::event_loop& loop,
                                                const std::vector<net::host_port>& addresses,
                                                std::string& why) {
    for (const net::host_port& at : addresses) {
      net::tcp_connector_options options;
      options.limits.connect =
          std::max<duration>(request_.suite.engine.timeout, std::chrono::milliseconds(100));
      const auto tcp = net::make_tcp_connector(loop, at, options);
      const auto secure = with_tls(loop, *tcp);
      why = connect_error(loop, secure ? *secure : *tcp);
      if (why.empty()) return at;
    }
    return std::nullopt;
  }

  results::run_results suite(runner::executor& executor) {
    progress shown(request_, skeleton_, on_);
    auto r = runner::run_suite(
        executor, request_.suite,
        [this](const std::string& tag, const runner::capability_values& can) {
          script::expand_options options = expand_;
          options.run_tag = tag;
          options.capability = script::capabilities(can.begin(), can.end());
          return script::expand(cases_.files, options).scenarios;
        },
        shown);
    return completed(std::move(r));
  }

  results::run_results void_run(std::string reason) {
    results::run_results r;
    for (const auto v : request_.suite.versions) {
      r.target.versions.emplace_back(wire::version_name(v));
    }
    r.void_reason = std::move(reason);
    return completed(std::move(r));
  }

  results::run_results completed(results::run_results r) const {
    r.tool_version = skeleton_.tool_version;
    r.catalogue_version = skeleton_.catalogue_version;
    r.started_at = skeleton_.started_at;
    r.command = skeleton_.command;
    r.seed = skeleton_.seed;
    r.target.name = skeleton_.target.name;
    r.target.address = skeleton_.target.address;
    r.target.declared = skeleton_.target.declared;
    return r;
  }

  int finish(const results::run_results& r) {
    std::string where;
    report_context context;
    if (!request_.reports.files.empty()) context.statements = read_catalogue(cases_.root, on_);
    const bool written = write_reports(r, request_.reports, context, where, on_);
    on_.print(reports::summary_text(r, on_.colour_out()) + where);
    const int code = exit_code_of(r, request_.min);
    if (code == nothing_ran) {
      on_.error(request_.min > 1
                    ? fmt::format("fewer than {} cases came to a verdict", request_.min)
                    : "no case came to a verdict");
    }
    return written ? code : internal_error;
  }

  run_request& request_;
  const case_files& cases_;
  console& on_;
  results::run_results skeleton_;
  script::expand_options expand_;
};

}  // namespace

int run_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec run [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation =
      "Runs cases against a broker. A PATTERN is a path with * (one component) and ** (any):\n"
      "'session/**', '**[v5]'. Precedence: command line, environment, target file.";
  set.words_are = "patterns";
  add_run_options(set.described);
  add_cases_option(set.described);
  add_broker_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  const auto cases = load_cases(*options, options->words, on);
  if (!cases) return bad_usage;
  auto request = read_run_request(*options, *cases, on);
  if (!request) return bad_usage;
  return run_of_cases(*request, *cases, on).run();
}

}  // namespace mqttspec::cli
