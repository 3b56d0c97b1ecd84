#include "robustness/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/shell_words.h"

namespace mqttspec::robustness {

namespace {

constexpr std::size_t longest_line = 300;

// Text of brokers and scenarios, within a line of Markdown.
std::string in_code(std::string text) {
  for (char& c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '`') c = '\'';
    if (octet < 0x20 || octet == 0x7F) c = ' ';
  }
  if (text.size() > longest_line) text = text.substr(0, longest_line) + "...";
  return "`" + text + "`";
}

std::string_view title_of(finding_kind k) {
  switch (k) {
    case finding_kind::crash:
      return "the broker ends";
    case finding_kind::hang:
      return "the broker takes no more connections";
    case finding_kind::harm:
      return "other clients are not served";
    case finding_kind::lock_out:
      return "a Client Identifier cannot be used any more";
    case finding_kind::sanitizer:
      return "a sanitizer speaks";
    case finding_kind::growth:
      return "memory grows with every experiment";
  }
  return "";
}

std::string slug(std::string_view words) {
  std::string out(words);
  std::replace(out.begin(), out.end(), ' ', '-');
  return out;
}

std::string command_for(const std::string& name, const report_context& c) {
  const std::string file = (c.folder.empty() ? "" : c.folder + "/") + name + ".mqs";
  return fmt::format("mqttspec run {} {}", c.run_options, shell_quote(file));
}

std::string reaction_table(const campaign_result& r) {
  std::string out =
      "## How strict it was\n\nNot judged: how the attacked connection went on.\n\n"
      "| octets | experiments | told, then closed | closed | answered | nothing |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& [operation, counts] : r.by_operation) {
    const auto of = [&, &all = counts](reaction x) { return all[static_cast<std::size_t>(x)]; };
    std::size_t sum = 0;
    for (const std::size_t n : counts) sum += n;
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", operation, sum, of(reaction::told),
                       of(reaction::closed), of(reaction::answered), of(reaction::none));
  }
  out += "\n| state | experiments |\n| --- | --- |\n";
  for (std::size_t s = 0; s < session_states; ++s) {
    out += fmt::format("| {} | {} |\n", state_name(static_cast<session_state>(s)), r.by_state[s]);
  }
  return out + "\n";
}

std::string memory_text(const campaign_result& r) {
  if (r.memory.empty()) return "";
  std::string out = "## Memory of its processes\n\n| experiments | MiB |\n| --- | --- |\n";
  const std::size_t step = std::max<std::size_t>(1, r.memory.size() / 10);
  for (std::size_t i = 0; i < r.memory.size(); i += step) {
    out += fmt::format("| {} | {:.1f} |\n", r.memory[i].experiments,
                       static_cast<double>(r.memory[i].octets) / 1048576.0);
  }
  return out + "\n";
}

}  // namespace

std::string finding_name(const campaign_result& r, std::size_t index) {
  std::size_t number = 1;
  for (std::size_t i = 0; i < index; ++i) number += r.findings[i].kind == r.findings[index].kind;
  return fmt::format("{}-{}", slug(kind_name(r.findings[index].kind)), number);
}

results::run_finding record_of(const campaign_result& r, std::size_t index,
                               const report_context& c) {
  const finding& f = r.findings[index];
  const std::string name = finding_name(r, index);
  results::run_finding out;
  out.kind = "bytes";
  out.version = std::string(wire::version_name(f.shown_by.version));
  out.id = fmt::format("explore/bytes/{}/{}[{}]", slug(kind_name(f.kind)),
                       slug(f.shown_by.operation), wire::version_tag(f.shown_by.version));
  out.title =
      fmt::format("{} after octets of the kind \"{}\"", title_of(f.kind), f.shown_by.operation);
  const bool ended = f.kind == finding_kind::crash || f.kind == finding_kind::hang;
  out.wanted = f.trial.fault && !ended ? f.trial.fault->expected : "the others are served";
  out.seen = f.evidence;
  if (f.trial.fault && !ended) out.statements = f.trial.fault->statements;
  out.times = f.times;
  out.seen_in = {fmt::format("the session state \"{}\"", state_name(f.shown_by.state))};
  out.notes.push_back(fmt::format("{} of {} times when it was played alone", f.failed, f.tries));
  if (f.kind != finding_kind::sanitizer && f.kind != finding_kind::growth) {
    out.notes.emplace_back("the same without the hostile octets is served");
  }
  for (const hostile_send& s : f.shown_by.sends) {
    std::string line = "x > " + s.packet;
    for (const std::string& t : s.transforms) line += " | " + t;
    out.notes.push_back(line.substr(0, longest_line));
  }
  out.again = command_for(name, c);
  out.scenario = fmt::format("# {}: {}, {} of {} times\n# {}\n# {}\n\n{}", c.target,
                             kind_name(f.kind), f.failed, f.tries, in_code(f.evidence), out.again,
                             scenario_text(f.shown_by, name));
  out.trace = f.trial.trace;
  return out;
}

std::string report_text(const campaign_result& r, const report_context& c) {
  const double seconds = std::chrono::duration<double>(r.took).count();
  std::string out = fmt::format("# Hostile octets: {}\n\n", c.target);
  out += fmt::format(
      "{} experiments in {:.0f} s ({:.0f} a second), seed {}; {} findings; the broker was started "
      "again {} times. {} did not get as far as the hostile octets{}.\n\n",
      r.experiments, seconds, seconds > 0 ? static_cast<double>(r.experiments) / seconds : 0,
      c.seed, r.findings.size(), r.restarts, r.unprepared,
      r.unprepared == 0 ? "" : ", the last because of " + in_code(r.unprepared_evidence));
  if (!r.ended_early.empty()) out += fmt::format("Ended early: {}\n\n", in_code(r.ended_early));
  if (!r.doubts.empty()) {
    out += "## In doubt\n\nNot claimed.\n\n";
    for (const std::string& d : r.doubts) out += fmt::format("- {}\n", in_code(d));
    out += '\n';
  }
  if (!r.alarms.empty()) {
    out +=
        "## What the broker said\n\nLines of its output that tell of a defect inside, by how "
        "often.\n\n";
    for (const auto& [line, times] : r.alarms)
      out += fmt::format("- {} times {}\n", times, in_code(line));
    out += '\n';
  }
  return out + reaction_table(r) + memory_text(r);
}

}  // namespace mqttspec::robustness
