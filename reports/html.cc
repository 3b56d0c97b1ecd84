#include "reports/html.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/instant.h"
#include "base/shell_words.h"
#include "reports/escape.h"
#include "reports/html_parts.h"
#include "reports/text.h"

namespace mqttspec::reports {

namespace html {

using results::case_result;
using results::verdict;

anchors make_anchors(const results::run_results& run) {
  // The parts of the page itself.
  std::set<std::string> taken = {"main",  "run",     "failures", "changes", "statements",
                                 "cases", "profile", "filters",  "shown"};
  anchors out;
  for (const case_result& c : run.cases) {
    std::string id;
    for (const char ch : visible_line(c.id)) {
      const bool plain = static_cast<unsigned char>(ch) >= 0x80 || ch > ' ';
      id += plain && std::string_view("\"'<>&`%#").find(ch) == std::string_view::npos ? ch : '_';
    }
    if (c.repetition != 0) id += fmt::format(".{}", c.repetition + 1);
    if (id.empty()) id = "case";
    std::string unique = id;
    for (std::size_t n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}~{}", id, n);
    out.of_case.push_back(std::move(unique));
  }
  return out;
}

std::string anchors::href(std::size_t index) const {
  return uri_text(of_case[index]);
}

std::string_view symbol_of(verdict v) {
  switch (v) {
    case verdict::pass:
      return "✓";
    case verdict::pass_note:
      return "≈";
    case verdict::fail:
      return "✗";
    case verdict::skip:
      return "–";
    case verdict::inconclusive:
      return "?";
    case verdict::error:
      return "!";
  }
  return "!";
}

std::string_view symbol_of(standing s) {
  switch (s) {
    case standing::violated:
      return "✗";
    case standing::inconclusive:
      return "?";
    case standing::checked:
      return "✓";
    case standing::not_checked:
      return "·";
    case standing::not_testable:
      return "–";
  }
  return "·";
}

std::string_view class_of(standing s) {
  switch (s) {
    case standing::not_checked:
      return "not-checked";
    case standing::not_testable:
      return "not-testable";
    default:
      return standing_name(s);
  }
}

std::string label_of(const case_result& c) {
  const std::string label = outcome_label(c);
  if (label == "KNOWN FAIL") return "known to the baseline";
  if (label == "SHOULD FAIL") return "a recommendation";
  if (label == "UNEXPECTED PASS") return "unexpected: baseline lists it";
  return "";
}

namespace {

constexpr std::array all_verdicts = {verdict::fail,      verdict::error, verdict::inconclusive,
                                     verdict::pass_note, verdict::skip,  verdict::pass};

std::string first_folder(const case_result& c) {
  return c.path.substr(0, c.path.find('/'));
}

std::string name_with_repetition(const case_result& c) {
  return c.repetition == 0 ? c.id : fmt::format("{} #{}", c.id, c.repetition + 1);
}

std::string find_text(const case_result& c) {
  std::string out = c.id + " " + c.title;
  for (const auto& s : c.statements) out += " " + s.id;
  for (const auto& p : c.purposes) out += " " + p;
  for (const auto& t : c.tags) out += " " + t;
  return out;
}

std::string table_row(const results::run_results& run, std::size_t i, const anchors& a) {
  const case_result& c = run.cases[i];
  fields f;
  f["verdict"] = data(std::string(verdict_name(c.outcome)));
  f["symbol"] = data(std::string(symbol_of(c.outcome)));
  f["label"] = text_or_none(label_of(c));
  f["level"] = data(c.level);
  f["group"] = data(first_folder(c));
  f["find"] = data(find_text(c));
  f["id"] = data(name_with_repetition(c));
  f["title"] = data(c.title);
  f["why"] = text_or_none(c.outcome == verdict::pass_note && !c.notes.empty() ? c.notes.front()
                                                                              : fault_line(c));
  f["anchor"] = data(a.of_case[i]);
  f["href"] = data(a.href(i));
  f["took"] = data(took_text(c.took));
  // A failing case is described among the failures, and only there.
  f["body"] = c.outcome == verdict::fail ? data(false) : data(case_body(run, c));
  return render_template("row", std::move(f));
}

std::string table_rows(const results::run_results& run, const anchors& a) {
  std::string out;
  for (const verdict v : all_verdicts) {
    for (std::size_t i = 0; i < run.cases.size(); ++i) {
      if (run.cases[i].outcome == v) out += table_row(run, i, a);
    }
  }
  return out;
}

list names(const std::set<std::string>& all) {
  list out;
  for (const std::string& one : all) out.push_back(data(one));
  return out;
}

void set_filters(fields& page, const results::run_results& run) {
  std::set<std::string> verdicts;
  std::set<std::string> levels;
  std::set<std::string> groups;
  for (const case_result& c : run.cases) {
    verdicts.insert(std::string(verdict_name(c.outcome)));
    levels.insert(c.level);
    groups.insert(first_folder(c));
  }
  page["verdicts"] = data(names(verdicts));
  page["levels"] = data(names(levels));
  page["groups"] = data(names(groups));
}

void set_verdict(fields& page, const results::run_results& run, const digest& d) {
  const judgement_text t = judge(run, d);
  page["target"] = data(target_name(run));
  page["tool_version"] = data(run.tool_version);
  page["headline"] = data(t.headline);
  page["tone"] = data(std::string(t.is == tone::good  ? "good"
                                  : t.is == tone::bad ? "bad"
                                                      : "unknown"));
  page["symbol"] = data(std::string(t.is == tone::good ? "✓" : t.is == tone::bad ? "✗" : "?"));
  page["violated"] = data(t.violated);
  page["unchecked"] = data(t.unchecked);
  list remarks;
  for (const std::string& r : t.remarks) remarks.push_back(data(r));
  page["remarks"] = data(remarks);
  list counts;
  for (const verdict v : all_verdicts) {
    std::size_t n = 0;
    for (const case_result& c : run.cases) n += c.outcome == v;
    if (n == 0) continue;
    fields f;
    f["name"] = data(std::string(verdict_name(v)));
    f["symbol"] = data(std::string(symbol_of(v)));
    f["n"] = number(n);
    counts.push_back(data(f));
  }
  page["counts"] = data(counts);
}

void set_facts(fields& page, const results::run_results& run) {
  list facts;
  const auto fact = [&](const char* name, const std::string& value, bool code = false) {
    if (value.empty()) return;
    fields f;
    f["name"] = data(std::string(name));
    f["value"] = data(value);
    f["code"] = data(code);
    f["long"] = data(value.size() > 24);
    facts.push_back(data(f));
  };
  fact("Target", run.target.name);
  fact("Address", run.target.address, true);
  fact("Protocol", fmt::format("{}", fmt::join(run.target.versions, ", ")));
  fact("Started", run.started_at);
  fact("Took", took_text(run.took));
  fact("mqttspec", run.tool_version);
  fact("Catalogue", run.catalogue_version);
  fact("Seed", fmt::format("{}", run.seed), true);
  fact("Command", command_line(run), true);
  if (run.process) {
    fact("Launched by", run.process->command, true);
    fact("The broker", run.process->ended + (run.process->by_us ? ", as it was asked to" : ""));
    // Where all went well it would only stand in front of the failures.
    if (!run.process->by_us) {
      fact("Its last output", fmt::format("{}", fmt::join(run.process->output, "\n")), true);
    }
  }
  page["facts"] = data(facts);
  list notes;
  for (const std::string& n : run.notes) notes.push_back(data(n));
  page["notes"] = data(notes);
  list problems;
  for (const std::string& p : run.problems) problems.push_back(data(p));
  page["problems"] = data(problems);
}

void set_failures(fields& page, const results::run_results& run, const digest& d,
                  const anchors& a) {
  failure_part part = failure_articles(run, d, a);
  page["has_failures"] = data(!part.markup.empty());
  page["failures"] = data(part.markup);
  if (part.index.size() > 1) {
    fields f;
    f["entries"] = data(part.index);
    page["index"] = data(f);
  } else {
    page["index"] = data(false);
  }
}

void set_changes(fields& page, const comparison* c) {
  page["has_changes"] = data(c != nullptr);
  if (c == nullptr) return;
  page["changes_since"] = data(c->since);
  page["changes_summary"] = data(comparison_summary(*c));
  list parts;
  for (const comparison_part& part : comparison_parts(*c)) {
    list entries;
    for (const change& one : *part.changes) {
      fields f;
      f["id"] = data(one.id);
      f["what"] = data(change_text(one));
      entries.push_back(data(f));
    }
    fields f;
    f["kind"] = data(std::string(part.title));
    f["entries"] = data(entries);
    parts.push_back(data(f));
  }
  page["changes"] = data(parts);
}

}  // namespace

}  // namespace html

std::string to_html(const results::run_results& run, const html_options& options) {
  const digest d = make_digest(run, options.statements ? *options.statements : catalogue{});
  const html::anchors a = html::make_anchors(run);
  fields page;
  html::set_verdict(page, run, d);
  html::set_facts(page, run);
  html::set_failures(page, run, d, a);
  html::set_changes(page, options.changes);
  const std::string map = html::statement_map(run, d, a);
  page["has_map"] = data(!map.empty());
  page["map"] = data(map);
  page["has_profile"] = data(html::set_profile(page, run, a));
  html::set_filters(page, run);
  page["rows"] = data(html::table_rows(run, a));
  return render_template("page", std::move(page));
}

}  // namespace mqttspec::reports
