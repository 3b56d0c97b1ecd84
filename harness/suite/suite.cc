#include "suite/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/run_tag.h"
#include "profile/measure.h"
#include "results/profile.h"
#include "script/company.h"
#include "script/features.h"
#include "suite/habits.h"
#include "suite/limits.h"
#include "suite/obstacle.h"
#include "suite/sanity.h"
#include "suite/sift.h"

namespace mqttspec::suite {

namespace {

using results::case_result;
using results::verdict;

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
  static constexpr std::size_t few_ = 8;

  bool over() const { return stopped_ || on_.interrupted() || !on_.lost().empty(); }

  // A broker that now and then loses a race with its client is not a broken one: only failures in a
  // row count.
  sanity_outcome sanity() {
    constexpr int most_tries = 3;
    std::size_t at_once = 6;
    std::map<std::string, std::vector<verdicts::opinion>> tries;
    for (int attempt = 1;; ++attempt) {
      sanity_outcome s =
          settings_.plays == script::side::client
              ? check_sanity(on_, tags_.next(), settings_.versions, settings_.engine, at_once,
                             settings_.reach.contains({"tcp", ""}))
              : check_client_sanity(on_, tags_.next(), settings_.versions, settings_.engine);
      for (const verdicts::opinion& o : s.wrong) {
        tries[o.result.id].push_back(o);
        if (o.because == verdicts::doubt::outage) at_once = 1;  // which of them is why?
      }
      // One that says nothing to anybody twice does so for ever.
      const bool mute = s.wrong.empty() && s.unserved.size() == settings_.versions.size() &&
                        std::all_of(s.unserved.begin(), s.unserved.end(), [](const auto& u) {
                          return u.second.find("nothing came") != u.second.npos;
                        });
      const bool in_vain =
          on_.interrupted() || !on_.lost().empty() || (mute && attempt == most_tries - 1);
      if (!s.well() && attempt != most_tries && !in_vain) continue;
      for (verdicts::opinion& o : s.wrong) o.result = verdicts::settle(tries.at(o.result.id));
      return s;
    }
  }

  bool sanity_before() {
    observer_.sanity_begins(false);
    const sanity_outcome s = sanity();
    for (const target::capability_description& c : target::known_capabilities()) {
      if (settings_.plays == script::side::server) break;
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
    const bool some = tell_sanity(s, "");
    unserved_ = s.unserved;
    return some;
  }

  // False: no client gets in, with no version. |when|: begins the ids of what went wrong.
  bool tell_sanity(const sanity_outcome& s, const std::string& when) {
    std::set<std::string> told;  // versions
    for (const verdicts::opinion& o : s.wrong) {
      case_result c = o.result;
      told.insert(c.version);
      if (!known_wrong_.insert(c.id).second) continue;  // as it was before the cases
      c.id = when + c.id;
      all_ids_.push_back(c.id);
      record(std::move(c));
    }
    for (const auto& [version, why] : s.unserved) {
      if (!told.contains(version)) untold_[version] = why;
    }
    const bool some = std::any_of(settings_.versions.begin(), settings_.versions.end(),
                                  [&](wire::protocol_version v) {
                                    const std::string name(wire::version_name(v));
                                    return !s.unserved.contains(name) && !unserved_.contains(name);
                                  });
    if (some || untold_.empty()) return some;
    out_.void_reason = fmt::format("the sanity check {} the cases failed: {}",
                                   when.empty() ? "before" : "after", untold_.begin()->second);
    return false;
  }

  void sanity_after() {
    if (!on_.lost().empty()) {
      // A case that ends the broker has been told: the run has judged something.
      if (outages_.found() != 0) {
        out_.problems.push_back(on_.lost());
      } else {
        out_.void_reason = on_.lost();
      }
      return;
    }
    observer_.sanity_begins(true);
    sanity_outcome s = sanity();
    if (on_.interrupted()) return;
    for (const auto& [version, why] : unserved_) s.unserved.erase(version);
    if (s.well() || tell_sanity(s, "afterwards/")) return;
    for (case_result& c : out_.cases) {
      if (c.outcome != verdict::skip)
        verdicts::make_void(c, "the broker failed the sanity check afterwards");
    }
  }

  // All repetitions at once: they meet each other no more than cases do.
  void play_all() {
    // The scenarios must outlive their jobs.
    std::vector<std::vector<script::scenario>> all;
    batch witnesses = empty_batch(settings_.at_once);
    batch others = empty_batch(settings_.at_once);
    for (std::uint32_t number = 0; number < settings_.repeat; ++number) {
      all.push_back(scenarios());
      const std::vector<std::size_t> chosen = select(settings_.chosen, all.back());
      if (number == 0) announce(all.back(), chosen.size());
      for (const std::size_t i : chosen) {
        const script::scenario& s = all.back()[i];
        add_job(s, number, script::is_witness(s) ? witnesses : others);
      }
    }
    // What never works is known before what builds on it.
    play(witnesses);
    sift();
    try_again();
    for (auto& each : all) habits_.go_round(each);
    play(others);
    sift();
    try_again();
    note_crowds();
    for (std::string& s : outages_.sentences()) out_.notes.push_back(std::move(s));
    if (!out_.void_reason.empty()) return;
    for (const auto& [version, why] : untold_) out_.problems.push_back("no client gets in: " + why);
  }

  // With names of their own. Beside each that is hostile another client looks on.
  std::vector<script::scenario> scenarios() {
    std::vector<script::scenario> out = source_(tags_.next(), can_);
    habits_.go_round(out);
    for (script::scenario& s : out) {
      if (!script::is_hostile(s)) continue;
      hostile_.insert(s.id);
      s = script::with_bystander(std::move(s));
    }
    return out;
  }

  void announce(const std::vector<script::scenario>& all, std::size_t chosen) {
    for (const script::scenario& s : all) all_ids_.push_back(s.id);
    for (const std::string& p : unmatched_patterns(settings_.chosen, all)) {
      out_.problems.push_back(fmt::format("no case matches '{}'", p));
    }
    observer_.cases_begin(chosen * settings_.repeat);
  }

  void add_job(const script::scenario& s, std::uint32_t number, batch& to) {
    job j{&s, number};
    if (const verdicts::baseline_entry* known = verdicts::skips(settings_.known, s.id)) {
      record(not_run(j, verdict::skip, "baseline: " + known->reason));
    } else if (const auto found = unserved_.find(std::string(wire::version_name(s.version)));
               found != unserved_.end()) {
      record(not_run(
          j, verdict::skip,
          fmt::format("the sanity check failed: no client gets in with MQTT {}", found->first)));
    } else if (auto reason = obstacle(s, can_, settings_)) {
      record(not_run(j, verdict::skip, std::move(*reason)));
    } else {
      // What is known to fail is not waited for.
      if (verdicts::expects_failure(settings_.known, s.id)) j.patience = duration::zero();
      to.jobs.push_back(j);
    }
  }

  batch empty_batch(std::size_t at_once) const {
    batch b;
    b.options = settings_.engine;
    if (const auto told = can_.find("v311_session_expiry"); told != can_.end()) {
      b.options.v311_session_expiry = static_cast<std::uint32_t>(told->second);
    }
    b.options.trace_passed = settings_.trace_passed;
    b.at_once = at_once;
    return b;
  }

  void play(const batch& what) {
    if (over()) return;
    play_cases(on_, what, [this](verdicts::opinion o) { return take(std::move(o)); });
  }

  // Cases for which the harness was late, whose premise was not reached, or that failed beside
  // others: tried again with names of their own, when the crowd is gone. Where the broker has a
  // limit as many at a time as it takes, else a few. What failed beside others twice runs alone,
  // if the crowd was to blame for any.
  void try_again() {
    constexpr int most_tries = 2;
    find_limits();
    if (!limits_.any()) {
      settle_questions();
      spare_premises();
      confirm(false);
      confirm(true);
    }
    sift();
    for (int attempt = 1; attempt <= most_tries && !late_.empty() && !over(); ++attempt) {
      if (attempt == most_tries && !limits_.any() && !crowd_matters()) settle_unconfirmed();
      std::set<play_key> these;
      for (const auto& [key, tries] : late_) these.insert(key);
      play_again(these, few_);
      sift();
    }
    for (auto& [key, tries] : std::exchange(late_, {})) record(verdicts::settle(std::move(tries)));
  }

  void note_crowds() {
    if (beside_hostile_ != 0) {
      out_.notes.push_back(
          fmt::format("{} cases failed while others sent malformed octets, and pass without them",
                      beside_hostile_));
    }
    if (only_in_crowds_ == 0) return;
    out_.notes.push_back(crowd_note(limits_, only_in_crowds_, settings_.at_once, few_));
  }

  // A trace rule spoke in a crowd. Where the broker has a limit that may be why: it is played
  // again.
  bool is_in_question(const std::vector<verdicts::opinion>& tries) const {
    const verdicts::opinion& last = tries.back();
    return tries.size() == 1 && last.because == verdicts::doubt::none && last.beside_others &&
           passes(tries) && !last.result.findings.empty();
  }
  void settle_questions() {
    for (auto l = late_.begin(); l != late_.end();) {
      const bool is = is_in_question(l->second);
      if (is) record(verdicts::settle(std::move(l->second)));
      l = is ? late_.erase(l) : std::next(l);
    }
  }

  // What hurts many may be a limit.
  void find_limits() {
    constexpr std::ptrdiff_t many = 8;
    constexpr std::size_t most = 1024;
    const auto hurt = std::count_if(late_.begin(), late_.end(), [this](const auto& l) {
      return l.second.back().beside_others && !is_in_question(l.second);
    });
    if (hurt < many || over()) return;
    limits_ = measure_limits(on_, tags_.next(), settings_.versions.front(), settings_.engine,
                             std::min(most, 2 * settings_.at_once));
    if (limits_.connections) {
      out_.target.learned["connections_at_once"] = std::to_string(*limits_.connections);
    }
    if (limits_.sessions) {
      out_.target.learned["sessions_kept"] = std::to_string(*limits_.sessions);
    }
  }

  // Where many premises are not reached it is the broker, and the answer is known.
  void spare_premises() {
    constexpr std::size_t most = 16;
    std::size_t kept = 0;
    for (auto l = late_.begin(); l != late_.end();) {
      const verdicts::opinion& last = l->second.back();
      const bool spared = last.because == verdicts::doubt::premise && ++kept > most;
      if (spared) record(verdicts::settle(std::move(l->second)));
      l = spared ? late_.erase(l) : std::next(l);
    }
  }

  static bool failed_beside_others(const std::vector<verdicts::opinion>& tries) {
    return tries.front().because != verdicts::doubt::none && tries.front().beside_others &&
           tries.front().result.outcome != verdict::pass &&
           tries.front().result.outcome != verdict::pass_note;
  }
  static bool passes(const std::vector<verdicts::opinion>& tries) {
    const verdict is = tries.back().result.outcome;
    return is == verdict::pass || is == verdict::pass_note;
  }

  bool crowd_matters() const {
    return std::any_of(late_.begin(), late_.end(), [](const auto& l) {
      return failed_beside_others(l.second) && passes(l.second);
    });
  }

  void settle_unconfirmed() {
    for (auto l = late_.begin(); l != late_.end();) {
      const bool is = l->second.back().because == verdicts::doubt::unconfirmed;
      if (is) record(verdicts::settle(std::move(l->second)));
      l = is ? late_.erase(l) : std::next(l);
    }
  }

  void sift() {
    const std::string why = sift_outages(
        late_, outages_, on_, settings_.at_once,
        {[this](const std::set<play_key>& these, std::size_t n) { play_again(these, n); },
         [this] { return over(); }, [this](case_result c) { record(std::move(c)); }});
    if (!why.empty()) out_.void_reason = why;
  }

  void play_again(const std::set<play_key>& these, std::size_t at_once) {
    constexpr duration most_patience = std::chrono::seconds(10);
    selection chosen;
    chosen.ids.emplace();
    std::set<std::uint32_t> repetitions;
    for (const auto& [id, number] : these) {
      chosen.ids->insert(id);
      repetitions.insert(number);
    }
    std::vector<std::vector<script::scenario>> all;
    batch again = empty_batch(limits_.any() && at_once == few_ ? settings_.at_once : at_once);
    batch among_hostile = empty_batch(std::min(at_once, few_));
    again.within = among_hostile.within = room_below(limits_);
    for (const std::uint32_t number : repetitions) {
      all.push_back(scenarios());
      for (const std::size_t i : select(chosen, all.back())) {
        const script::scenario& s = all.back()[i];
        const auto tries = late_.find({s.id, number});
        if (tries == late_.end() || !these.contains(tries->first)) continue;
        job j{&s, number};
        // The first try of a failure had all of it.
        const bool fails = tries->second.back().because == verdicts::doubt::unconfirmed;
        if (fails) j.patience = std::min(most_patience, settings_.engine.patience);
        j.alone = fails && tries->second.size() > 1;
        // Who is hostile hurts others, and they hurt it.
        (hostile_.contains(s.id) ? among_hostile : again).jobs.push_back(j);
      }
    }
    play(again);
    play(among_hostile);
  }

  // What fails beside others may fail because of them. Of many failures some are tried first: when
  // all of those fail again, the others stand. What is hostile is tried beside its like.
  void confirm(bool hostile) {
    constexpr std::size_t sample = 24;
    std::vector<play_key> failed;
    for (const auto& [key, tries] : late_) {
      const bool counts = tries.back().because == verdicts::doubt::unconfirmed &&
                          (hostile ? hostile_.contains(key.first) : !tries.back().beside_hostile);
      if (counts) failed.push_back(key);
    }
    if (failed.size() <= sample || over()) return;
    std::set<play_key> some;
    for (std::size_t i = 0; i < sample; ++i) some.insert(failed[i * failed.size() / sample]);
    const std::size_t before = out_.cases.size();
    play_again(some, few_);
    std::size_t again = 0;
    for (std::size_t i = before; i < out_.cases.size(); ++i) {
      again += out_.cases[i].outcome == verdict::fail ? 1 : 0;
    }
    for (const play_key& key : some) {
      const auto left = late_.find(key);
      if (left != late_.end() && left->second.back().result.outcome == verdict::fail) ++again;
    }
    if (again != sample) return;
    for (const play_key& key : failed) {
      const auto left = late_.find(key);
      if (left == late_.end()) continue;
      record(verdicts::settle(std::move(left->second)));
      late_.erase(left);
    }
  }

  // Whether |tried| deserves another try; what is known besides its own tries.
  verdicts::next_step next_of(const std::vector<verdicts::opinion>& tries) {
    case_result last = tries.back().result;
    // What is recommended is confirmed as well, and what a case that records accuses of.
    constexpr bool strict = true;
    verdicts::judge(last, settings_.known, strict);
    const bool known = last.expected && !passes(tries) &&
                       (!last.baseline_reason.empty() || last.outcome != verdict::fail);
    return verdicts::next(
        tries, {.known = known, .confirming = !settings_.fail_fast, .limited = limits_.any()});
  }

  bool take(verdicts::opinion o) {
    const play_key key{o.result.id, o.result.repetition};
    auto& tries = late_[key];
    const bool across = o.because == verdicts::doubt::outage;
    if (across) outages_.note(o);
    // Those that the broker went away from say nothing beside one that it was there for.
    if (!across) {
      std::erase_if(tries, [](const auto& t) { return t.because == verdicts::doubt::outage; });
    }
    tries.push_back(std::move(o));
    if (next_of(tries) == verdicts::next_step::again || is_in_question(tries)) return true;
    if (failed_beside_others(tries) && tries.size() > 1 && passes(tries) &&
        (limits_.any() || tries.front().because == verdicts::doubt::unconfirmed)) {
      ++(tries.front().beside_hostile ? beside_hostile_ : only_in_crowds_);
    }
    case_result c = verdicts::settle(std::move(late_.extract(key).mapped()));
    if (across && c.outcome == verdict::fail) outages_.found_one(c.id);
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
    habits_.look_at(c);
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
  std::vector<std::string> all_ids_;  // selected or not
  open_tries late_;                   // tries that are not all
  habits habits_;
  std::size_t beside_hostile_ = 0;  // cases that failed beside hostile ones only
  std::size_t only_in_crowds_ = 0;  // cases that failed beside others and pass with fewer
  limits limits_;
  outage_log outages_;
  std::map<std::string, std::string> unserved_;  // versions, and why
  std::map<std::string, std::string> untold_;    // those that are no failure of a case
  std::set<std::string> known_wrong_;            // ids of the sanity check
  std::set<std::string> hostile_;                // ids
  bool stopped_ = false;
};

}  // namespace

results::run_results run_suite(play::driver& on, const suite_settings& settings,
                               const scenario_source& source, suite_observer& observer) {
  return suite(on, settings, source, observer).run();
}

}  // namespace mqttspec::suite
