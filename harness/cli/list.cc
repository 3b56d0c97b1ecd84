// mqttspec list

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/purpose_text.h"
#include "cli/selection_options.h"
#include "cli/target_options.h"
#include "script/coverage.h"
#include "script/expander.h"
#include "suite/selection.h"

namespace mqttspec::cli {

namespace {

using json = nlohmann::ordered_json;
using script::scenario;

// Which cases cite a statement, by "v5:MQTT-3.2.2-3".
using citations = std::map<std::string, std::vector<std::string>>;

citations by_statement(const std::vector<scenario>& all) {
  citations out;
  for (const scenario& s : all) {
    for (const auto& one : script::statements_of(s)) out[script::print(one)].push_back(s.id);
  }
  return out;
}

std::string key_of(const script::statement_entry& e) {
  return fmt::format("{}:{}", wire::version_tag(e.version), e.id);
}

std::string as_text(const json& list) {
  return list.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string list_cases(const std::vector<scenario>& chosen, bool in_json) {
  json out = json::array();
  std::string text;
  for (const scenario& s : chosen) {
    if (!in_json) {
      text += fmt::format("{}\n", s.id);
      continue;
    }
    json statements = json::array();
    for (const auto& one : script::statements_of(s)) statements.push_back(script::print(one));
    out.push_back({{"id", s.id},
                   {"title", s.title},
                   {"version", wire::version_name(s.version)},
                   {"row", s.row},
                   {"level", script::level_name(s.level)},
                   {"file", s.file},
                   {"line", s.where.line},
                   {"purposes", s.purposes},
                   {"tags", s.tags},
                   {"statements", statements},
                   {"shortest_us",
                    std::chrono::duration_cast<std::chrono::microseconds>(s.shortest).count()}});
  }
  return in_json ? as_text(out) : text;
}

std::string list_statements(const script::catalogue& catalogue, const citations& cited,
                            bool uncovered, bool in_json) {
  json out = json::array();
  std::string text;
  std::size_t covered = 0;
  const auto statements = catalogue.statements();
  for (const script::statement_entry* e : statements) {
    const auto found = cited.find(key_of(*e));
    const std::vector<std::string> cases =
        found == cited.end() ? std::vector<std::string>{} : found->second;
    covered += !cases.empty();
    if (uncovered && !cases.empty()) continue;
    if (in_json) {
      out.push_back({{"statement", key_of(*e)},
                     {"section", e->section},
                     {"level", e->level},
                     {"who", e->who},
                     {"status", e->status},
                     {"summary", e->summary},
                     {"cases", cases}});
    } else {
      text += fmt::format("{:<24} {:>3}  {}\n", key_of(*e), cases.size(), e->summary);
    }
  }
  if (in_json) return as_text(out);
  return text +
         fmt::format("{} of {} statements are cited by a case\n", covered, statements.size());
}

json as_json(const script::purpose_row& row) {
  json reasons = json::object();
  json versions = json::array();
  for (const auto& v : row.versions) {
    versions.push_back(wire::version_name(v.version));
    if (!v.why_not.empty()) reasons[std::string(wire::version_name(v.version))] = v.why_not;
  }
  return {{"purpose", row.purpose->id}, {"title", row.purpose->title}, {"versions", versions},
          {"cases", row.cases},         {"not_covered", reasons},      {"left_out", row.left_out}};
}

std::string list_purposes(const script::catalogue& catalogue, const std::vector<scenario>& selected,
                          bool uncovered, bool in_json) {
  json out = json::array();
  std::string text;
  std::size_t covered = 0;
  std::size_t reasoned = 0;
  const auto rows = script::coverage_of(catalogue, selected);
  for (const script::purpose_row& row : rows) {
    covered += row.covered();
    reasoned += !row.covered() && row.answered();
    if (uncovered && row.covered()) continue;
    if (in_json) {
      out.push_back(as_json(row));
    } else {
      text += purpose_text(row);
    }
  }
  if (in_json) return as_text(out);
  return text + fmt::format("{} of {} purposes have a case for each version, {} a reason\n",
                            covered, rows.size(), reasoned);
}

std::string as_text(const script::known_bug& b) {
  std::string text = b.what + "\n";
  for (const std::string& thread : b.seen_in) text += fmt::format("    seen in {}\n", thread);
  for (const std::string& name : b.defects) text += fmt::format("    planted as {}\n", name);
  for (const std::string& path : b.cases) text += fmt::format("    caught by {}\n", path);
  if (!b.why.empty()) text += fmt::format("    no case: {}\n", b.why);
  return text;
}

std::string list_bugs(const std::vector<script::known_bug>& bugs, bool uncovered, bool in_json) {
  json out = json::array();
  std::string text;
  std::size_t caught = 0;
  for (const script::known_bug& b : bugs) {
    caught += b.caught();
    if (uncovered && b.caught()) continue;
    out.push_back({{"what", b.what},
                   {"seen_in", b.seen_in},
                   {"defects", b.defects},
                   {"cases", b.cases},
                   {"not_covered", b.why}});
    text += as_text(b);
  }
  if (in_json) return as_text(out);
  return text +
         fmt::format("{} of {} faults of real brokers are caught by a case, {} say why not\n",
                     caught, bugs.size(), bugs.size() - caught);
}

}  // namespace

int list_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec list [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation = "Lists cases; or statements or purposes, with how many cases each has.";
  set.words_are = "patterns";
  add_selection_options(set.described);
  set.described.add_options()("mqtt", po::value<arguments>()->value_name("5,3.1.1"),
                              "only cases of these protocol versions")("json", po::bool_switch(),
                                                                       "print JSON")(
      "statements", po::bool_switch(), "list the statements of the standards instead of cases")(
      "purposes", po::bool_switch(), "list the test purposes and their cases")(
      "bugs", po::bool_switch(),
      "list faults that real brokers had, and the cases that catch them")(
      "uncovered", po::bool_switch(), "list only statements (purposes, bugs) that no case checks");
  int status = 0;
  const auto request = read_case_request(set, words, on, status);
  if (!request) return status;
  const parsed_options& options = request->options;
  const case_files& cases = request->cases;

  const auto chosen = read_selection(options, cases, on);
  std::vector<wire::protocol_version> versions;
  if (!chosen || !read_versions(options, versions, on)) return bad_usage;
  const auto all =
      script::expand(cases.files, {.versions = versions, .plays = std::nullopt}).scenarios;
  std::vector<scenario> selected;
  for (const std::size_t i : suite::select(*chosen, all)) selected.push_back(all[i]);
  const bool in_json = options.get<bool>("json");
  const bool uncovered = options.get<bool>("uncovered");
  if (options.get<bool>("purposes")) {
    on.print(list_purposes(cases.statements, selected, uncovered, in_json));
    return as_expected;
  }
  if (options.get<bool>("bugs")) {
    on.print(list_bugs(cases.bugs, uncovered, in_json));
    return as_expected;
  }
  if (options.get<bool>("statements") || uncovered) {
    on.print(list_statements(cases.statements, by_statement(selected), uncovered, in_json));
    return as_expected;
  }
  if (const auto nothing = suite::why_nothing(*chosen, all)) {
    on.error(nothing->why, nothing->help);
    return nothing_ran;
  }
  on.print(list_cases(selected, in_json));
  return as_expected;
}

}  // namespace mqttspec::cli
