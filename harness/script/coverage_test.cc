#include "script/coverage.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "script/expander.h"

namespace mqttspec::script {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using wire::protocol_version;

scenario case_of(const std::string& purpose, std::vector<protocol_version> spoken) {
  scenario s;
  s.id = "case-of-" + purpose;
  s.version = spoken.front();
  s.purposes = {purpose};
  for (const auto v : spoken) s.clients.push_back({"c", "", "", v});
  return s;
}

catalogue with(const std::string& purposes, const std::string& notes) {
  catalogue c;
  EXPECT_TRUE(c.add_purposes(purposes));
  EXPECT_TRUE(c.add_coverage_notes(notes));
  return c;
}

constexpr const char* one_purpose =
    R"([{"id": "S-A-01", "title": "t", "versions": ["3.1.1", "5"]}])";

TEST(coverage, a_purpose_needs_a_case_for_each_version_that_it_names) {
  const catalogue c = with(one_purpose, "[]");
  EXPECT_THAT(coverage_faults(c, {case_of("S-A-01", {protocol_version::v5})}),
              ElementsAre("S-A-01: has neither a case nor a reason for 3.1.1"));
  EXPECT_THAT(
      coverage_faults(c, {case_of("S-A-01", {protocol_version::v5, protocol_version::v311})}),
      IsEmpty());
}

TEST(coverage, a_reason_stands_for_a_case_of_its_versions_only) {
  const catalogue c =
      with(one_purpose, R"([{"id": "S-A-01", "why": "not visible", "versions": ["5"]}])");
  EXPECT_THAT(coverage_faults(c, {}),
              ElementsAre("S-A-01: has neither a case nor a reason for 3.1.1"));
  const auto rows = coverage_of(c, {case_of("S-A-01", {protocol_version::v311})});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_TRUE(rows[0].answered());
  EXPECT_FALSE(rows[0].covered());
}

TEST(coverage, a_reason_beside_a_case_is_a_fault) {
  const catalogue c = with(one_purpose, R"([{"id": "S-A-01", "why": "not visible"}])");
  EXPECT_THAT(coverage_faults(c, {case_of("S-A-01", {protocol_version::v5})}),
              ElementsAre("S-A-01: has a reason for 5, and case-of-S-A-01"));
}

TEST(coverage, what_is_left_out_needs_a_case_that_leaves_it_out) {
  const catalogue c =
      with(one_purpose, R"([{"id": "S-A-01", "why": "not the wrap", "partly": true}])");
  EXPECT_THAT(coverage_faults(c, {}),
              ElementsAre("S-A-01: is partly covered, but has no case",
                          "S-A-01: has neither a case nor a reason for 5",
                          "S-A-01: has neither a case nor a reason for 3.1.1"));
  EXPECT_THAT(
      coverage_faults(c, {case_of("S-A-01", {protocol_version::v5, protocol_version::v311})}),
      IsEmpty());
}

TEST(coverage, a_reason_for_an_unknown_purpose_is_a_fault) {
  EXPECT_THAT(coverage_faults(with("[]", R"([{"id": "S-A-09", "why": "x"}])"), {}),
              ElementsAre("S-A-09: a reason is given, but there is no such purpose"));
}

TEST(coverage, every_purpose_of_the_catalogue_has_a_case_or_a_reason_for_each_version) {
  const std::string root = MQTTSPEC_SOURCE_DIR "/cases";
  std::vector<diagnostic> problems;
  const catalogue statements = catalogue::load(root + "/statements", problems);
  EXPECT_THAT(problems, IsEmpty());
  file_set files;
  files.load({root}, root);
  EXPECT_THAT(files.problems(), IsEmpty());
  const auto all = expand(files, {}).scenarios;
  EXPECT_EQ(statements.purposes().size(), 304u);
  EXPECT_THAT(coverage_faults(statements, all), IsEmpty());
}

}  // namespace
}  // namespace mqttspec::script
