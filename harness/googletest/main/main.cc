// mqttspec_gtest: `mqttspec run` with every case as a GoogleTest test. Takes GoogleTest's flags and
// the options of `mqttspec run`, which can stand in the environment, too:
//
//   MQTTSPEC_BROKER=127.0.0.1:1883 mqttspec_gtest --gtest_filter='queue/*'

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/exit_codes.h"
#include "cli/run_options.h"
#include "googletest/case_tests.h"

namespace {

using namespace mqttspec;

int run(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const auto variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  cli::console on{std::cout, std::cerr, false, ::isatty(STDERR_FILENO) == 1, variable};
  cli::option_set set;
  set.usage = "mqttspec_gtest [--gtest_...] [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation = "Every case as a GoogleTest test; the options are those of mqttspec run.";
  set.words_are = "patterns";
  cli::add_run_options(set.described);
  int status = 0;
  const auto options = cli::parse_options(set, {argv + 1, argv + argc}, on, status);
  if (!options) return status;
  const auto cases = cli::load_cases(*options, options->words, on);
  if (!cases) return cli::bad_usage;
  auto request = cli::read_run_request(*options, *cases, on);
  if (!request) return cli::bad_usage;
  if (suite::chosen_scenarios(request->run).empty()) {
    on.error("no case is selected", "mqttspec list shows all cases");
    return cli::nothing_ran;
  }
  googletest::register_tests(request->run);
  return RUN_ALL_TESTS();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "internal error: " << e.what() << "\n";
    return cli::internal_error;
  }
}
