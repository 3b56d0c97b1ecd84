#pragma once
// The record of an exploration: what it finds as findings of a results file, judged by the baseline
// and written by every writer that `mqttspec run` has.
//
//   findings_record record(request.target, "explore model", cases_directory, on);
//   if (!record.add(finding).expected) on.print("FOUND ...");
//   return record.finish(as_expected);

#include <string>

#include "cli/run_options.h"
#include "results/results.h"

namespace mqttspec::cli {

// --baseline and the reports.
void add_record_options(po::options_description& to);
// Into |into|.known and |into|.reports; false: told on err.
bool read_record_options(const parsed_options& options, run_request& into, console& on);

class findings_record {
 public:
  // |request| must outlive it. |cases_directory|: where the catalogue of statements is.
  findings_record(const run_request& request, std::string verb, std::string cases_directory,
                  console& on);

  // The same id twice is one finding, seen more often.
  const results::run_finding& add(results::run_finding f);

  // To be filled with what else there is to tell: target, notes, problems, void_reason.
  results::run_results& run() { return run_; }
  std::string hide(std::string_view text) const { return hidden_.hide(text); }

  // Writes the reports and says where. |status|: what the exploration ends with, whatever it found.
  int finish(int status);

 private:
  const run_request& request_;
  std::string cases_directory_;
  console& on_;
  trace::secrets hidden_;
  results::run_results run_;
};

// "2026-01-02T03:04:05Z"
std::string utc_now();

}  // namespace mqttspec::cli
