#include "cli/explore_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "drive/virtual_driver.h"
#include "script/checker.h"
#include "script/expander.h"
#include "script/formatter.h"
#include "suite/cases.h"

namespace mqttspec::cli {

namespace {

std::string in_one_line(const explore::history& h) {
  std::string out;
  for (const explore::action& a : h) out += (out.empty() ? "" : "; ") + print(a);
  return out;
}

// Nor does a trace rule say anything.
bool passes(const results::case_result& r) {
  return r.findings.empty() &&
         (r.outcome == results::verdict::pass || r.outcome == results::verdict::pass_note);
}

// One variant of the text, tried. |rule|: the trace rule that it shows; "": it has a claim.
scenario_text tried(const std::string& text, const std::string& rule, const case_files& cases,
                    const scenario_trial& trial) {
  scenario_text out;
  const auto laid_out = script::format("finding.mqs", text);
  out.text = laid_out ? *laid_out : text;
  script::file_set files;
  files.add("finding.mqs", out.text);
  const auto found = script::check(files, cases.statements);
  if (has_errors(found)) {
    out.problem = render(found);
    return out;
  }
  script::expand_options expand;
  expand.run_tag = "texp";
  for (const auto& s : script::expand(files, expand).scenarios) {
    drive::virtual_world world{.broker = trial.embedded};
    const auto r = suite::simulate({&s, 0}, trial.how, world);
    out.sound_passes = passes(r);
    if (!out.sound_passes) {
      out.problem = r.fault ? r.fault->message : r.reason;
      continue;
    }
    if (trial.rules != nullptr) {
      world.rules = trial.rules;
      out.see(suite::simulate({&s, 0}, trial.how, world), rule);
    }
    if (trial.target == nullptr) continue;
    suite::play_cases(
        *trial.target, {{{&s, 0}}, 1, trial.how},
        [&](verdicts::opinion o) {
          out.see(o.result, rule);
          return true;
        },
        trial.stop);
  }
  return out;
}

}  // namespace

void scenario_text::see(const results::case_result& r, const std::string& rule) {
  on_target = r.outcome;
  const bool said = std::any_of(r.findings.begin(), r.findings.end(),
                                [&](const results::finding& f) { return f.rule == rule; });
  if (said) on_target = results::verdict::fail;
  problem = on_target == results::verdict::fail ? "" : r.reason;
}

scenario_text make_scenario(const explore::finding& f, const case_files& cases,
                            const scenario_trial& trial) {
  scenario_text best;
  if (f.recorded.trace.empty()) return best;
  explore::writing_options options;
  options.name = explore::slug(f.violation.what);
  options.comment = "# The history, as `mqttspec explore --replay` plays it:\n";
  std::istringstream lines(print(f.least));
  for (std::string line; std::getline(lines, line);) options.comment += "#   " + line + "\n";
  struct manner {
    bool without_last, nothing_more;
  };
  for (const manner m : {manner{false, false}, manner{true, false}, manner{false, true}}) {
    options.without_last = m.without_last;
    options.nothing_more = m.nothing_more;
    if (m.nothing_more && !f.violation.seen.starts_with("PUBLISH")) continue;
    scenario_text next = tried(write_scenario(f.recorded, options), f.violation.rule, cases, trial);
    const bool asked = trial.target != nullptr || trial.rules != nullptr;
    const bool good = next.sound_passes && (!asked || next.on_target == results::verdict::fail);
    if (best.text.empty() || good || (next.sound_passes && !best.sound_passes)) {
      best = std::move(next);
    }
    if (good || (trial.stop && trial.stop())) break;
  }
  return best;
}

std::size_t length_of(const std::string& text) {
  std::size_t n = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    if (line.find(" > ") != std::string::npos || line.find(" < ") != std::string::npos ||
        line.substr(begin).starts_with("wait ")) {
      ++n;
    }
  }
  return n;
}

results::run_finding record_of(const explore::finding& f, const scenario_text& s,
                               const case_files& cases) {
  const explore::violation& v = f.violation;
  const auto version = f.recorded.version;
  results::run_finding out;
  out.kind = v.rule.empty() ? "model" : "trace-rule";
  out.version = std::string(wire::version_name(version));
  out.title = v.what;
  out.wanted = v.expected;
  out.seen = v.seen;
  std::istringstream ids(v.statements);
  for (std::string id; ids >> id;) {
    const auto* known = cases.statements.find(version, id);
    out.statements.push_back({std::string(wire::version_tag(version)), id,
                              known == nullptr ? "" : known->summary,
                              results::check_outcome::violated});
  }
  const std::string statement = out.statements.empty() ? "none" : out.statements.front().id;
  // A rule's finding is the same in a case.
  out.id = v.rule.empty() ? fmt::format("explore/model/{}/{}[{}]", statement, explore::slug(v.what),
                                        wire::version_tag(version))
                          : fmt::format("trace-rule/{}/{}[{}]", v.rule,
                                        out.statements.empty() ? "format" : statement,
                                        wire::version_tag(version));
  out.seen_in = {fmt::format("history {}", f.number)};
  if (f.confirmed == 0) {
    out.outcome = results::verdict::inconclusive;
    out.history = print(f.found);
    out.notes.push_back("not seen again");
    return out;
  }
  out.notes.push_back(fmt::format(
      "shown again {} of {} times, on client ids and topics that were new", f.confirmed, f.tried));
  out.history = print(f.least);
  out.scenario = s.text;
  if (!s.text.empty()) {
    out.notes.push_back(
        fmt::format("a sound broker {} the scenario{}", s.sound_passes ? "passes" : "does not pass",
                    s.on_target == results::verdict::inconclusive
                        ? ""
                        : fmt::format("; this one: {}", results::verdict_name(s.on_target))));
  }
  if (!s.problem.empty()) out.notes.push_back(s.problem);
  if (!f.control.empty()) {
    out.notes.push_back("without one step nothing is wrong: " + in_one_line(f.control));
  }
  out.trace = f.recorded.trace;
  return out;
}

}  // namespace mqttspec::cli
