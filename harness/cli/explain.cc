// mqttspec explain

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "broker/defects.h"
#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/purpose_text.h"
#include "oracle/client_watch.h"
#include "prove/prove.h"
#include "results/standard.h"
#include "script/coverage.h"
#include "script/expander.h"
#include "suite/selection.h"

namespace mqttspec::cli {

namespace {

using wire::protocol_version;

// The lines of |s| that cite the statement, as "file:line  text"; each once.
std::string citing_lines(const script::scenario& s, const script::statement_entry& e) {
  const script::statement_reference wanted{e.version, e.id};
  std::string out;
  std::vector<std::pair<std::string, std::uint32_t>> shown;
  for (const script::instruction& i : s.lines) {
    const auto all = script::statements_of(i);
    const bool cited = std::find(all.begin(), all.end(), wanted) != all.end();
    const std::pair place(i.where.file, i.where.line);
    if (!cited || std::find(shown.begin(), shown.end(), place) != shown.end()) continue;
    shown.push_back(place);
    const auto begin = i.source.find_first_not_of(" ");
    out += fmt::format("      {}:{}  {}\n", i.where.file, i.where.line,
                       begin == std::string::npos ? i.source : i.source.substr(begin));
  }
  return out;
}

// The planted defects that break it: what the cases are proven with.
std::string defects_of(const script::statement_entry& e) {
  const std::string name = fmt::format("{}:{}", wire::version_tag(e.version), e.id);
  std::string out;
  for (const broker::defect* d : broker::all_defects()) {
    if (broker::breaks(*d, name)) out += fmt::format("    {}: {}\n", d->name, d->sentence);
  }
  for (const client::defect& d : client::all_defects()) {
    if (prove::planted(d).breaks_one(name)) {
      out += fmt::format("    {}: {}\n", d.name, d.sentence);
    }
  }
  return out.empty() ? "" : "  broken by the planted defects\n" + out;
}

std::string rules_of(const script::statement_entry& e) {
  std::string out;
  std::vector<oracle::rule_description> all = oracle::all_rules();
  for (oracle::rule_description& r : oracle::all_client_rules()) all.push_back(std::move(r));
  for (const oracle::rule_description& r : all) {
    const auto cited = std::any_of(
        r.statements.begin(), r.statements.end(),
        [&](const oracle::statement& s) { return s.version == e.version && s.id == e.id; });
    if (cited) out += fmt::format("    {}: {}\n", r.name, r.sentence);
  }
  return out.empty() ? "" : "  watched by the trace rules\n" + out;
}

std::string explanation(const script::statement_entry& e,
                        const std::vector<script::scenario>& all) {
  std::string out = fmt::format(
      "{} (MQTT {}, section {})\n  {}\n  level: {}   binds: {}   status: {}\n  text: {}\n", e.id,
      wire::version_name(e.version), e.section, e.summary, e.level, e.who, e.status,
      results::address_of_statement(wire::version_tag(e.version), e.id, e.section));
  std::string failing;
  std::string recording;
  for (const script::scenario& s : all) {
    if (s.version != e.version) continue;
    const std::string lines = citing_lines(s, e);
    if (lines.empty()) continue;
    const bool records =
        s.level == script::requirement_level::info || s.level == script::requirement_level::may;
    (records ? recording : failing) += fmt::format("    {}\n{}", s.id, lines);
  }
  out += failing.empty() ? "  no case fails when it is broken\n" : "  checked by\n" + failing;
  if (!recording.empty()) out += "  only recorded by\n" + recording;
  return out + defects_of(e) + rules_of(e);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// What can be asked about.
struct knowledge {
  const case_files& cases;
  std::vector<script::scenario> scenarios;
};

// "v5:MQTT-3.2.2-3", "@mqtt-3.2.2-3"; "" when it is no statement.
std::string explain_statement(const knowledge& k, std::string word) {
  if (word.starts_with('@')) word.erase(0, 1);
  std::string out;
  for (const auto* e : k.cases.statements.statements()) {
    const std::string with_version = fmt::format("{}:{}", wire::version_tag(e->version), e->id);
    if (lower(word) != lower(e->id) && lower(word) != lower(with_version)) continue;
    out += (out.empty() ? "" : "\n") + explanation(*e, k.scenarios);
  }
  return out;
}

std::string explain_purpose(const knowledge& k, const std::string& word) {
  std::string out;
  for (const script::purpose_row& row : script::coverage_of(k.cases.statements, k.scenarios)) {
    if (lower(row.purpose->id) == lower(word)) out += purpose_text(row);
  }
  return out;
}

std::string explain_rule(std::string word) {
  constexpr std::string_view prefix = "trace-rule/";
  if (word.starts_with(prefix)) word.erase(0, prefix.size());
  std::vector<oracle::rule_description> all = oracle::all_rules();
  for (oracle::rule_description& r : oracle::all_client_rules()) all.push_back(std::move(r));
  for (const oracle::rule_description& r : all) {
    if (word.substr(0, word.find('/')) != r.name) continue;
    std::string out = fmt::format("trace rule {}\n  {}\n  cites", r.name, r.sentence);
    for (const oracle::statement& s : r.statements) {
      out += fmt::format(" {}:{}", wire::version_tag(s.version), s.id);
    }
    return out + "\n";
  }
  return "";
}

std::string words_of(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, " "));
}

std::string explanation(const script::scenario& s, const script::catalogue& statements) {
  std::string out = fmt::format("{}\n  {}\n  in {}:{}   level: {}\n", s.id, s.title, s.file,
                                s.where.line, script::level_name(s.level));
  if (!s.purposes.empty()) out += fmt::format("  purposes: {}\n", words_of(s.purposes));
  if (!s.tags.empty()) out += fmt::format("  tags: {}\n", words_of(s.tags));
  if (!s.steps.empty()) out += "  steps\n";
  for (const std::string& step : s.steps) out += fmt::format("    {}\n", step);
  const auto cited = script::statements_of(s);
  if (!cited.empty()) out += "  cites\n";
  for (const auto& one : cited) {
    const auto* e = statements.find(one.version, one.id);
    out += fmt::format("    {}{}{}\n", script::print(one), e == nullptr ? "" : ": ",
                       e == nullptr ? "" : e->summary);
  }
  return out;
}

// A case, or all that a path or a pattern names.
std::string explain_cases(const knowledge& k, const std::string& word) {
  suite::selection chosen;
  chosen.patterns = {word};
  std::string out;
  for (const script::scenario& s : k.scenarios) {
    if (!suite::selects(chosen, s)) continue;
    out += (out.empty() ? "" : "\n") + explanation(s, k.cases.statements);
  }
  return out;
}

// What looks like a case is compared with cases, anything else with statements and purposes.
std::string meant(const knowledge& k, const std::string& word) {
  if (word.find('/') != std::string::npos) {
    suite::selection chosen;
    chosen.patterns = {word};
    const auto nothing = suite::why_nothing(chosen, k.scenarios);
    return nothing ? nothing->help : "";
  }
  if (lower(word).starts_with("s-")) {
    return fmt::format("near: {}", fmt::join(k.cases.statements.near_purposes(word), ", "));
  }
  const auto near = k.cases.statements.near(
      word.starts_with("v311") ? protocol_version::v311 : protocol_version::v5, word);
  return near.empty() ? "" : fmt::format("near: {}", fmt::join(near, ", "));
}

}  // namespace

int explain_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explain [OPTIONS] STATEMENT|PURPOSE|RULE|CASE ...";
  set.explanation =
      "Explains a statement of the standard and the cases that check it. Also explains a test\n"
      "purpose (S-CS-01), a trace rule (trace-rule/NAME) and a case.";
  set.words_are = "statements, purposes, trace rules or cases";
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.empty()) {
    on.error("nothing is named", "write for example: mqttspec explain MQTT-3.2.2-3");
    return bad_usage;
  }
  const auto cases = load_cases(*options, {}, on);
  if (!cases) return bad_usage;
  const knowledge known{*cases, script::expand(cases->files, {.plays = std::nullopt}).scenarios};
  bool missing = false;
  for (const std::string& word : options->words) {
    std::string text = explain_statement(known, word);
    if (text.empty()) text = explain_purpose(known, word);
    if (text.empty()) text = explain_rule(word);
    if (text.empty()) text = explain_cases(known, word);
    on.print(text);
    if (!text.empty()) continue;
    missing = true;
    on.error(fmt::format("there is no statement, purpose, trace rule or case '{}'", word),
             meant(known, word));
  }
  return missing ? bad_usage : as_expected;
}

}  // namespace mqttspec::cli
