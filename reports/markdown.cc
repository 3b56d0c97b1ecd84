#include "reports/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/text.h"
#include "results/causes.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::check_outcome;
using results::verdict;

// One text may not crowd out the rest.
constexpr std::size_t longest_text = 1'500;

std::string shortened(const std::string& text) {
  if (text.size() <= longest_text) return text;
  std::size_t end = longest_text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " ...";
}

class page {
 public:
  explicit page(std::size_t most) : most_(most) {}

  bool fits(const std::string& piece) const {
    return text_.size() + piece.size() + reserve <= most_;
  }
  bool add(const std::string& piece) {
    if (!fits(piece)) return false;
    text_ += piece;
    return true;
  }

  // The pieces under |title| as far as they fit; says how many did not.
  void add_all(const std::string& title, const std::vector<std::string>& pieces) {
    if (pieces.empty() || !add(title)) return;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (add(pieces[i])) continue;
      // What is said here is within the reserve.
      const std::string left =
          fmt::format("\n*... and {} more, left out for length.*\n", pieces.size() - i);
      if (text_.size() + left.size() <= most_) text_ += left;
      return;
    }
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t reserve = 100;  // for the line about what was left out
  std::size_t most_;
  std::string text_;
};

std::string failure_text(const results::run_results& run, const case_result& c) {
  const std::string title = shortened(c.title.empty() ? c.id : c.title);
  const std::string label = outcome_label(c);
  std::string out =
      fmt::format("### ✗ {}\n\n{}{}\n\n", markdown_text(title), markdown_code(shortened(c.id)),
                  label == "FAIL" ? "" : fmt::format(" ({})", label));
  if (c.fault) {
    for (const auto& s : c.fault->statements) {
      if (s.outcome != check_outcome::violated) continue;
      out +=
          fmt::format("Violates {} ({}): {}\n\n", markdown_code(shortened(s.id)),
                      markdown_text(protocol_name(s.version)), markdown_text(shortened(s.summary)));
    }
    std::string block;
    const auto line = [&](std::string_view name, const std::string& text) {
      std::istringstream parts(shortened(text));
      for (std::string part; std::getline(parts, part); name = "") {
        block += fmt::format("{:<9} {}\n", name, visible_line(part));
      }
    };
    if (c.fault->faults.empty()) line("", c.fault->message);
    for (const std::string& fault : c.fault->faults) line("", fault);
    const std::size_t indented = c.fault->expected.find_first_not_of(' ');
    if (indented != std::string::npos) line("expected", c.fault->expected.substr(indented));
    line("got", c.fault->actual);
    if (c.fault->where.line != 0) {
      line("at", fmt::format("{}:{}", c.fault->where.file, c.fault->where.line));
    }
    line("again", run_again(run, c));
    out += markdown_block(block) + "\n";
  }
  if (!c.baseline_reason.empty()) {
    out += fmt::format("Baseline: {}\n\n", markdown_code(shortened(c.baseline_reason)));
  }
  return out;
}

std::vector<std::string> cause_lines(const results::run_results& run) {
  const std::vector<results::cause> causes = results::causes_of(run);
  std::size_t cases = 0;
  for (const results::cause& c : causes) cases += c.cases.size();
  std::vector<std::string> out;
  if (cases < 2) return out;
  for (const results::cause& c : causes) {
    std::string line = fmt::format("- **{}**: {}", markdown_text(shortened(c.what)), weight_of(c));
    for (const auto& s : c.statements) {
      line +=
          fmt::format("\n  - breaks {} ({}): {}", markdown_code(shortened(s.id)),
                      markdown_text(protocol_name(s.version)), markdown_text(shortened(s.summary)));
    }
    line += fmt::format("\n  - for example {}\n",
                        markdown_code(shortened(run.cases[c.cases.front()].id)));
    out.push_back(std::move(line));
  }
  if (!out.empty()) out.back() += "\n";
  return out;
}

std::vector<std::string> failure_texts(const results::run_results& run, const digest& d) {
  std::vector<std::string> out;
  for (const auto* part : {&d.failures, &d.should_failures}) {
    for (const std::size_t i : *part) out.push_back(failure_text(run, run.cases[i]));
  }
  return out;
}

std::string case_line(const case_result& c) {
  const std::string why = fault_line(c);
  return fmt::format("- {}{}{}\n", markdown_code(shortened(c.id)), why.empty() ? "" : ": ",
                     markdown_code(shortened(why)));
}

std::vector<std::string> case_lines(const results::run_results& run,
                                    const std::vector<std::size_t>& cases) {
  std::vector<std::string> out;
  for (const std::size_t i : cases) out.push_back(case_line(run.cases[i]));
  return out;
}

std::vector<std::string> change_lines(const comparison& c) {
  std::vector<std::string> out;
  for (const comparison_part& part : comparison_parts(c)) {
    for (const change& one : *part.changes) {
      out.push_back(fmt::format("- {}: {} {}\n", part.title, markdown_code(shortened(one.id)),
                                markdown_code(shortened(change_text(one)))));
    }
  }
  return out;
}

std::vector<std::string> skip_lines(const results::run_results& run) {
  std::map<std::string, std::size_t> reasons;
  for (const case_result& c : run.cases) {
    if (c.outcome == verdict::skip) ++reasons[c.reason];
  }
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [reason, n] : reasons) order.emplace_back(n, reason);
  std::sort(order.rbegin(), order.rend());
  std::vector<std::string> out;
  for (const auto& [n, reason] : order) {
    out.push_back(fmt::format("- {}: {}\n", n, markdown_code(shortened(reason))));
  }
  return out;
}

std::string head(const results::run_results& run, const digest& d) {
  const judgement_text t = judge(run, d);
  const results::totals n = results::count(run);
  std::string out = fmt::format("## {} {}: {}\n\n{}\n\n{}\n\n",
                                t.is == tone::good  ? "✓"
                                : t.is == tone::bad ? "✗"
                                                    : "?",
                                markdown_text(shortened(target_name(run))), t.headline,
                                markdown_text(shortened(t.violated)), markdown_text(t.unchecked));
  for (const std::string& r : t.remarks) out += fmt::format("{}\n\n", markdown_text(r));
  if (!run.notes.empty()) {
    out += markdown_block(shortened(fmt::format("{}", fmt::join(run.notes, "\n")))) + "\n";
  }
  out += "| fail | error | inconclusive | pass-note | skip | pass |\n";
  out += "| ---: | ---: | ---: | ---: | ---: | ---: |\n";
  out += fmt::format("| {} | {} | {} | {} | {} | {} |\n\n", n.fail, n.error, n.inconclusive,
                     n.pass_note, n.skip, n.pass);
  return out;
}

}  // namespace

std::string to_markdown(const results::run_results& run, const markdown_options& options) {
  const digest d = make_digest(run, options.statements ? *options.statements : catalogue{});
  page out(options.most_octets);
  out.add(head(run, d));
  out.add_all("### What fails, by cause\n\n", cause_lines(run));
  out.add_all("", failure_texts(run, d));
  if (options.changes != nullptr) {
    out.add_all(fmt::format("### Changes since {}\n\n{}\n\n",
                            markdown_code(shortened(options.changes->since)),
                            markdown_text(comparison_summary(*options.changes))),
                change_lines(*options.changes));
  }
  out.add_all("\n### Unexpected passes\n\n", case_lines(run, d.unexpected_passes));
  std::vector<std::string> problems;
  for (const std::string& p : run.problems) {
    problems.push_back(fmt::format("- {}\n", markdown_code(shortened(p))));
  }
  out.add_all("\n### Problems\n\n", problems);
  out.add_all("\n### Errors\n\n", case_lines(run, d.errors));
  out.add_all("\n### Inconclusive\n\n", case_lines(run, d.inconclusive));
  out.add_all("\n### Known failures\n\n", case_lines(run, d.known_failures));
  out.add_all("\n### Skipped\n\n", skip_lines(run));
  return out.take();
}

}  // namespace mqttspec::reports
