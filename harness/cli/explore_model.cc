// mqttspec explore model
#include "cli/explore_model.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <sstream>

#include "base/run_tag.h"
#include "base/shell_words.h"
#include "base/spelling.h"
#include "broker/defects.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/explore_files.h"
#include "cli/explore_limits.h"
#include "cli/explore_measure.h"
#include "cli/findings_record.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "cli/target_options.h"
#include "drive/network_driver.h"
#include "drive/virtual_driver.h"
#include "reports/finding_page.h"
#include "reports/markdown.h"
#include "reports/text.h"
#include "target/standing.h"

namespace mqttspec::cli {

namespace {

using clock = std::chrono::steady_clock;

struct explore_request {
  target::description target;
  record_request record;
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
      : request_(request),
        cases_(cases),
        on_(on),
        record_(request.record, request.target.hidden(), on),
        target_(request.target, request.campaign.generator.seed),
        line_(on.err, on.err_is_terminal, std::chrono::seconds(10)) {}

  int run() {
    const int status = explore();
    target_.end();
    record_.tell(target_);
    name_defect();
    return record_.finish(status);
  }

 private:
  int explore() {
    const std::string why = target_.stand();
    record_.tell(target_);
    name_defect();
    if (!why.empty()) return target_.interrupted() ? interrupted : unusable(why);
    const int status = target_.in_virtual_time() ? in_memory() : on_network();
    if (const std::string end = target_.ended(); !end.empty()) {
      return unusable("the broker ended: " + end);
    }
    return status;
  }

  void name_defect() {
    if (request_.defect == nullptr) return;
    record_.run().target.name += fmt::format(" with {}", request_.defect->name);
  }

  int unusable(const std::string& why) {
    on_.error(record_.hide(why));
    record_.run().void_reason = why;
    return broker_unusable;
  }

  int in_memory() {
    const auto place = drive::make_virtual_driver(
        {.broker = request_.target.embedded,
         .rules = request_.defect == nullptr ? nullptr : &request_.rules});
    return on_place(*place, nullptr);
  }

  int on_network() {
    random_source random(std::random_device{}());
    request_.campaign.shared = true;
    request_.campaign.tag = make_run_tag(random) + "n";
    const auto place =
        drive::make_network_driver(target_.loop(), target_.reach(), {.control = target_.control()});
    return on_place(*place, place.get());
  }

  // |scenarios|: on which those of findings are tried; nullptr: on the embedded broker only.
  int on_place(play::driver& place, play::driver* scenarios) {
    const auto sound = drive::make_virtual_driver({.broker = request_.rehearsal});
    explore::campaign run(place, *sound, request_.campaign);
    begin_ = clock::now();
    if (scenarios != nullptr) {
      const std::string why = run.unanswered();
      if (place.interrupted()) return interrupted;
      if (!place.lost().empty()) return unusable(place.lost());
      if (!why.empty()) return unusable("this broker serves nobody: " + why);
    }
    const auto examine = [&] {
      run.examine([&](const explore::finding& f) { tell(f, run.counts(), scenarios); },
                  [this] { return left(); });
    };
    if (request_.replay) {
      run.replay(*request_.replay);
      run.examine([&](const explore::finding& f) { tell(f, run.counts(), scenarios); });
    } else {
      while (explore_for_a_while(run, place)) examine();
    }
    line_.clear();
    if (const std::size_t deaf = run.deaf_since(); deaf != 0) {
      tell_deaf(run, deaf);
      target::broker_control* control = target_.control();
      const bool again =
          control != nullptr &&
          target::perform(target_.loop(), *control, script::broker_action::restart).empty();
      if (!again) {
        summary(run, fmt::format("DEAF, {} kinds seen before and not confirmed",
                                 run.counts().kinds.size()));
        return as_expected;
      }
    }
    if (run.has_news()) examine();
    summary(run,
            run.counts().kinds.empty() ? "OK" : fmt::format("{} findings", run.findings().size()));
    if (place.interrupted()) return interrupted;
    if (!place.lost().empty()) return unusable(place.lost());
    if (run.counts().histories == 0) return nothing_ran;
    return as_expected;
  }

  duration left() const { return request_.length - (clock::now() - begin_); }

  // Until there is something to be examined that would not have its time later. False: the time is
  // over, or enough was found.
  bool explore_for_a_while(explore::campaign& run, const play::driver& place) {
    const auto since = clock::now();
    run.explore([&] {
      show_progress(run);
      return left() <= duration::zero() || !target_.ended().empty() ||
             (run.has_news() && left() < request_.length / 2);
    });
    explored_ += clock::now() - since;
    return run.has_news() && left() > duration::zero() && run.deaf_since() == 0 &&
           place.lost().empty() && !place.interrupted();
  }

  // What was found before may be nothing but this.
  void tell_deaf(const explore::campaign& run, std::size_t since) {
    say(fmt::format("DEAF the broker leaves CONNECT without an answer, from history {} on\n",
                    since));
    results::run_finding f;
    f.id = "explore/model/deaf";
    f.kind = "model";
    f.version = record_.run().target.versions.front();
    f.title = "the broker leaves CONNECT without an answer";
    f.seen_in = {fmt::format("history {}", since)};
    record_.add(std::move(f));
    if (request_.out.empty()) return;
    std::size_t n = 0;
    for (const explore::history& h : run.before_deaf()) {
      write(fmt::format("before-deaf-{:02}.history", ++n), print(h));
    }
    say(fmt::format("  the {} histories before: {}/before-deaf-*.history\n", n, request_.out));
  }

  void tell(const explore::finding& f, const explore::campaign_counts& counts,
            play::driver* scenarios) {
    // An exploration is over a few seconds after its time at the latest.
    const auto late = [this] { return !request_.replay && left() < -std::chrono::seconds(2); };
    const scenario_text s =
        make_scenario(f, cases_,
                      {suite::options_for(request_.target), request_.rehearsal, scenarios,
                       request_.defect != nullptr ? &request_.rules : nullptr, late});
    const std::string base = fmt::format("{:02}-{}", ++told_, explore::slug(f.violation.what));
    results::run_finding found = record_of(f, s, cases_);
    if (const auto seen = counts.kinds.find(f.violation.kind()); seen != counts.kinds.end()) {
      found.times = seen->second;
    }
    found.again = reports::command_line(record_.run());
    found.again += request_.out.empty()
                       ? fmt::format(" --seed {}", request_.campaign.generator.seed)
                       : " --replay " + shell_quote(request_.out + "/" + base + ".history");
    const results::run_finding& kept = record_.add(std::move(found));
    std::string text =
        fmt::format("{} {}  ({} of {})\n  {}\n  expected {}\n  seen     {}\n",
                    kept.expected ? "KNOWN" : "FOUND", kept.title, f.confirmed, f.tried, kept.id,
                    kept.wanted.empty() ? "nothing" : kept.wanted, kept.seen);
    for (const explore::action& a : f.least) text += "    " + print(a) + "\n";
    text += fmt::format("  {} steps", f.least.size());
    if (!s.text.empty()) {
      text += fmt::format(", {} lines; a sound broker {}", length_of(s.text),
                          s.sound_passes ? "passes" : "does not pass: " + s.problem);
    }
    say(text + "\n");
    if (request_.out.empty()) return;
    if (!s.text.empty()) write(base + ".mqs", kept.scenario);
    write(base + ".history", kept.history);
    write(base + ".md", reports::finding_markdown(record_.run(), kept));
    say(fmt::format("  written to {}/{}.{{mqs,history,md}}\n", request_.out, base));
  }

  // Whatever a broker or a command says may hold what nobody should read.
  void say(const std::string& text) {
    line_.clear();
    on_.print(record_.hide(text));
  }

  void write(const std::string& name, const std::string& text) {
    std::error_code ignored;
    std::filesystem::create_directories(request_.out, ignored);
    // Nobody but us writes a history; a password that is one of its words must not spoil it.
    write_report((std::filesystem::path(request_.out) / name).string(),
                 name.ends_with(".history") ? text : record_.hide(text), on_);
  }

  void show_progress(const explore::campaign& run) {
    const double seconds = std::chrono::duration<double>(clock::now() - begin_).count();
    const auto& n = run.counts();
    line_.show(fmt::format(
        "{:.0f} s: {} histories, {:.0f} a second, {} states, {} findings, {} given up", seconds,
        n.histories, static_cast<double>(n.histories) / std::max(seconds, 0.001), run.states(),
        n.kinds.size(), n.gave_up));
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
      record_.add(record_of(f, {}, cases_));
    }
    say(out);
    results::run_results& r = record_.run();
    r.took = clock::now() - begin_;
    r.seed = request_.campaign.generator.seed;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) r.notes.push_back(line);
    if (!request_.out.empty()) {
      const reports::catalogue statements = for_reports(cases_.statements);
      write("findings.md", reports::to_markdown(with_findings_as_cases(r), {&statements, nullptr}));
    }
  }

  explore_request& request_;
  const case_files& cases_;
  console& on_;
  findings_record record_;
  target::standing_target target_;
  progress_line line_;
  std::size_t told_ = 0;
  clock::time_point begin_{};
  duration explored_{};
};

bool read_numbers(const parsed_options& options, explore_request& out, console& on) {
  out.campaign.generator.seed = options.has("seed") ? options.get<std::uint64_t>("seed") : 1;
  if (!read_positive(options, "count", out.campaign.most_histories, on) ||
      !read_positive(options, "jobs", out.campaign.at_once, on) ||
      !read_positive(options, "most-findings", out.campaign.most_findings, on) ||
      !read_duration(options, "for", out.length, on)) {
    return false;
  }
  // In virtual time waiting costs nothing.
  if (out.target.where == target::place::simulated) out.campaign.generator.waiting = 300;
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
  return true;
}

bool read_defect(const parsed_options& options, explore_request& out, console& on) {
  if (!options.has("defect")) return true;
  const auto& name = options.get<std::string>("defect");
  if (out.target.where != target::place::simulated) {
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
  add_record_options(set.described);
  add_cases_option(set.described);
  add_broker_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  explore_request request;
  auto target = read_target(*options, on);
  if (!target) return bad_usage;
  request.target = std::move(*target);
  if (!read_numbers(*options, request, on) ||
      (!options->get<bool>("measure") && !read_defect(*options, request, on)) ||
      !read_replay(*options, request, on) || !read_record_options(*options, request.record, on)) {
    return bad_usage;
  }
  request.record.verb = "explore model";
  request.record.versions = request.target.versions;
  request.record.command = target_again(*options);
  if (request.defect != nullptr) {
    request.record.command.insert(request.record.command.end(),
                                  {"--defect", std::string(request.defect->name)});
  }
  if (options->has("out")) request.out = options->get<std::string>("out");
  request.campaign.generator.versions = request.target.versions;
  explore::player_options& player = request.campaign.player;
  if (!request.target.user.empty()) {
    player.user_name = request.target.user;
    player.password = request.target.password;
  }
  player.keep_alive = request.target.keep_alive;
  player.slack = request.target.slack;
  player.restarts = request.target.where == target::place::simulated;
  if (options->has("timeout")) player.patience = request.target.timeout;
  if (request.target.is_ours()) {
    request.rehearsal = request.target.embedded;
    request.rehearsal.users.clear();  // nobody logs in there
  } else {
    const auto& facts = request.target.facts;
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
  request.record.cases_directory = cases.root;
  auto statements = load_statements(cases.root, on);
  if (!statements) return bad_usage;
  cases.statements = std::move(*statements);
  if (!options->get<bool>("measure")) return exploration(request, cases, on).run();
  if (request.target.where != target::place::simulated) {
    on.error("--measure goes with --simulate");
    return bad_usage;
  }
  measure_request what;
  what.broker = request.target.embedded;
  what.campaign = request.campaign;
  what.each = request.length;
  what.engine = suite::options_for(request.target);
  if (!read_positive(*options, "jobs", what.threads, on)) return bad_usage;
  if (options->has("defect")) what.patterns = {options->get<std::string>("defect")};
  return measure(what, cases, on);
}

}  // namespace mqttspec::cli
