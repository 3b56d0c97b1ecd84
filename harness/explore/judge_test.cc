// The judge by hand: what it waits for, what it accuses, and of what.

#include "explore/judge_table.h"

namespace mqttspec::explore {
namespace {

using namespace std::chrono_literals;

TEST(judge, awaits_what_a_subscriber_must_get) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 expiry=300");
  const auto b = t.connect("b connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=1");
  EXPECT_FALSE(t.j.owes());
  const auto m = t.publish(b, "b publish a qos=1 id=1");
  EXPECT_TRUE(t.j.owes());
  t.deliver(a, m, 1, 7);
  EXPECT_FALSE(t.j.owes());
  EXPECT_EQ(t.accused(), "");
  t.deliver(a, m, 1, 8);
  EXPECT_EQ(t.accused(), "MQTT-4.4.0-1");
}

TEST(judge, wants_unacknowledged_messages_again_with_dup) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 expiry=300");
  t.subscribe(a, "a subscribe a qos=1");
  const auto m = t.publish(a, "a publish a qos=1 id=1");
  t.deliver(a, m, 1, 7);
  t.j.cut(a, cut_kind::fin, std::nullopt, t.now);
  t.j.ended(a, t.now);
  const auto again = t.connect("a connect v5 clean=0 expiry=300", true);
  EXPECT_TRUE(t.j.owes());
  EXPECT_EQ(t.j.debts_of(again).front(),
            "PUBLISH topic=\"{ns}/a\" qos=1 dup=1 id=7 payload=\"m0\"");
  t.deliver(again, m, 1, 7, false);
  EXPECT_EQ(t.accused(), "MQTT-3.3.1-1");
}

TEST(judge, wants_the_will_of_a_lost_connection_and_not_that_of_a_goodbye) {
  for (const bool goodbye : {false, true}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 will=w will_qos=1");
    const auto b = t.connect("b connect v5 clean=1");
    t.subscribe(b, "b subscribe w qos=1");
    t.j.cut(a, goodbye ? cut_kind::goodbye : cut_kind::fin, std::nullopt, t.now);
    t.j.ended(a, t.now);
    EXPECT_EQ(t.j.owes(), !goodbye);
    t.deliver(b, 0, 1, 7);
    EXPECT_EQ(t.accused(), goodbye ? "MQTT-3.14.4-3" : "");
  }
}

TEST(judge, misses_a_will_as_a_will_where_only_a_share_awaits_it) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 will=w will_qos=1");
  const auto b = t.connect("b connect v5 clean=1");
  t.subscribe(b, "b subscribe w share qos=1");
  t.j.cut(a, cut_kind::fin, std::nullopt, t.now);
  t.j.ended(a, t.now);
  EXPECT_TRUE(t.j.owes());
  t.j.overdue(t.now + 5s);
  EXPECT_EQ(t.accused(), "MQTT-3.1.2-8");
}

TEST(judge, tells_what_may_come_besides_what_must) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=1");
  t.publish(a, "a publish a qos=0");
  const auto m = t.j.publish(a, t.act("a publish a qos=1 id=1"), t.now);
  EXPECT_EQ(t.j.debts_of(a), (std::vector<std::string>{"PUBACK id=1"}));
  EXPECT_EQ(t.j.may_come(a),
            (std::vector<std::string>{"PUBLISH topic=\"{ns}/a\" qos=0 retain=0 payload=\"m0\"",
                                      "PUBLISH topic=\"{ns}/a\" qos=1 retain=0 payload=\"m1\""}));
  t.give(a, packet_type::puback, 1);
  EXPECT_EQ(t.j.may_come(a).size(), 1u);
  t.deliver(a, m, 1, 7);
  EXPECT_EQ(t.j.may_come(a).size(), 1u);
}

TEST(judge, wants_the_highest_qos_where_subscriptions_overlap) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=0");
  t.subscribe(a, "a subscribe + qos=1");
  const auto m = t.publish(a, "a publish a qos=1 id=1");
  t.deliver(a, m, 0, 0);
  EXPECT_EQ(t.accused(), "");
  t.j.overdue(t.now + 5s);
  EXPECT_EQ(t.accused(), "MQTT-3.3.4-2");
  EXPECT_EQ(t.j.found()->expected, "PUBLISH topic=\"{ns}/a\" qos=1 retain=0 payload=\"m0\"");
}

TEST(judge, reads_a_code_for_each_filter_of_a_subscribe) {
  const struct {
    std::uint8_t maximum_qos;
    std::vector<std::uint8_t> reasons;
    std::string accused;
  } cases[] = {{2, {2, 0}, ""},
               {2, {1, 0}, ""},
               {2, {2}, "MQTT-3.8.4-6"},
               {2, {0, 2}, "MQTT-3.9.3-1"},
               {2, {0x87, 0}, "the broker refuses a SUBSCRIBE"},
               {1, {1, 0}, ""},
               {1, {0x87, 0}, "the broker refuses a SUBSCRIBE"},
               {1, {0x80, 0}, "MQTT-3.2.2-10"}};
  for (const auto& c : cases) {
    judge_options options{"t/"};
    options.maximum_qos = c.maximum_qos;
    table t(options);
    const auto a = t.connect("a connect v5 clean=1");
    t.subscribe(a, "a subscribe a also=b also_qos=0 qos=2", c.reasons);
    EXPECT_EQ(t.accused(), c.accused) << c.reasons.size() << int{c.reasons[0]};
  }
}

TEST(judge, is_sure_of_an_interval_in_disconnect_up_to_what_was_granted_before) {
  for (const bool granted : {false, true}) {
    table t;
    if (granted) t.connect("b connect v5 clean=1 expiry=300");
    const auto a = t.connect("a connect v5 clean=1 expiry=5");
    t.j.cut(a, cut_kind::goodbye, 300, t.now);
    t.j.ended(a, t.now);
    t.now += 60s;
    t.connect("a connect v5 clean=0", false);
    EXPECT_EQ(t.accused(), granted ? "MQTT-3.2.2-3" : "");
  }
}

TEST(judge, wants_a_close_when_receive_maximum_is_exceeded) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.publish(a, "a publish a qos=2 id=200");
  t.j.cut(a, cut_kind::quota_high, std::nullopt, t.now);
  EXPECT_TRUE(t.j.owes());
  t.j.ended(a, t.now);
  EXPECT_FALSE(t.j.owes());
  EXPECT_TRUE(t.j.session_of(0).received.empty());
  EXPECT_EQ(t.accused(), "");
}

TEST(judge, accuses_a_second_client_identifier) {
  table t;
  const action a = t.act("a connect v5 clean=1");
  const connection_id c = t.j.connect(a.client, a, t.now);
  wire::packet p = t.make(packet_type::connack);
  p.properties.push_back(
      wire::text_property(wire::property_id::assigned_client_identifier, "other"));
  t.give(c, p);
  EXPECT_EQ(t.accused(), "v5-3.2.2.3.7-a");
}

TEST(judge, counts_what_is_in_flight) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 receive_maximum=1");
  t.subscribe(a, "a subscribe a qos=1");
  const auto first = t.publish(a, "a publish a qos=1 id=1");
  t.deliver(a, first, 1, 7);
  const auto second = t.publish(a, "a publish a qos=1 id=2");
  EXPECT_FALSE(t.j.owes());
  t.deliver(a, second, 1, 8);
  EXPECT_EQ(t.accused(), "MQTT-3.3.4-9");
}

}  // namespace
}  // namespace mqttspec::explore
