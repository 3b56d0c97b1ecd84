// mqttspec check

#include <fmt/format.h>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "script/expander.h"

namespace mqttspec::cli {

int check_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec check [OPTIONS] [FILE|DIR ...]";
  set.explanation = "Parses and lints scenario files; tells all errors of all files.";
  set.words_are = "files";
  set.described.add_options()("strict", po::bool_switch(), "warnings are errors");
  int status = 0;
  const auto request = read_case_request(set, words, on, status);
  if (!request) return status;
  const parsed_options& options = request->options;
  const case_files& cases = request->cases;
  if (!cases.patterns.empty()) {
    on.error(fmt::format("there is no file '{}'", cases.patterns.front()));
    return bad_usage;
  }
  if (!cases.found.empty()) on.show(cases.found);
  const script::expansion all = script::expand(cases.files, {.plays = std::nullopt});
  if (!all.problems.empty()) {
    on.show(all.problems);
    return bad_usage;
  }
  on.print(fmt::format("{} files, {} cases, {} warnings\n", cases.files.files().size(),
                       all.scenarios.size(), cases.found.size()));
  return options.get<bool>("strict") && !cases.found.empty() ? bad_usage : as_expected;
}

}  // namespace mqttspec::cli
