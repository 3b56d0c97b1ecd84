#include "reports/finding_page.h"

#include <fmt/format.h>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/text.h"

namespace mqttspec::reports {

std::string finding_markdown(const results::run_results& run, const results::run_finding& f) {
  const results::case_result c = results::as_case(f);
  std::string out =
      fmt::format("## {}\n\n{} on {}: {}\n\n", markdown_text(f.title), markdown_code(f.id),
                  markdown_text(target_name(run)), outcome_label(c));
  for (const results::statement_check& s : f.statements) {
    out += fmt::format("- {} ({}): {}\n", markdown_code(s.id),
                       markdown_text(protocol_name(s.version)), markdown_text(s.summary));
  }
  out += fmt::format("- expected: {}\n- seen: {}\n",
                     markdown_code(f.wanted.empty() ? "nothing" : f.wanted), markdown_code(f.seen));
  for (const std::string& note : f.notes) out += fmt::format("- {}\n", markdown_text(note));
  out += fmt::format("- {}\n", markdown_text(c.notes.back()));  // how often and where
  if (!f.baseline_reason.empty()) {
    out += fmt::format("- known to the baseline: {}\n", markdown_text(f.baseline_reason));
  }
  if (!f.again.empty()) out += fmt::format("- again: {}\n", markdown_code(run_again(run, c)));
  if (!f.history.empty()) out += "\nHistory:\n\n" + markdown_block(f.history);
  if (!f.packets.empty()) out += "\nPackets:\n\n" + markdown_block(trace_text(c));
  return out + "\n";
}

}  // namespace mqttspec::reports
