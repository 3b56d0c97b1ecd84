#include "cli/explore_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "reports/escape.h"
#include "script/checker.h"
#include "script/expander.h"
#include "script/formatter.h"
#include "suite/cases.h"

namespace mqttspec::cli {

namespace {

wire::protocol_version version_of(const explore::finding& f) {
  return f.recorded.version_of[f.violation.connection];
}

std::string summaries(const explore::finding& f, const case_files& cases) {
  std::string out;
  std::istringstream ids(f.violation.statements);
  for (std::string id; ids >> id;) {
    const auto* s = cases.statements.find(version_of(f), id);
    out += fmt::format("- `{}` (MQTT {}): {}\n", id, wire::version_name(version_of(f)),
                       s == nullptr ? "" : s->summary);
  }
  return out;
}

// One variant of the text, tried.
scenario_text tried(const std::string& text, const case_files& cases, const scenario_trial& trial) {
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
    out.sound_passes = r.outcome == results::verdict::pass;
    if (!out.sound_passes) {
      out.problem = r.fault ? r.fault->message : r.reason;
      continue;
    }
    if (trial.rules != nullptr) {
      world.rules = trial.rules;
      const auto bad = suite::simulate({&s, 0}, trial.how, world);
      out.on_target = bad.outcome;
      if (bad.outcome != results::verdict::fail) out.problem = bad.reason;
    }
    if (trial.target == nullptr) continue;
    suite::play_cases(
        *trial.target, {{{&s, 0}}, 1, trial.how},
        [&](verdicts::opinion o) {
          const results::case_result& c = o.result;
          out.on_target = c.outcome;
          out.problem = c.outcome == results::verdict::fail ? "" : c.reason;
          return true;
        },
        trial.stop);
  }
  return out;
}

}  // namespace

scenario_text make_scenario(const explore::finding& f, const case_files& cases,
                            const scenario_trial& trial) {
  scenario_text best;
  if (f.recorded.events.empty()) return best;
  explore::writing_options options;
  options.name = explore::slug(f.violation.what);
  options.comment = "# The history, as `mqttspec explore --replay` plays it:\n";
  std::istringstream lines(print(f.least));
  for (std::string line; std::getline(lines, line);) options.comment += "#   " + line + "\n";
  struct manner {
    bool any_order, without_last, nothing_more;
  };
  for (const manner m : {manner{false, false, false}, manner{true, false, false},
                         manner{false, true, false}, manner{true, false, true}}) {
    options.any_order = m.any_order;
    options.without_last = m.without_last;
    options.nothing_more = m.nothing_more;
    if (m.nothing_more && !f.violation.seen.starts_with("PUBLISH")) continue;
    scenario_text next = tried(write_scenario(f.recorded, options), cases, trial);
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

std::string finding_row(const explore::finding& f, const report_facts& facts) {
  const auto& v = f.violation;
  const std::string seen =
      v.expected.empty() ? v.seen : fmt::format("{}, not {}", v.seen, v.expected);
  return fmt::format("| [{}]({}) | {} | {} | {} | {} of {} |\n", v.what, facts.report_file,
                     v.statements, reports::markdown_text(seen), f.least.size(), f.confirmed,
                     f.tried);
}

std::string findings_list(const std::string& target, const std::string& summary,
                          const std::vector<std::string>& rows) {
  std::string out = fmt::format("# Findings\n\n{}\n\n{}", target, reports::markdown_block(summary));
  if (rows.empty()) return out;
  out += "\n| what | statements | seen | steps | again |\n| --- | --- | --- | --- | --- |\n";
  for (const std::string& row : rows) out += row;
  return out;
}

std::string finding_report(const explore::finding& f, const scenario_text& s,
                           const case_files& cases, const report_facts& facts) {
  std::string out = fmt::format("# {}\n\n{}\n", f.violation.what, facts.target);
  out += "\n## Statement\n\n" + summaries(f, cases);
  out += fmt::format("\n## Expected and seen\n\n- expected: `{}`\n- seen: `{}`\n",
                     f.violation.expected.empty() ? "nothing" : f.violation.expected,
                     f.violation.seen);
  out += fmt::format("- shown again {} of {} times, on client ids and topics that were new\n",
                     f.confirmed, f.tried);
  out +=
      fmt::format("- a sound broker {} the scenario", s.sound_passes ? "passes" : "does not pass");
  if (s.on_target != results::verdict::inconclusive) {
    out += fmt::format("; this one: {}", results::verdict_name(s.on_target));
  }
  out += "\n";
  if (!s.problem.empty()) out += fmt::format("- note: {}\n", s.problem);
  out += fmt::format("\n## Replay\n\n    mqttspec run {} {}\n    mqttspec explore {} --replay {}\n",
                     facts.run_options, facts.scenario_file, facts.run_options, facts.history_file);
  out += "\n## History\n\n";
  std::istringstream steps(print(f.least));
  for (std::string line; std::getline(steps, line);) out += "    " + line + "\n";
  if (!f.control.empty()) {
    out += "\nControl arm: without one step nothing is wrong.\n\n";
    std::istringstream control(print(f.control));
    for (std::string line; std::getline(control, line);) out += "    " + line + "\n";
  }
  out += "\n## Packets\n\n";
  std::istringstream trace(write_trace(f.recorded));
  for (std::string line; std::getline(trace, line);) out += "    " + line + "\n";
  out += fmt::format("\nSeed {}, history {}.\n", facts.seed, f.number);
  return out;
}

}  // namespace mqttspec::cli
