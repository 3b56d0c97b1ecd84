#include "cli/run_options.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/broker_flags.h"
#include "cli/selection_options.h"
#include "cli/target_options.h"
#include "results/results.h"

namespace mqttspec::cli {

bool read_baseline(const parsed_options& options, verdicts::baseline& known, console& on) {
  if (!options.has("baseline")) return true;
  for (const std::string& file : list_of(options, "baseline")) {
    const auto text = read_file(file, "baseline", on);
    if (!text) return false;
    auto parsed = verdicts::parse_baseline(file, *text);
    if (!parsed) {
      on.show(parsed.error());
      return false;
    }
    std::move(parsed->begin(), parsed->end(), std::back_inserter(known));
  }
  return true;
}

namespace {

constexpr std::size_t processes_at_once = 12;  // of adapters

bool read_running(const parsed_options& options, run_request& out, console& on) {
  suite::suite_settings& suite = out.run.suite;
  if (!read_duration(options, "patience", suite.engine.patience, on) ||
      !read_duration(options, "case-deadline", suite.engine.case_deadline, on) ||
      !read_positive(options, "jobs", suite.at_once, on) ||
      !read_positive(options, "repeat", suite.repeat, on)) {
    return false;
  }
  if (options.has("min")) out.min = options.get<std::uint32_t>("min");
  suite.fail_fast = options.get<bool>("fail-fast");
  suite.strict = options.get<bool>("strict");
  // Waiting costs nothing in virtual time.
  suite.slow = options.get<bool>("slow") || out.run.target.where == target::place::simulated;
  return true;
}

// What changes verdicts.
arguments run_again(const parsed_options& options) {
  po::options_description rest;
  rest.add_options()("slow", "")("strict", "")("patience", "")("case-deadline", "")("odd", "")(
      "defect", "");
  arguments out = target_again(options);
  const arguments more = words_again(rest, options);
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

bool read_output(const parsed_options& options, run_request& out, console& on) {
  if (options.get<bool>("quiet")) out.verbosity = -1;
  if (options.get<bool>("verbose")) out.verbosity = 1;
  if (options.has("trace")) {
    const auto& what = options.get<std::string>("trace");
    if (what != "failed" && what != "all") {
      on.error(fmt::format("--trace cannot be '{}'", what), "valid here: failed, all");
      return false;
    }
    out.trace = what == "all" ? trace_choice::all : trace_choice::failed;
    out.run.suite.trace_passed = out.trace == trace_choice::all;
  }
  out.reports = read_report_request(options, "report-");
  return true;
}

}  // namespace

void add_run_options(po::options_description& to) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<arguments>()->value_name(name); };
  const auto number = [] { return po::value<std::uint32_t>()->value_name("N"); };
  po::options_description running("running");
  running.add_options()("jobs,j", number(), "run at most N cases at once (512)")(
      "patience", text("TIME"),
      "how late an answer may come when the standard gives no time for it; after that it is "
      "missing (60s)")("case-deadline", text("TIME"),
                       "how long a case may take beyond its own waits (120s)")(
      "repeat", number(), "run everything N times")("fail-fast", po::bool_switch(),
                                                    "stop at the first unexpected result")(
      "min", number(), "end with exit code 4 when fewer than N cases come to a verdict")(
      "slow", po::bool_switch(), "also run the cases tagged slow; takes a minute more")(
      "dry-run", po::bool_switch(), "list the cases that would run; connect to nothing");
  po::options_description judging("judging");
  judging.add_options()("baseline", texts("FILE"), "read the known failures; may be repeated")(
      "strict", po::bool_switch(), "count a failed SHOULD like a failed MUST");
  po::options_description output("output");
  add_report_options(output, "report-");
  output.add_options()("trace",
                       po::value<std::string>()->implicit_value("failed")->value_name("failed|all"),
                       "print all packets of failed cases, or of all cases")(
      "verbose,v", po::bool_switch(), "print a line for every case")(
      "quiet,q", po::bool_switch(), "print only what is unexpected, and the summary");
  add_selection_options(to);
  add_target_options(to);
  to.add(running).add(judging).add(output);
  add_cases_option(to);
  add_broker_flags(to);
  add_odd_flags(to);
  add_defect_flags(to);
}

std::optional<run_request> read_run_request(const parsed_options& options, const case_files& cases,
                                            console& on) {
  run_request out;
  auto target = read_target(options, on);
  if (!target) return std::nullopt;
  out.run.target = std::move(*target);
  if (!read_defects(options, out.run.target.defects, on)) return std::nullopt;
  if (!out.run.target.defects.empty() && !out.run.target.is_ours()) {
    on.error("--defect is planted in the embedded broker", "leave --broker and --target out");
    return std::nullopt;
  }
  out.run.suite.versions = out.run.target.versions;
  out.run.suite.engine = suite::options_for(out.run.target);
  if (out.run.target.is_client()) {
    out.run.suite.plays = script::side::server;
    out.run.suite.at_once = processes_at_once;
  }
  auto chosen = read_selection(options, cases, on);
  if (!chosen) return std::nullopt;
  out.run.suite.seed = chosen->seed;
  out.run.suite.chosen = std::move(*chosen);
  if (!read_baseline(options, out.run.suite.known, on) || !read_running(options, out, on) ||
      !read_output(options, out, on)) {
    return std::nullopt;
  }
  out.run.files = &cases.files;
  out.run.cases_root = cases.root;
  out.run.command = run_again(options);
  out.run.tool_version = MQTTSPEC_VERSION;
  out.run.catalogue_version = cases.statements.version();
  const auto catalogue = &cases.statements;
  out.run.suite.engine.summary_of = [catalogue](const script::statement_reference& s) {
    const auto* entry = catalogue->find(s.version, s.id);
    return entry == nullptr ? std::string() : entry->summary;
  };
  return out;
}

}  // namespace mqttspec::cli
