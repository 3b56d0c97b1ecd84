#include "suite/limits.h"

#include <gtest/gtest.h>

#include "broker/oddities.h"
#include "drive/network_driver.h"
#include "target/standing.h"

namespace mqttspec::suite {
namespace {

limits of_a_broker_that(std::string_view oddity) {
  target::description what;
  what.where = target::place::embedded;
  if (!oddity.empty()) what.oddities.push_back(broker::find_oddity(oddity));
  target::standing_target target(what);
  EXPECT_EQ(target.stand(), "");
  limits found;
  {
    const auto driver = drive::make_network_driver(target.loop(), target.reach());
    found = measure_limits(*driver, "t", wire::protocol_version::v5, {}, 100);
  }
  target.end();
  return found;
}

TEST(limits, are_measured) {
  EXPECT_FALSE(of_a_broker_that("").any());

  const limits few_connections = of_a_broker_that("few-connections");
  EXPECT_EQ(few_connections.connections, 16u);
  EXPECT_FALSE(few_connections.sessions);
  EXPECT_EQ(room_below(few_connections).connections, 12u);
  EXPECT_EQ(describe(few_connections), "serves 16 connections at once");

  const limits few_sessions = of_a_broker_that("few-sessions");
  EXPECT_FALSE(few_sessions.connections);
  // Those that are asked for at once may end each other.
  EXPECT_GE(few_sessions.sessions.value_or(0), 48u);
  EXPECT_LE(few_sessions.sessions.value_or(0), 64u);
}

}  // namespace
}  // namespace mqttspec::suite
