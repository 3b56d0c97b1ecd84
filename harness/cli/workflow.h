#pragma once
// What a run adds to its output when it goes on inside GitHub Actions (GITHUB_ACTIONS is "true"):
// groups in the log, annotations, and a job summary in the file GITHUB_STEP_SUMMARY.
//
// GitHub takes every line that begins with "::" for a command. A broker chooses topics, payloads
// and reason strings, so all other text goes through a filter that leaves no such line.

#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

#include "cli/console.h"
#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::cli {

bool in_workflow(const console& on);

// |line| as something that is no workflow command, neither "::name::" nor "##[name]".
std::string harmless(std::string_view line);

// "::error file=cases/queue/order.mqs,line=30,title=queue/order/eight[v5]::PUBLISH.dup: ...\n" for
// each unexpected case and problem, at most ten, as many as GitHub shows.
std::string annotations(const results::run_results& run);

// Passes lines on as harmless ones. What has no new line yet is kept until the end.
class harmless_lines : public std::streambuf {
 public:
  explicit harmless_lines(std::ostream& to) : to_(to) {}
  ~harmless_lines() override;

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  std::ostream& to_;
  std::string line_;
};

// Two such streams in the place of a console's own, and the way past them.
class workflow {
 public:
  explicit workflow(console& on);

  console& filtered() { return filtered_; }
  void begin_cases();
  // Ends the group of the cases; shows what was unexpected, each in its group, and annotates it.
  void tell(const results::run_results& run, bool whole_trace);
  // Appends to GITHUB_STEP_SUMMARY, where that is set.
  void write_summary(const results::run_results& run, const reports::catalogue& statements);

 private:
  // A command of ours, behind everything that was printed before.
  void command(const std::string& line);

  console& on_;
  harmless_lines out_buffer_;
  harmless_lines err_buffer_;
  std::ostream out_;
  std::ostream err_;
  console filtered_;
};

}  // namespace mqttspec::cli
