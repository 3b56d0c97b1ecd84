#include "prove/generated.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <set>

#include "model/rehearsal.h"
#include "prove/set_ups.h"
#include "script/about.h"

namespace mqttspec::prove {

namespace {

using broker::mutant;
using broker::mutation_site;
using results::case_result;
using results::verdict;

// A case as it was played on the sound broker.
struct played_case {
  script::scenario scenario;
  play::run_options options;
  const set_up* on = nullptr;
  std::vector<std::size_t> touching;  // by place among the mutants
};

// Plays the cases on the sound broker of one set-up and notes which mutants touch them.
class noting_driver : public play::driver {
 public:
  noting_driver(const prove_settings& settings, const set_up& on) : settings_(settings) {
    world_.broker = on.options;
    world_.seed = settings.suite.seed;
  }

  void play(const source& next, const sink& ended, std::size_t, const stop_sign&) override {
    while (play_some(next, ended)) {
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

  void note(const case_result&) {}
  std::optional<played_case> take(const std::string& id) {
    const auto found = played_.extract(id);
    if (found.empty()) return std::nullopt;
    return std::move(found.mapped());
  }

  bool proving = false;  // false: the sanity checks of the suite

 private:
  // Those that can be played beside each other. False: there were none.
  bool play_some(const source& next, const sink& ended) {
    std::vector<std::unique_ptr<play::machine>> machines;
    while (auto m = next()) machines.push_back(std::move(m));
    std::vector<played_case> all(machines.size());
    in_threads(settings_.threads, all.size(),
               [&](std::size_t n) { all[n] = play_sound(*machines[n]); });
    for (std::unique_ptr<play::machine>& m : machines) {
      if (!ended({std::move(m), {}})) return false;
    }
    if (!proving) return !all.empty();
    for (played_case& c : all) {
      const std::string id = c.scenario.id;
      played_.insert_or_assign(id, std::move(c));
    }
    return !all.empty();
  }

  played_case play_sound(play::machine& m) const {
    const auto& all = broker::all_mutants();
    broker::reach reached(all);
    model::rehearsal rehearsed(model::sound_rules(), changes().rules);
    drive::virtual_world sound = world_;
    sound.rules = &rehearsed.base();
    sound.reached = &reached;
    drive::play_virtually(m, sound);
    const auto& player = static_cast<const play::scenario_player&>(m);
    played_case out{player.scenario(), player.options(), nullptr, {}};
    for (std::size_t n = 0; n < all.size(); ++n) {
      if (reached.has(n)) out.touching.push_back(n);
    }
    for (std::size_t n = 0; n < changes().at.size(); ++n) {
      const std::size_t at = changes().at[n];
      const bool same = out.scenario.version == all[at].version;
      if (same && rehearsed.differs(n)) out.touching.push_back(at);
    }
    return out;
  }

  // Of the mutants of decisions.
  struct changed_rules {
    std::vector<model::rules> rules;
    std::vector<std::size_t> at;  // among all mutants
  };
  static const changed_rules& changes() {
    static const changed_rules made = [] {
      changed_rules c;
      const auto& all = broker::all_mutants();
      for (std::size_t n = 0; n < all.size(); ++n) {
        if (all[n].plant == nullptr) continue;
        all[n].plant(c.rules.emplace_back());
        c.at.push_back(n);
      }
      return c;
    }();
    return made;
  }

  const prove_settings& settings_;
  drive::virtual_world world_;
  std::map<std::string, played_case> played_;
  std::string lost_;
};

std::string place_of(const case_result& r) {
  return r.fault ? fmt::format("{}:{}", r.fault->where.file, r.fault->where.line) : "";
}

std::vector<std::string> printed(const std::vector<results::statement_check>& list) {
  std::vector<std::string> out;
  for (const results::statement_check& s : list) out.push_back(s.version + ":" + s.id);
  return out;
}

// True: |r| would end a run with exit code 1.
bool tells(const case_result& r, tried_mutant& t) {
  if (r.outcome == verdict::fail && r.fault) {
    t.cited = printed(r.fault->statements);
    t.message = fmt::format("{} ({})", r.fault->message, place_of(r));
  } else if (!r.findings.empty()) {
    t.by_rule = true;
    t.cited = printed(r.findings.front().statements);
    t.message = fmt::format("{}: {}", r.findings.front().rule, r.findings.front().message);
  } else {
    if (r.outcome == verdict::inconclusive || r.outcome == verdict::error) {
      const std::string why = r.fault ? r.fault->message : r.reason;
      t.noticed.push_back(fmt::format("{}: {} ({})", r.id, why, place_of(r)));
    }
    return false;
  }
  t.killer = r.id;
  t.where = t.cited.empty() ? aim::unknown : aim_of(*t.what, t.cited.front());
  return true;
}

// Numbers of a section, as in "MQTT-3.3.1-1", "v5-3.3.2.3.4-a".
std::string_view section_of(std::string_view statement) {
  statement.remove_prefix(std::min(statement.find(':') + 1, statement.size()));
  statement.remove_prefix(std::min(statement.find('-') + 1, statement.size()));
  return statement.substr(0, statement.find('-'));
}

// "3.3" of "3.3.2.3.4".
std::string_view of_packet(std::string_view section) {
  const auto first = section.find('.');
  if (first == section.npos) return section;
  return section.substr(0, section.find('.', first + 1));
}

// Packets that are spoken of together: a request and its answer, the packets of one delivery.
unsigned family(unsigned type) {
  using enum wire::packet_type;
  switch (static_cast<wire::packet_type>(type)) {
    case connect:
    case connack:
      return 1;
    case publish:
    case puback:
    case pubrec:
    case pubrel:
    case pubcomp:
      return 2;
    case subscribe:
    case suback:
      return 3;
    case unsubscribe:
    case unsuback:
      return 4;
    case pingreq:
    case pingresp:
      return 5;
    default:
      return 6;
  }
}

}  // namespace

aim aim_of(const mutant& m, std::string_view statement) {
  if (m.site == mutation_site::decide || m.site == mutation_site::leave) return aim::unknown;
  const std::string_view id = statement.substr(statement.find(':') + 1);
  if (id == "format") return aim::packet;
  if (!m.field.empty() &&
      script::about_field({m.version, std::string(id)}, m.packet, m.field, std::nullopt)) {
    return aim::field;
  }
  const std::string_view section = of_packet(section_of(statement));
  if (!section.starts_with("3.")) return aim::general;
  unsigned type = 0;
  for (const char c : section.substr(2)) type = type * 10 + static_cast<unsigned>(c - '0');
  return family(type) == family(static_cast<unsigned>(m.packet)) ? aim::packet : aim::elsewhere;
}

std::string_view aim_name(aim a) {
  constexpr std::string_view names[] = {"field", "packet", "general", "elsewhere", "unknown"};
  return names[static_cast<std::size_t>(a)];
}

std::size_t generated_proof::killed() const {
  return static_cast<std::size_t>(std::count_if(mutants.begin(), mutants.end(),
                                                [](const auto& m) { return !m.killer.empty(); }));
}

std::size_t generated_proof::count(aim where) const {
  return static_cast<std::size_t>(std::count_if(mutants.begin(), mutants.end(), [&](const auto& m) {
    return !m.killer.empty() && m.where == where;
  }));
}

generated_proof prove_generated(const prove_settings& settings,
                                const suite::scenario_source& source,
                                const std::vector<const mutant*>& mutants) {
  generated_proof p;
  std::list<played_case> cases;
  p.failure = on_set_ups<noting_driver>(
      settings, source, [&](noting_driver& driver, const set_up& on, const case_result& c) {
        if (c.outcome != verdict::pass && c.outcome != verdict::pass_note) return;
        if (auto played = driver.take(c.id)) {
          played->on = &on;
          cases.push_back(std::move(*played));
        }
      });
  if (!p.failure.empty()) return p;
  p.cases = cases.size();
  // What few mutants touch is short, and about little else.
  std::vector<std::vector<const played_case*>> touched(broker::all_mutants().size());
  cases.sort([](const played_case& a, const played_case& b) {
    return std::pair(a.touching.size(), std::string_view(a.scenario.id)) <
           std::pair(b.touching.size(), std::string_view(b.scenario.id));
  });
  for (const played_case& c : cases) {
    for (const std::size_t n : c.touching) touched[n].push_back(&c);
  }
  p.mutants.resize(mutants.size());
  std::atomic<std::size_t> runs{0};
  in_threads(settings.threads, mutants.size(), [&](std::size_t n) {
    tried_mutant& t = p.mutants[n];
    t.what = mutants[n];
    const auto& all = touched[static_cast<std::size_t>(mutants[n] - broker::all_mutants().data())];
    t.touched = all.size();
    model::rules changed;
    if (t.what->plant != nullptr) t.what->plant(changed);
    for (const played_case* c : all) {
      ++runs;
      const drive::virtual_world broken{.broker = c->on->options,
                                        .seed = settings.suite.seed,
                                        .rules = &changed,
                                        .mutant = t.what};
      if (tells(suite::simulate({&c->scenario, 0}, c->options, broken), t)) break;
    }
  });
  p.runs = runs;
  return p;
}

}  // namespace mqttspec::prove
