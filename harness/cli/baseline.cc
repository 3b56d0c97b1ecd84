// mqttspec baseline update

#include "verdicts/baseline.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/report_files.h"
#include "reports/escape.h"
#include "script/expander.h"
#include "verdicts/baseline_update.h"

namespace mqttspec::cli {

namespace {

// Results that say something about every case that ran; nullopt, told on err, for others.
std::optional<std::vector<results::run_results>> read_sound_results(const arguments& files,
                                                                    console& on) {
  std::vector<results::run_results> out;
  for (const std::string& file : files) {
    auto run = read_results(file, on);
    if (!run) return std::nullopt;
    if (!run->void_reason.empty() || run->interrupted) {
      on.error(fmt::format(
                   "'{}' says nothing about the broker: {}", file,
                   run->interrupted ? "the run was interrupted" : visible_line(run->void_reason)),
               "run again");
      return std::nullopt;
    }
    if (!out.empty() && out.front().target.name != run->target.name) {
      on.error(fmt::format("'{}' is of another target: '{}', not '{}'", file,
                           visible_line(run->target.name), visible_line(out.front().target.name)));
      return std::nullopt;
    }
    out.push_back(with_findings_as_cases(std::move(*run)));
  }
  return out;
}

void tell(const verdicts::baseline_update& update, const std::string& file, console& on) {
  for (const std::string& line : update.removed) on.print(fmt::format("- {}\n", line));
  for (const std::string& line : update.added) on.print(fmt::format("+ {}\n", line));
  for (const std::string& remark : update.remarks) on.print(fmt::format("  {}\n", remark));
  std::size_t open = 0;
  for (const std::string& line : update.added) {
    open += line.find(fmt::format("# {}", verdicts::to_judge)) != std::string::npos;
  }
  on.print(
      fmt::format("{}: {} removed, {} added\n", file, update.removed.size(), update.added.size()));
  if (open == 0) return;
  on.print(
      fmt::format("{} of them to judge: write why in place of '{}', or mend the broker. Until "
                  "then a run ends with {}.\n",
                  open, verdicts::to_judge, static_cast<int>(unexpected_result)));
}

}  // namespace

int baseline_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec baseline update [OPTIONS] --file FILE RESULT.json ...";
  set.explanation =
      "Brings a baseline up to date with what runs of one broker found: what passes goes, "
      "patterns\n"
      "shrink to what still fails, new failures are added for somebody to judge, comments stay.\n"
      "Of several runs: what passes in some and fails in others is flaky.";
  set.words_are = "results files";
  set.verb = "update";
  set.described.add_options()("file", po::value<std::string>()->value_name("FILE"),
                              "the baseline; it is made if it does not exist")(
      "shrink", po::bool_switch(), "only take away, add nothing")("strict", po::bool_switch(),
                                                                  "SHOULD counts as MUST")(
      "check", po::bool_switch(), "change nothing; end with 1 when the file would change");
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.size() < 2 || options->words.front() != "update" || !options->has("file")) {
    on.error(options->words.empty() || options->words.front() != "update"
                 ? "say what to do with the baseline"
             : options->has("file") ? "name a results file"
                                    : "name the baseline with --file FILE",
             "write for example: mqttspec baseline update results.json --file known.txt");
    return bad_usage;
  }
  const auto runs =
      read_sound_results(arguments(options->words.begin() + 1, options->words.end()), on);
  if (!runs) return bad_usage;
  const auto cases = load_cases(*options, {}, on);
  if (!cases) return bad_usage;
  const auto& file = options->get<std::string>("file");
  std::error_code error;
  const bool exists = std::filesystem::exists(file, error);
  std::string before = fmt::format("# What is known to fail on {}, and why.\n\n",
                                   visible_line(runs->front().target.name));
  if (exists) {
    const auto text = read_file(file, "baseline", on);
    if (!text) return bad_usage;
    before = *text;
  }
  // Those of the results too: a file that lies elsewhere may have been run.
  std::set<std::string> ids;
  for (const auto& s : script::expand(cases->files, {.plays = std::nullopt}).scenarios)
    ids.insert(s.id);
  for (const auto& run : *runs) {
    for (const auto& c : run.cases) ids.insert(c.id);
  }
  const auto update =
      verdicts::update_baseline(file, before, *runs, {ids.begin(), ids.end()},
                                {options->get<bool>("shrink"), options->get<bool>("strict")});
  if (!update) {
    on.show(update.error());
    return bad_usage;
  }
  tell(*update, file, on);
  if (options->get<bool>("check")) {
    return exists && update->text == before ? as_expected : unexpected_result;
  }
  if ((!exists || update->text != before) && !replace_file(file, update->text)) {
    on.error(fmt::format("cannot write '{}'", file));
    return internal_error;
  }
  return as_expected;
}

}  // namespace mqttspec::cli
