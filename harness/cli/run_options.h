#pragma once
// What `mqttspec run` was asked to do, read and checked before anything is connected.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "cli/case_files.h"
#include "cli/report_files.h"
#include "suite/suite.h"
#include "target/description.h"
#include "target/ways.h"

namespace mqttspec::cli {

class workflow;

enum class target_kind : std::uint8_t { embedded, simulated, network };
enum class trace_choice : std::uint8_t { none, failed, all };

struct run_request {
  target_kind kind = target_kind::embedded;
  target::listener_address own;  // where cases go that name no transport and no node
  std::string start;             // --start: the command that is the broker
  duration start_timeout = std::chrono::seconds(60);
  bool over_tls = false;  // some listener is; |tls| is then made before it is reached
  target::trust tls;
  target::description target;     // of the target file and the options that come before it
  broker::broker_options broker;  // of the embedded one
  suite::suite_settings suite;
  std::size_t min = 0;
  trace_choice trace = trace_choice::none;
  int verbosity = 0;     // -q: -1, -v: 1
  bool profile = false;  // mqttspec profile: what was measured is the answer, not the verdicts
  report_request reports;
  workflow* workflow_log = nullptr;  // inside GitHub Actions
  std::vector<std::string> command;  // what changes verdicts, to be shown in "run again"
};

// Those of the target, the cases and the embedded broker too.
void add_run_options(po::options_description& to);

// --baseline, into |out|.suite.known; false: told on err.
bool read_baseline(const parsed_options& options, run_request& out, console& on);

// nullopt with everything told on err.
std::optional<run_request> read_run_request(const parsed_options& options, const case_files& cases,
                                            console& on);

// Runs it and shows on |on| what goes on. No report is written, nothing is summed up.
results::run_results perform_run(run_request& request, const case_files& cases, console& on);

}  // namespace mqttspec::cli
