#include "prove/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/escape.h"

namespace mqttspec::prove {

namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& s : list) out += (out.empty() ? "" : " ") + s;
  return out;
}

std::string_view effect_name(effect e) {
  switch (e) {
    case effect::kill:
      return "kill";
    case effect::format_kill:
      return "format-kill";
    case effect::wrong_blame:
      return "wrong-blame";
    case effect::explained:
      return "explained";
    case effect::swept:
      return "swept";
    case effect::premise:
      return "premise";
    case effect::none:
      return "none";
  }
  return "";
}

double score(const proof& p) {
  return p.defects.empty()
             ? 0.0
             : 100.0 * static_cast<double>(p.killed()) / static_cast<double>(p.defects.size());
}

// Cases that are not asked for a kill, by the reason.
std::map<std::string, std::vector<std::string>> apart(const proof& p) {
  std::map<std::string, std::vector<std::string>> out;
  for (const proven_case& c : p.cases) {
    if (!c.has_run()) {
      out[c.reason].push_back(c.id);
    } else if (!c.can_fail()) {
      out["level " + c.level + ": records what the broker does, never fails"].push_back(c.id);
    }
  }
  return out;
}

}  // namespace

std::string score_line(const proof& p) {
  return fmt::format("{} of {} defects killed ({:.1f} %), {} cases without a kill, {} wrong blames",
                     p.killed(), p.defects.size(), score(p), p.idle().size(), p.wrong_blames());
}

// What a line of text, and the id of a finding, begins with.
struct shortcoming {
  const char* label;
  const char* name;
};
constexpr shortcoming not_sound{"NOT SOUND", "not-sound"};
constexpr shortcoming survives{"SURVIVES", "survives"};
constexpr shortcoming idles{"IDLE", "idle"};
constexpr shortcoming wrong{"WRONG", "wrong-blame"};
constexpr shortcoming false_alarm{"FALSE", "false-alarm"};

// |subject|: the case or the defect.
results::run_finding finding_of(const shortcoming& what, std::string_view subject,
                                std::string sentence) {
  results::run_finding f;
  f.id = fmt::format("prove/{}/{}", what.name, subject);
  f.kind = "prove";
  f.version = subject.find("[v311") == subject.npos ? "5" : "3.1.1";
  f.title = std::move(sentence);
  f.wanted = "";
  f.seen = fmt::format("{:<10} {}", what.label, f.title);
  return f;
}

std::vector<std::string> premises_of(const proof& p, const planted& d) {
  std::vector<std::string> out;
  for (const proven_case& c : p.cases) {
    for (const trial& t : c.trials) {
      if (p.defects[t.defect].what.name != d.name || t.what != effect::premise) continue;
      out.push_back(fmt::format("no accusation by {}: {} ({})", c.id, t.message, t.line));
    }
  }
  return out;
}

std::vector<results::run_finding> findings_of(const proof& p) {
  std::vector<results::run_finding> out;
  for (const proven_case* c : p.unsound()) {
    out.push_back(finding_of(not_sound, c->id,
                             fmt::format("{} is {} on the sound broker ({}): {}", c->id,
                                         results::verdict_name(c->outcome), c->set_up, c->reason)));
  }
  for (const proven_defect* d : p.survivors()) {
    out.push_back(finding_of(survives, d->what.name,
                             fmt::format("{}: {} [{}]; {} cases were tried", d->what.name,
                                         d->what.sentence, d->what.breaks, d->tried)));
    out.back().notes = premises_of(p, d->what);
  }
  for (const proven_case* c : p.idle()) {
    out.push_back(
        finding_of(idles, c->id,
                   fmt::format("{} kills nothing{}; {} defects were tried ({}:{})", c->id,
                               c->count(effect::format_kill) != 0 ? " but malformed packets" : "",
                               c->trials.size(), c->file, c->line)));
  }
  for (const proven_case& c : p.cases) {
    for (const trial& t : c.trials) {
      if (t.what != effect::wrong_blame) continue;
      const std::string_view defect = p.defects[t.defect].what.name;
      out.push_back(finding_of(wrong, fmt::format("{}/{}", defect, c.id),
                               fmt::format("{} blames {} for {}: {} ({})", c.id, joined(t.cited),
                                           defect, t.message, t.line)));
    }
    for (const std::string& alarm : c.false_alarms) {
      out.push_back(finding_of(false_alarm, c.id, fmt::format("alarm in {}: {}", c.id, alarm)));
    }
  }
  return out;
}

std::string to_text(const proof& p) {
  if (!p.failure.empty()) return "nothing was proved: " + visible_line(p.failure) + "\n";
  std::string out;
  for (const results::run_finding& f : findings_of(p)) {
    out += f.seen + "\n";
    for (const std::string& note : f.notes) out += fmt::format("{:13}{}\n", "", note);
  }
  for (const auto& [reason, ids] : apart(p)) {
    out += fmt::format("apart      {} cases: {}\n", ids.size(), reason);
  }
  out += fmt::format("{} cases, {} runs\n{}\n", p.cases.size(), p.runs, score_line(p));
  if (p.can_show() < p.defects.size()) {
    out += fmt::format("{} defects can show on this broker, and {} of them are killed ({:.1f} %)\n",
                       p.can_show(), p.killed(),
                       100.0 * static_cast<double>(p.killed()) /
                           static_cast<double>(std::max<std::size_t>(p.can_show(), 1)));
  }
  out += fmt::format("trace rules alone notice {} of {} defects, with {} false alarms\n",
                     p.noticed_by_rules(), p.defects.size(), p.false_alarms());
  return out;
}

std::string to_json(const proof& p) {
  using nlohmann::json;
  json defects = json::array();
  for (const proven_defect& d : p.defects) {
    std::vector<std::string> statements;
    for (const auto s : d.what.statements()) statements.emplace_back(s);
    defects.push_back({{"name", d.what.name},
                       {"sentence", d.what.sentence},
                       {"breaks", statements},
                       {"seen_in", d.what.seen_in},
                       {"tried", d.tried},
                       {"killed_by", d.killers},
                       {"noticed_by_rules", d.rules},
                       {"other_rules", d.other_rules}});
  }
  json cases = json::array();
  for (const proven_case& c : p.cases) {
    json trials = json::array();
    for (const trial& t : c.trials) {
      json one = {{"defect", p.defects[t.defect].what.name}, {"effect", effect_name(t.what)}};
      if (t.what != effect::none) {
        one["message"] = t.message;
        one["line"] = t.line;
      }
      if (!t.cited.empty()) one["cited"] = t.cited;
      trials.push_back(std::move(one));
    }
    cases.push_back({{"id", c.id},
                     {"level", c.level},
                     {"set_up", c.set_up},
                     {"outcome", results::verdict_name(c.outcome)},
                     {"reason", c.reason},
                     {"kills", c.count(effect::kill)},
                     {"format_kills", c.count(effect::format_kill)},
                     {"false_alarms", c.false_alarms},
                     {"trials", std::move(trials)}});
  }
  json all = {{"format", 1},
              {"failure", p.failure},
              {"score",
               {{"defects", p.defects.size()},
                {"killed", p.killed()},
                {"idle_cases", p.idle().size()},
                {"wrong_blames", p.wrong_blames()},
                {"noticed_by_rules", p.noticed_by_rules()},
                {"false_alarms", p.false_alarms()},
                {"runs", p.runs}}},
              {"defects", std::move(defects)},
              {"cases", std::move(cases)}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace mqttspec::prove
