// mqttspec run

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/machine_paths.h"
#include "base/random.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/findings_record.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "cli/workflow.h"
#include "drive/network_executor.h"
#include "drive/simulated_executor.h"
#include "net/tcp.h"
#include "reports/junit.h"
#include "reports/profile_text.h"
#include "reports/text.h"
#include "script/expander.h"
#include "target/broker_server.h"
#include "target/ways.h"

namespace mqttspec::cli {

namespace {

using target::listener_address;

machine_paths paths_here(const console& on) {
  std::error_code none;
  return {std::filesystem::current_path(none).string(), on.variable("HOME").value_or(""),
          on.variable("TMPDIR").value_or("/tmp")};
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
    skeleton_.catalogue_version = cases.statements.version();
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
    if (request_.workflow_log != nullptr) request_.workflow_log->begin_cases();
    return finish(execute());
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

 private:
  // Before anything is connected: is there anything to run?
  std::optional<std::string> selects_nothing() {
    const auto all = script::expand(cases_.files, expand_).scenarios;
    if (!suite::select(request_.suite.chosen, all).empty()) return std::nullopt;
    if (const auto odd = suite::unmatched_patterns(request_.suite.chosen, all); !odd.empty()) {
      return fmt::format("no case matches '{}'", odd.front());
    }
    return "no case is selected";
  }

  results::run_results simulated() {
    skeleton_.target.name = "embedded broker, simulated";
    skeleton_.target.address = "simulated";
    drive::simulation_options options;
    options.broker = request_.broker;
    options.seed = request_.suite.seed;
    const auto executor = drive::make_simulated_executor(options);
    request_.suite.declared = facts_of(request_.broker);
    drive::add_simulated_capabilities(request_.suite.declared);
    request_.suite.reach = drive::simulated_reach();
    return suite(*executor);
  }

  // It listens over every transport, and where a second node would.
  results::run_results embedded() {
    net::event_loop loop;
    target::broker_server server(loop, request_.broker, request_.suite.seed);
    const auto listen = [&](target::transport over) -> result<listener_address, std::string> {
      const auto port = server.listen({"127.0.0.1", 0}, over);
      if (!port) return unexpected("the embedded broker cannot start: " + port.error());
      return listener_address{over, {"127.0.0.1", *port}, over_websocket(over) ? "/mqtt" : ""};
    };
    auto& target = request_.target;
    for (const std::string_view name : target::transport_names) {
      const auto at = listen(*target::transport_named(name));
      if (!at) return void_run(at.error());
      target.transports[std::string(name)] = *at;
    }
    const auto second = listen(target::transport::tcp);
    if (!second) return void_run(second.error());
    target.nodes = {{"one", target.transports.at("tcp")}, {"two", *second}};
    request_.own = target.transports.at(std::string(transport_name(request_.own.over)));
    target.tls.authority = server.authority();
    auto trust = target::make_trust(target.tls);
    if (!trust) return void_run(trust.error());
    request_.tls = std::move(*trust);

    skeleton_.target.name = "embedded broker";
    skeleton_.target.address = "embedded";
    request_.suite.declared = facts_of(request_.broker);
    return on_running(loop, &server);
  }

  results::run_results on_network() {
    skeleton_.target.address = print(request_.own);
    skeleton_.target.name =
        request_.target.name.empty() ? skeleton_.target.address : request_.target.name;
    request_.suite.declared = request_.target.facts;
    tell_listeners();
    net::event_loop loop;
    std::unique_ptr<net::connector> plain;
    std::unique_ptr<target::broker_control> control;
    if (!request_.start.empty()) {
      const auto addresses = net::resolve(request_.own.at);
      if (!addresses) return void_run(addresses.error());
      plain = net::make_tcp_connector(loop, addresses->front(), {});
      std::string launched = launch(loop, *plain, control);
      if (!launched.empty()) return void_run(std::move(launched), control.get());
    }
    if (request_.over_tls && !request_.tls.tls) {
      auto made = target::make_trust(request_.target.tls);
      if (!made) return void_run(made.error(), control.get());
      request_.tls = std::move(*made);
    }
    results::run_results r = on_running(loop, control.get());
    if (!request_.start.empty()) end_broker(loop, *control, r);
    return r;
  }

  // The report says what else was reached, and that nobody looked at a certificate.
  void tell_listeners() {
    auto& declared = skeleton_.target.declared;
    for (const auto& [name, at] : request_.target.transports) {
      if (at != request_.own) declared["transport " + name] = print(at);
    }
    for (const auto& [name, at] : request_.target.nodes) declared["node " + name] = print(at);
    if (request_.over_tls && request_.target.tls.insecure) {
      declared["certificates"] = "NOT checked (--insecure)";
    }
  }

  // Starts the broker of --start and waits until it takes connections. Returns why it does not.
  std::string launch(net::event_loop& loop, net::connector& plain,
                     std::unique_ptr<target::broker_control>& control) {
    // Else the cases would run against whatever is there already.
    if (target::connect_error(loop, plain).empty()) {
      return fmt::format("something else listens on {} already, where --start should",
                         skeleton_.target.address);
    }
    control = target::make_launch_control(
        loop, plain, {.command = request_.start, .longest_start = request_.start_timeout});
    const auto [ok, why] = perform(loop, *control, script::broker_action::start);
    return ok ? "" : fmt::format("the broker of --start did not start: {}", why);
  }

  void end_broker(net::event_loop& loop, target::broker_control& control,
                  results::run_results& r) const {
    control.look();
    if (!control.ended().empty() && r.void_reason.empty()) r.void_reason = control.ended();
    if (control.state() != target::broker_state::down) {
      perform(loop, control, script::broker_action::stop);
    }
    if (!control.crash().empty()) r.problems.emplace_back(control.crash());
    r.process = control.process();
    hide_what_is_ours(r);
  }

  static std::pair<bool, std::string> perform(net::event_loop& loop,
                                              target::broker_control& control,
                                              script::broker_action action) {
    std::optional<std::pair<bool, std::string>> outcome;
    control.perform(action, [&](bool ok, const std::string& why) { outcome = {ok, why}; });
    loop.run_until([&] { return outcome.has_value(); });
    return *outcome;
  }

  // |control|: nullptr where the target's hooks are to be used.
  results::run_results on_running(net::event_loop& loop, target::broker_control* control) {
    target::ways to_broker(loop, request_.tls, request_.suite.engine.timeout);
    if (const auto why = to_broker.open_own(request_.own); !why.empty()) {
      return void_run(fmt::format("cannot connect to {}: {}", print(request_.own), why));
    }
    for (const auto& [name, at] : request_.target.transports) {
      if (at == request_.own) continue;
      if (const auto why = to_broker.open_transport(at); !why.empty()) {
        return void_run(
            fmt::format("cannot connect to the target's transport {}: {}", print(at), why));
      }
    }
    for (const auto& [name, at] : request_.target.nodes) {
      if (const auto why = to_broker.open_node(name, at); !why.empty()) {
        return void_run(fmt::format("cannot connect to the target's node '{}' at {}: {}", name,
                                    print(at), why));
      }
    }
    net::connector& own = to_broker.table().own();
    expand_.port = request_.own.at.port;
    std::unique_ptr<target::broker_control> hooks;
    if (control == nullptr) {
      hooks = target::make_command_control(loop, own, request_.target.hooks);
      control = hooks.get();
    }
    control->add_capabilities(request_.suite.declared);
    request_.suite.reach = to_broker.table().keys();
    target::add_reach(request_.suite.declared, request_.suite.reach);
    const auto executor = drive::make_network_executor(loop, to_broker.table(), control, true);
    results::run_results r = suite(*executor);
    if (!r.void_reason.empty() && !own.complaint().empty()) {
      r.void_reason += fmt::format(" ({})", own.complaint());
    }
    return r;
  }

  results::run_results suite(drive::executor& executor) {
    progress shown(request_, skeleton_, on_);
    auto r = suite::run_suite(
        executor, request_.suite,
        [this](const std::string& tag, const target::capability_values& can) {
          script::expand_options options = expand_;
          options.run_tag = tag;
          options.capability = script::capabilities(can.begin(), can.end());
          return script::expand(cases_.files, options).scenarios;
        },
        shown);
    return completed(std::move(r));
  }

  results::run_results void_run(std::string reason, target::broker_control* control = nullptr) {
    results::run_results r;
    if (control != nullptr) r.process = control->process();
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
    gather_rule_findings(r);
    for (results::run_finding& f : r.findings) {
      verdicts::judge(f, request_.suite.known, request_.suite.strict);
    }
    hide_what_is_ours(r);
    return r;
  }

  // A --start command or what a broker prints may hold the password, or paths of this machine.
  void hide_what_is_ours(results::run_results& r) const {
    make_public(r, secrets_of(request_.suite.engine));
    const machine_paths here = paths_here(on_);
    const auto hide = [&](std::string& text) {
      text = without_machine_paths(std::move(text), here);
    };
    for (std::string& word : r.command) hide(word);
    hide(r.void_reason);
    for (std::string& text : r.problems) hide(text);
    if (!r.process) return;
    hide(r.process->command);
    hide(r.process->ended);
    for (std::string& line : r.process->output) hide(line);
  }

  int finish(const results::run_results& r) {
    std::string where;
    report_context context;
    if (!request_.reports.files.empty() || request_.workflow_log != nullptr) {
      context.statements = read_catalogue(cases_.root, on_);
    }
    if (request_.workflow_log != nullptr) {
      request_.workflow_log->tell(r, request_.trace != trace_choice::none);
      request_.workflow_log->write_summary(r, context.statements);
    }
    const bool written = write_reports(r, request_.reports, context, where, on_);
    on_.print(
        (request_.profile ? reports::profile_text(r) : reports::summary_text(r, on_.colour_out())) +
        where);
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

results::run_results perform_run(run_request& request, const case_files& cases, console& on) {
  return run_of_cases(request, cases, on).execute();
}

namespace {

int run_request_of(option_set& set, const arguments& words, bool profile, console& on) {
  add_run_options(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  std::optional<workflow> inside;
  if (in_workflow(on)) inside.emplace(on);
  console& to = inside ? inside->filtered() : on;
  const auto cases = load_cases(*options, options->words, to);
  if (!cases) return bad_usage;
  auto request = read_run_request(*options, *cases, to);
  if (!request) return bad_usage;
  if (profile) {
    request->profile = true;
    request->verbosity = std::min(request->verbosity, on.err_is_terminal ? 0 : -1);
    if (options->words.empty()) request->suite.chosen.patterns = {"profile/**"};
  }
  if (inside) request->workflow_log = &*inside;
  return run_of_cases(*request, *cases, to).run();
}

}  // namespace

int run_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec run [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation =
      "Runs cases against a broker. A PATTERN is a path with * (one component) and ** (any):\n"
      "'session/**', '**[v5]'. Precedence: command line, environment, target file.";
  set.words_are = "patterns";
  return run_request_of(set, words, false, on);
}

int profile_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec profile [OPTIONS]";
  set.explanation =
      "Measures what a broker does where the standard leaves a choice: queue limit and overflow,\n"
      "in-flight window, when sessions and wills are let go, what survives a restart. Takes 15\n"
      "seconds, with --slow 80: queues of thousands, sessions that linger for a minute.";
  return run_request_of(set, words, true, on);
}

}  // namespace mqttspec::cli
