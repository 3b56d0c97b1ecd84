#include "cli/run_options.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "cli/broker_flags.h"
#include "cli/target_options.h"
#include "results/results.h"

namespace mqttspec::cli {

namespace {

constexpr std::size_t processes_at_once = 12;  // of adapters

bool read_failed(const parsed_options& options, run_request& out, console& on) {
  if (!options.has("failed")) return true;
  const auto& file = options.get<std::string>("failed");
  const auto old = read_results(file, on);
  if (!old) return false;
  out.run.suite.chosen.ids.emplace();
  for (const results::case_result& c : old->cases) {
    if (!c.expected || c.outcome == results::verdict::fail ||
        c.outcome == results::verdict::error) {
      out.run.suite.chosen.ids->insert(c.id);
    }
  }
  return true;
}

bool read_selection(const parsed_options& options, const case_files& cases, run_request& out,
                    console& on) {
  suite::selection& chosen = out.run.suite.chosen;
  chosen.patterns = cases.patterns;
  chosen.files = cases.named;
  chosen.tags = list_of(options, "tag");
  chosen.not_tags = list_of(options, "not-tag");
  chosen.levels = list_of(options, "level");
  chosen.statements = list_of(options, "statement");
  chosen.purposes = list_of(options, "purpose");
  chosen.seed = out.run.suite.seed;
  for (const std::string& level : chosen.levels) {
    if (level != "must" && level != "should" && level != "may" && level != "info") {
      on.error(fmt::format("there is no level '{}'", level), "valid here: must, should, may, info");
      return false;
    }
  }
  if (options.has("shard")) {
    const auto part = suite::parse_shard(options.get<std::string>("shard"));
    if (!part) {
      on.error(fmt::format("--shard: {}", part.error()), "write for example: --shard 2/5");
      return false;
    }
    chosen.part = *part;
  }
  if (options.has("sample")) chosen.sample = options.get<std::uint32_t>("sample");
  return read_failed(options, out, on);
}

}  // namespace

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
  auto files = read_report_request(options, "report-", on);
  if (!files) return false;
  out.reports = std::move(*files);
  return true;
}

}  // namespace

void add_run_options(po::options_description& to) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<arguments>()->value_name(name); };
  const auto number = [] { return po::value<std::uint32_t>()->value_name("N"); };
  po::options_description selecting("selecting");
  selecting.add_options()("tag", texts("TAG"), "cases with this tag")(
      "not-tag", texts("TAG"), "cases without it")("level", texts("must|should|may|info"),
                                                   "cases of this weight")(
      "statement", texts("ID"), "cases that cite this statement: MQTT-3.2.2-3")(
      "purpose", texts("ID"), "cases of this purpose: S-Q-01, S-Q-*")("failed", text("RESULT.json"),
                                                                      "what failed there")(
      "shard", text("I/N"), "the I-th of N parts of all cases")("sample", number(),
                                                                "so many, chosen by --seed")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "of everything that is random");
  po::options_description running("running");
  running.add_options()("jobs,j", number(), "cases at once (512)")(
      "patience", text("TIME"), "how late may come what no statement gives a time for (60s)")(
      "case-deadline", text("TIME"), "most a case may take beyond its own waits (120s)")(
      "repeat", number(), "run everything N times")("fail-fast", po::bool_switch(),
                                                    "stop at the first unexpected result")(
      "min", number(), "fail with 4 when fewer cases come to a verdict")(
      "slow", po::bool_switch(), "cases tagged slow too (a minute more)");
  po::options_description judging("judging");
  judging.add_options()("baseline", texts("FILE"), "known failures; several add up")(
      "strict", po::bool_switch(), "SHOULD counts as MUST");
  po::options_description output("output");
  add_report_options(output, "report-");
  output.add_options()("trace",
                       po::value<std::string>()->implicit_value("failed")->value_name("failed|all"),
                       "all packets of failed cases, or of all")("verbose,v", po::bool_switch(),
                                                                 "a line for every case")(
      "quiet,q", po::bool_switch(), "only what is unexpected, and the summary");
  to.add(selecting);
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
  out.run.suite.seed =
      options.has("seed") ? options.get<std::uint64_t>("seed") : std::random_device{}();
  if (!read_selection(options, cases, out, on) ||
      !read_baseline(options, out.run.suite.known, on) || !read_running(options, out, on) ||
      !read_output(options, out, on)) {
    return std::nullopt;
  }
  out.run.files = &cases.files;
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
