#pragma once
// What `mqttspec run` was asked to do, read and checked before anything is connected.

#include <optional>

#include "cli/case_files.h"
#include "cli/report_files.h"
#include "suite/target_run.h"

namespace mqttspec::cli {

class workflow;

enum class trace_choice : std::uint8_t { none, failed, all };

struct run_request {
  suite::target_run run;
  std::size_t min = 0;
  trace_choice trace = trace_choice::none;
  int verbosity = 0;     // -q: -1, -v: 1
  bool profile = false;  // mqttspec profile: what was measured is the answer, not the verdicts
  report_request reports;
  workflow* workflow_log = nullptr;  // inside GitHub Actions
};

// Those of the target, the cases and the embedded broker too.
void add_run_options(po::options_description& to);

// --baseline, into |known|; false: told on err.
bool read_baseline(const parsed_options& options, verdicts::baseline& known, console& on);

// nullopt with everything told on err. |cases| must outlive it.
std::optional<run_request> read_run_request(const parsed_options& options, const case_files& cases,
                                            console& on);

}  // namespace mqttspec::cli
