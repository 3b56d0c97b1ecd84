#include "cli/exploration.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <sstream>

#include "base/run_tag.h"
#include "base/shell_words.h"
#include "cli/exit_codes.h"
#include "cli/explore_files.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "drive/network_driver.h"
#include "drive/virtual_driver.h"
#include "reports/finding_page.h"
#include "reports/markdown.h"
#include "reports/text.h"
#include "target/standing.h"

namespace mqttspec::cli {

namespace {

using clock = std::chrono::steady_clock;

// Histories restart a broker that keeps what it stores.
constexpr const char* needed_to_restart[] = {"restart", "sessions_survive_restart",
                                             "retained_survive_restart"};

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
    const int code = record_.finish(status);
    return written_ ? code : internal_error;
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
    const target::description& what = request_.target;
    const target::capability_values declared = target_.declared();
    request_.campaign.player.restarts = std::all_of(
        std::begin(needed_to_restart), std::end(needed_to_restart), [&](const char* capability) {
          const auto has = declared.find(capability);
          return has != declared.end() && has->second != 0;
        });
    const auto place = drive::make_network_driver(
        target_.loop(), target_.reach(),
        {.control = target_.control(),
         .pulse = drive::pulse_as(what.versions.front(), what.user, what.password),
         .left = &target_.left()});
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
    summary(run, place.interrupted()          ? "INTERRUPTED"
                 : !place.lost().empty()      ? "VOID"
                 : run.counts().kinds.empty() ? "OK"
                                              : fmt::format("{} findings", run.findings().size()));
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
    written_ &= write_report((std::filesystem::path(request_.out) / name).string(),
                             name.ends_with(".history") ? text : record_.hide(text), on_);
  }

  void show_progress(const explore::campaign& run) {
    if (!line_.is_due()) return;
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
  bool written_ = true;  // all that should be
  clock::time_point begin_{};
  duration explored_{};
};

}  // namespace

int run_exploration(explore_request& request, const case_files& cases, console& on) {
  return exploration(request, cases, on).run();
}

}  // namespace mqttspec::cli
