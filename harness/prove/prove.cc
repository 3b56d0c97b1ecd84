#include "prove/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "model/rehearsal.h"

namespace mqttspec::prove {

namespace {

using results::case_result;
using results::verdict;

// Runs jobs against the sound broker of one set-up, and against the defects that matter in them.
class proving_executor : public drive::executor {
 public:
  proving_executor(const prove_settings& settings, const set_up& on) : settings_(settings) {
    simulation_.broker = on.options;
    simulation_.seed = settings.suite.seed;
    simulation_.network = settings.network;
    for (const broker::defect* d : settings.defects) {
      d->plant(changes_.emplace_back(settings.rules));
    }
  }

  void run(const drive::batch& what, const result_callback& ended) override {
    std::vector<case_result> sound(what.jobs.size());
    std::vector<std::vector<trial>> trials(what.jobs.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t n = next++; n < what.jobs.size(); n = next++) {
        play(what.jobs[n], what.options, sound[n], trials[n]);
      }
    };
    std::vector<std::jthread> others;
    for (unsigned n = 1; n < settings_.threads; ++n) others.emplace_back(work);
    work();
    others.clear();
    for (std::size_t n = 0; n < sound.size(); ++n) {
      if (proving) {
        runs_ += 1 + trials[n].size();
        trials_[sound[n].id] = std::move(trials[n]);
      }
      if (!ended(std::move(sound[n]))) return;
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

  std::vector<trial> take_trials(const std::string& id) { return std::move(trials_[id]); }
  std::size_t runs() const { return runs_; }

  bool proving = false;  // false: the sanity checks of the suite

 private:
  void play(const drive::job& j, const play::run_options& options, case_result& sound,
            std::vector<trial>& trials) const {
    model::rehearsal rehearsed(settings_.rules, changes_);
    sound = drive::simulate(j, options, simulation_, &rehearsed.base());
    if (!proving || !passes(sound) || may_only_note(*j.scenario)) return;
    for (std::size_t d = 0; d < changes_.size(); ++d) {
      if (!settings_.everything && !rehearsed.differs(d)) continue;
      trials.push_back(
          judge(d, *j.scenario, drive::simulate(j, options, simulation_, &changes_[d])));
    }
  }

  static bool passes(const case_result& r) {
    return r.outcome == verdict::pass || r.outcome == verdict::pass_note;
  }
  static bool may_only_note(const script::scenario& s) {
    return s.level == script::requirement_level::may || s.level == script::requirement_level::info;
  }

  trial judge(std::size_t d, const script::scenario& of, const case_result& r) const {
    trial t;
    t.defect = d;
    look_at_findings(r, t);
    if (r.outcome == verdict::inconclusive || r.outcome == verdict::error) t.what = effect::premise;
    if (r.fault) {
      t.message = r.fault->message;
      t.line = fmt::format("{}:{}", r.fault->where.file, r.fault->where.line);
    } else {
      t.message = r.reason;
    }
    if (r.outcome != verdict::fail || !r.fault) return t;
    t.what = settings_.defects[d]->sweeping ? effect::swept : effect::wrong_blame;
    if (r.fault->statements.empty()) {
      // A malformed packet: 3.1.1 has no statement against them as such.
      t.cited.emplace_back(broker::format_of_311);
    }
    for (const results::statement_check& s : r.fault->statements) {
      t.cited.push_back(s.version + ":" + s.id);
    }
    const broker::defect& planted = *settings_.defects[d];
    const auto broken = [&](const std::string& s) { return broker::breaks(planted, s); };
    if (std::any_of(t.cited.begin(), t.cited.end(), broken)) {
      // A malformed packet is blamed on the format, whatever the case claims.
      t.what = claims_one(of, r.fault->statements) ? effect::kill : effect::format_kill;
    } else if (!t.rules_right.empty()) {
      t.what = effect::explained;
    }
    return t;
  }

  static bool claims_one(const script::scenario& s,
                         const std::vector<results::statement_check>& cited) {
    const auto claims = script::statements_of(s);
    return std::any_of(cited.begin(), cited.end(), [&](const results::statement_check& c) {
      return std::any_of(claims.begin(), claims.end(),
                         [&](const script::statement_reference& r) { return r.id == c.id; });
    });
  }

  void look_at_findings(const case_result& r, trial& t) const {
    const broker::defect& planted = *settings_.defects[t.defect];
    for (const results::finding& f : r.findings) {
      t.rules.push_back(f.rule);
      bool right = f.statements.empty() && broker::breaks(planted, broker::format_of_311);
      for (const results::statement_check& s : f.statements) {
        right |= broker::breaks(planted, s.version + ":" + s.id);
      }
      if (right) t.rules_right.push_back(f.rule);
    }
  }

  const prove_settings& settings_;
  drive::simulation_options simulation_;
  std::vector<model::rules> changes_;
  std::map<std::string, std::vector<trial>> trials_;
  std::size_t runs_ = 0;
  std::string lost_;
};

class phases : public suite::suite_observer {
 public:
  explicit phases(proving_executor& of) : of_(of) {}
  void sanity_begins(bool) override { of_.proving = false; }
  void cases_begin(std::size_t) override { of_.proving = true; }
  void case_ended(const case_result&) override {}

 private:
  proving_executor& of_;
};

proven_case describe(const case_result& r, const set_up& on) {
  proven_case c;
  c.id = r.id;
  c.title = r.title;
  c.file = r.file;
  c.line = r.line;
  c.level = r.level;
  c.set_up = on.name;
  c.outcome = r.outcome;
  c.reason = !r.reason.empty() ? r.reason : r.fault ? r.fault->message : "";
  for (const results::finding& f : r.findings) {
    c.false_alarms.push_back(fmt::format("{}: {}", f.rule, f.message));
  }
  return c;
}

}  // namespace

std::size_t proven_case::count(effect e) const {
  return static_cast<std::size_t>(
      std::count_if(trials.begin(), trials.end(), [&](const trial& t) { return t.what == e; }));
}

std::size_t proof::killed() const {
  return static_cast<std::size_t>(std::count_if(
      defects.begin(), defects.end(), [](const proven_defect& d) { return !d.killers.empty(); }));
}

std::vector<const proven_defect*> proof::survivors() const {
  std::vector<const proven_defect*> list;
  for (const proven_defect& d : defects) {
    if (d.killers.empty()) list.push_back(&d);
  }
  return list;
}

std::vector<const proven_case*> proof::idle() const {
  std::vector<const proven_case*> list;
  for (const proven_case& c : cases) {
    if (c.has_run() && c.can_fail() && c.count(effect::kill) == 0) list.push_back(&c);
  }
  return list;
}

std::vector<const proven_case*> proof::unsound() const {
  std::vector<const proven_case*> list;
  for (const proven_case& c : cases) {
    const bool good = c.outcome == verdict::pass || c.outcome == verdict::pass_note;
    if (c.has_run() && !good) list.push_back(&c);
  }
  return list;
}

std::size_t proof::wrong_blames() const {
  std::size_t sum = 0;
  for (const proven_case& c : cases) sum += c.count(effect::wrong_blame);
  return sum;
}

std::size_t proof::noticed_by_rules() const {
  return static_cast<std::size_t>(std::count_if(
      defects.begin(), defects.end(), [](const proven_defect& d) { return !d.rules.empty(); }));
}

std::size_t proof::false_alarms() const {
  std::size_t sum = 0;
  for (const proven_case& c : cases) sum += c.false_alarms.size();
  return sum;
}

bool proof::complete() const {
  return failure.empty() && survivors().empty() && idle().empty() && unsound().empty() &&
         wrong_blames() == 0 && false_alarms() == 0;
}

std::size_t proof::can_show() const {
  return static_cast<std::size_t>(
      std::count_if(defects.begin(), defects.end(), [](const auto& d) { return d.tried != 0; }));
}

bool proof::holds_on_an_odd_broker() const {
  return failure.empty() && 100 * killed() >= 95 * can_show();
}

proof prove(const prove_settings& settings, const suite::scenario_source& source) {
  proof p;
  std::map<std::string, proven_case> cases;
  std::set<std::string> left;  // skipped until now
  for (const set_up& on : settings.set_ups) {
    const bool first = &on == &settings.set_ups.front();
    if (!first && left.empty()) break;
    proving_executor executor(settings, on);
    phases observer(executor);
    suite::suite_settings suite = settings.suite;
    suite.declared = on.declared;
    suite.engine.user_name = on.user_name;
    suite.engine.password = on.password;
    if (!first) suite.chosen.ids = left;
    const results::run_results r = suite::run_suite(executor, suite, source, observer);
    if (!r.void_reason.empty()) {
      p.failure = fmt::format("{}: {}", on.name, r.void_reason);
      break;
    }
    for (const case_result& c : r.cases) {
      if (c.outcome == verdict::skip) {
        if (first) left.insert(c.id);
        cases.try_emplace(c.id, describe(c, on));
        continue;
      }
      left.erase(c.id);
      proven_case& entry = cases[c.id] = describe(c, on);
      entry.trials = executor.take_trials(c.id);
    }
    p.runs += executor.runs();
  }
  for (const broker::defect* d : settings.defects) p.defects.push_back({d, 0, {}, {}, {}});
  for (auto& [id, c] : cases) {
    for (const trial& t : c.trials) {
      ++p.defects[t.defect].tried;
      proven_defect& of = p.defects[t.defect];
      if (kills(t.what)) of.killers.push_back(id);
      for (const std::string& r : std::set(t.rules_right.begin(), t.rules_right.end())) {
        ++of.rules[r];
      }
      of.other_rules.insert(t.rules.begin(), t.rules.end());
    }
    p.cases.push_back(std::move(c));
  }
  return p;
}

}  // namespace mqttspec::prove
