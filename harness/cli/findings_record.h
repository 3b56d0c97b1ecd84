#pragma once
// The record of an exploration: what it finds as findings of a results file, judged by the baseline
// and written by every writer that `mqttspec run` has.
//
//   findings_record record(request.record, request.target.hidden(), on);
//   record.tell(target);
//   if (!record.add(finding).expected) on.print("FOUND ...");
//   return record.finish(as_expected);

#include <string>
#include <vector>

#include "cli/run_options.h"
#include "results/results.h"
#include "target/standing.h"

namespace mqttspec::cli {

struct record_request {
  std::string verb;   // "explore model"
  arguments command;  // the options that say it again
  std::vector<wire::protocol_version> versions;
  verdicts::baseline known;
  report_request reports;
  std::string cases_directory;  // where the catalogue of statements is
};

// --baseline and the reports.
void add_record_options(po::options_description& to);
// Into |into|.known and |into|.reports; false: told on err.
bool read_record_options(const parsed_options& options, record_request& into, console& on);

class findings_record {
 public:
  // |request| must outlive it.
  findings_record(const record_request& request, trace::secrets hidden, console& on);

  // What |target| is, and once it has ended how it did; a crash is a problem, told on err.
  void tell(const target::standing_target& target);

  // The same id twice is one finding, seen more often.
  const results::run_finding& add(results::run_finding f);

  // To be filled with what else there is to tell: notes, problems, void_reason.
  results::run_results& run() { return run_; }
  std::string hide(std::string_view text) const { return hidden_.hide(text); }

  // Writes the reports and says where. |status|: what the exploration ends with, whatever it found.
  int finish(int status);

 private:
  const record_request& request_;
  console& on_;
  trace::secrets hidden_;
  results::run_results run_;
};

}  // namespace mqttspec::cli
