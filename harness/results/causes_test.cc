#include "results/causes.h"

#include <gtest/gtest.h>

namespace mqttspec::results {
namespace {

case_result failing(std::string id, deviation what, const char* statement = nullptr) {
  case_result c;
  c.id = std::move(id);
  c.outcome = statement == nullptr ? verdict::inconclusive : verdict::fail;
  c.expected = false;
  c.fault.emplace().deviations = {std::move(what)};
  if (statement != nullptr) {
    c.fault->statements = {{"v5", statement, "", check_outcome::violated}};
  }
  return c;
}

const deviation no_session = {"CONNACK.session_present", "1", "0"};

TEST(causes, what_explains_most_comes_first_with_what_it_breaks) {
  run_results run;
  run.cases = {failing("a", {"", "PUBLISH", "nothing"}, "MQTT-4.5.0-1"),
               failing("b", no_session, "MQTT-3.2.2-3"), failing("c", no_session),
               failing("d", no_session, "MQTT-3.2.2-3"), failing("e", no_session, "MQTT-3.1.2-5")};
  const auto found = causes_of(run);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "CONNACK.session_present is 0, not 1");
  EXPECT_EQ(found[0].cases, (std::vector<std::size_t>{1, 3, 4, 2}));
  EXPECT_EQ(weight_of(found[0]), "3 failures, 1 inconclusive");
  ASSERT_EQ(found[0].statements.size(), 2u);
  EXPECT_EQ(found[0].statements[0].id, "MQTT-3.2.2-3");
  EXPECT_EQ(found[1].what, "PUBLISH does not come");
}

TEST(causes, values_that_differ_are_one_habit_of_their_field) {
  run_results run;
  for (const char* payload : {"m2", "m3", "m4"}) {
    run.cases.push_back(failing(payload, {"PUBLISH.payload", "m1", payload}, "MQTT-4.6.0-6"));
    run.cases.back().fault->statements.front().id += payload;
  }
  const auto found = causes_of(run);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].what, "PUBLISH.payload is not as it should be");
}

TEST(causes, a_trace_rule_joins_what_it_saw_also_in_cases_that_passed) {
  run_results run;
  run.cases = {failing("a", {"", "PUBLISH", "nothing"}, "X-1"),
               failing("b", {"", "PUBACK", "close"}, "X-2"),
               {}};
  run.cases[2].outcome = verdict::pass;
  for (case_result& c : run.cases) {
    c.findings = {{"well-formed", "a PUBACK of 3 octets", "c", {}, {}}};
  }
  const auto found = causes_of(run);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule, "well-formed");
  EXPECT_EQ(found[0].what, "trace rule well-formed: a PUBACK of 3 octets");
  EXPECT_EQ(weight_of(found[0]), "2 failures, 1 passed");
}

TEST(causes, cases_that_end_at_one_line_of_shared_steps_belong_together) {
  run_results run;
  for (const char* id : {"a", "b", "c"}) {
    run.cases.push_back(failing(id, {id, "1", "0"}));
    run.cases.back().fault->where = {"cases/lib/common.mqs", 12, 3, 4};
    run.cases.back().fault->step = "connect";
  }
  const auto found = causes_of(run);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].what, "all end in the step \"connect\" (cases/lib/common.mqs:12)");
}

TEST(causes, what_the_baseline_knows_explains_nothing_new) {
  run_results run;
  run.cases = {failing("a", no_session, "MQTT-3.2.2-3")};
  run.cases[0].expected = true;
  run.cases[0].baseline_reason = "https://example.org/1";
  EXPECT_TRUE(causes_of(run).empty());
  EXPECT_EQ(causes_of(run, {0}).size(), 1u);
}

}  // namespace
}  // namespace mqttspec::results
