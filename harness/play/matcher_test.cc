#include "play/matcher.h"

#include <gtest/gtest.h>

namespace mqttspec::play {
namespace {

using script::match_kind;
using wire::packet_type;
using wire::protocol_version;

wire::packet publish(std::uint16_t id) {
  wire::packet p = wire::make(packet_type::publish, protocol_version::v5);
  p.qos = 1;
  p.packet_id = id;
  return p;
}

// PUBLISH id not in (0, {held})
script::packet_pattern id_not_in_zero_and_held() {
  script::field_clause c;
  c.name = "id";
  c.kind = match_kind::none_of;
  c.values.push_back({std::uint64_t{0}});
  c.values.push_back({script::variable_reference{"held"}});
  return {packet_type::publish, protocol_version::v5, {c}};
}

TEST(matcher, takes_a_value_that_is_none_of_the_excluded) {
  EXPECT_TRUE(
      match(id_not_in_zero_and_held(), publish(8), {{"held", std::uint64_t{7}}}).faults.empty());
}

TEST(matcher, refuses_an_excluded_value) {
  const auto m = match(id_not_in_zero_and_held(), publish(7), {{"held", std::uint64_t{7}}});
  ASSERT_EQ(m.faults.size(), 1U);
  EXPECT_EQ(results::print(m.faults[0].what), "PUBLISH.id: expected another than 7, got 7");
}

TEST(matcher, refuses_to_exclude_what_was_never_captured) {
  EXPECT_EQ(match(id_not_in_zero_and_held(), publish(8), {}).faults.size(), 1U);
}

}  // namespace
}  // namespace mqttspec::play
