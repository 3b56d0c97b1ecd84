#pragma once
// Markdown for a job summary or a merge request: the verdict, failures first, then changes and what
// was not judged; never longer than such places take.

#include <string>

#include "reports/catalogue.h"
#include "reports/compare.h"
#include "results/results.h"

namespace mqttspec::reports {

struct markdown_options {
  const catalogue* statements = nullptr;
  const comparison* changes = nullptr;
  std::size_t most_octets = 60'000;  // below the 64 KiB of the forges, with room for a heading
};

// At most |most_octets| long; what did not fit is counted.
std::string to_markdown(const results::run_results& run, const markdown_options& options = {});

}  // namespace mqttspec::reports
