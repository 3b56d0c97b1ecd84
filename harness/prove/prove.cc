#include "prove/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "drive/virtual_client.h"
#include "model/rehearsal.h"
#include "prove/set_ups.h"

namespace mqttspec::prove {

namespace {

using results::case_result;
using results::verdict;

// Plays cases against the sound broker of one set-up and, when they have passed there, against the
// defects that matter in them.
class proving_driver : public play::driver {
 public:
  proving_driver(const prove_settings& settings, const set_up& on) : settings_(settings) {
    world_.broker = on.options;
    world_.seed = settings.suite.seed;
    world_.network = settings.network;
    for (const broker::defect* d : settings.defects) {
      d->plant(changes_.emplace_back(settings.rules));
      defects_.emplace_back(*d);
    }
    for (const client::defect* d : settings.of_clients) {
      d->plant(decisions_.emplace_back());
      defects_.emplace_back(*d);
    }
  }

  void play(const source& next, const sink& ended, std::size_t, const stop_sign&) override {
    while (play_some(next, ended)) {
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

  // What came of it on the sound broker.
  void note(const case_result& r) {
    if (r.outcome == verdict::pass || r.outcome == verdict::pass_note) passed_.insert(r.id);
  }
  std::vector<trial> take_trials(const std::string& id) { return std::move(trials_[id]); }

  bool proving = false;  // false: the sanity checks of the suite

 private:
  struct tried {
    const script::scenario* scenario = nullptr;
    play::run_options options;
    std::vector<std::size_t> touching{};  // defects that would have changed something
    std::vector<trial> trials{};
  };

  // Those that can be played beside each other. False: there were none.
  bool play_some(const source& next, const sink& ended) {
    std::vector<std::unique_ptr<play::machine>> machines;
    while (auto m = next()) machines.push_back(std::move(m));
    std::vector<tried> all(machines.size());
    in_threads(settings_.threads, all.size(),
               [&](std::size_t n) { all[n] = play_sound(*machines[n]); });
    for (std::unique_ptr<play::machine>& m : machines) {
      if (!ended({std::move(m), {}})) return false;
    }
    if (!proving) return !all.empty();
    in_threads(settings_.threads, all.size(), [&](std::size_t n) { play_defects(all[n]); });
    for (tried& t : all) {
      trials_[t.scenario->id] = std::move(t.trials);
    }
    return !all.empty();
  }
  bool of_clients() const { return settings_.suite.plays == script::side::server; }

  tried play_sound(play::machine& m) const {
    if (of_clients()) return play_sound_client(m);
    model::rehearsal rehearsed(settings_.rules, changes_);
    drive::virtual_world sound = world_;
    sound.rules = &rehearsed.base();
    drive::play_virtually(m, sound);
    const auto& player = static_cast<const play::scenario_player&>(m);
    tried out{&player.scenario(), player.options()};
    for (std::size_t d = 0; d < changes_.size(); ++d) {
      if (settings_.everything || rehearsed.differs(d)) out.touching.push_back(d);
    }
    return out;
  }

  tried play_sound_client(play::machine& m) const {
    drive::play_virtual_client(m, {});
    const auto& player = static_cast<const play::scenario_player&>(m);
    tried out{&player.scenario(), player.options()};
    for (std::size_t d = 0; d < defects_.size(); ++d) out.touching.push_back(d);
    return out;
  }

  case_result play_broken(const tried& t, std::size_t d) const {
    if (of_clients()) {
      return suite::simulate_client({t.scenario, 0}, t.options, {.rules = decisions_[d]});
    }
    drive::virtual_world broken = world_;
    broken.rules = &changes_[d];
    return suite::simulate({t.scenario, 0}, t.options, broken);
  }

  void play_defects(tried& t) const {
    if (!passed_.contains(t.scenario->id) || may_only_note(*t.scenario)) return;
    for (const std::size_t d : t.touching) {
      t.trials.push_back(judge(d, *t.scenario, play_broken(t, d)));
    }
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
    t.what = defects_[d].sweeping ? effect::swept : effect::wrong_blame;
    if (r.fault->statements.empty()) {
      // A malformed packet: 3.1.1 has no statement against them as such.
      t.cited.emplace_back(broker::format_of_311);
    }
    for (const results::statement_check& s : r.fault->statements) {
      t.cited.push_back(s.version + ":" + s.id);
    }
    const auto broken = [&](const std::string& s) { return defects_[d].breaks_one(s); };
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
    const planted& of = defects_[t.defect];
    for (const results::finding& f : r.findings) {
      t.rules.push_back(f.rule);
      bool right = f.statements.empty() && of.breaks_one(broker::format_of_311);
      for (const results::statement_check& s : f.statements) {
        right |= of.breaks_one(s.version + ":" + s.id);
      }
      if (right) t.rules_right.push_back(f.rule);
    }
  }

  const prove_settings& settings_;
  drive::virtual_world world_;
  std::vector<planted> defects_;
  std::vector<model::rules> changes_;
  std::vector<client::decisions> decisions_;
  std::set<std::string> passed_;
  std::map<std::string, std::vector<trial>> trials_;
  std::string lost_;
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

std::vector<std::string_view> planted::statements() const {
  std::vector<std::string_view> list;
  for (std::string_view rest = breaks; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) list.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return list;
}

bool planted::breaks_one(std::string_view statement) const {
  const auto list = statements();
  return std::find(list.begin(), list.end(), statement) != list.end();
}

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
  if (!whole) return list;
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
  p.whole = settings.whole;
  std::map<std::string, proven_case> cases;
  p.failure = on_set_ups<proving_driver>(
      settings, source, [&](proving_driver& driver, const set_up& on, const case_result& c) {
        if (c.outcome == verdict::skip) {
          cases.try_emplace(c.id, describe(c, on));
          return;
        }
        proven_case& entry = cases[c.id] = describe(c, on);
        entry.trials = driver.take_trials(c.id);
        p.runs += 1 + entry.trials.size();
      });
  for (const broker::defect* d : settings.defects) p.defects.push_back({*d, 0, {}, {}, {}});
  for (const client::defect* d : settings.of_clients) p.defects.push_back({*d, 0, {}, {}, {}});
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
