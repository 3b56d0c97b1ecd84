#pragma once
// The report files that `mqttspec run` and `mqttspec report` write, and their options.

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "reports/catalogue.h"
#include "reports/compare.h"
#include "results/results.h"
#include "script/catalogue.h"

namespace mqttspec::cli {

// nullopt, told on err: not a results file.
std::optional<results::run_results> read_results(const std::string& file, console& on);

struct report_context {
  reports::catalogue statements;
  std::optional<reports::comparison> changes;  // --compare
  bool only_failures_have_packets = false;     // in the results file
};

// Adds an option for every kind, each name with |prefix|, and with |captures| --pcap.
void add_report_options(po::options_description& to, const std::string& prefix,
                        bool captures = true);

struct report_request {
  std::vector<std::pair<std::string, std::string>> files;  // kind, file
  std::string pcap;                                        // directory for captures; empty: none
};

// What |options| ask for. Throws cannot_write.
report_request read_report_request(const parsed_options& options, const std::string& prefix);
// The folder that option |name| names, which is made. Throws cannot_write.
std::string writable_folder(const parsed_options& options, const std::string& name);

// As reports want the catalogue.
reports::catalogue for_reports(const script::catalogue& statements);

bool write_report(const std::string& file, const std::string& text, console& on);

// Writes everything asked for. |where| gets a line for each: "HTML: report.html". false, told on
// err: something could not be written.
bool write_reports(const results::run_results& run, const report_request& request,
                   const report_context& context, std::string& where, console& on);

}  // namespace mqttspec::cli
