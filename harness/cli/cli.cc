#include "cli/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include "base/spelling.h"
#include "cli/case_files.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/workflow.h"

namespace mqttspec::cli {

namespace {

constexpr std::array table = std::to_array<command>({
    {"run", "run cases against a broker (the default command)", run_command},
    {"list", "what there is: cases, statements, purposes", list_command},
    {"check", "parse and lint scenario files, without a network", check_command},
    {"fmt", "bring scenario files into the standard layout", fmt_command},
    {"explain", "a statement of the standard: summary, cases that check it", explain_command},
    {"decode", "octets to notation and back", decode_command},
    {"report", "render a results file", report_command},
    {"profile", "measure a broker's limits, policies and times", profile_command},
    {"baseline", "bring a list of known failures up to date", baseline_command},
    {"prove", "plant defects in the embedded broker; tell which the cases catch", prove_command},
    {"explore", "random histories judged by a model, or hostile octets", explore_command},
    {"judge", "a capture of broker and clients, judged by the trace rules", judge_command},
    {"watch", "stand between clients and a broker, and judge both", watch_command},
    {"clean", "remove from a broker what a run that was killed left there", clean_command},
    {"adapter", "try an adapter, through which client libraries are tested", adapter_command},
    {"broker", "serve the embedded reference broker", broker_command},
    {"generate", "", generate_command},
});

std::string overview() {
  std::string out =
      "mqttspec: conformance and fuzz test suite for MQTT brokers\n\n"
      "usage: mqttspec [COMMAND] [OPTIONS]\n\n";
  for (const command& c : table) {
    if (!c.summary.empty()) out += fmt::format("  {:<9} {}\n", c.name, c.summary);
  }
  out +=
      "\n  mqttspec                              all cases against the embedded broker\n"
      "  mqttspec run --broker 127.0.0.1:1883  all cases against a broker\n"
      "  mqttspec COMMAND --help               the options of a command\n\n"
      "exit codes\n";
  for (const exit_meaning& e : exit_meanings()) out += fmt::format("  {:>3}  {}\n", e.code, e.text);
  return out;
}

// A word that can only be a misspelt command, not a case, file or pattern.
bool could_select(const std::string& word) {
  std::error_code error;
  return word.find_first_of("/*[.") != std::string::npos || std::filesystem::exists(word, error);
}

// The program's version and that of the statements it judges by.
int print_version(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec version [OPTIONS]";
  set.explanation = "The versions of the program and of the catalogue of statements.";
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  const std::string root = find_cases_directory(*options);
  std::vector<diagnostic> problems;
  const auto statements = script::catalogue::load(root + "/statements", problems);
  on.print(fmt::format("mqttspec {}\ncatalogue {} ({} statements) in {}\n", MQTTSPEC_VERSION,
                       statements.version(), statements.statements().size(), root));
  if (!problems.empty()) on.show(problems);
  return problems.empty() ? as_expected : bad_usage;
}

int run_words(arguments words, console& on) {
  if (words.empty()) return run_command({}, on);
  const std::string first = words.front();
  if (first == "--version" || first == "version") {
    words.erase(words.begin());
    return print_version(words, on);
  }
  if (first == "--help" || first == "-h" || (first == "help" && words.size() == 1)) {
    on.print(overview());
    return as_expected;
  }
  if (first == "help") {
    words.erase(words.begin());
    words.insert(words.begin() + 1, "--help");
    return run_words(std::move(words), on);
  }
  if (first.starts_with('-')) return run_command(words, on);
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const command& c) { return c.name == first; });
  if (found != table.end()) {
    words.erase(words.begin());
    // `run` and `profile` have commands of their own for the log, and see to it themselves.
    if (!in_workflow(on) || found->run == run_command || found->run == profile_command) {
      return found->run(words, on);
    }
    workflow inside(on);
    return found->run(words, inside.filtered());
  }
  if (could_select(first)) return run_command(words, on);
  std::vector<std::string_view> names;
  for (const command& c : table) {
    if (!c.summary.empty()) names.push_back(c.name);
  }
  on.error(fmt::format("there is no command '{}'", first), suggest(first, names));
  return bad_usage;
}

}  // namespace

std::span<const command> commands() {
  return table;
}

int run_program(arguments words, console& on) {
  try {
    return run_words(std::move(words), on);
  } catch (const cannot_write& e) {
    on.error(e.what());
    return internal_error;
  }
}

int run(int argc, char** argv) {
  // A reader of our output that goes away (`| head`) is no reason to die without a report.
  std::signal(SIGPIPE, SIG_IGN);
  console on{std::cout,
             std::cerr,
             ::isatty(STDOUT_FILENO) == 1,
             ::isatty(STDERR_FILENO) == 1,
             [](const std::string& name) -> std::optional<std::string> {
               const char* value = std::getenv(name.c_str());
               return value == nullptr ? std::nullopt : std::optional<std::string>(value);
             },
             "auto"};
  try {
    return run_program(arguments(argv + 1, argv + argc), on);
  } catch (const std::exception& e) {
    on.error(fmt::format("internal error: {}", e.what()), "please report this with the command");
    return internal_error;
  }
}

}  // namespace mqttspec::cli
