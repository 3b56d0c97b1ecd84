// mqttspec explore model
#include "cli/explore_model.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <random>

#include "base/spelling.h"
#include "broker/defects.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/explore_files.h"
#include "cli/explore_limits.h"
#include "cli/explore_measure.h"
#include "cli/report_files.h"
#include "cli/target_options.h"
#include "drive/network_driver.h"
#include "drive/virtual_driver.h"
#include "net/tcp.h"
#include "reports/text.h"
#include "target/broker_server.h"

namespace mqttspec::cli {

namespace {

using clock = std::chrono::steady_clock;

struct explore_request {
  run_request target;
  explore::campaign_options campaign;
  broker::broker_options rehearsal;  // the sound broker that histories are drawn on
  duration length = std::chrono::seconds(60);
  std::optional<explore::history> replay;
  std::string out;
  const broker::defect* defect = nullptr;
  model::rules rules;
};

class exploration {
 public:
  exploration(explore_request& request, const case_files& cases, console& on)
      : request_(request), cases_(cases), on_(on) {}

  int run() {
    switch (request_.target.kind) {
      case target_kind::simulated: {
        name_ = request_.defect == nullptr
                    ? "The embedded broker, in virtual time."
                    : fmt::format("The embedded broker with the defect {}.", request_.defect->name);
        const auto place = drive::make_virtual_driver(
            {.broker = request_.target.broker,
             .rules = request_.defect == nullptr ? nullptr : &request_.rules});
        return on_place(*place, nullptr);
      }
      case target_kind::embedded: {
        net::event_loop loop;
        target::broker_server server(loop, request_.target.broker,
                                     request_.campaign.generator.seed);
        const auto port = server.listen({"127.0.0.1", 0});
        if (!port) return unusable("the embedded broker cannot start: " + port.error());
        name_ = "The embedded broker.";
        const auto connector = net::make_tcp_connector(loop, {"127.0.0.1", *port}, {});
        return on_network(loop, *connector);
      }
      case target_kind::network:
        return on_broker();
    }
    return internal_error;
  }

 private:
  int unusable(const std::string& why) {
    on_.error(why);
    return broker_unusable;
  }

  int on_broker() {
    run_request& target = request_.target;
    const std::string address = print(target.own);
    name_ =
        target.target.name.empty() ? fmt::format("The broker at {}.", address) : target.target.name;
    net::event_loop loop;
    std::unique_ptr<net::connector> plain;
    std::unique_ptr<target::broker_control> control;
    if (!target.start.empty()) {
      const auto addresses = net::resolve(target.own.at);
      if (!addresses) return unusable(addresses.error());
      plain = net::make_tcp_connector(loop, addresses->front(), {});
      if (target::connect_error(loop, *plain).empty()) {
        return unusable(
            fmt::format("something else listens on {} already, where --start should", address));
      }
      control = target::make_launch_control(loop, *plain, {target.start});
      if (const auto why = perform(loop, *control, script::broker_action::start); !why.empty()) {
        return unusable("the broker of --start did not start: " + why);
      }
    }
    control_ = control.get();
    if (target.over_tls && !target.tls.tls) {
      auto made = target::make_trust(target.target.tls);
      if (!made) return unusable(made.error());
      target.tls = std::move(*made);
    }
    target::ways to_broker(loop, target.tls, target.suite.engine.timeout);
    if (const auto why = to_broker.open_own(target.own); !why.empty()) {
      return unusable(fmt::format("cannot connect to {}: {}", address, why));
    }
    const int status = on_network(loop, to_broker.table());
    return control ? end_broker(loop, *control, status) : status;
  }

  int end_broker(net::event_loop& loop, target::broker_control& control, int status) {
    control.look();
    if (!control.ended().empty()) {
      return unusable(fmt::format("the broker ended: {}", control.ended()));
    }
    perform(loop, control, script::broker_action::stop);
    if (control.crash().empty()) return status;
    on_.error(std::string(control.crash()));
    return unexpected_result;
  }

  static std::string perform(net::event_loop& loop, target::broker_control& control,
                             script::broker_action action) {
    std::optional<std::string> outcome;
    control.perform(action,
                    [&](bool ok, const std::string& why) { outcome = ok ? "" : why + " "; });
    loop.run_until([&] { return outcome.has_value(); });
    return *outcome;
  }

  int on_network(net::event_loop& loop, const target::routes& reach) {
    loop_ = &loop;
    // Ids of this run alone, so that nothing an earlier one left behind matters.
    static constexpr char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    random_source random(std::random_device{}());
    request_.campaign.shared = true;
    request_.campaign.tag = "x";
    for (int i = 0; i < 5; ++i) {
      request_.campaign.tag += letters[random.below(sizeof letters - 1)];
    }
    request_.campaign.tag += 'n';
    const auto place = drive::make_network_driver(loop, reach, {.control = control_});
    return on_place(*place, place.get());
  }

  // |scenarios|: on which those of findings are tried; nullptr: on the embedded broker only.
  int on_place(play::driver& place, play::driver* scenarios) {
    const auto sound = drive::make_virtual_driver({.broker = request_.rehearsal});
    explore::campaign run(place, *sound, request_.campaign);
    begin_ = last_shown_ = clock::now();
    if (scenarios != nullptr) {
      const std::string why = run.unanswered();
      if (place.interrupted()) return interrupted;
      if (!place.lost().empty()) return unusable(place.lost());
      if (!why.empty()) return unusable("this broker serves nobody: " + why);
    }
    const auto examine = [&] {
      run.examine([&](const explore::finding& f) { tell(f, scenarios); },
                  [this] { return left(); });
    };
    if (request_.replay) {
      run.replay(*request_.replay);
      run.examine([&](const explore::finding& f) { tell(f, scenarios); });
    } else {
      while (explore_for_a_while(run, place)) examine();
    }
    clear_line();
    if (const std::size_t deaf = run.deaf_since(); deaf != 0) {
      tell_deaf(run, deaf);
      if (control_ == nullptr ||
          !perform(*loop_, *control_, script::broker_action::restart).empty()) {
        summary(run, fmt::format("DEAF, {} kinds seen before and not confirmed",
                                 run.counts().kinds.size()));
        return unexpected_result;
      }
    }
    if (run.has_news()) examine();
    summary(run,
            run.counts().kinds.empty() ? "OK" : fmt::format("{} findings", run.findings().size()));
    if (place.interrupted()) return interrupted;
    if (!place.lost().empty()) return unusable(place.lost());
    if (run.counts().histories == 0) return nothing_ran;
    return run.findings().empty() ? as_expected : unexpected_result;
  }

  duration left() const { return request_.length - (clock::now() - begin_); }

  // Until there is something to be examined that would not have its time later. False: the time is
  // over, or enough was found.
  bool explore_for_a_while(explore::campaign& run, const play::driver& place) {
    const auto since = clock::now();
    run.explore([&] {
      show_progress(run);
      if (control_ != nullptr) control_->look();
      return left() <= duration::zero() || (run.has_news() && left() < request_.length / 2);
    });
    explored_ += clock::now() - since;
    return run.has_news() && left() > duration::zero() && run.deaf_since() == 0 &&
           place.lost().empty() && !place.interrupted();
  }

  // What was found before may be nothing but this.
  void tell_deaf(const explore::campaign& run, std::size_t since) {
    on_.print(fmt::format("DEAF the broker leaves CONNECT without an answer, from history {} on\n",
                          since));
    if (request_.out.empty()) return;
    std::size_t n = 0;
    for (const explore::history& h : run.before_deaf()) {
      write(fmt::format("before-deaf-{:02}.history", ++n), print(h));
    }
    on_.print(
        fmt::format("  the {} histories before: {}/before-deaf-*.history\n", n, request_.out));
  }

  void tell(const explore::finding& f, play::driver* scenarios) {
    clear_line();
    ++told_;
    // An exploration is over a few seconds after its time at the latest.
    const auto late = [this] { return !request_.replay && left() < -std::chrono::seconds(2); };
    scenario_text s = make_scenario(f, cases_,
                                    {request_.target.suite.engine, request_.rehearsal, scenarios,
                                     request_.defect != nullptr ? &request_.rules : nullptr, late});
    const std::string base = fmt::format("{:02}-{}", told_, explore::slug(f.violation.what));
    report_facts facts;
    facts.target = name_;
    facts.run_options = fmt::format("{}", fmt::join(request_.target.command, " "));
    facts.seed = request_.campaign.generator.seed;
    facts.scenario_file = base + ".mqs";
    facts.report_file = base + ".md";
    facts.history_file = base + ".history";
    on_.print(fmt::format("FOUND {}  ({} of {})\n  {}\n  expected {}\n  seen     {}\n",
                          f.violation.what, f.confirmed, f.tried, f.violation.statements,
                          f.violation.expected.empty() ? "nothing" : f.violation.expected,
                          f.violation.seen));
    std::string steps;
    for (const explore::action& a : f.least) steps += "    " + print(a) + "\n";
    on_.print(fmt::format("{}  {} steps, {} lines{}; a sound broker {}\n", steps, f.least.size(),
                          length_of(s.text), f.made_small ? "" : " (no time to make it smaller)",
                          s.sound_passes ? "passes" : "does not pass: " + s.problem));
    if (!request_.out.empty()) {
      write(facts.scenario_file, s.text);
      write(facts.history_file, print(f.least));
      write(facts.report_file, finding_report(f, s, cases_, facts));
      rows_.push_back(finding_row(f, facts));
      on_.print(fmt::format("  written to {}/{}.{{mqs,history,md}}\n", request_.out, base));
    }
  }

  void write(const std::string& name, const std::string& text) {
    std::error_code ignored;
    std::filesystem::create_directories(request_.out, ignored);
    write_report((std::filesystem::path(request_.out) / name).string(), text, on_);
  }

  void show_progress(const explore::campaign& run) {
    const auto now = clock::now();
    if (now - last_shown_ < std::chrono::seconds(1)) return;
    last_shown_ = now;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const auto& n = run.counts();
    const std::string line =
        fmt::format("{:.0f} s: {} histories, {:.0f} a second, {} states, {} findings, {} given up",
                    seconds, n.histories, static_cast<double>(n.histories) / seconds, run.states(),
                    n.kinds.size(), n.gave_up);
    if (on_.err_is_terminal) {
      on_.err << "\r\x1b[K" << line << std::flush;
      drawn_ = true;
    } else if (static_cast<int>(seconds) % 10 == 0) {
      on_.err << line << "\n";
    }
  }

  void clear_line() {
    if (std::exchange(drawn_, false)) on_.err << "\r\x1b[K" << std::flush;
  }

  void summary(const explore::campaign& run, const std::string& verdict) {
    const auto seconds_of = [](duration d) { return std::chrono::duration<double>(d).count(); };
    const auto& n = run.counts();
    std::string out = fmt::format(
        "{}: {} histories ({} steps) in {:.1f} s, {:.0f} a second; {} states, {} steps in them; "
        "seed {}\n",
        verdict, n.histories, n.actions, seconds_of(clock::now() - begin_),
        static_cast<double>(n.histories) / std::max(seconds_of(explored_), 0.001), run.states(),
        run.pairs(), request_.campaign.generator.seed);
    for (const auto& [why, times] : n.reasons) {
      out += fmt::format("  {} given up: {}\n", times, why);
    }
    if (run.at_once() < request_.campaign.at_once) {
      out += fmt::format("  CONNECT had no answer in time with more than {} histories at once\n",
                         run.at_once());
    }
    std::size_t unseen = 0;
    for (const auto& f : run.unconfirmed()) {
      if (!request_.out.empty()) {
        write(fmt::format("unseen-{:02}-{}.history", ++unseen, explore::slug(f.violation.what)),
              print(f.found));
      }
      out += fmt::format("  {}: {} (history {}): expected {}, seen {}\n",
                         f.tried == 0 ? "no time to play it again" : "not seen again",
                         f.violation.kind(), f.number, f.violation.expected, f.violation.seen);
    }
    on_.print(out);
    if (!request_.out.empty()) write("findings.md", findings_list(name_, out, rows_));
  }

  explore_request& request_;
  const case_files& cases_;
  console& on_;
  std::string name_;
  target::broker_control* control_ = nullptr;
  net::event_loop* loop_ = nullptr;
  clock::time_point last_shown_{};
  std::size_t told_ = 0;
  std::vector<std::string> rows_;  // of findings.md
  bool drawn_ = false;
  clock::time_point begin_{};
  duration explored_{};
};

bool read_numbers(const parsed_options& options, explore_request& out, console& on) {
  out.campaign.generator.seed = options.has("seed") ? options.get<std::uint64_t>("seed") : 1;
  if (options.has("count")) out.campaign.most_histories = options.get<std::uint32_t>("count");
  if (options.has("jobs")) out.campaign.at_once = std::max(1u, options.get<std::uint32_t>("jobs"));
  if (options.has("most-findings")) {
    out.campaign.most_findings = options.get<std::uint32_t>("most-findings");
  }
  // In virtual time waiting costs nothing.
  if (out.target.kind == target_kind::simulated) out.campaign.generator.waiting = 300;
  if (options.has("waiting")) {
    out.campaign.generator.waiting =
        static_cast<std::uint16_t>(std::min(1000u, options.get<std::uint32_t>("waiting")));
  }
  if (options.has("without")) {
    out.campaign.generator.without = options.get<std::vector<std::string>>("without");
  }
  if (options.has("window")) {
    out.campaign.player.window =
        static_cast<std::uint16_t>(std::clamp(options.get<std::uint32_t>("window"), 1u, 65535u));
  }
  if (options.has("for")) {
    const auto length = parse_duration(options.get<std::string>("for"));
    if (!length) {
      on.error(fmt::format("--for cannot be '{}'", options.get<std::string>("for")),
               "write a number and s or m: 10m");
      return false;
    }
    out.length = *length;
  }
  return true;
}

bool read_defect(const parsed_options& options, explore_request& out, console& on) {
  if (!options.has("defect")) return true;
  const auto& name = options.get<std::string>("defect");
  if (out.target.kind != target_kind::simulated) {
    on.error("--defect goes with --simulate");
    return false;
  }
  out.defect = broker::find_defect(name);
  if (out.defect == nullptr) {
    std::vector<std::string_view> names;
    for (const broker::defect* d : broker::all_defects()) names.push_back(d->name);
    on.error(fmt::format("there is no defect '{}'", name), suggest(name, names));
    return false;
  }
  out.defect->plant(out.rules);
  return true;
}

bool read_replay(const parsed_options& options, explore_request& out, console& on) {
  if (!options.has("replay")) return true;
  const auto& file = options.get<std::string>("replay");
  const auto text = read_file(file, "history", on);
  if (!text) return false;
  auto parsed = explore::parse_history(*text);
  if (!parsed) {
    on.error(fmt::format("'{}' is not a history: {}", file, parsed.error()),
             "a scenario (.mqs) is played by mqttspec run");
    return false;
  }
  out.replay = std::move(*parsed);
  return true;
}

}  // namespace

int explore_model(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explore [model] [OPTIONS]";
  set.verb = "model";
  set.explanation =
      "Plays random histories of several clients and judges what comes by what a session may "
      "hold.\n"
      "Every violation is confirmed, made as short as it can be and written as a scenario.";
  const auto number = [] { return po::value<std::uint32_t>()->value_name("N"); };
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  po::options_description exploring("exploring");
  exploring.add_options()("for", text("TIME"), "how long to look for findings (60s)")(
      "count", number(), "so many histories at most")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "the same seed, the same histories (1)")(
      "jobs,j", number(), "histories at once (2000)")("most-findings", number(),
                                                      "stop after so many kinds of violation (10)")(
      "waiting", number(),
      "of a thousand histories so many wait for seconds (100; --simulate: 300)")(
      "window", number(), "messages in flight that the broker surely allows (10)")(
      "without", po::value<std::vector<std::string>>()->composing()->value_name("WORD"),
      "draw no step with this word, as dup or share (may be repeated)")(
      "replay", text("FILE"), "play one history: FILE.history of a finding")(
      "defect", text("NAME"), "plant a defect in the embedded broker (with --simulate)")(
      "measure", po::bool_switch(),
      "with --simulate: look for each planted defect about sessions, "
      "--for so long; --defect PATTERN chooses")(
      "out", text("DIR"), "write a scenario, a history and a report for each finding");
  set.described.add(exploring);
  add_target_options(set.described);
  add_cases_option(set.described);
  add_broker_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  explore_request request;
  const auto broker = broker_options_from(*options, on);
  if (!broker) return bad_usage;
  request.target.broker = *broker;
  if (!read_target_options(*options, request.target, on) || !read_numbers(*options, request, on) ||
      (!options->get<bool>("measure") && !read_defect(*options, request, on)) ||
      !read_replay(*options, request, on)) {
    return bad_usage;
  }
  if (options->has("out")) request.out = options->get<std::string>("out");
  request.campaign.generator.versions = request.target.suite.versions;
  const play::run_options& engine = request.target.suite.engine;
  if (!engine.user_name.empty()) {
    request.campaign.player.user_name = engine.user_name;
    request.campaign.player.password = engine.password;
  }
  request.campaign.player.keep_alive = engine.keep_alive;
  request.campaign.player.restarts = request.target.kind == target_kind::simulated;
  if (request.target.kind != target_kind::network) {
    request.rehearsal = *broker;
  } else {
    const auto& facts = request.target.target.facts;
    const auto limit = [&](const char* name, auto& into) {
      const auto declared = facts.find(name);
      if (declared != facts.end())
        into = static_cast<std::decay_t<decltype(into)>>(declared->second);
    };
    limit("maximum_qos", request.rehearsal.maximum_qos);
    limit("queue_limit", request.rehearsal.queue_limit);
    limit("inflight_window", request.rehearsal.inflight_window);
  }
  tell_limits(request.campaign, request.rehearsal);
  // Only the catalogue is needed; the cases are not read.
  case_files cases;
  cases.root = find_cases_directory(*options);
  std::vector<diagnostic> problems;
  cases.statements = script::catalogue::load(
      (std::filesystem::path(cases.root) / "statements").string(), problems);
  if (has_errors(problems)) {
    on.show(problems);
    return bad_usage;
  }
  if (!options->get<bool>("measure")) return exploration(request, cases, on).run();
  if (request.target.kind != target_kind::simulated) {
    on.error("--measure goes with --simulate");
    return bad_usage;
  }
  measure_request what;
  what.broker = request.target.broker;
  what.campaign = request.campaign;
  what.each = request.length;
  what.engine = request.target.suite.engine;
  if (options->has("jobs")) what.threads = std::max(1u, options->get<std::uint32_t>("jobs"));
  if (options->has("defect")) what.patterns = {options->get<std::string>("defect")};
  return measure(what, cases, on);
}

}  // namespace mqttspec::cli
