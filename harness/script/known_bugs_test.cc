#include "script/known_bugs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script/expander.h"

namespace mqttspec::script {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> faults_of(const char* json) {
  scenario s;
  s.id = "queue/kept/a[v5]";
  const auto bugs = parse_known_bugs(json);
  EXPECT_TRUE(bugs);
  return known_bug_faults(bugs.value_or(std::vector<known_bug>{}), {s});
}

TEST(known_bugs, each_has_a_case_or_a_reason) {
  EXPECT_THAT(faults_of(R"([{"what": "x", "cases": ["queue/kept/a"]}])"), IsEmpty());
  EXPECT_THAT(faults_of(R"([{"what": "x", "why": "not visible"}])"), IsEmpty());
  EXPECT_THAT(faults_of(R"([{"what": "x"}])"), ElementsAre("x: has neither a case nor a reason"));
  EXPECT_THAT(faults_of(R"([{"what": "x", "cases": ["queue/kept/a"], "why": "y"}])"),
              ElementsAre("x: has a reason, and queue/kept/a"));
}

TEST(known_bugs, a_case_that_does_not_exist_and_a_bug_told_twice_are_faults) {
  EXPECT_THAT(faults_of(R"([{"what": "x", "cases": ["queue/kept/b"]}])"),
              ElementsAre("x: there is no case queue/kept/b"));
  EXPECT_THAT(faults_of(R"([{"what": "x", "why": "y"}, {"what": "x", "why": "y"}])"),
              ElementsAre("x: stands there twice"));
}

TEST(known_bugs, what_is_no_list_of_faults_is_refused) {
  for (const char* bad : {"{}", "[1]", R"([{"why": "y"}])", R"([{"what": 1}])",
                          R"([{"what": "x", "cases": "a"}])", R"([{"what": "x", "cases": [1]}])"}) {
    EXPECT_FALSE(parse_known_bugs(bad)) << bad;
  }
}

TEST(known_bugs, every_one_of_the_list_is_caught_or_says_why_not) {
  const std::string root = MQTTSPEC_SOURCE_DIR "/cases";
  std::vector<diagnostic> problems;
  const auto bugs = load_known_bugs(root + "/statements", problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_GT(bugs.size(), 100u);
  file_set files;
  files.load({root}, root);
  EXPECT_THAT(known_bug_faults(bugs, expand(files, {}).scenarios), IsEmpty());
}

}  // namespace
}  // namespace mqttspec::script
