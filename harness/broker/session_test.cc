#include <gtest/gtest.h>

#include "broker/test_client.h"

namespace mqttspec::broker {
namespace {

class each_version : public testing::TestWithParam<protocol_version> {
 protected:
  test_world w;
  // A session that outlives its connection.
  static connect_arguments lasting() { return {.expiry = 300}; }
};

INSTANTIATE_TEST_SUITE_P(broker_session, each_version, testing::Values(v5, v311),
                         [](auto& p) { return std::string(wire::version_tag(p.param)); });

TEST_P(each_version, new_session_has_session_present_0_and_resumed_one_1) {
  test_client a(w, GetParam());
  EXPECT_FALSE(a.connect("a", lasting()).session_present);
  a.leave();
  EXPECT_TRUE(a.closed());
  test_client b(w, GetParam());
  EXPECT_TRUE(b.connect("a", lasting()).session_present);
}

TEST_P(each_version, clean_start_discards_subscriptions_queue_in_flight_and_received_ids) {
  test_client pub(w, GetParam());
  pub.connect("pub", {.clean_start = true});
  test_client a(w, GetParam());
  a.connect("a", lasting());
  a.subscribe("t", 1);
  pub.publish("t", "in flight", 1, 1);
  a.take(packet_type::publish);
  a.publish("x", "first", 2, 9);
  a.take(packet_type::pubrec);
  a.drop();
  pub.publish("t", "queued", 1, 2);

  test_client b(w, GetParam());
  connect_arguments clean = lasting();
  clean.clean_start = true;
  EXPECT_FALSE(b.connect("a", clean).session_present);
  EXPECT_TRUE(b.quiet());
  test_client watcher(w, GetParam());
  watcher.connect("watcher", {.clean_start = true});
  watcher.subscribe("x", 0);
  b.publish("x", "second", 2, 9);
  EXPECT_EQ(watcher.take(packet_type::publish).payload, "second");
  pub.publish("t", "live", 1, 3);
  EXPECT_EQ(b.take(packet_type::pubrec).packet_id, 9);
  EXPECT_TRUE(b.quiet());
}

TEST_P(each_version, queued_messages_arrive_in_order_behind_connack_with_dup_0) {
  test_client a(w, GetParam());
  a.connect("a", lasting());
  a.subscribe("t", 2);
  a.leave();
  test_client pub(w, GetParam());
  pub.connect("pub", {.clean_start = true});
  for (std::uint16_t n = 1; n <= 8; ++n) {
    pub.publish("t", std::to_string(n), static_cast<std::uint8_t>(1 + n % 2), n);
  }
  test_client b(w, GetParam());
  b.connect("a", lasting());
  for (int n = 1; n <= 8; ++n) {
    const packet p = b.take(packet_type::publish);
    EXPECT_EQ(p.payload, std::to_string(n));
    EXPECT_FALSE(p.dup);
    EXPECT_EQ(p.qos, 1 + n % 2);
  }
  EXPECT_TRUE(b.quiet());
}

TEST_P(each_version, unacknowledged_are_sent_again_with_dup_and_their_ids_and_pubrel_as_pubrel) {
  test_client pub(w, GetParam());
  pub.connect("pub", {.clean_start = true});
  test_client a(w, GetParam());
  a.connect("a", lasting());
  a.subscribe("t", 2);
  pub.publish("t", "one", 1, 1);
  pub.publish("t", "two", 2, 2);
  pub.publish("t", "released", 2, 3);
  const std::uint16_t one = a.take(packet_type::publish).packet_id;
  const std::uint16_t two = a.take(packet_type::publish).packet_id;
  const std::uint16_t released = a.take(packet_type::publish).packet_id;
  a.acknowledge(packet_type::pubrec, released);
  EXPECT_EQ(a.take(packet_type::pubrel).packet_id, released);
  a.drop();

  test_client b(w, GetParam());
  EXPECT_TRUE(b.connect("a", lasting()).session_present);
  EXPECT_EQ(b.take(packet_type::pubrel).packet_id, released);
  packet p = b.take(packet_type::publish);
  EXPECT_TRUE(p.dup);
  EXPECT_EQ(p.packet_id, one);
  EXPECT_EQ(p.payload, "one");
  p = b.take(packet_type::publish);
  EXPECT_TRUE(p.dup);
  EXPECT_EQ(p.packet_id, two);
  b.acknowledge(packet_type::puback, one);
  b.acknowledge(packet_type::pubcomp, released);
  b.drop();
  test_client c(w, GetParam());
  c.connect("a", lasting());
  EXPECT_EQ(c.take(packet_type::publish).packet_id, two);
  EXPECT_TRUE(c.quiet());
}

TEST_P(each_version, qos2_is_not_delivered_twice_over_a_resume) {
  test_client watcher(w, GetParam());
  watcher.connect("watcher", {.clean_start = true});
  watcher.subscribe("t", 2);
  test_client a(w, GetParam());
  a.connect("a", lasting());
  a.publish("t", "once", 2, 7);
  a.take(packet_type::pubrec);
  a.drop();
  test_client b(w, GetParam());
  b.connect("a", lasting());
  packet again = b.publish_packet("t", "once", 2, 7);
  again.dup = true;
  b.send(again);
  EXPECT_EQ(b.take(packet_type::pubrec).packet_id, 7);
  b.acknowledge(packet_type::pubrel, 7);
  const packet done = b.take(packet_type::pubcomp);
  EXPECT_EQ(done.reason, 0);
  EXPECT_EQ(watcher.take(packet_type::publish).payload, "once");
  EXPECT_TRUE(watcher.quiet());
}

TEST_P(each_version, takeover_closes_the_old_connection_and_tells_only_v5) {
  test_client old(w, GetParam());
  old.connect("a", lasting());
  old.subscribe("t", 1);
  test_client fresh(w, GetParam());
  EXPECT_TRUE(fresh.connect("a", lasting()).session_present);
  EXPECT_TRUE(old.closed());
  if (GetParam() == v5) {
    EXPECT_EQ(old.take(packet_type::disconnect).reason, code_of(reason_code::session_taken_over));
  }
  EXPECT_TRUE(old.quiet());
}

TEST_P(each_version, takeover_of_a_session_that_ends_with_its_connection_gives_no_resume) {
  test_client old(w, GetParam());
  old.connect("a", {.clean_start = true});
  old.subscribe("t", 1);
  test_client fresh(w, GetParam());
  EXPECT_FALSE(fresh.connect("a", lasting()).session_present);
  fresh.publish("t", "x", 0);
  EXPECT_TRUE(fresh.quiet());
}

TEST_P(each_version, will_goes_out_on_a_lost_connection_and_not_after_disconnect) {
  test_client watcher(w, GetParam());
  watcher.connect("watcher", {.clean_start = true});
  watcher.subscribe("will", 0);
  test_client a(w, GetParam());
  a.connect("a", {.clean_start = true, .will = make_will("will")});
  a.leave();
  EXPECT_TRUE(watcher.quiet());
  test_client b(w, GetParam());
  b.connect("a", {.clean_start = true, .will = make_will("will")});
  b.drop();
  EXPECT_EQ(watcher.take(packet_type::publish).payload, "gone");
  EXPECT_TRUE(watcher.quiet());
}

TEST_P(each_version, silent_client_is_closed_after_one_and_a_half_keep_alive_to_the_nanosecond) {
  test_client a(w, GetParam());
  a.connect("a", {.clean_start = true, .keep_alive = 10});
  w.pass(5s);
  a.send(a.make(packet_type::pingreq));
  a.take(packet_type::pingresp);
  w.pass(15s - 1ns);
  EXPECT_FALSE(a.closed());
  w.pass(1ns);
  EXPECT_TRUE(a.closed());
  if (GetParam() == v5) {
    EXPECT_EQ(a.take().reason, code_of(reason_code::keep_alive_timeout));
  }
}

TEST_P(each_version, packets_behind_connect_are_answered_behind_connack) {
  test_client a(w, GetParam());
  byte_buffer all;
  const auto add = [&](const packet& p) { ASSERT_TRUE(wire::encode_to(p, all)); };
  add(a.connect_packet("a", lasting()));
  packet s = a.make(packet_type::subscribe);
  s.packet_id = 1;
  s.subscriptions.push_back({"t", 1});
  add(s);
  add(a.publish_packet("t", "x", 1, 2));
  add(a.make(packet_type::pingreq));
  for (const std::uint8_t octet : all) a.write({&octet, 1});
  a.take(packet_type::connack);
  a.take(packet_type::suback);
  std::multiset<packet_type> rest;
  for (const packet& p : a.take_all()) rest.insert(p.type);
  EXPECT_EQ(rest, (std::multiset<packet_type>{packet_type::publish, packet_type::puback,
                                              packet_type::pingresp}));
}

TEST_P(each_version, second_connect_closes_and_keeps_the_session) {
  test_client a(w, GetParam());
  a.connect("a", lasting());
  a.send(a.connect_packet("a", lasting()));
  EXPECT_TRUE(a.closed());
  test_client b(w, GetParam());
  EXPECT_TRUE(b.connect("a", lasting()).session_present);
}

TEST_P(each_version, sessions_survive_a_kill_and_wills_go_out_at_the_start) {
  test_client watcher(w, GetParam());
  watcher.connect("watcher", lasting());
  watcher.subscribe("will", 1);
  test_client a(w, GetParam());
  connect_arguments with_will = lasting();
  with_will.will = make_will("will");
  with_will.will->qos = 1;
  a.connect("a", with_will);
  w.b.stop(false, w.now);
  w.settle();
  EXPECT_TRUE(a.closed());
  EXPECT_EQ(w.b.next_deadline(), never);
  w.pass(5s);
  w.b.start(w.now);
  test_client again(w, GetParam());
  EXPECT_TRUE(again.connect("watcher", lasting()).session_present);
  EXPECT_EQ(again.take(packet_type::publish).payload, "gone");
}

TEST(broker_session_v5, expiry_counts_from_the_disconnect_to_the_nanosecond) {
  for (const bool late : {false, true}) {
    test_world w;
    test_client a(w, v5);
    a.connect("a", {.expiry = 6});
    w.pass(20s);
    a.leave();
    w.pass(late ? 6s : 6s - 1ns);
    test_client b(w, v5);
    EXPECT_EQ(b.connect("a", {.expiry = 6}).session_present, !late);
  }
}

TEST(broker_session_v5, disconnect_changes_the_interval_but_not_from_zero) {
  struct row {
    std::optional<std::uint32_t> connect;
    std::optional<std::uint32_t> disconnect;
    duration wait;
    bool refused;
    bool resumed;
  };
  const row rows[] = {
      {std::nullopt, std::nullopt, 0s, false, false},
      {0, std::nullopt, 0s, false, false},
      {0, 0, 0s, false, false},
      {2, 60, 10s, false, true},
      {300, 2, 2s, false, false},
      {300, 0, 0s, false, false},
      {300, std::nullopt, 299s, false, true},
      {2, 0xFFFFFFFF, 10000h, false, true},
      {0, 30, 0s, true, false},
      {std::nullopt, 30, 0s, true, false},
  };
  for (const row& r : rows) {
    test_world w;
    test_client watcher(w, v5);
    watcher.connect("watcher", {.clean_start = true});
    watcher.subscribe("will", 0);
    test_client a(w, v5);
    a.connect("a", {.expiry = r.connect, .will = make_will("will")});
    a.leave(0, r.disconnect);
    EXPECT_TRUE(a.closed());
    EXPECT_EQ(watcher.quiet(), !r.refused);  // an invalid DISCONNECT spares no will
    if (r.refused) {
      EXPECT_EQ(a.take().reason, code_of(reason_code::protocol_error));
    }
    w.pass(r.wait);
    test_client b(w, v5);
    EXPECT_EQ(b.connect("a").session_present, r.resumed);
  }
}

TEST(broker_session_v5, server_maximum_is_told_and_obeyed) {
  test_world w({.session_expiry_max = 5});
  test_client a(w, v5);
  const packet c = a.connect("a", {.expiry = 60});
  EXPECT_EQ(find_number(c.properties, property_id::session_expiry_interval), 5u);
  a.leave();
  w.pass(5s);
  test_client b(w, v5);
  EXPECT_FALSE(b.connect("a").session_present);
}

TEST(broker_session_v5, zero_to_n_is_judged_on_the_sent_value_even_when_the_server_lowers_it) {
  test_world w({.session_expiry_max = 0});
  test_client a(w, v5);
  a.connect("a", {.expiry = 60});
  a.leave(0, 30);
  EXPECT_TRUE(a.closed());
  EXPECT_TRUE(a.quiet());  // legal, whatever was granted
}

TEST(broker_session_v5, assigned_id_is_returned_and_resumes) {
  test_world w;
  test_client a(w, v5);
  const packet c = a.connect("", {.expiry = 60});
  const wire::property* id = find_property(c.properties, property_id::assigned_client_identifier);
  ASSERT_NE(id, nullptr);
  a.leave();
  test_client b(w, v5);
  const packet again = b.connect(id->text, {.expiry = 60});
  EXPECT_TRUE(again.session_present);
  EXPECT_EQ(find_property(again.properties, property_id::assigned_client_identifier), nullptr);
  test_client other(w, v5);
  EXPECT_FALSE(other.connect("", {.expiry = 60}).session_present);
}

TEST(broker_session_v311, empty_id_needs_clean_session) {
  test_world w;
  test_client a(w, v311);
  const packet c = a.connect("", {.clean_start = false});
  EXPECT_EQ(c.reason, 2);
  EXPECT_TRUE(a.closed());
  test_client b(w, v311);
  EXPECT_EQ(b.connect("", {.clean_start = true}).reason, 0);
  test_client d(w, v311);
  EXPECT_EQ(d.connect("", {.clean_start = true}).reason, 0);
  EXPECT_FALSE(b.closed());
}

TEST(broker_session_v311, clean_session_1_leaves_nothing_to_resume) {
  test_world w;
  test_client a(w, v311);
  a.connect("a", {.clean_start = true});
  a.leave();
  test_client b(w, v311);
  EXPECT_FALSE(b.connect("a").session_present);
}

TEST(broker_session, a_session_passes_from_one_version_to_the_other) {
  test_world w;
  test_client a(w, v5);
  a.connect("a", {.expiry = 300});
  a.subscribe({"t", 1, false, true, 0}, 7);
  a.leave();
  test_client pub(w, v5);
  pub.connect("pub");
  packet p = pub.publish_packet("t", "x", 1, 1);
  p.properties.push_back(wire::user_property("n", "v"));
  pub.send(p);
  test_client b(w, v311);
  EXPECT_TRUE(b.connect("a").session_present);
  EXPECT_EQ(b.take(packet_type::publish).payload, "x");
}

}  // namespace
}  // namespace mqttspec::broker
