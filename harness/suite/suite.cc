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
  suite(drive::executor& on, const suite_settings& settings, const scenario_source& source,
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
      for (std::uint32_t r = 0; r < settings_.repeat && !over(); ++r) repetition(r);
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

  // What came of |c| says nothing: |why|.
  static void make_void(case_result& c, const std::string& why) {
    c.reason = fmt::format("{}; this was: {}{}{}", why, results::verdict_name(c.outcome),
                           c.reason.empty() ? "" : ", ", c.reason);
    c.outcome = verdict::error;
    c.expected = false;
  }

  void sanity_after() {
    if (!on_.lost().empty()) {
      out_.void_reason = on_.lost();
      // What ended just before may have failed because the broker was dying.
      const duration then = on_.now() - instant{};
      for (case_result& c : out_.cases) {
        const bool failed = c.outcome == verdict::fail || c.outcome == verdict::inconclusive;
        if (failed && then - (c.started + c.took) <= died_just_now) make_void(c, on_.lost());
      }
      return;
    }
    observer_.sanity_begins(true);
    const sanity_outcome s = sanity();
    if (s.failure.empty() || on_.interrupted()) return;
    out_.void_reason = "the sanity check after the cases failed: " + s.failure;
    for (case_result& c : out_.cases) {
      if (c.outcome != verdict::skip) make_void(c, "the broker failed the sanity check afterwards");
    }
  }

  void repetition(std::uint32_t number) {
    // The scenarios must outlive their jobs.
    const std::vector<script::scenario> all = source_(tags_.next(), can_);
    const std::vector<std::size_t> chosen = select(settings_.chosen, all);
    if (number == 0) {
      for (const script::scenario& s : all) all_ids_.push_back(s.id);
      for (const std::string& p : unmatched_patterns(settings_.chosen, all)) {
        out_.problems.push_back(fmt::format("no case matches '{}'", p));
      }
      observer_.cases_begin(chosen.size() * settings_.repeat);
    }
    drive::batch together;
    drive::batch alone;
    together.options = settings_.engine;
    together.options.trace_passed = settings_.trace_passed;
    together.at_once = settings_.at_once;
    for (const std::size_t i : chosen) {
      const drive::job j{&all[i], number};
      if (const verdicts::baseline_entry* known = verdicts::skips(settings_.known, all[i].id)) {
        take(drive::not_run(j, verdict::skip, "baseline: " + known->reason));
      } else if (auto reason = obstacle(all[i], can_, settings_)) {
        take(drive::not_run(j, verdict::skip, std::move(*reason)));
      } else {
        (runs_alone(all[i]) ? alone : together).jobs.push_back(j);
      }
    }
    alone.options = together.options;
    alone.at_once = 1;
    for (const drive::batch* lane : {&together, &alone}) {
      if (stopped_ || on_.interrupted()) break;
      on_.run(*lane, [this](case_result c) { return take(std::move(c)); });
    }
    try_again(number);
  }

  // Cases for which the harness was late, or whose premise was not reached: tried again a few at a
  // time, with names of their own, when the crowd is gone.
  void try_again(std::uint32_t number) {
    constexpr int most_tries = 2;
    for (int attempt = 1; attempt <= most_tries && !late_.empty() && !over(); ++attempt) {
      selection these;
      these.ids.emplace();
      for (const auto& [id, result] : late_) these.ids->insert(id);
      const std::vector<script::scenario> all = source_(tags_.next(), can_);
      drive::batch few;
      few.options = settings_.engine;
      few.options.trace_passed = settings_.trace_passed;
      few.at_once = 4;
      drive::batch alone = few;
      alone.at_once = 1;
      for (const std::size_t i : select(these, all)) {
        (runs_alone(all[i]) ? alone : few).jobs.push_back({&all[i], number});
      }
      for (const drive::batch* lane : {&few, &alone}) {
        if (!over()) on_.run(*lane, [this](case_result c) { return take(std::move(c)); });
      }
    }
    for (auto& [id, result] : std::exchange(late_, {})) record(std::move(result));
  }

  // A premise that was not reached says nothing; on a busy machine a second try often reaches it.
  // Where many are not, it is the broker, and the answer is known.
  bool deserves_a_second_try(case_result c) {
    constexpr std::size_t most = 16;
    if (c.outcome != verdict::inconclusive || tried_.size() >= most) return false;
    verdicts::judge(c, settings_.known, settings_.strict);
    return !c.expected && tried_.insert(c.id).second;
  }

  bool take(case_result c) {
    if (deserves_a_second_try(c)) {
      late_.insert_or_assign(c.id, std::move(c));
      return true;
    }
    late_.erase(c.id);
    return record(std::move(c));
  }

  // Takes from the packets what they tell about the broker; then they are no longer needed.
  void measure(case_result& c) {
    std::vector<std::string> told = profile::measure(c, out_.profile);
    if (!told.empty() && (c.outcome == verdict::pass || c.outcome == verdict::pass_note)) {
      c.outcome = verdict::pass_note;
      c.notes = std::move(told);
      c.fault.reset();  // the silence that ended its reading
    }
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

  drive::executor& on_;
  const suite_settings& settings_;
  const scenario_source& source_;
  suite_observer& observer_;
  run_tags tags_;
  results::run_results out_;
  target::capability_values can_;
  std::vector<std::string> all_ids_;         // selected or not
  std::map<std::string, case_result> late_;  // by id
  std::set<std::string> tried_;              // whose premise was not reached, and that run again
  bool stopped_ = false;
};

}  // namespace

results::run_results run_suite(drive::executor& on, const suite_settings& settings,
                               const scenario_source& source, suite_observer& observer) {
  return suite(on, settings, source, observer).run();
}

}  // namespace mqttspec::suite
