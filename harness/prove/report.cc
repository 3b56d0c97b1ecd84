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

std::string to_text(const proof& p) {
  std::string out;
  if (!p.failure.empty()) return "nothing was proved: " + reports::visible_line(p.failure) + "\n";
  for (const proven_case* c : p.unsound()) {
    out += fmt::format("NOT SOUND  {} is {} on the sound broker ({}): {}\n", c->id,
                       results::verdict_name(c->outcome), c->set_up, c->reason);
  }
  for (const proven_defect* d : p.survivors()) {
    out += fmt::format("SURVIVES   {}: {} [{}]; {} cases were tried\n", d->what->name,
                       d->what->sentence, d->what->breaks, d->tried);
    for (const proven_case& c : p.cases) {
      for (const trial& t : c.trials) {
        if (p.defects[t.defect].what == d->what && t.what == effect::premise) {
          out +=
              fmt::format("             no accusation by {}: {} ({})\n", c.id, t.message, t.line);
        }
      }
    }
  }
  for (const proven_case* c : p.idle()) {
    out += fmt::format("IDLE       {} kills nothing{}; {} defects were tried ({}:{})\n", c->id,
                       c->count(effect::format_kill) != 0 ? " but malformed packets" : "",
                       c->trials.size(), c->file, c->line);
  }
  for (const proven_case& c : p.cases) {
    for (const trial& t : c.trials) {
      if (t.what != effect::wrong_blame) continue;
      out += fmt::format("WRONG      {} blames {} for {}: {} ({})\n", c.id, joined(t.cited),
                         p.defects[t.defect].what->name, t.message, t.line);
    }
  }
  for (const auto& [reason, ids] : apart(p)) {
    out += fmt::format("apart      {} cases: {}\n", ids.size(), reason);
  }
  for (const proven_case& c : p.cases) {
    for (const std::string& alarm : c.false_alarms) {
      out += fmt::format("FALSE      alarm in {}: {}\n", c.id, alarm);
    }
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
    for (const auto s : broker::statements_of(*d.what)) statements.emplace_back(s);
    defects.push_back({{"name", d.what->name},
                       {"sentence", d.what->sentence},
                       {"breaks", statements},
                       {"seen_in", d.what->seen_in},
                       {"tried", d.tried},
                       {"killed_by", d.killers},
                       {"noticed_by_rules", d.rules},
                       {"other_rules", d.other_rules}});
  }
  json cases = json::array();
  for (const proven_case& c : p.cases) {
    json trials = json::array();
    for (const trial& t : c.trials) {
      json one = {{"defect", p.defects[t.defect].what->name}, {"effect", effect_name(t.what)}};
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
