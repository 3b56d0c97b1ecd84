#include "results/results.h"

#include <fmt/format.h>

namespace mqttspec::results {

std::string_view verdict_name(verdict v) {
  switch (v) {
    case verdict::pass:
      return "pass";
    case verdict::pass_note:
      return "pass-note";
    case verdict::fail:
      return "fail";
    case verdict::skip:
      return "skip";
    case verdict::inconclusive:
      return "inconclusive";
    case verdict::error:
      return "error";
  }
  return "error";
}

std::string print(const deviation& d) {
  return fmt::format("{}{}expected {}, got {}", d.of, d.of.empty() ? "" : ": ", d.expected, d.got);
}

totals count(const run_results& r) {
  totals t;
  for (const case_result& c : r.cases) {
    switch (c.outcome) {
      case verdict::pass:
        ++t.pass;
        break;
      case verdict::pass_note:
        ++t.pass_note;
        break;
      case verdict::fail:
        ++t.fail;
        break;
      case verdict::skip:
        ++t.skip;
        break;
      case verdict::inconclusive:
        ++t.inconclusive;
        break;
      case verdict::error:
        ++t.error;
        break;
    }
    if (!c.expected) ++t.unexpected;
  }
  t.findings = r.findings.size();
  for (const run_finding& f : r.findings) {
    if (!f.expected) ++t.unexpected_findings;
  }
  return t;
}

}  // namespace mqttspec::results
