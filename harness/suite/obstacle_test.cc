#include "suite/obstacle.h"

#include <gtest/gtest.h>

#include "script/expander.h"

namespace mqttspec::suite {
namespace {

script::scenario scenario_of(const std::string& lines) {
  script::file_set files;
  files.add("far.mqs",
            "scenario far\n  title    \"far\"\n  clients  c\n\n  step \"s\"\n"
            "    c > CONNECT client_id=\"{ns}-c\" clean_start=1\n    c < CONNACK\n" +
                lines);
  return script::expand(files, {}).scenarios.at(0);
}

TEST(obstacle, a_case_of_many_round_trips_needs_a_broker_that_is_near) {
  const script::scenario many = scenario_of(
      "    for n in 1..499\n"
      "      c > PUBLISH id=1 topic=\"{ns}\" qos=1 payload=\"{n}\"\n"
      "      c < PUBACK id=1\n");
  const script::scenario at_once = scenario_of(
      "    for n in 1..499\n      c > PINGREQ\n    for n in 1..499\n      c < PINGRESP\n");
  EXPECT_EQ(obstacle(many, {{"maximum_qos", 2}}, {}), std::nullopt);
  EXPECT_EQ(obstacle(many, {{"maximum_qos", 2}, {round_trip_ms, 100}}, {}), std::nullopt);
  EXPECT_EQ(obstacle(many, {{"maximum_qos", 2}, {round_trip_ms, 300}}, {}),
            "needs 500 round trips, and the broker is 300ms away");
  EXPECT_EQ(obstacle(at_once, {{round_trip_ms, 1000}}, {}), std::nullopt);
}

}  // namespace
}  // namespace mqttspec::suite
