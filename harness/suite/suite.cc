#include "suite/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/run_tag.h"
#include "profile/measure.h"
#include "results/profile.h"
#include "suite/sanity.h"

namespace mqttspec::suite {

namespace {

using results::case_result;
using results::verdict;

// Cases that see what others do, or that take the broker away from them.
bool runs_alone(const script::scenario& s) {
  if (std::find(s.tags.begin(), s.tags.end(), "exclusive") != s.tags.end()) return true;
  return std::any_of(s.lines.begin(), s.lines.end(), [](const script::instruction& i) {
    return std::holds_alternative<script::hook_line>(i.what);
  });
}

constexpr duration died_just_now = std::chrono::seconds(1);

std::string_view capability_of(script::broker_action action) {
  switch (action) {
    case script::broker_action::restart:
      return "restart";
    case script::broker_action::kill:
      return "kill";
    case script::broker_action::stop:
    case script::broker_action::start:
      return "stop";
  }
  return "stop";
}

// Why |s| cannot run on this target.
std::optional<std::string> obstacle(const script::scenario& s, const target::capability_values& can,
                                    const suite_settings& settings) {
  if (!settings.slow && std::find(s.tags.begin(), s.tags.end(), "slow") != s.tags.end()) {
    return "slow; --slow runs it too";
  }
  for (const script::need& n : s.needs) {
    if (auto reason = target::unmet(n, can)) return reason;
  }
  for (const script::client_declaration& c : s.clients) {
    if ((c.transport.empty() && c.node.empty()) || settings.reach.contains({c.transport, c.node})) {
      continue;
    }
    if (c.node.empty()) {
      return fmt::format("needs transport {}; the target does not have it", c.transport);
    }
    return c.transport.empty() ? fmt::format("needs node {}; the target does not have it", c.node)
                               : fmt::format("needs node {} over {}; the target does not have it",
                                             c.node, c.transport);
  }
  // Starting alone is not a hook of its own: it follows a kill or a stop.
  for (const script::instruction& i : s.lines) {
    const auto* hook = std::get_if<script::hook_line>(&i.what);
    if (hook == nullptr || hook->action == script::broker_action::start) continue;
    const std::string_view name = capability_of(hook->action);
    const auto found = can.find(std::string(name));
    if (found == can.end() || found->second == 0) {
      return fmt::format("needs to {} the broker; the target file has no such hook", name);
    }
  }
  return std::nullopt;
}

class suite {
 public:
  suite(play::driver& on, const suite_settings& settings, const scenario_source& source,
        suite_observer& observer)
      : on_(on),
        settings_(settings),
        source_(source),
        observer_(observer),
        tags_(settings.run_tag) {}

  results::run_results run() {
    const instant began = on_.now();
    for (const auto v : settings_.versions) {
      out_.target.versions.emplace_back(wire::version_name(v));
    }
    if (sanity_before()) {
      play_all();
      if (!on_.interrupted()) sanity_after();
    }
    // Part of the cases, or one version, says nothing about entries for the others; nor does a run
    // that ended early.
    const bool saw_all = settings_.chosen.files.empty() && settings_.versions.size() > 1 &&
                         out_.void_reason.empty() && !over();
    for (const diagnostic& d : verdicts::unjudged_entries(settings_.known)) {
      out_.problems.push_back(render(d));
    }
    if (saw_all) {
      for (const diagnostic& d : verdicts::stale_entries(settings_.known, all_ids_)) {
        out_.problems.push_back(render(d));
      }
    }
    std::sort(out_.cases.begin(), out_.cases.end(), [](const auto& a, const auto& b) {
      return std::tie(a.id, a.repetition) < std::tie(b.id, b.repetition);
    });
    results::sort_profile(out_.profile);
    out_.interrupted = on_.interrupted();
    out_.took = on_.now() - began;
    return std::move(out_);
  }

 private:
  bool over() const { return stopped_ || on_.interrupted() || !on_.lost().empty(); }

  // A broker that now and then loses a race with its client is not a broken one: only failures in a
  // row count.
  sanity_outcome sanity() {
    constexpr int most_tries = 3;
    for (int attempt = 1;; ++attempt) {
      sanity_outcome s = check_sanity(on_, tags_.next(), settings_.versions, settings_.engine);
      const bool in_vain = on_.interrupted() || !on_.lost().empty();
      if (s.failure.empty() || attempt == most_tries || in_vain) return s;
    }
  }

  bool sanity_before() {
    observer_.sanity_begins(false);
    const sanity_outcome s = sanity();
    for (const target::capability_description& c : target::known_capabilities()) {
      if (c.source == target::capability_source::reach)
        can_[std::string(c.name)] = c.fallback.value_or(0);
      if (c.source == target::capability_source::declared && c.fallback) {
        can_[std::string(c.name)] = *c.fallback;
      }
    }
    for (const auto& [name, value] : s.learned) can_[name] = value;
    for (const auto& [name, value] : s.learned) {
      out_.target.learned[name] = std::to_string(value);
    }
    for (const auto& [name, value] : settings_.declared) can_[name] = value;
    if (on_.interrupted()) return false;
    if (!s.failure.empty()) {
      out_.void_reason = "the sanity check before the cases failed: " + s.failure;
    }
    return s.failure.empty();
  }

  void sanity_after() {
    if (!on_.lost().empty()) {
      out_.void_reason = on_.lost();
      // What ended just before may have failed because the broker was dying.
      const duration then = on_.now() - instant{};
      for (case_result& c : out_.cases) {
        const bool failed = c.outcome == verdict::fail || c.outcome == verdict::inconclusive;
        if (failed && then - (c.started + c.took) <= died_just_now)
          verdicts::make_void(c, on_.lost());
      }
      return;
    }
    observer_.sanity_begins(true);
    const sanity_outcome s = sanity();
    if (s.failure.empty() || on_.interrupted()) return;
    out_.void_reason = "the sanity check after the cases failed: " + s.failure;
    for (case_result& c : out_.cases) {
      if (c.outcome != verdict::skip)
        verdicts::make_void(c, "the broker failed the sanity check afterwards");
    }
  }

  // All repetitions at once: they meet each other no more than cases do.
  void play_all() {
    // The scenarios must outlive their jobs.
    std::vector<std::vector<script::scenario>> all;
    batch together = empty_batch(settings_.at_once);
    batch alone = empty_batch(1);
    for (std::uint32_t number = 0; number < settings_.repeat; ++number) {
      all.push_back(source_(tags_.next(), can_));
      const std::vector<std::size_t> chosen = select(settings_.chosen, all.back());
      if (number == 0) announce(all.back(), chosen.size());
      for (const std::size_t i : chosen) add_job(all.back()[i], number, together, alone);
    }
    play(together, alone);
    try_again();
  }

  void announce(const std::vector<script::scenario>& all, std::size_t chosen) {
    for (const script::scenario& s : all) all_ids_.push_back(s.id);
    for (const std::string& p : unmatched_patterns(settings_.chosen, all)) {
      out_.problems.push_back(fmt::format("no case matches '{}'", p));
    }
    observer_.cases_begin(chosen * settings_.repeat);
  }

  void add_job(const script::scenario& s, std::uint32_t number, batch& together, batch& alone) {
    job j{&s, number};
    if (const verdicts::baseline_entry* known = verdicts::skips(settings_.known, s.id)) {
      record(not_run(j, verdict::skip, "baseline: " + known->reason));
    } else if (auto reason = obstacle(s, can_, settings_)) {
      record(not_run(j, verdict::skip, std::move(*reason)));
    } else {
      // What is known to fail is not waited for.
      if (verdicts::expects_failure(settings_.known, s.id)) j.patience = duration::zero();
      (runs_alone(s) ? alone : together).jobs.push_back(j);
    }
  }

  batch empty_batch(std::size_t at_once) const {
    batch b;
    b.options = settings_.engine;
    b.options.trace_passed = settings_.trace_passed;
    b.at_once = at_once;
    return b;
  }

  void play(const batch& together, const batch& alone) {
    for (const batch* lane : {&together, &alone}) {
      if (over()) return;
      play_cases(on_, *lane, [this](verdicts::opinion o) { return take(std::move(o)); });
    }
  }

  using play_key = std::pair<std::string, std::uint32_t>;  // a case's id, and which repetition

  // Cases for which the harness was late, whose premise was not reached, or that failed beside
  // others: tried again a few at a time, with names of their own, when the crowd is gone.
  void try_again() {
    constexpr int most_tries = 2;
    confirm();
    for (int attempt = 1; attempt <= most_tries && !late_.empty() && !over(); ++attempt) {
      std::set<play_key> these;
      for (const auto& [key, tries] : late_) these.insert(key);
      play_again(these);
    }
    for (auto& [key, tries] : std::exchange(late_, {})) record(verdicts::settle(std::move(tries)));
    if (only_in_crowds_ == 0) return;
    out_.notes.push_back(fmt::format(
        "{} cases failed beside {} others at most and passed beside 7: the broker seems to limit "
        "sessions, connections or messages; --jobs 8 runs fewer at once",
        only_in_crowds_, settings_.at_once - 1));
  }

  void play_again(const std::set<play_key>& these) {
    constexpr duration most_patience = std::chrono::seconds(10);
    selection chosen;
    chosen.ids.emplace();
    std::set<std::uint32_t> repetitions;
    for (const auto& [id, number] : these) {
      chosen.ids->insert(id);
      repetitions.insert(number);
    }
    std::vector<std::vector<script::scenario>> all;
    batch few = empty_batch(8);
    batch alone = empty_batch(1);
    for (const std::uint32_t number : repetitions) {
      all.push_back(source_(tags_.next(), can_));
      for (const std::size_t i : select(chosen, all.back())) {
        const script::scenario& s = all.back()[i];
        const auto tries = late_.find({s.id, number});
        if (tries == late_.end() || !these.contains(tries->first)) continue;
        job j{&s, number};
        // The first try of a failure had all of it.
        if (tries->second.back().because == verdicts::doubt::unconfirmed) {
          j.patience = std::min(most_patience, settings_.engine.patience);
        }
        (runs_alone(s) ? alone : few).jobs.push_back(j);
      }
    }
    play(few, alone);
  }

  // What fails beside others may fail because of a limit on sessions, connections or messages. Of
  // many failures some are tried first: when all of those fail again, the others stand.
  void confirm() {
    constexpr std::size_t sample = 24;
    std::vector<play_key> failed;
    for (const auto& [key, tries] : late_) {
      if (tries.back().because == verdicts::doubt::unconfirmed) failed.push_back(key);
    }
    if (failed.size() <= sample || over()) return;
    std::set<play_key> some;
    for (std::size_t i = 0; i < sample; ++i) some.insert(failed[i * failed.size() / sample]);
    const std::size_t before = out_.cases.size();
    play_again(some);
    const bool all_fail_again =
        std::all_of(out_.cases.begin() + static_cast<std::ptrdiff_t>(before), out_.cases.end(),
                    [](const case_result& c) { return c.outcome == verdict::fail; }) &&
        out_.cases.size() - before == sample;
    if (!all_fail_again) return;
    for (const play_key& key : failed) {
      const auto left = late_.find(key);
      if (left == late_.end()) continue;
      record(verdicts::settle(std::move(left->second)));
      late_.erase(left);
    }
  }

  // Whether |tried| deserves another try; what is known besides its own tries.
  verdicts::next_step next_of(const std::vector<verdicts::opinion>& tries) {
    // Where many premises are not reached it is the broker, and the answer is known.
    constexpr std::size_t most_premises = 16;
    case_result last = tries.back().result;
    verdicts::judge(last, settings_.known, settings_.strict);
    const auto step = verdicts::next(tries, {.known = last.expected,
                                             .premises = tried_.size() < most_premises,
                                             .confirming = !settings_.fail_fast});
    if (step == verdicts::next_step::again && tries.back().because == verdicts::doubt::premise) {
      tried_.insert(last.id);
    }
    return step;
  }

  bool take(verdicts::opinion o) {
    const play_key key{o.result.id, o.result.repetition};
    auto& tries = late_[key];
    tries.push_back(std::move(o));
    if (next_of(tries) == verdicts::next_step::again) return true;
    const bool failed_beside_others = tries.front().because == verdicts::doubt::unconfirmed;
    case_result c = verdicts::settle(std::move(late_.extract(key).mapped()));
    if (failed_beside_others && c.outcome == verdict::pass_note) ++only_in_crowds_;
    return record(std::move(c));
  }

  // Takes from the packets what they tell about the broker; then they are no longer needed.
  void measure(case_result& c) {
    verdicts::note_measured(c, profile::measure(c, out_.profile));
    const bool good = c.outcome == verdict::pass || c.outcome == verdict::pass_note;
    if (good && !settings_.trace_passed) c.trace.clear();
  }

  bool record(case_result c) {
    if (profile::measures(c)) measure(c);
    verdicts::judge(c, settings_.known, settings_.strict);
    observer_.case_ended(c);
    if (settings_.fail_fast && !c.expected) stopped_ = true;
    out_.cases.push_back(std::move(c));
    return !stopped_;
  }

  play::driver& on_;
  const suite_settings& settings_;
  const scenario_source& source_;
  suite_observer& observer_;
  run_tags tags_;
  results::run_results out_;
  target::capability_values can_;
  std::vector<std::string> all_ids_;                         // selected or not
  std::map<play_key, std::vector<verdicts::opinion>> late_;  // tries that are not all
  std::set<std::string> tried_;     // whose premise was not reached, and that run again
  std::size_t only_in_crowds_ = 0;  // cases that failed beside others and pass with fewer
  bool stopped_ = false;
};

}  // namespace

results::run_results run_suite(play::driver& on, const suite_settings& settings,
                               const scenario_source& source, suite_observer& observer) {
  return suite(on, settings, source, observer).run();
}

}  // namespace mqttspec::suite
