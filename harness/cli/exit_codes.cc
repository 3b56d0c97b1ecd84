#include "cli/exit_codes.h"

#include <algorithm>
#include <array>

namespace mqttspec::cli {

std::span<const exit_meaning> exit_meanings() {
  static constexpr std::array meanings = std::to_array<exit_meaning>({
      {as_expected, "everything as expected, known failures included"},
      {unexpected_result,
       "something unexpected: a failure, an inconclusive case, a finding, a known failure that "
       "passes, a baseline entry that is stale or was never judged"},
      {bad_usage, "bad usage, or a file that does not parse: nothing was run"},
      {broker_unusable,
       "no broker that lets a client in, or one that goes away again and again: the results are "
       "void"},
      {nothing_ran, "nothing ran, or fewer cases than --min"},
      {internal_error, "an output that cannot be written, or an error of mqttspec itself"},
      {interrupted, "interrupted; the reports so far are written"},
  });
  return meanings;
}

exit_code exit_code_of(const results::run_results& r, std::size_t min) {
  const results::totals t = results::count(r);
  if (r.interrupted) return interrupted;
  if (!r.void_reason.empty()) return broker_unusable;
  if (t.unexpected + t.unexpected_findings != 0) return unexpected_result;
  // Explorations play no cases.
  const bool plays_cases = r.verb == "run";
  if (plays_cases && t.pass + t.pass_note + t.fail < std::max<std::size_t>(1, min)) {
    return nothing_ran;
  }
  return r.problems.empty() ? as_expected : unexpected_result;
}

}  // namespace mqttspec::cli
