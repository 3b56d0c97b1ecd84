#include "reports/lines.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/visible.h"
#include "reports/digest.h"

namespace mqttspec::reports {

namespace {

using json = nlohmann::ordered_json;
using results::case_result;
using results::verdict;

std::string line_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string name_of(const case_result& c) {
  return c.repetition == 0 ? c.id : fmt::format("{} #{}", c.id, c.repetition + 1);
}

// A '#' begins a directive of TAP.
std::string tap_text(std::string_view text) {
  std::string out;
  for (const char c : visible_line(text)) {
    if (c == '#' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string reason_of(const case_result& c) {
  return c.baseline_reason.empty() ? fault_line(c) : c.baseline_reason;
}

}  // namespace

std::string to_ndjson(const results::run_results& run) {
  std::string out;
  for (const case_result& c : run.cases) {
    json violated = json::array();
    if (c.fault) {
      for (const auto& s : c.fault->statements) {
        if (s.outcome == results::check_outcome::violated)
          violated.push_back(s.version + ":" + s.id);
      }
    }
    out += line_of({{"case", name_of(c)},
                    {"outcome", results::verdict_name(c.outcome)},
                    {"expected", c.expected},
                    {"level", c.level},
                    {"took_ms", static_cast<double>(c.took.count()) / 1e6},
                    {"message", fault_line(c)},
                    {"violates", violated}});
  }
  const results::totals t = results::count(run);
  out += line_of({{"totals",
                   {{"pass", t.pass},
                    {"pass_note", t.pass_note},
                    {"fail", t.fail},
                    {"inconclusive", t.inconclusive},
                    {"error", t.error},
                    {"skip", t.skip},
                    {"unexpected", t.unexpected}}},
                  {"target", run.target.name},
                  {"void", run.void_reason}});
  return out;
}

std::string to_tap(const results::run_results& run) {
  std::string out = fmt::format("TAP version 14\n1..{}\n", run.cases.size());
  std::size_t number = 0;
  for (const case_result& c : run.cases) {
    const bool passed = c.outcome == verdict::pass || c.outcome == verdict::pass_note;
    const bool ok = c.outcome == verdict::skip || (passed && c.expected);
    out += fmt::format("{} {} - {}", ok ? "ok" : "not ok", ++number, tap_text(name_of(c)));
    if (c.outcome == verdict::skip) out += " # SKIP " + tap_text(c.reason);
    if (!ok && c.expected) out += " # TODO " + tap_text(reason_of(c));
    out += '\n';
    if (ok || c.expected) continue;
    const json told = {{"message", fault_line(c)}, {"level", c.level}};
    // JSON is YAML.
    out += fmt::format("  ---\n  {}  ...\n", line_of(told));
  }
  if (!run.void_reason.empty()) out += "Bail out! " + tap_text(run.void_reason) + "\n";
  return out;
}

}  // namespace mqttspec::reports
