#include <gtest/gtest.h>

#include <algorithm>

#include "reports/profile_text.h"
#include "reports/synthetic_test.h"
#include "results/example.h"

namespace mqttspec::reports {
namespace {

TEST(profile_text, is_as_in_the_golden_file) {
  results::run_results run = results::example_run();
  run.target.declared["queue_limit"] = "100";
  expect_golden_file("profile.txt", profile_text(run));
}

TEST(profile_text, hostile_text_stays_on_its_line) {
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto usual = lines(profile_text(hostile_run("harmless")));
  for (const std::string& text : hostile_texts()) {
    const std::string shown = profile_text(hostile_run(text));
    EXPECT_LE(lines(shown), usual) << text;  // an empty reason has no line
    EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace mqttspec::reports
