#pragma once
// What a run adds to its output when it goes on inside GitHub Actions (GITHUB_ACTIONS is "true"):
// groups in the log, annotations, and a job summary in the file GITHUB_STEP_SUMMARY.
//
// All other text goes through a filter that leaves no line that is a command there
// (reports/harmless_lines.h).

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "reports/catalogue.h"
#include "reports/harmless_lines.h"
#include "results/results.h"

namespace mqttspec::cli {

bool in_workflow(const console& on);

// "::error file=cases/queue/order.mqs,line=30,title=queue/order/eight[v5]::PUBLISH.dup: ...\n" for
// each unexpected case and problem, at most ten, as many as GitHub shows.
std::string annotations(const results::run_results& run);

// Two streams of harmless lines in the place of a console's own, and the way past them.
class workflow {
 public:
  explicit workflow(console& on);

  console& filtered() { return filtered_; }
  void begin_cases();
  // Ends the group of the cases; shows what was unexpected, each in its group, and annotates it.
  void tell(const results::run_results& run, bool whole_trace);
  // Appends to GITHUB_STEP_SUMMARY, where that is set.
  // false: told on err.
  bool write_summary(const results::run_results& run, const reports::catalogue& statements);

 private:
  // A command of ours, behind everything that was printed before.
  void command(const std::string& line);

  console& on_;
  reports::harmless_lines out_buffer_;
  reports::harmless_lines err_buffer_;
  std::ostream out_;
  std::ostream err_;
  console filtered_;
};

}  // namespace mqttspec::cli
