#include "cli/exit_codes.h"

#include <algorithm>

namespace mqttspec::cli {

exit_code exit_code_of(const results::run_results& r, std::size_t min) {
  const results::totals t = results::count(r);
  if (r.interrupted) return interrupted;
  if (!r.void_reason.empty()) return broker_unusable;
  if (t.unexpected != 0) return unexpected_result;
  if (t.pass + t.pass_note + t.fail < std::max<std::size_t>(1, min)) return nothing_ran;
  return r.problems.empty() ? as_expected : unexpected_result;
}

}  // namespace mqttspec::cli
