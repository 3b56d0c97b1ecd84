// mqttspec explain

#include <fmt/format.h>

#include <algorithm>

#include "broker/defects.h"
#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "oracle/client_watch.h"
#include "prove/prove.h"
#include "script/expander.h"

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
  std::string out =
      fmt::format("{} (MQTT {}, section {})\n  {}\n  level: {}   binds: {}   status: {}\n", e.id,
                  wire::version_name(e.version), e.section, e.summary, e.level, e.who, e.status);
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

}  // namespace

int explain_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explain [OPTIONS] STATEMENT ...";
  set.explanation = "What a statement asks, in both versions, and the cases that check it.";
  set.words_are = "statements";
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.empty()) {
    on.error("no statement is named", "write for example: mqttspec explain MQTT-3.2.2-3");
    return bad_usage;
  }
  const auto cases = load_cases(*options, {}, on);
  if (!cases) return bad_usage;
  const auto all = script::expand(cases->files, {.plays = std::nullopt}).scenarios;
  bool missing = false;
  for (std::string id : options->words) {
    if (id.starts_with('@')) id.erase(0, 1);
    std::vector<protocol_version> versions = {protocol_version::v5, protocol_version::v311};
    for (const protocol_version v : {protocol_version::v5, protocol_version::v311}) {
      const std::string prefix = fmt::format("{}:", wire::version_tag(v));
      if (id.starts_with(prefix)) {
        id.erase(0, prefix.size());
        versions = {v};
      }
    }
    bool found = false;
    for (const protocol_version v : versions) {
      if (const auto* e = cases->statements.find(v, id)) {
        on.print((found ? "\n" : "") + explanation(*e, all));
        found = true;
      }
    }
    if (found) continue;
    missing = true;
    const auto near = cases->statements.near(versions.front(), id);
    on.error(fmt::format("there is no statement '{}'", id),
             near.empty() ? "" : fmt::format("near: {}", fmt::join(near, ", ")));
  }
  return missing ? bad_usage : as_expected;
}

}  // namespace mqttspec::cli
