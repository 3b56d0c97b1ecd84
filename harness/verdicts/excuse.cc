#include "verdicts/excuse.h"

#include <fmt/format.h>

namespace mqttspec::verdicts {

namespace {

// A PINGREQ that takes longer tells of a broker that stood still.
constexpr duration tolerated = std::chrono::milliseconds(500);

}  // namespace

void excuse(results::case_result& r, const play::circumstances& around) {
  if (r.outcome != results::verdict::fail || around.slowest_pulse <= tolerated) return;
  r.harness_late = true;
  if (!r.about_time) return;
  r.outcome = results::verdict::inconclusive;
  r.reason = fmt::format(
      "the broker did not answer a PINGREQ for {}",
      print_duration(std::chrono::round<std::chrono::milliseconds>(around.slowest_pulse)));
  for (auto* checks : {&r.statements, &r.fault->statements}) {
    for (results::statement_check& s : *checks) {
      if (s.outcome == results::check_outcome::violated) {
        s.outcome = results::check_outcome::inconclusive;
      }
    }
  }
}

}  // namespace mqttspec::verdicts
