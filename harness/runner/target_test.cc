#include "runner/target.h"

#include <gtest/gtest.h>

namespace mqttspec::runner {
namespace {

TEST(target, reads_everything) {
  const auto t = parse_target("t.toml", R"(
name = "mosquitto 2.0.11"
address = "127.0.0.1:1883"
versions = ["5", "3.1.1"]
user = "tester"
password_env = "BROKER_PASSWORD"
keep_alive = 60
[facts]
queue_limit = 1000
queue_overflow = "drop-oldest"
qos0_queued = false
[hooks]
start = "run"
wait_ready = "probe"
)");
  ASSERT_TRUE(t) << render(t.error());
  EXPECT_EQ(t->name, "mosquitto 2.0.11");
  EXPECT_EQ(t->versions.size(), 2u);
  EXPECT_EQ(t->keep_alive, 60);
  EXPECT_EQ(t->facts.at("queue_limit"), 1000);
  EXPECT_EQ(t->facts.at("queue_overflow_drop_oldest"), 1);
  EXPECT_EQ(t->facts.at("queue_overflow_drop_newest"), 0);
  EXPECT_EQ(t->facts.at("qos0_queued"), 0);
  EXPECT_EQ(t->facts_as_written.at("queue_overflow"), "drop-oldest");
  EXPECT_EQ(t->hooks.start, "run");
  EXPECT_EQ(t->hooks.wait_ready, "probe");
  EXPECT_EQ(t->hooks.kill, "");
}

TEST(target, all_mistakes_are_told_with_place_and_help) {
  const auto t = parse_target("t.toml", R"(adress = "127.0.0.1:1883"
name = 7
versions = ["5", "3.1"]
[facts]
queue_limmit = 5
queue_overflow = "drop-oldst"
qos0_queued = 1.5
[hooks]
restrat = "x"
)");
  ASSERT_FALSE(t);
  EXPECT_EQ(render(t.error()), R"(error: a target file has no key 'adress'
 --> t.toml:1:1
  |
1 | adress = "127.0.0.1:1883"
  | ^^^^^^ unknown key
  |
  = help: did you mean 'address'?

error: 'name' must be a text in quotation marks
 --> t.toml:2:8
  |
2 | name = 7
  |        ^ not a text

error: no such MQTT version
 --> t.toml:3:18
  |
3 | versions = ["5", "3.1"]
  |                  ^ unknown version
  |
  = help: valid here: "5", "3.1.1"

error: [facts] has no key 'queue_limmit'
 --> t.toml:5:1
  |
5 | queue_limmit = 5
  | ^^^^^^^^^^^^ unknown key
  |
  = help: did you mean 'queue_limit'?

error: no fact 'queue_overflow' with the value "drop-oldst"
 --> t.toml:6:18
  |
6 | queue_overflow = "drop-oldst"
  |                  ^^^^^^^^^^^^ unknown value
  |
  = help: did you mean 'queue_overflow_drop_oldest'?

error: 'qos0_queued' must be a number, true, false or a text
 --> t.toml:7:15
  |
7 | qos0_queued = 1.5
  |               ^ not a fact

error: [hooks] has no key 'restrat'
 --> t.toml:9:1
  |
9 | restrat = "x"
  | ^^^^^^^ unknown key
  |
  = help: did you mean 'restart'?
)");
}

TEST(target, broken_toml_is_a_diagnostic) {
  for (const char* text : {"name = ", "= 1", "[facts", "name = \"a\"\nname = \"b\"", "a.b.c",
                           "name = \"\xff\"", "versions = [[[[", "\"\"\"", "x = 1e999999"}) {
    const auto t = parse_target("t.toml", text);
    ASSERT_FALSE(t) << text;
    EXPECT_FALSE(t.error().empty());
    EXPECT_EQ(t.error()[0].where.file, "t.toml");
  }
}

TEST(capabilities, absent_properties_have_the_meaning_of_their_absence) {
  const auto plain =
      learned_from(wire::make(wire::packet_type::connack, wire::protocol_version::v5), 0xFFFFFFFF);
  EXPECT_EQ(plain.at("receive_maximum"), 65535);
  EXPECT_EQ(plain.at("maximum_qos"), 2);
  EXPECT_EQ(plain.at("retain_available"), 1);
  EXPECT_EQ(plain.at("session_expiry_max"), 0xFFFFFFFF);
  EXPECT_EQ(plain.at("server_keep_alive"), 0);
  EXPECT_FALSE(plain.contains("queue_limit"));

  auto connack = wire::make(wire::packet_type::connack, wire::protocol_version::v5);
  connack.properties = {wire::number_property(wire::property_id::receive_maximum, 20),
                        wire::number_property(wire::property_id::session_expiry_interval, 7200),
                        wire::number_property(wire::property_id::retain_available, 0)};
  const auto told = learned_from(connack, 0xFFFFFFFF);
  EXPECT_EQ(told.at("receive_maximum"), 20);
  EXPECT_EQ(told.at("session_expiry_max"), 7200);
  EXPECT_EQ(told.at("retain_available"), 0);
}

TEST(capabilities, needs_are_compared_and_the_reason_told) {
  using script::comparison;
  const capability_values have = {{"queue_limit", 20}, {"off", 0}};
  const auto reason = [&](const char* name, comparison op, std::int64_t n) {
    return unmet({name, op, n, {}}, have).value_or("met");
  };
  EXPECT_EQ(reason("queue_limit", comparison::exists, 0), "met");
  EXPECT_EQ(reason("off", comparison::exists, 0), "needs off; here it is 0");
  EXPECT_EQ(reason("unknown", comparison::exists, 0), "needs unknown; the target does not say");
  EXPECT_EQ(reason("unknown", comparison::less, 5), "needs unknown < 5; the target does not say");
  EXPECT_EQ(reason("queue_limit", comparison::greater_or_equal, 100),
            "needs queue_limit >= 100; here it is 20");
  EXPECT_EQ(reason("queue_limit", comparison::greater_or_equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::greater, 20),
            "needs queue_limit > 20; here it is 20");
  EXPECT_EQ(reason("queue_limit", comparison::less, 21), "met");
  EXPECT_EQ(reason("queue_limit", comparison::less_or_equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::not_equal, 20),
            "needs queue_limit != 20; here it is 20");
}

}  // namespace
}  // namespace mqttspec::runner
