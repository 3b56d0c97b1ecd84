#include "robustness/report.h"

#include <fmt/format.h>

#include <algorithm>

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

std::string command_for(const std::string& file, const report_context& c) {
  return in_code(fmt::format("mqttspec run {} {}", file, c.run_options));
}

std::string trace_text(const results::case_result& trial) {
  std::string out;
  for (const results::trace_line& line : trial.trace) {
    const char* arrow = line.direction == results::trace_direction::sent       ? ">"
                        : line.direction == results::trace_direction::received ? "<"
                                                                               : "-";
    out += fmt::format("    {} {} {} {}", print_seconds(line.at), line.client, arrow,
                       line.text.substr(0, longest_line));
    if (line.client == "x" && !line.hex.empty())
      out += "   [" + line.hex.substr(0, longest_line) + "]";
    out += '\n';
  }
  return out;
}

bool is_crash(const finding& f) {
  return f.kind == finding_kind::crash || f.kind == finding_kind::hang;
}

std::string finding_text(const campaign_result& r, std::size_t i, const report_context& c) {
  const finding& f = r.findings[i];
  const std::string name = finding_name(r, i);
  std::string out = fmt::format("### {}\n\n", name);
  out += fmt::format("- What: {}, {} of {} times when played alone", kind_name(f.kind), f.failed,
                     f.tries);
  if (f.times > 1) out += fmt::format("; its like came up {} times", f.times);
  out += fmt::format("\n- When: by {}, session state \"{}\", {}\n",
                     wire::version_name(f.shown_by.version), state_name(f.shown_by.state),
                     f.shown_by.operation);
  out += fmt::format("- Seen: {}\n", in_code(f.evidence));
  if (f.trial.fault && !is_crash(f)) {
    out += fmt::format("- Expected: {}\n", in_code(f.trial.fault->expected));
    for (const auto& s : f.trial.fault->statements) {
      out += fmt::format("- Statement: {}:{} {}\n", s.version, s.id, s.summary);
    }
  }
  if (f.kind != finding_kind::sanitizer && f.kind != finding_kind::growth) {
    out += "- Control: the same without the hostile octets is served.\n";
  }
  out += fmt::format("- Again: {}\n\n", command_for(name + ".mqs", c));
  out += "Octets of x:\n\n";
  for (const hostile_send& s : f.shown_by.sends) {
    std::string line = s.packet;
    for (const std::string& t : s.transforms) line += " | " + t;
    out += "    x > " + line.substr(0, longest_line) + "\n";
  }
  if (!f.trial.trace.empty()) out += "\nOn the wire:\n\n" + trace_text(f.trial);
  return out + "\n";
}

std::string section(const campaign_result& r, const report_context& c, std::string_view title,
                    bool crashes) {
  std::string out;
  for (std::size_t i = 0; i < r.findings.size(); ++i) {
    if (is_crash(r.findings[i]) == crashes) out += finding_text(r, i, c);
  }
  return fmt::format("## {}\n\n{}", title, out.empty() ? "None.\n\n" : out);
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
  const auto slug = [](finding_kind k) {
    std::string text(kind_name(k));
    std::replace(text.begin(), text.end(), ' ', '-');
    return text;
  };
  std::size_t number = 1;
  for (std::size_t i = 0; i < index; ++i) number += r.findings[i].kind == r.findings[index].kind;
  return fmt::format("{}-{}", slug(r.findings[index].kind), number);
}

std::string finding_file(const campaign_result& r, std::size_t index, const report_context& c) {
  const finding& f = r.findings[index];
  const std::string name = finding_name(r, index);
  return fmt::format("# {}: {}, {} of {} times\n# {}\n# {}\n\n{}", c.target, kind_name(f.kind),
                     f.failed, f.tries, in_code(f.evidence), command_for(name + ".mqs", c),
                     scenario_text(f.shown_by, name));
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
  out += section(r, c, "Crashes and hangs", true);
  out += section(r, c, "Other findings", false);
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
