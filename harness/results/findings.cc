// Findings beside cases.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "results/results.h"

namespace mqttspec::results {

namespace {

constexpr std::size_t most_places = 20;  // that the text of a finding names

std::string tag_of(const std::string& version) {
  return version == "5" ? "v5" : "v311";
}

// The run itself, where it plays no cases: reports without an entry look as if nothing was done.
case_result whole_of(const run_results& r) {
  case_result c;
  c.path = r.verb;
  std::replace(c.path.begin(), c.path.end(), ' ', '/');
  c.id = c.path;
  c.name = c.path.substr(c.path.rfind('/') + 1);
  c.title = r.verb;
  c.version = r.target.versions.empty() ? "5" : r.target.versions.front();
  c.level = "info";
  c.outcome = r.void_reason.empty() ? verdict::pass_note : verdict::error;
  c.expected = r.void_reason.empty();
  c.reason = r.void_reason;
  c.notes = r.notes;
  c.took = r.took;
  return c;
}

// "a connect v5\nb cut fin\n" -> "a connect v5; b cut fin"
std::string on_one_line(std::string_view lines) {
  std::string out;
  for (const char c : lines.substr(0, lines.find_last_not_of('\n') + 1)) {
    out += c == '\n' ? std::string("; ") : std::string(1, c);
  }
  return out;
}

}  // namespace

case_result as_case(const run_finding& f) {
  case_result c;
  c.id = f.id;
  c.path = f.id.substr(0, f.id.rfind('['));
  c.name = c.path.substr(c.path.rfind('/') + 1);
  c.version = f.version;
  c.title = f.title;
  // What did not show itself again claims nothing.
  c.level = f.outcome == verdict::fail ? "must" : "info";
  c.outcome = f.outcome;
  c.expected = f.expected;
  c.baseline_reason = f.baseline_reason;
  const std::string message =
      fmt::format("{}: expected {}, got {}", f.title, f.wanted.empty() ? "nothing" : f.wanted,
                  f.seen.empty() ? "nothing" : f.seen);
  if (f.outcome != verdict::fail) c.reason = message;
  failure fault;
  fault.message = message;
  fault.faults = {message};
  fault.expected = f.wanted;
  fault.actual = f.seen;
  fault.statements = f.statements;
  c.fault = std::move(fault);
  c.statements = f.statements;
  c.notes = f.notes;
  if (!f.history.empty()) c.notes.push_back("history: " + on_one_line(f.history));
  std::string places = fmt::format("seen {} time{}", f.times, f.times == 1 ? "" : "s");
  const std::size_t named = std::min(f.seen_in.size(), most_places);
  for (std::size_t i = 0; i < named; ++i) places += (i == 0 ? ", in " : ", ") + f.seen_in[i];
  if (named != 0 && f.times > named) places += " ...";
  c.notes.push_back(std::move(places));
  c.trace = f.trace;
  c.packets = f.packets;
  c.rule = f.rule;
  c.again = f.again;
  return c;
}

run_results with_findings_as_cases(run_results r) {
  if (r.verb != "run" && r.cases.empty()) r.cases.push_back(whole_of(r));
  for (const run_finding& f : r.findings) r.cases.push_back(as_case(f));
  if (!r.findings.empty()) {
    std::sort(r.cases.begin(), r.cases.end(), [](const auto& a, const auto& b) {
      return std::tie(a.id, a.repetition) < std::tie(b.id, b.repetition);
    });
  }
  r.findings.clear();
  return r;
}

void gather_rule_findings(run_results& r) {
  std::map<std::string, run_finding> found;
  std::map<std::string, bool> excused;
  for (const case_result& c : r.cases) {
    for (const finding& f : c.findings) {
      const std::string statement = f.statements.empty() ? "format" : f.statements.front().id;
      // 5.0 has a statement for every format.
      const bool of_v5 = !f.statements.empty() && f.statements.front().version == tag_of("5");
      const std::string version = of_v5 ? "5" : "3.1.1";
      const std::string id =
          fmt::format("trace-rule/{}/{}[{}]", f.rule, statement, tag_of(version));
      const auto [at, fresh] = found.emplace(id, run_finding{});
      run_finding& one = at->second;
      if (fresh) {
        one.id = id;
        one.kind = "trace-rule";
        one.rule = f.rule;
        one.version = version;
        one.title = fmt::format("trace rule {} does not hold", f.rule);
        one.seen = f.message;
        one.statements = f.statements;
        one.times = 0;
        one.again = c.id;
        excused[id] = true;
      }
      if (one.seen_in.empty() || one.seen_in.back() != c.id) {
        one.seen_in.push_back(c.id);
        ++one.times;
      }
      if (!c.trace.empty() && (one.trace.empty() || c.trace.size() < one.trace.size())) {
        one.trace = c.trace;
        one.seen = f.message;
        one.again = c.id;
      }
      const bool known =
          c.expected && c.outcome != verdict::pass && c.outcome != verdict::pass_note;
      if (!known) excused[id] = false;
    }
  }
  for (auto& [id, f] : found) {
    f.expected = excused[id];
    if (f.expected) f.baseline_reason = "seen in known failures only";
    r.findings.push_back(std::move(f));
  }
}

}  // namespace mqttspec::results
