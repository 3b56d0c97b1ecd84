// mqttspec run and profile

#include <fmt/format.h>

#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/run_options.h"
#include "cli/workflow.h"
#include "reports/profile_text.h"
#include "reports/text.h"
#include "script/expander.h"

namespace mqttspec::cli {

namespace {

// What is wrong all the same with files in which no error was found, such as cases without number.
std::vector<diagnostic> problems_of(const suite::target_run& run) {
  script::expand_options options;
  options.versions = run.suite.versions;
  options.plays = run.suite.plays;
  return script::expand(*run.files, options).problems;
}

// Before anything is connected: is there anything to run?
std::optional<suite::empty_selection> selects_nothing(const suite::target_run& run) {
  if (!suite::chosen_scenarios(run).empty()) return std::nullopt;
  script::expand_options options;
  options.versions = run.suite.versions;
  options.plays = run.suite.plays;
  const auto all = script::expand(*run.files, options).scenarios;
  const auto why = suite::why_nothing(run.suite.chosen, all);
  return why ? why : suite::empty_selection{"no case is selected", "mqttspec list shows all cases"};
}

int only_list(const suite::target_run& run, console& on) {
  const auto chosen = suite::chosen_scenarios(run);
  for (const script::scenario& s : chosen) on.print(s.id + "\n");
  on.print(fmt::format("{} cases would run\n", chosen.size()));
  return as_expected;
}

int finish(const results::run_results& r, const run_request& request, const case_files& cases,
           console& on) {
  std::string where;
  bool written = true;
  report_context context;
  if (!request.reports.files.empty() || request.workflow_log != nullptr) {
    context.statements = for_reports(cases.statements);
  }
  if (request.workflow_log != nullptr) {
    const results::run_results shown = with_findings_as_cases(r);
    request.workflow_log->tell(shown, request.trace != trace_choice::none);
    written = request.workflow_log->write_summary(shown, context.statements);
  }
  written &= write_reports(r, request.reports, context, where, on);
  if (request.profile) {
    on.print(reports::profile_text(r));
  } else {
    on.print_coloured(reports::summary_text(r, on.colour_out(), !on.out_is_terminal));
  }
  on.print(where);
  const int code = exit_code_of(r, request.min);
  if (code == nothing_ran) {
    on.error(request.min > 1 ? fmt::format("fewer than {} cases came to a verdict", request.min)
                             : "no case came to a verdict");
  }
  return written ? code : internal_error;
}

int run_with(option_set& set, const arguments& words, bool profile, console& on) {
  add_run_options(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->get<bool>("list-oddities")) {
    on.print(list_of_oddities());
    return as_expected;
  }
  if (options->get<bool>("list-defects")) {
    on.print(list_of_defects());
    return as_expected;
  }
  std::optional<workflow> inside;
  if (in_workflow(on)) inside.emplace(on);
  console& to = inside ? inside->filtered() : on;
  const auto cases = load_cases(*options, options->words, to);
  if (!cases) return bad_usage;
  auto request = read_run_request(*options, *cases, to);
  if (!request) return bad_usage;
  if (profile) {
    request->profile = true;
    request->verbosity = std::min(request->verbosity, on.err_is_terminal ? 0 : -1);
    if (options->words.empty()) request->run.suite.chosen.patterns = {"profile/**"};
  }
  if (inside) request->workflow_log = &*inside;
  if (const auto problems = problems_of(request->run); !problems.empty()) {
    to.show(problems);
    return bad_usage;
  }
  if (const auto nothing = selects_nothing(request->run)) {
    to.error(nothing->why, nothing->help);
    return nothing_ran;
  }
  if (options->get<bool>("dry-run")) return only_list(request->run, to);
  if (inside) inside->begin_cases();
  const results::run_results r = [&] {
    progress shown(*request, to);
    return suite::run_on_target(request->run, shown);
  }();
  return finish(r, *request, *cases, to);
}

}  // namespace

int run_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec run [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation =
      "Runs cases against a broker. A PATTERN is a path with * (one component) and ** (any):\n"
      "'session/**', '**[v5]'. Precedence: command line, environment, target file.";
  set.words_are = "patterns";
  return run_with(set, words, false, on);
}

int profile_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec profile [OPTIONS]";
  set.explanation =
      "Measures what a broker does where the standard leaves a choice: queue limit and overflow,\n"
      "in-flight window, when sessions and wills are let go, what survives a restart. Takes 15\n"
      "seconds, with --slow 80: queues of thousands, sessions that linger for a minute.";
  return run_with(set, words, true, on);
}

}  // namespace mqttspec::cli
