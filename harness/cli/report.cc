// mqttspec report

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/report_files.h"
#include "reports/compare.h"
#include "reports/matrix.h"
#include "reports/site.h"
#include "reports/text.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;

// Several results side by side; the gravest of their exit codes.
int write_matrix(const parsed_options& options, const std::vector<results::run_results>& runs,
                 console& on) {
  const std::string& file = options.get<std::string>("matrix");
  std::vector<results::run_results> shown;
  for (const auto& run : runs) shown.push_back(with_findings_as_cases(run));
  const reports::matrix m = reports::make_matrix(shown);
  const std::string text =
      file.ends_with(".json") ? reports::to_matrix_json(m) : reports::to_matrix_html(m);
  if (!write_report(file, text, on)) return internal_error;
  int status = 0;
  for (const auto& run : runs) {
    on.print_coloured(reports::summary_text(run, on.colour_out()));
    status = std::max<int>(status, exit_code_of(run, 0));
  }
  on.print(fmt::format("matrix: {}\n", file));
  return status;
}

// Linked pages of several results, named after their files; the gravest of their exit codes.
int write_site(const parsed_options& options, const std::vector<results::run_results>& runs,
               console& on) {
  const auto statements = load_statements(find_cases_directory(options), on);
  if (!statements) return bad_usage;
  std::vector<reports::site_run> named;
  int status = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    named.push_back({fs::path(options.words[i]).stem().string(), with_findings_as_cases(runs[i])});
    status = std::max<int>(status, exit_code_of(runs[i], 0));
  }
  const fs::path folder = options.get<std::string>("site");
  for (const reports::site_page& page : reports::make_site(named, for_reports(*statements))) {
    const fs::path file = folder / page.file;
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (!write_report(file.string(), page.text, on)) return bad_usage;
  }
  on.print(fmt::format("site: {}\n", (folder / "index.html").string()));
  return status;
}

int write_one(const parsed_options& options, const results::run_results& run, console& on) {
  report_context context;
  context.only_failures_have_packets = true;
  if (options.has("compare")) {
    const auto older = read_results(options.get<std::string>("compare"), on);
    if (!older) return bad_usage;
    context.changes = reports::compare(with_findings_as_cases(*older), with_findings_as_cases(run));
  }
  const report_request request = read_report_request(options, "");
  if (!request.files.empty()) {
    if (const auto statements = load_statements(find_cases_directory(options), on)) {
      context.statements = for_reports(*statements);
    }
  }
  std::string where;
  if (!write_reports(run, request, context, where, on)) return internal_error;
  reports::text_options how;
  how.colour = on.colour_out();
  how.whole_trace = options.get<bool>("trace");
  const results::run_results shown = with_findings_as_cases(run);
  for (const results::case_result& c : shown.cases) {
    if (!c.expected || c.outcome == results::verdict::inconclusive) {
      on.print_coloured(reports::case_text(run, c, how) + "\n");
    }
  }
  on.print_coloured(
      reports::summary_text(run.verb == "run" ? run : shown, how.colour, !on.out_is_terminal));
  on.print(where);
  if (context.changes) on.print(reports::to_text(*context.changes));
  // Without a baseline it is the change that is judged.
  if (context.changes && run.void_reason.empty()) {
    return context.changes->worse() ? unexpected_result : as_expected;
  }
  return exit_code_of(run, 0);
}

}  // namespace

int report_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec report [OPTIONS] RESULT.json ...";
  set.explanation =
      "Renders a results file; ends with what the run itself ended with, with --compare by\n"
      "whether something fails that did not fail then. Several files need --matrix or --site.";
  set.words_are = "results files";
  add_report_options(set.described, "");
  set.described.add_options()("site", po::value<std::string>()->value_name("DIR"),
                              "write linked pages of several results: the matrix, a page for each "
                              "broker and each statement")(
      "matrix", po::value<std::string>()->value_name("FILE"),
      "write several results side by side, as HTML or .json")(
      "compare", po::value<std::string>()->value_name("OLD.json"),
      "show what changed against older results")("trace", po::bool_switch(),
                                                 "show all packets of what did not pass");
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.empty() ||
      (options->words.size() > 1 && !options->has("matrix") && !options->has("site"))) {
    on.error(options->words.empty() ? "name a results file"
                                    : "several results files need --matrix FILE or --site DIR",
             "write for example: mqttspec report results.json --html report.html");
    return bad_usage;
  }
  std::vector<results::run_results> runs;
  for (const std::string& file : options->words) {
    auto run = read_results(file, on);
    if (!run) return bad_usage;
    runs.push_back(std::move(*run));
  }
  if (options->has("site")) return write_site(*options, runs, on);
  return options->has("matrix") ? write_matrix(*options, runs, on)
                                : write_one(*options, runs.front(), on);
}

}  // namespace mqttspec::cli
