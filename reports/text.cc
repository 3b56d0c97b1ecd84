#include "reports/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/diagnostic.h"
#include "base/shell_words.h"
#include "base/visible.h"
#include "results/causes.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::check_outcome;
using results::trace_direction;
using results::trace_line;
using results::verdict;

constexpr std::size_t last_packets = 16;
constexpr std::size_t most_causes = 5;
constexpr std::size_t most_listed = 200;

const char* tint(const case_result& c) {
  if (!c.expected) return "\033[1;31m";
  switch (c.outcome) {
    case verdict::pass:
      return "\033[32m";
    case verdict::pass_note:
      return "\033[36m";
    case verdict::skip:
      return "\033[2m";
    default:
      return "\033[33m";
  }
}

std::string indented(std::string_view text, std::string_view by) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += fmt::format("{}{}", by, line);
    out += '\n';
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

// What stands behind the caret: the observed half of `X: expected A, got B`.
std::string label_of(const results::failure& f) {
  const std::string& first = f.faults.empty() ? f.message : f.faults.front();
  std::string label;
  if (const auto got = first.rfind(", got "); got != std::string::npos) {
    label = first.substr(got + 2);
  } else if (!f.actual.empty()) {
    label = "got " + f.actual;
  }
  if (!f.loop.empty()) label += fmt::format("{}({})", label.empty() ? "" : "   ", f.loop);
  return label;
}

std::string_view protocol(const std::string& version) {
  return version == "v5" ? "5" : "3.1.1";
}

std::string statement_lines(const results::failure& f) {
  std::string out;
  for (const auto& s : f.statements) {
    out += fmt::format("     = {} {} (MQTT {}){}{}\n",
                       s.outcome == check_outcome::violated ? "violates" : "about", s.id,
                       protocol(s.version), s.summary.empty() ? "" : ": ", s.summary);
  }
  return out;
}

std::string trace_row(const trace_line& t) {
  const char sign = t.direction == trace_direction::sent       ? '>'
                    : t.direction == trace_direction::received ? '<'
                                                               : '-';
  return fmt::format("   {} {:>7} {} {} {}\n", t.marked ? '*' : ' ', print_seconds(t.at),
                     visible_line(t.client), sign, visible_line(t.text));
}

// Of a connection these are its frame: the CONNECT with the will, the takeover, the close.
bool frames(const trace_line& t) {
  return t.direction == trace_direction::event
             ? t.text != "open"
             : t.text.starts_with("CONNECT ") || t.text.starts_with("DISCONNECT");
}

// Packets of all clients in one time line, up to the one that the failure is about: the last ones,
// and what frames the connections before them.
std::string packets_that_matter(const case_result& c) {
  const std::vector<trace_line>& all = c.packets;
  // The marked line stays in sight even when more came after it.
  std::size_t end = all.size();
  bool marked = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].marked) continue;
    end = std::min(all.size(), i + 4);
    marked = true;
  }
  const std::size_t last = end > last_packets ? end - last_packets : 0;
  std::string out;
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const bool old_frame = frames(all[i]) && i + last_packets * 4 >= end;
    if (i < last && !old_frame) {
      ++left_out;
      continue;
    }
    if (left_out != 0) out += fmt::format("             ({} left out)\n", left_out);
    left_out = 0;
    out += trace_row(all[i]);
  }
  // What did not come stands in no trace.
  if (!out.empty() && !marked && c.fault && !c.fault->actual.empty()) {
    out += fmt::format("   *         {} < {}\n", c.fault->client, c.fault->actual);
  }
  return out;
}

std::string fault_text(const case_result& c, const results::failure& f, bool colour) {
  diagnostic d;
  d.message = f.faults.empty() ? f.message : f.faults.front();
  d.where = f.where;
  d.source_line = f.source_line;
  d.label = label_of(f);
  std::string out = indented(render(d, colour), "  ");
  for (std::size_t i = 1; i < f.faults.size(); ++i) {
    out += fmt::format("     = also {}\n", f.faults[i]);
  }
  out += statement_lines(f);
  if (!f.step.empty()) out += fmt::format("     = step \"{}\"\n", f.step);
  if (c.level == "should") out += "     = the standard says SHOULD\n";
  return out;
}

}  // namespace

std::string finding_line(const results::finding& f) {
  std::string statements;
  for (const auto& s : f.statements) {
    statements += fmt::format("{}{}:{}", statements.empty() ? "" : " ", s.version, s.id);
  }
  return fmt::format("trace rule {}: {} {}: {} [{}]", f.rule, print_seconds(f.at), f.client,
                     f.message, statements.empty() ? "the format" : statements);
}

std::string command_line(const results::run_results& run) {
  std::vector<std::string> words = {"mqttspec"};
  std::istringstream verb(run.verb);
  for (std::string word; verb >> word;) words.push_back(word);
  words.insert(words.end(), run.command.begin(), run.command.end());
  return shell_line(words);
}

std::string run_again(const results::run_results& run, const case_result& c) {
  if (c.again.starts_with("mqttspec ")) return c.again;
  // It belongs to every run.
  if (c.file == results::sanity_file) return command_line(run) + " --trace";
  return fmt::format("{} {} --trace", command_line(run),
                     shell_quote(c.again.empty() ? c.id : c.again));
}

std::string took_text(duration took) {
  const double ms = static_cast<double>(took.count()) / 1e6;
  return ms < 999.5 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} s", ms / 1e3);
}

std::string outcome_label(const case_result& c) {
  switch (c.outcome) {
    case verdict::pass:
      return c.expected ? "PASS" : "UNEXPECTED PASS";
    case verdict::pass_note:
      return c.expected ? "PASS-NOTE" : "UNEXPECTED PASS";
    case verdict::fail:
      if (!c.expected) return "FAIL";
      return c.baseline_reason.empty() ? "SHOULD FAIL" : "KNOWN FAIL";
    case verdict::skip:
      return "SKIP";
    case verdict::inconclusive:
      return "INCONCLUSIVE";
    case verdict::error:
      return "ERROR";
  }
  return "ERROR";
}

std::string case_line(const case_result& c, bool colour) {
  return fmt::format("{}{}{} {}{}  {}\n", colour ? tint(c) : "", outcome_label(c),
                     colour ? "\033[0m" : "", visible_line(c.id),
                     c.repetition == 0 ? "" : fmt::format(" #{}", c.repetition + 1),
                     took_text(c.took));
}

std::string trace_text(const case_result& c) {
  std::string out;
  for (const trace_line& t : c.packets) out += trace_row(t);
  return out;
}

std::string case_text(const results::run_results& run, const case_result& raw,
                      const text_options& options) {
  const case_result c = results::as_visible(raw);
  std::string out = case_line(c, options.colour);
  if (!c.reason.empty()) out += indented(c.reason, "  ");
  if (!c.baseline_reason.empty()) out += fmt::format("  baseline: {}\n", c.baseline_reason);
  for (const std::string& note : c.notes) out += fmt::format("  note: {}\n", note);
  for (const std::string& warning : c.warnings) out += fmt::format("  warning: {}\n", warning);
  for (const results::finding& f : c.findings) out += fmt::format("  {}\n", finding_line(f));
  if (c.fault) out += fault_text(c, *c.fault, options.colour);
  if (options.whole_trace) {
    if (!c.packets.empty()) out += "\n  all packets:\n" + trace_text(c);
  } else if (c.fault) {
    const std::string packets = packets_that_matter(c);
    if (!packets.empty()) out += "\n  packets of all clients:\n" + packets;
  }
  if (c.fault || c.outcome == verdict::error) {
    out += fmt::format("  run again: {}\n", visible_line(run_again(run, raw)));
  }
  return out;
}

namespace {

std::string name_of(const results::statement_check& s) {
  return visible_line(fmt::format("{} (MQTT {})", s.id, protocol(s.version)));
}

// One failure explains itself.
std::string causes_text(const results::run_results& run, bool colour, bool list_failures) {
  const std::vector<results::cause> causes = results::causes_of(run);
  std::size_t cases = 0;
  for (const results::cause& c : causes) cases += c.cases.size();
  if (cases < 2) return "";
  std::string out = "what fails, by cause:\n";
  const std::size_t shown = std::min(most_causes, causes.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const results::cause& c = causes[i];
    out += fmt::format("  {}{}{}: {}\n", colour ? "\033[1m" : "", visible_line(c.what),
                       colour ? "\033[0m" : "", results::weight_of(c));
    for (const auto& s : c.statements) {
      out += fmt::format("      breaks {}{}{}\n", name_of(s), s.summary.empty() ? "" : ": ",
                         visible_line(s.summary));
    }
    out += fmt::format("      for example {}\n", visible_line(run.cases[c.cases.front()].id));
  }
  std::size_t rest = 0;
  for (std::size_t i = shown; i < causes.size(); ++i) rest += causes[i].cases.size();
  if (rest != 0) {
    out += fmt::format("  and {} more causes of {} cases\n", causes.size() - shown, rest);
  }
  if (!list_failures) return out;
  for (const results::cause& c : causes) {
    if (c.failed == 0) continue;
    out += fmt::format("failed, as {}:\n", visible_line(c.what));
    for (std::size_t i = 0; i < std::min(c.failed, most_listed); ++i) {
      const case_result& failed = run.cases[c.cases[i]];
      out += fmt::format("  {} {}\n", outcome_label(failed), visible_line(failed.id));
    }
    if (c.failed > most_listed) out += fmt::format("  and {} more\n", c.failed - most_listed);
  }
  return out;
}

}  // namespace

std::string summary_text(const results::run_results& run, bool colour, bool list_failures) {
  const results::totals t = results::count(run);
  std::string out = causes_text(run, colour, list_failures);
  std::map<std::string, std::size_t> skips;
  for (const case_result& c : run.cases) {
    if (c.outcome == verdict::skip) ++skips[c.reason];
  }
  std::vector<std::pair<std::string, std::size_t>> by_count(skips.begin(), skips.end());
  std::sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (!by_count.empty()) out += "skipped:\n";
  for (const auto& [reason, n] : by_count)
    out += fmt::format("  {:>4}  {}\n", n, visible_line(reason));
  if (run.process && (!run.process->by_us || !run.void_reason.empty())) {
    out += fmt::format("the broker {}\n", visible_line(run.process->ended));
    if (!run.process->output.empty()) out += "its last output:\n";
    for (const std::string& line : run.process->output) out += indented(visible(line), "  ");
  }
  if (!run.findings.empty()) out += "findings:\n";
  for (const results::run_finding& f : run.findings) {
    const case_result c = results::as_case(f);
    out += fmt::format("  {} {}, in {} case{}: {}\n", outcome_label(c), visible_line(f.id), f.times,
                       f.times == 1 ? "" : "s", visible_line(f.seen));
  }
  if (run.verb == "run" && !run.notes.empty()) out += "notes:\n";
  for (const std::string& n : run.notes) {
    if (run.verb == "run") out += indented(visible(n), "  ");
  }
  if (!run.problems.empty()) out += "problems:\n";
  for (const std::string& p : run.problems) out += indented(visible(p), "  ");
  if (!run.void_reason.empty()) {
    out += fmt::format("{}the results are void:{} {}\n", colour ? "\033[1;31m" : "",
                       colour ? "\033[0m" : "", visible(run.void_reason));
  }
  if (run.interrupted) out += "interrupted: cases that had not ended are inconclusive\n";

  std::vector<std::string> parts;
  const auto part = [&](std::size_t n, std::string_view what) {
    if (n != 0) parts.push_back(fmt::format("{} {}", n, what));
  };
  parts.push_back(fmt::format("{} passed", t.pass));
  part(t.pass_note, "passed with a note");
  part(t.fail, "failed");
  part(t.inconclusive, "inconclusive");
  part(t.error, t.error == 1 ? "error" : "errors");
  part(t.skip, "skipped");
  const bool simulated = run.target.address == "simulated";
  const bool bad = t.unexpected + t.unexpected_findings != 0 || !run.problems.empty() ||
                   !run.void_reason.empty() || run.interrupted;
  if (t.findings != 0) {
    parts.push_back(fmt::format("{} finding{} ({} unexpected)", t.findings,
                                t.findings == 1 ? "" : "s", t.unexpected_findings));
  }
  out += fmt::format(
      "{}{}{}: {} of {} in {}{} ({} unexpected) against {}\n",
      !colour ? ""
      : bad   ? "\033[1;31m"
              : "\033[1;32m",
      bad ? "NOT OK" : "OK", colour ? "\033[0m" : "", fmt::join(parts, ", "), run.cases.size(),
      took_text(run.took), simulated ? " of virtual time" : "", t.unexpected,
      simulated || run.target.address == "embedded" ? "the embedded broker"
                                                    : visible_line(run.target.address));
  return out;
}

}  // namespace mqttspec::reports
