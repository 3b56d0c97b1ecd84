#include "reports/profile_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/text.h"
#include "results/profile.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::run_results;

constexpr std::size_t title_width = 38;

std::string row(const std::string& title, const std::string& value, const std::string& rest) {
  std::string line = fmt::format("  {:<{}} {:<14} {}", visible_line(title), title_width,
                                 visible_line(value), visible_line(rest));
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

void add_part(std::string& out, const char* title, const std::string& rows) {
  if (!rows.empty()) out += fmt::format("\n{}\n{}", title, rows);
}

std::string facts(const run_results& run) {
  std::string out;
  for (const results::measured_fact& f : results::merged_facts(run.profile)) {
    out += row(results::fact_title(f.name), f.value, fmt::format("{}  [{}]", f.detail, f.version));
  }
  return out;
}

std::string windows(const run_results& run) {
  std::string out;
  for (const results::measured_window& w : run.profile.windows) {
    out += fmt::format("  {:<{}} {}  ({})\n", visible_line(results::window_title(w)), title_width,
                       results::window_sentence(w), results::window_probes(w));
  }
  return out;
}

std::string limits(const run_results& run) {
  std::string out;
  for (const auto& [name, value] : run.target.learned) out += row(name, value, "");
  return out;
}

// One line a case; versions and rows for which the reason is the same are told once.
std::string unmeasured(const run_results& run) {
  std::string out;
  std::set<std::string> told;
  for (const case_result& c : run.cases) {
    if (std::find(c.tags.begin(), c.tags.end(), "measures") == c.tags.end()) continue;
    const bool measured = c.outcome == results::verdict::pass_note && !c.fault;
    if (measured) continue;
    const std::string why = fault_line(c).empty() ? "its packets tell nothing" : fault_line(c);
    if (told.insert(c.path + why).second) {
      out += fmt::format("  {}: {}\n", visible_line(c.path), visible_line(why));
    }
  }
  return out;
}

}  // namespace

std::string profile_text(const run_results& run) {
  std::string out =
      fmt::format("Session profile of {}, MQTT {}\n", visible_line(target_name(run)),
                  visible_line(fmt::format("{}", fmt::join(run.target.versions, " and "))));
  if (!run.void_reason.empty()) {
    out += fmt::format("\nVOID: {}\n", visible_line(run.void_reason));
  }
  add_part(out, "measured", facts(run));
  add_part(out, "measured times", windows(run));
  add_part(out, "told by CONNACK", limits(run));
  add_part(out, "not measured", unmeasured(run));
  std::string contradicted;
  for (const std::string& c : results::contradictions(run.profile, run.target)) {
    contradicted += "  " + visible_line(c) + "\n";
  }
  add_part(out, "not as the target file says", contradicted);
  std::string lines;
  for (const std::string& line : results::target_file_lines(run.profile)) lines += line + "\n";
  if (!lines.empty()) out += fmt::format("\nfor the target file:\n\n[facts]\n{}", lines);
  return out;
}

}  // namespace mqttspec::reports
