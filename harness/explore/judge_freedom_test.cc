// The judge by hand: what the standard leaves open accuses nobody.

#include "explore/judge_table.h"

namespace mqttspec::explore {
namespace {

using namespace std::chrono_literals;

TEST(judge_freedom, leaves_open_when_qos_2_is_forwarded) {
  for (const bool at_publish : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    const auto b = t.connect("b connect v5 clean=1");
    t.subscribe(a, "a subscribe a qos=2");
    const auto m = t.publish(b, "b publish a qos=2 id=1");
    EXPECT_FALSE(t.j.owes());  // not before PUBREL
    if (at_publish) t.deliver(a, m, 2, 7);
    t.j.release(b, 1, t.now);
    t.give(b, packet_type::pubcomp, 1);
    if (!at_publish) {
      EXPECT_TRUE(t.j.owes());
      t.deliver(a, m, 2, 7);
    }
    EXPECT_FALSE(t.j.owes());
    EXPECT_EQ(t.accused(), "");
    t.deliver(a, m, 2, 8);
    EXPECT_EQ(t.accused(), "MQTT-4.3.3-10");
  }
}

TEST(judge_freedom, takes_what_a_restart_brings_for_sent_before) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 expiry=300 will=w will_qos=1");
  t.subscribe(a, "a subscribe w qos=1");
  t.j.restart(t.now);
  t.deliver(t.connect("a connect v5 clean=0 expiry=300", true), 0, 1, 7, true);
  EXPECT_EQ(t.accused(), "");
}

TEST(judge_freedom, does_not_take_a_retained_message_for_the_copy_of_a_share) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  const auto b = t.connect("b connect v5 clean=1");
  t.subscribe(a, "a subscribe a share qos=1");
  t.subscribe(b, "b subscribe a share qos=0");
  const auto m = t.publish(a, "a publish a qos=1 id=1 retain");
  t.deliver(a, m, 1, 7);
  t.subscribe(b, "b subscribe a qos=0");
  wire::packet retained = t.make(packet_type::publish);
  retained.topic = "t/a";
  retained.payload = "m0";
  retained.retain = true;
  t.give(b, retained);
  EXPECT_EQ(t.accused(), "");
  retained.retain = false;
  t.give(b, retained);
  EXPECT_EQ(t.accused(), "v5-4.8.2-a");
}

TEST(judge_freedom, takes_either_answer_around_the_end_of_a_session) {
  const struct {
    duration away;
    bool present;
    std::string accused;
  } cases[] = {{1s, false, "MQTT-3.2.2-3"},
               {1s, true, ""},
               {10s, false, ""},
               {12s, true, ""},
               {30s, false, ""},
               {30s, true, "MQTT-4.1.0-2"}};
  for (const auto& c : cases) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 expiry=10");
    t.j.cut(a, cut_kind::reset, std::nullopt, t.now);
    t.now += c.away;
    t.connect("a connect v5 clean=0", c.present);
    EXPECT_EQ(t.accused(), c.accused) << print_duration(c.away) << c.present;
  }
}

TEST(judge_freedom, lets_a_waiting_will_come_in_its_window_only) {
  const struct {
    duration after;
    std::string accused;
  } cases[] = {{1s, "v5-3.1.3.2.2-c"}, {9500ms, ""}, {10s, ""}, {12s, ""}};
  for (const auto& c : cases) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 expiry=300 will=w will_qos=1 will_delay=10");
    const auto b = t.connect("b connect v5 clean=1");
    t.subscribe(b, "b subscribe w qos=1");
    t.j.cut(a, cut_kind::reset, std::nullopt, t.now);
    t.now += c.after;
    t.deliver(b, 0, 1, 7);
    EXPECT_EQ(t.accused(), c.accused) << print_duration(c.after);
  }
}

// A will that is due at about that time may have been published before or after.
TEST(judge_freedom, leaves_open_whether_a_will_replaces_what_another_client_retains) {
  for (const bool will_is_retained : {true, false}) {
    table t;
    const auto a =
        t.connect("a connect v5 clean=1 expiry=300 will=w will_qos=1 will_retain will_delay=1");
    const auto b = t.connect("b connect v5 clean=1");
    t.j.cut(a, cut_kind::reset, std::nullopt, t.now);
    const auto m = t.publish(b, "b publish w qos=1 id=1 retain");
    t.now += 1200ms;
    t.subscribe(b, "b subscribe w qos=1");
    wire::packet retained = t.make(packet_type::publish);
    retained.topic = "t/w";
    retained.qos = 1;
    retained.packet_id = 7;
    retained.payload = will_is_retained ? "m0" : "m" + std::to_string(m);
    retained.retain = true;
    t.give(b, retained);
    EXPECT_EQ(t.accused(), "");
  }
}

TEST(judge_freedom, leaves_open_which_member_of_a_share_has_a_will_that_came_while_one_joined) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  const auto b = t.connect("b connect v5 clean=1");
  const auto c = t.connect("c connect v5 clean=1 expiry=300 will=a will_qos=1 will_delay=3");
  t.subscribe(b, "b subscribe a share qos=1");
  t.j.cut(c, cut_kind::reset, std::nullopt, t.now);
  t.now += 2500ms;
  t.j.advance(t.now);
  t.subscribe(a, "a subscribe a share qos=1");
  t.now += 500ms;
  t.deliver(a, 0, 1, 7);
  t.now += 3s;
  t.j.advance(t.now);
  EXPECT_FALSE(t.j.owes());
  EXPECT_EQ(t.accused(), "");
}

// Its delivery had begun, so it need not be deleted when it is passed on to the next member.
TEST(judge_freedom, takes_an_expired_message_that_a_member_of_the_share_left_behind) {
  for (const bool begun : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 keep_alive=4");
    const auto b = t.connect("b connect v5 clean=1");
    t.subscribe(a, "a subscribe a share qos=1");
    if (!begun) t.subscribe(b, "b subscribe a share qos=0");
    const auto m = t.publish(a, "a publish a qos=1 id=1 lifetime=2");
    if (begun) t.deliver(a, m, 1, 7);
    if (begun) t.subscribe(b, "b subscribe a share qos=0");
    if (begun) t.j.cut(a, cut_kind::reset, std::nullopt, t.now);
    t.now += 6s;
    t.deliver(b, m, 0, 0);
    EXPECT_EQ(t.accused(), begun ? "" : "MQTT-3.3.2-5");
  }
}

// Retain As Published gives both the same form.
TEST(judge_freedom, does_not_tell_a_message_from_the_same_that_subscribe_brings) {
  for (const bool again : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 receive_maximum=1");
    t.subscribe(a, "a subscribe a qos=1 retain_as_published");
    t.deliver(a, t.publish(a, "a publish a qos=1 id=1"), 1, 7);
    wire::packet retained = t.make(packet_type::publish);
    retained.topic = "t/a";
    retained.qos = 1;
    retained.retain = true;
    retained.payload = "m" + std::to_string(t.publish(a, "a publish a qos=1 id=1 retain"));
    const auto last = t.publish(a, "a publish a qos=1 id=1");
    if (again) t.subscribe(a, "a subscribe a qos=1");
    t.j.acknowledge(a, 0, packet_type::puback, 0, t.now);
    if (again) {
      retained.packet_id = 8;
      t.give(a, retained);
      t.j.acknowledge(a, 0, packet_type::puback, 0, t.now);
    }
    t.deliver(a, last, 1, 9);
    t.j.acknowledge(a, 0, packet_type::puback, 0, t.now);
    retained.packet_id = 10;
    t.give(a, retained);
    EXPECT_EQ(t.accused(), again ? "" : "MQTT-4.6.0-5 MQTT-4.6.0-6");
  }
}

// Only what has PUBLISH on the present connection takes room of Receive Maximum.
TEST(judge_freedom, takes_dup_for_what_had_room_beside_a_delivery_that_is_released_only) {
  table t;
  auto a = t.connect("a connect v5 clean=1 expiry=300");
  const auto b = t.connect("b connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=2");
  const auto first = t.publish(b, "b publish a qos=2 id=1");
  t.deliver(a, first, 2, 7);
  t.j.acknowledge(a, 0, packet_type::pubrec, 0, t.now);
  a = t.connect("a connect v5 clean=0 expiry=300 receive_maximum=1", true);
  t.give(a, packet_type::pubrel, 7);
  const auto second = t.publish(b, "b publish a qos=1 id=2");
  t.connect("a connect v5 clean=0 expiry=300", true);
  t.deliver(a + 1, second, 1, 8, true);
  EXPECT_EQ(t.accused(), "");
}

TEST(judge_freedom, accuses_nobody_of_a_message_that_is_older_than_its_subscription) {
  for (const char* given_up : {"a unsubscribe b", "a unsubscribe +"}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    const auto m = t.publish(a, "a publish a qos=1 id=1");
    t.subscribe(a, "a subscribe + qos=1");
    t.j.unsubscribe(a, t.act(given_up), 1001, t.now);
    t.deliver(a, m, 1, 7);
    EXPECT_EQ(t.accused(), "") << given_up;
  }
}

TEST(judge_freedom, takes_one_copy_or_several_for_overlapping_subscriptions) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=1");
  t.subscribe(a, "a subscribe + qos=2");
  const auto m = t.publish(a, "a publish a qos=2 id=1");
  t.j.release(a, 1, t.now);
  t.give(a, packet_type::pubcomp, 1);
  t.deliver(a, m, 1, 7);
  EXPECT_TRUE(t.j.owes());  // the highest QoS is owed
  t.deliver(a, m, 2, 8);
  EXPECT_FALSE(t.j.owes());
  EXPECT_EQ(t.accused(), "");
}

// SUBSCRIBE makes room for a will that nobody has seen yet; what comes pays for what is owed first.
TEST(judge_freedom, takes_the_copies_of_a_will_around_a_second_subscribe) {
  table t;
  const auto c = t.connect("c connect v5 clean=1 expiry=300");
  t.subscribe(c, "c subscribe a also=+ also_qos=0 qos=2", {2, 0});
  const auto b = t.connect("b connect v5 clean=1 will=a will_qos=1");
  t.connect("b connect v5 clean=1");
  t.j.ended(b, t.now);
  t.subscribe(c, "c subscribe a qos=1");
  const message_id will = 0;
  t.deliver(c, will, 0, 0);
  EXPECT_TRUE(t.j.owes());
  t.deliver(c, will, 1, 7);
  EXPECT_FALSE(t.j.owes());
  EXPECT_EQ(t.accused(), "");
}

// It is published in front of SUBSCRIBE or behind it, and has the identifiers of then.
TEST(judge_freedom, takes_a_will_with_the_identifiers_of_a_subscribe_that_overtook_it) {
  for (const bool before : {true, false}) {
    table t;
    const auto c = t.connect("c connect v5 clean=1");
    t.subscribe(c, "c subscribe # qos=2");
    const auto b = t.connect("b connect v5 clean=1 will=a will_qos=2");
    t.connect("b connect v5 clean=1");
    t.j.ended(b, t.now);
    t.subscribe(c, "c subscribe a qos=1 identifier=3");
    t.deliver(c, 0, 2, 7, false, before ? std::vector<std::uint32_t>{} : std::vector{3u});
    EXPECT_FALSE(t.j.owes());
    EXPECT_EQ(t.accused(), "");
  }
}

// Whether a will is a message of the client itself, which No Local keeps away, is not said.
TEST(judge_freedom, takes_an_own_will_with_the_identifiers_of_all_or_of_those_without_no_local) {
  const struct {
    std::vector<std::uint32_t> identifiers;
    std::string accused;
  } cases[] = {{{1, 2, 3}, ""}, {{1, 2}, ""}, {{2, 3}, "MQTT-3.3.4-4"}};
  for (const auto& c : cases) {
    table t;
    const auto a = t.connect("a connect v5 clean=1 expiry=300 will=a will_qos=1");
    t.subscribe(a, "a subscribe a qos=1 identifier=1");
    t.subscribe(a, "a subscribe + qos=1 identifier=2");
    t.subscribe(a, "a subscribe # qos=1 no_local identifier=3");
    t.j.cut(a, cut_kind::fin, std::nullopt, t.now);
    t.j.ended(a, t.now);
    const auto again = t.connect("a connect v5 clean=0 expiry=300", true);
    t.deliver(again, 0, 1, 7, false, c.identifiers);
    EXPECT_EQ(t.accused(), c.accused) << c.identifiers.size();
  }
}

TEST(judge_freedom, leaves_open_what_a_full_queue_loses) {
  for (const std::size_t limit : {2u, 3u}) {
    judge_options options{"t/"};
    options.queue_limit = limit;
    table t(options);
    const auto a = t.connect("a connect v5 clean=1 expiry=300");
    const auto b = t.connect("b connect v5 clean=1");
    t.subscribe(a, "a subscribe a qos=1");
    t.j.cut(a, cut_kind::reset, std::nullopt, t.now);
    t.publish(b, "b publish a qos=1 id=1");
    t.publish(b, "b publish a qos=1 id=2");
    t.connect("a connect v5 clean=0", true);
    EXPECT_EQ(t.j.owes(), limit == 3);
  }
}

TEST(judge_freedom, does_not_believe_that_receive_maximum_is_exceeded_before_it_is) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.j.publish(a, t.act("a publish a qos=1 id=1"), t.now);
  wire::packet p = t.make(packet_type::disconnect);
  p.reason = wire::code_of(wire::reason_code::receive_maximum_exceeded);
  t.give(a, p);
  t.j.ended(a, t.now);
  EXPECT_EQ(t.accused(), "MQTT-4.3.2-4");
}

TEST(judge_freedom, leaves_open_when_a_qos_2_message_is_retained) {
  for (const bool at_publish : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    const auto early = t.publish(a, "a publish a qos=2 id=2 retain");
    const auto late = t.publish(a, "a publish a qos=1 id=1 retain");
    t.j.release(a, 2, t.now);
    t.give(a, packet_type::pubcomp, 2);
    t.subscribe(a, "a subscribe a qos=1");
    wire::packet p = t.make(packet_type::publish);
    const auto held = at_publish ? late : early;
    p.topic = t.j.topic_text(0);
    p.qos = 1;
    p.retain = true;
    p.packet_id = 7;
    p.payload = "m" + std::to_string(held);
    t.give(a, p);
    EXPECT_EQ(t.accused(), "") << at_publish;
  }
}

TEST(judge_freedom, takes_an_early_will_for_a_fault_only_while_its_connection_lives) {
  for (const bool ends : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    t.subscribe(a, "a subscribe w qos=1");
    const auto b = t.connect("b connect v5 clean=1 will=w will_qos=1");
    t.deliver(a, t.j.link_of(b).will, 1, 1);
    EXPECT_FALSE(t.j.found());
    EXPECT_EQ(t.j.debtor(), b) << "whether it lives has to be seen";
    if (ends) {
      t.j.ended(b, t.now);
      EXPECT_EQ(t.accused(), "the broker closed a connection");
    } else {
      t.j.overdue(t.now);
      EXPECT_EQ(t.accused(), "v5-3.1.3.2.2-c");
      EXPECT_EQ(t.j.found()->what, "a will comes that should not");
    }
  }
}

TEST(judge_freedom, blames_no_odd_connect_for_a_close_behind_an_answer) {
  for (const bool answered : {true, false}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    const auto odd = t.j.probe(0, t.act("a probe v5 malformed"), t.now);
    t.j.ended(odd, t.now);
    if (answered) t.publish(a, "a publish a qos=1 id=1");
    wire::packet p = t.make(packet_type::disconnect);
    p.reason = wire::code_of(wire::reason_code::session_taken_over);
    t.give(a, p);
    t.j.ended(a, t.now);
    EXPECT_EQ(t.accused(), answered ? "the broker closed a connection" : "MQTT-3.1.4-2");
  }
}

TEST(judge_freedom, permits_a_copy_for_each_subscription_beside_that_of_a_share) {
  for (const int copies : {3, 4}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    t.subscribe(a, "a subscribe a qos=1");
    t.subscribe(a, "a subscribe + qos=1");
    t.subscribe(a, "a subscribe a share qos=1");
    const auto m = t.publish(a, "a publish a qos=1 id=1");
    for (int n = 0; n < copies; ++n) t.deliver(a, m, 1, static_cast<std::uint16_t>(7 + n));
    EXPECT_EQ(t.accused(), copies == 3 ? "" : "MQTT-4.4.0-1");
  }
}

TEST(judge_freedom, waits_for_what_is_owed_and_not_for_a_ping_of_late) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.j.publish(a, t.act("a publish a qos=1 id=1"), t.now);
  t.now += 4s;
  const auto b = t.connect("b connect v5 clean=1");
  t.j.ping(b, t.now, false);
  t.give(a, packet_type::puback, 1);
  t.j.overdue(t.now);
  EXPECT_EQ(t.accused(), "") << "only the ping is open";
  t.now += 1s;
  t.j.overdue(t.now);
  EXPECT_EQ(t.accused(), "MQTT-3.12.4-1");
}

TEST(judge_freedom, permits_the_identifier_of_a_no_local_subscription_beside_another_one) {
  for (const bool told : {false, true}) {
    table t;
    const auto a = t.connect("a connect v5 clean=1");
    t.subscribe(a, "a subscribe a qos=1 no_local identifier=2");
    t.subscribe(a, "a subscribe + qos=1");
    const auto m = t.publish(a, "a publish a qos=1 id=1");
    t.deliver(a, m, 1, 7, false,
              told ? std::vector<std::uint32_t>{2} : std::vector<std::uint32_t>{});
    EXPECT_EQ(t.accused(), "");
  }
}

TEST(judge_freedom, takes_a_pubrel_behind_a_pubrec_that_refuses) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.subscribe(a, "a subscribe a qos=2");
  const auto m = t.publish(a, "a publish a qos=2 id=1");
  t.deliver(a, m, 2, 7);
  t.j.acknowledge(a, 0, packet_type::pubrec, 0x80, t.now);
  t.give(a, packet_type::pubrel, 7);
  EXPECT_EQ(t.accused(), "");
}

TEST(judge_freedom, takes_a_mere_close_for_the_refusal_of_a_connect) {
  table t;
  const action a = t.act("a connect v5 clean=1");
  const auto c = t.j.connect(a.client, a, t.now);
  t.j.ended(c, t.now);
  EXPECT_EQ(t.accused(), "the broker refuses a CONNECT");
}

TEST(judge_freedom, leaves_open_when_an_older_message_is_routed) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  t.subscribe(a, "a subscribe a share qos=1");
  const auto m = t.publish(a, "a publish a qos=1 id=1");
  t.deliver(a, m, 1, 7);
  t.subscribe(a, "a subscribe a qos=1");
  t.deliver(a, m, 1, 8);
  EXPECT_EQ(t.accused(), "");
}

TEST(judge_freedom, leaves_open_when_retained_messages_are_looked_up) {
  table t;
  const auto a = t.connect("a connect v5 clean=1");
  const auto b = t.connect("b connect v5 clean=1");
  t.publish(a, "a publish a qos=1 id=1 retain");
  t.subscribe(b, "b subscribe a qos=0");
  const auto newer = t.publish(a, "a publish a qos=1 id=2 retain");
  wire::packet p = t.make(packet_type::publish);
  p.topic = t.j.topic_text(0);
  p.retain = true;
  p.payload = "m" + std::to_string(newer);
  t.give(b, p);
  EXPECT_FALSE(t.j.found());
}

TEST(judge_freedom, lets_qos_1_of_a_share_come_as_new_behind_a_break) {
  table t;
  const auto a = t.connect("a connect v5 clean=1 expiry=300");
  t.subscribe(a, "a subscribe a share qos=1");
  const auto m = t.publish(a, "a publish a qos=1 id=1");
  t.deliver(a, m, 1, 7);
  const auto again = t.connect("a connect v5 clean=0 expiry=300", true);
  t.deliver(again, m, 1, 1);
  EXPECT_EQ(t.accused(), "");
}

}  // namespace
}  // namespace mqttspec::explore
