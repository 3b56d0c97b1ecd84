#pragma once
// What the process ends with (docs/running.md).

#include <span>
#include <stdexcept>
#include <string_view>

#include "results/results.h"

namespace mqttspec::cli {

enum exit_code : int {
  as_expected = 0,  // known failures included
  unexpected_result = 1,
  bad_usage = 2,        // or a case, baseline or target file that does not parse
  broker_unusable = 3,  // unreachable, lets nobody in, or goes away: results are void
  nothing_ran = 4,
  internal_error = 5,  // or an output that cannot be written
  interrupted = 130,
};

// Thrown before anything is run, and caught by run_program: it ends with internal_error.
struct cannot_write : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct exit_meaning {
  int code;
  std::string_view text;
};
std::span<const exit_meaning> exit_meanings();

// |min|: at least so many cases must have come to a verdict.
exit_code exit_code_of(const results::run_results& r, std::size_t min);

}  // namespace mqttspec::cli
