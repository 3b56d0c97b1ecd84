#include "reports/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/text.h"
#include "results/standard.h"

namespace mqttspec::reports {

namespace {

using json = nlohmann::ordered_json;
using results::case_result;
using results::check_outcome;
using results::verdict;

// "MQTT-3.2.2-3" of both versions are two statements: "v5/MQTT-3.2.2-3".
std::string rule_id(const results::statement_check& s) {
  return fmt::format("{}/{}", visible_line(s.version), visible_line(s.id));
}

class rule_table {
 public:
  explicit rule_table(const catalogue& statements) {
    for (const catalogue_entry& e : statements) known_[{e.version, e.id}] = &e;
  }

  std::size_t of(const results::statement_check& s) {
    const auto found = known_.find({s.version, s.id});
    const bool catalogued = found != known_.end();
    const std::string section = catalogued ? found->second->section : "";
    return add(rule_id(s), catalogued ? found->second->summary : s.summary,
               protocol_name(s.version) + (catalogued ? ", section " + section : ""),
               results::address_of_statement(s.version, s.id, section));
  }

  std::size_t of(const case_result& c) {
    return add(visible_line(c.path), c.title, "A scenario of mqttspec");
  }

  json take() { return std::move(rules_); }
  std::string id(std::size_t index) const { return rules_[index]["id"].get<std::string>(); }

 private:
  std::size_t add(const std::string& id, std::string_view text, const std::string& full,
                  const std::string& address = "") {
    const auto [at, added] = places_.emplace(id, rules_.size());
    if (added) {
      const std::string shown = visible_line(text);
      rules_.push_back({{"id", id},
                        {"shortDescription", {{"text", shown.empty() ? id : shown}}},
                        {"fullDescription", {{"text", visible_line(full)}}},
                        {"defaultConfiguration", {{"level", "error"}}}});
      if (!address.empty()) rules_.back()["helpUri"] = address;
    }
    return at->second;
  }

  std::map<std::pair<std::string, std::string>, const catalogue_entry*> known_;
  std::map<std::string, std::size_t> places_;
  json rules_ = json::array();
};

// Characters before the octet |column| of |line|, both from 1.
std::size_t character_column(const std::string& line, std::size_t column) {
  const auto end = line.begin() +
                   static_cast<std::ptrdiff_t>(std::min(line.size(), column == 0 ? 0 : column - 1));
  return 1 + static_cast<std::size_t>(std::count_if(line.begin(), end, [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
         }));
}

json location_of(const case_result& c) {
  std::string file = c.file;
  json region;
  if (c.fault && c.fault->where.line != 0) {
    const results::failure& f = *c.fault;
    if (!f.where.file.empty()) file = f.where.file;
    region["startLine"] = f.where.line;
    if (f.where.column != 0 && !f.source_line.empty()) {
      const std::size_t begin = character_column(f.source_line, f.where.column);
      const std::size_t end =
          character_column(f.source_line, std::size_t{f.where.column} + f.where.length);
      region["startColumn"] = begin;
      region["endColumn"] = std::max(begin, end);
    }
  } else {
    region["startLine"] = std::max<std::uint32_t>(1, c.line);
  }
  json out;
  if (!file.empty()) {  // a finding stands in none
    json artifact = {{"uri", uri_text(file)}};
    if (!file.starts_with('/')) artifact["uriBaseId"] = "SRCROOT";
    out["physicalLocation"] = {{"artifactLocation", artifact}, {"region", region}};
  }
  out["logicalLocations"] = json::array({{{"fullyQualifiedName", visible_line(c.id)}}});
  return out;
}

std::string message_of(const results::run_results& run, const case_result& c) {
  std::string out =
      fmt::format("{} ({}): {}", c.title.empty() ? c.id : c.title, target_name(run), fault_line(c));
  if (c.fault && !c.fault->actual.empty()) out += fmt::format("\nGot: {}", c.fault->actual);
  return out + "\nRun again: " + run_again(run, c);
}

json result_of(const results::run_results& run, const case_result& c, rule_table& rules) {
  std::size_t rule = 0;
  bool cited = false;
  if (c.fault) {
    for (const auto& s : c.fault->statements) {
      if (s.outcome != check_outcome::violated || cited) continue;
      rule = rules.of(s);
      cited = true;
    }
  }
  if (!cited) rule = rules.of(c);
  const std::string id = c.repetition == 0 ? c.id : fmt::format("{}#{}", c.id, c.repetition);
  json out = {{"ruleId", rules.id(rule)},
              {"ruleIndex", rule},
              {"level", c.level == "should" ? "warning" : "error"},
              {"message", {{"text", visible(message_of(run, c))}}},
              {"locations", json::array({location_of(c)})},
              {"partialFingerprints", {{"mqttspecCase/v1", visible_line(id)}}}};
  if (c.expected && !c.baseline_reason.empty()) {
    out["suppressions"] =
        json::array({{{"kind", "external"}, {"justification", visible(c.baseline_reason)}}});
  }
  return out;
}

}  // namespace

std::string to_sarif(const results::run_results& run, const catalogue& statements) {
  rule_table rules(statements);
  json found = json::array();
  for (const case_result& c : run.cases) {
    if (c.outcome == verdict::fail) found.push_back(result_of(run, c, rules));
  }
  json driver = {{"name", "mqttspec"}};
  if (!run.tool_version.empty()) driver["version"] = visible_line(run.tool_version);
  driver["rules"] = rules.take();
  json invocation = {{"executionSuccessful", run.void_reason.empty() && !run.interrupted}};
  if (!run.void_reason.empty()) {
    invocation["toolExecutionNotifications"] =
        json::array({{{"level", "error"}, {"message", {{"text", visible(run.void_reason)}}}}});
  }
  const json one = {
      {"tool", {{"driver", driver}}},
      {"invocations", json::array({invocation})},
      {"columnKind", "unicodeCodePoints"},
      {"originalUriBaseIds", {{"SRCROOT", {{"description", {{"text", "The checkout"}}}}}}},
      {"results", found}};
  const json out = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", json::array({one})}};
  return out.dump(2) + "\n";
}

}  // namespace mqttspec::reports
