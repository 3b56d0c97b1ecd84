// mqttspec report

#include <fmt/format.h>

#include <fstream>

#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "reports/junit.h"
#include "reports/text.h"

namespace mqttspec::cli {

int report_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec report [OPTIONS] RESULT.json";
  set.explanation = "Renders a results file; ends with what the run itself ended with.";
  set.words_are = "results file";
  set.described.add_options()("junit", po::value<std::string>()->value_name("FILE"),
                              "write JUnit XML")("trace", po::bool_switch(),
                                                 "show all packets of what did not pass");
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->words.size() != 1) {
    on.error("name one results file",
             "write for example: mqttspec report results.json --junit "
             "junit.xml");
    return bad_usage;
  }
  const std::string& file = options->words.front();
  const auto text = read_file(file, "results file", on);
  if (!text) return bad_usage;
  const auto run = results::from_json(*text);
  if (!run) {
    on.error(fmt::format("'{}' is not a results file: {}", file, run.error()));
    return bad_usage;
  }
  if (options->has("junit")) {
    std::ofstream out(options->get<std::string>("junit"), std::ios::binary | std::ios::trunc);
    out << reports::to_junit(*run);
    out.close();
    if (!out) {
      on.error(fmt::format("cannot write the report '{}'", options->get<std::string>("junit")));
      return bad_usage;
    }
  }
  reports::text_options how;
  how.colour = on.colour_out();
  how.whole_trace = options->get<bool>("trace");
  for (const results::case_result& c : run->cases) {
    if (!c.expected || c.outcome == results::verdict::inconclusive) {
      on.print(reports::case_text(*run, c, how) + "\n");
    }
  }
  on.print(reports::summary_text(*run, how.colour));
  return exit_code_of(*run, 0);
}

}  // namespace mqttspec::cli
