#include "play/repeats.h"

#include <gtest/gtest.h>

namespace mqttspec::play {
namespace {

using namespace std::chrono_literals;
using wire::packet_type;
using wire::protocol_version;

wire::packet publish(protocol_version version, bool dup, const std::string& payload = "x") {
  wire::packet p = wire::make(packet_type::publish, version);
  p.qos = 1;
  p.dup = dup;
  p.packet_id = 7;
  p.topic = "t";
  p.payload = payload;
  return p;
}

wire::packet answer(packet_type type) {
  wire::packet p = wire::make(type, protocol_version::v311);
  p.packet_id = 7;
  return p;
}

TEST(repeats, are_what_comes_again_in_311_unacknowledged_and_marked) {
  const instant now{};
  const auto v311 = protocol_version::v311;
  repeats seen;
  EXPECT_FALSE(seen.is_one(publish(v311, false), now));
  EXPECT_TRUE(seen.is_one(publish(v311, true), now + 5s));
  seen.sent(answer(packet_type::puback), now + 6s);
  EXPECT_TRUE(seen.is_one(publish(v311, true), now + 6500ms)) << "they passed each other";
  EXPECT_FALSE(seen.is_one(publish(v311, true), now + 9s)) << "it was acknowledged";
  EXPECT_FALSE(seen.is_one(publish(v311, false), now + 9s)) << "not marked";
  EXPECT_FALSE(seen.is_one(publish(v311, true, "y"), now + 9s)) << "another message";
}

TEST(repeats, of_pubrel_last_until_pubcomp) {
  const instant now{};
  repeats seen;
  EXPECT_FALSE(seen.is_one(answer(packet_type::pubrel), now));
  EXPECT_TRUE(seen.is_one(answer(packet_type::pubrel), now + 5s));
  seen.sent(answer(packet_type::pubcomp), now + 5s);
  EXPECT_FALSE(seen.is_one(answer(packet_type::pubrel), now + 7s));
}

TEST(repeats, are_a_fault_in_5) {
  repeats seen;
  EXPECT_FALSE(seen.is_one(publish(protocol_version::v5, false), instant{}));
  EXPECT_FALSE(seen.is_one(publish(protocol_version::v5, true), instant{}));
}

}  // namespace
}  // namespace mqttspec::play
