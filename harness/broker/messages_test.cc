#include <gtest/gtest.h>

#include "broker/test_client.h"

namespace mqttspec::broker {
namespace {

using wire::number_property;

struct broker_messages : testing::Test {
  test_world w;
};

TEST_F(broker_messages, receive_maximum_holds_back_until_pubcomp_but_not_pubrec) {
  test_client a(w, v5);
  a.connect("a", {.receive_maximum = 1});
  a.subscribe("t", 2);
  test_client pub(w, v5);
  pub.connect("pub");
  pub.publish("t", "1", 2, 1);
  pub.publish("t", "2", 2, 2);
  const std::uint16_t first = a.take(packet_type::publish).packet_id;
  EXPECT_TRUE(a.quiet());
  a.acknowledge(packet_type::pubrec, first);
  a.take(packet_type::pubrel);
  EXPECT_TRUE(a.quiet());
  a.acknowledge(packet_type::pubcomp, first);
  const std::uint16_t second = a.take(packet_type::publish).packet_id;
  EXPECT_NE(second, first);
  a.acknowledge(packet_type::pubrec, second, 0x80);
  EXPECT_TRUE(a.quiet());  // no PUBREL for a refusal
  pub.publish("t", "3", 1, 3);
  EXPECT_EQ(a.take(packet_type::publish).payload, "3");
}

TEST_F(broker_messages, a_smaller_window_on_resume_sends_the_rest_as_acknowledgements_come) {
  test_client pub(w, v5);
  pub.connect("pub");
  test_client a(w, v5);
  a.connect("a", {.expiry = 60});
  a.subscribe("t", 1);
  for (std::uint16_t n = 1; n <= 5; ++n) pub.publish("t", std::to_string(n), 1, n);
  EXPECT_EQ(a.take_all().size(), 5u);
  a.drop();
  test_client b(w, v5);
  b.connect("a", {.expiry = 60, .receive_maximum = 2});
  for (int n = 1; n <= 5; ++n) {
    const packet p = b.take(packet_type::publish);
    EXPECT_TRUE(p.dup);
    EXPECT_EQ(p.payload, std::to_string(n));
    b.acknowledge(packet_type::puback, p.packet_id);
  }
  EXPECT_TRUE(b.quiet());
}

TEST(broker_limits, client_that_exceeds_the_servers_receive_maximum_gets_0x93) {
  test_world w({.receive_maximum = 2});
  test_client a(w, v5);
  const packet c = a.connect("a");
  EXPECT_EQ(find_number(c.properties, property_id::receive_maximum), 2u);
  a.publish("t", "x", 2, 1);
  a.publish("t", "x", 2, 2);
  a.publish("t", "x", 2, 2);  // a repetition is not one more
  EXPECT_EQ(a.take_all().size(), 3u);
  a.publish("t", "x", 2, 3);
  EXPECT_EQ(a.take(packet_type::disconnect).reason, code_of(reason_code::receive_maximum_exceeded));
  EXPECT_TRUE(a.closed());
}

TEST(broker_limits, packet_sizes_are_kept_both_ways) {
  test_world w({.maximum_packet_size = 200});
  test_client a(w, v5);
  a.connect("a", {.packet_limit = 60});
  a.subscribe("t", 1);
  test_client pub(w, v5);
  pub.connect("pub");
  pub.publish("t", std::string(100, 'x'), 1, 1);
  pub.publish("t", "small", 1, 2);
  EXPECT_EQ(a.take(packet_type::publish).payload, "small");
  pub.take_all();
  pub.publish("t", std::string(300, 'x'), 1, 3);
  EXPECT_EQ(pub.take(packet_type::disconnect).reason, code_of(reason_code::packet_too_large));
}

TEST_F(broker_messages, overlapping_subscriptions_give_one_copy_with_all_identifiers) {
  test_client a(w, v5);
  a.connect("a");
  a.subscribe({"a/#", 1, false, false, 0}, 1);
  a.subscribe({"a/+", 2, false, false, 0}, 2);
  test_client pub(w, v5);
  pub.connect("pub");
  packet p = pub.publish_packet("a/b", "x", 2, 1);
  p.properties = {
      number_property(property_id::payload_format_indicator, 1), wire::user_property("k", "1"),
      wire::text_property(property_id::response_topic, "r"), wire::user_property("k", "2")};
  pub.send(p);
  const packet got = a.take(packet_type::publish);
  EXPECT_EQ(got.qos, 2);
  std::multiset<std::uint32_t> ids;
  wire::property_list rest;
  for (const wire::property& each : got.properties) {
    if (each.id == property_id::subscription_identifier) {
      ids.insert(each.number);
    } else {
      rest.push_back(each);
    }
  }
  EXPECT_EQ(ids, (std::multiset<std::uint32_t>{1, 2}));
  EXPECT_EQ(rest, p.properties);
  EXPECT_TRUE(a.quiet());
}

TEST_F(broker_messages, subscription_options_survive_a_resume) {
  test_client a(w, v5);
  a.connect("a", {.expiry = 60});
  a.subscribe({"t", 1, true, true, 0}, 7);
  a.drop();
  test_client b(w, v5);
  b.connect("a", {.expiry = 60});
  b.publish("t", "own", 1, 1);
  b.take(packet_type::puback);
  EXPECT_TRUE(b.quiet());  // No Local
  test_client pub(w, v5);
  pub.connect("pub");
  pub.publish("t", "x", 2, 1, true);
  const packet p = b.take(packet_type::publish);
  EXPECT_EQ(p.qos, 1);
  EXPECT_TRUE(p.retain);  // Retain As Published
  EXPECT_EQ(find_number(p.properties, property_id::subscription_identifier), 7u);
}

TEST_F(broker_messages, retained_messages_follow_retain_handling) {
  test_client pub(w, v5);
  pub.connect("pub");
  pub.publish("r/1", "kept", 1, 1, true);
  test_client a(w, v5);
  a.connect("a");
  a.subscribe({"r/#", 0, false, false, 1}, 0);
  packet p = a.take(packet_type::publish);
  EXPECT_TRUE(p.retain);
  EXPECT_EQ(p.qos, 0);
  a.subscribe({"r/#", 0, false, false, 1}, 0);
  EXPECT_TRUE(a.quiet());
  a.subscribe({"r/#", 0, false, false, 0}, 0);
  EXPECT_EQ(a.take_all().size(), 1u);
  a.subscribe({"r/+", 0, false, false, 2}, 0);
  a.subscribe({"$share/g/r/#", 0, false, false, 0}, 0);
  EXPECT_TRUE(a.quiet());
  pub.publish("r/1", "", 0, 0, true);
  for (const packet& each : a.take_all()) EXPECT_FALSE(each.retain);
  test_client b(w, v5);
  b.connect("b");
  b.subscribe("r/#", 0);
  EXPECT_TRUE(b.quiet());
}

TEST_F(broker_messages, message_expiry_is_reduced_and_drops_queued_but_not_sent_messages) {
  test_client pub(w, v5);
  pub.connect("pub");
  test_client a(w, v5);
  a.connect("a", {.expiry = 600});
  a.subscribe("t", 1);
  const auto publish = [&](const char* payload, std::uint32_t expiry, std::uint16_t id) {
    packet p = pub.publish_packet("t", payload, 1, id);
    p.properties.push_back(number_property(property_id::message_expiry_interval, expiry));
    pub.send(p);
  };
  publish("sent", 2, 1);
  EXPECT_EQ(
      find_number(a.take(packet_type::publish).properties, property_id::message_expiry_interval),
      2u);
  a.drop();
  publish("short", 3, 2);
  publish("long", 60, 3);
  w.pass(3s);
  test_client b(w, v5);
  b.connect("a", {.expiry = 600});
  EXPECT_EQ(b.take(packet_type::publish).payload, "sent");
  const packet p = b.take(packet_type::publish);
  EXPECT_EQ(p.payload, "long");
  EXPECT_EQ(find_number(p.properties, property_id::message_expiry_interval), 57u);
  EXPECT_TRUE(b.quiet());
}

TEST_F(broker_messages, share_gives_each_message_to_one_member_and_prefers_connected_ones) {
  test_client a(w, v5);
  test_client b(w, v5);
  a.connect("a", {.expiry = 60});
  b.connect("b", {.expiry = 60});
  a.subscribe("$share/g/t", 1);
  b.subscribe("$share/g/t", 1);
  test_client pub(w, v5);
  pub.connect("pub");
  for (std::uint16_t n = 1; n <= 10; ++n) pub.publish("t", "x", 1, n);
  EXPECT_EQ(a.take_all().size(), 5u);
  EXPECT_EQ(b.take_all().size(), 5u);
  b.leave();
  for (std::uint16_t n = 1; n <= 10; ++n) pub.publish("t", "x", 1, n);
  EXPECT_EQ(a.take_all().size(), 10u);
}

TEST_F(broker_messages, topic_aliases_are_resolved_and_die_with_the_connection) {
  test_client watcher(w, v5);
  watcher.connect("watcher");
  watcher.subscribe("#", 0);
  test_client a(w, v5);
  a.connect("a", {.expiry = 60});
  packet p = a.publish_packet("t", "1");
  p.properties.push_back(number_property(property_id::topic_alias, 1));
  a.send(p);
  p.topic.clear();
  p.payload = "2";
  a.send(p);
  EXPECT_EQ(watcher.take(packet_type::publish).topic, "t");
  const packet second = watcher.take(packet_type::publish);
  EXPECT_EQ(second.topic, "t");
  EXPECT_TRUE(second.properties.empty());
  a.drop();
  test_client b(w, v5);
  EXPECT_TRUE(b.connect("a", {.expiry = 60}).session_present);
  b.send(p);
  EXPECT_EQ(b.take(packet_type::disconnect).reason, code_of(reason_code::protocol_error));
  test_client c(w, v5);
  c.connect("c");
  p.topic = "t";
  p.properties[0].number = 17;
  c.send(p);
  EXPECT_EQ(c.take(packet_type::disconnect).reason, code_of(reason_code::topic_alias_invalid));
}

TEST_F(broker_messages, unknown_pubrel_and_pubrec_are_answered_with_0x92) {
  test_client a(w, v5);
  a.connect("a");
  a.acknowledge(packet_type::pubrel, 99);
  EXPECT_EQ(a.take(packet_type::pubcomp).reason, 0x92);
  a.acknowledge(packet_type::pubrec, 98);
  EXPECT_EQ(a.take(packet_type::pubrel).reason, 0x92);
  a.acknowledge(packet_type::puback, 97);
  EXPECT_FALSE(a.closed());
  test_client b(w, v311);
  b.connect("b");
  b.acknowledge(packet_type::pubrel, 99);
  EXPECT_EQ(b.take(packet_type::pubcomp).packet_id, 99);
}

TEST(broker_options_test, qos2_may_be_forwarded_at_pubrel_and_still_once) {
  test_world w({.qos2_forwarded_at_pubrel = true});
  test_client watcher(w, v5);
  watcher.connect("watcher");
  watcher.subscribe("t", 2);
  test_client a(w, v5);
  a.connect("a");
  a.publish("t", "x", 2, 1);
  a.publish("t", "x", 2, 1);
  EXPECT_TRUE(watcher.quiet());
  a.acknowledge(packet_type::pubrel, 1);
  a.acknowledge(packet_type::pubrel, 1);
  EXPECT_EQ(watcher.take_all().size(), 1u);
}

TEST(broker_options_test, queue_overflow_follows_the_policy) {
  struct row {
    overflow_policy policy;
    std::vector<std::string> kept;
  };
  for (const row& r : {row{overflow_policy::drop_newest, {"1", "2", "3"}},
                       row{overflow_policy::drop_oldest, {"3", "4", "5"}},
                       row{overflow_policy::disconnect, {"1", "2", "3"}}}) {
    test_world w({.queue_limit = 3, .overflow = r.policy});
    test_client a(w, v5);
    a.connect("a", {.expiry = 60});
    a.subscribe("t", 1);
    a.drop();
    test_client pub(w, v5);
    pub.connect("pub");
    for (std::uint16_t n = 1; n <= 5; ++n) pub.publish("t", std::to_string(n), 1, n);
    test_client b(w, v5);
    b.connect("a", {.expiry = 60});
    std::vector<std::string> got;
    for (const packet& p : b.take_all()) got.push_back(p.payload);
    EXPECT_EQ(got, r.kept);
  }
}

TEST(broker_options_test,
     a_connected_client_that_overflows_is_closed_with_0x97_and_keeps_its_session) {
  test_world w({.queue_limit = 2, .overflow = overflow_policy::disconnect});
  test_client a(w, v5);
  a.connect("a", {.expiry = 60, .receive_maximum = 1});
  a.subscribe("t", 1);
  test_client pub(w, v5);
  pub.connect("pub");
  for (std::uint16_t n = 1; n <= 4; ++n) pub.publish("t", std::to_string(n), 1, n);
  EXPECT_EQ(a.take(packet_type::publish).payload, "1");
  EXPECT_EQ(a.take(packet_type::disconnect).reason, code_of(reason_code::quota_exceeded));
  EXPECT_TRUE(a.closed());
  test_client b(w, v5);
  EXPECT_TRUE(b.connect("a", {.expiry = 60}).session_present);
  EXPECT_EQ(b.take_all().size(), 3u);
}

TEST(broker_options_test, wrong_password_is_refused_and_harms_no_session) {
  test_world w({.users = {{"u", "p"}}});
  const auto connect = [&](test_client& c, const char* password, bool clean) {
    packet p = c.connect_packet("a", {.clean_start = clean, .expiry = 60});
    p.user_name = "u";
    p.password = password;
    c.send(p);
    return c.take(packet_type::connack);
  };
  for (const protocol_version v : {v5, v311}) {
    test_client a(w, v);
    EXPECT_EQ(connect(a, "p", false).reason, 0);
    test_client bad(w, v);
    const packet refused = connect(bad, "wrong", true);
    EXPECT_EQ(refused.reason, v == v5 ? 0x86 : 0x04);
    EXPECT_FALSE(refused.session_present);
    EXPECT_TRUE(bad.closed());
    EXPECT_FALSE(a.closed());
    a.leave();
    test_client b(w, v);
    EXPECT_TRUE(connect(b, "p", false).session_present);
    b.leave();
  }
}

TEST(broker_faults, each_is_answered_as_its_version_can) {
  struct row {
    const char* what;
    protocol_version version;
    bool connected;
    const char* octets;
    const char* answer;  // in hex; "" is a bare close
  };
  const row rows[] = {
      {"level 6", v311, false, "10 0d 00 04 4d 51 54 54 06 02 00 00 00 01 61", "20 03 00 84 00"},
      {"level 3", v311, false, "10 0d 00 04 4d 51 54 54 03 02 00 00 00 01 61", "20 02 00 01"},
      {"reserved connect flag, 5.0", v5, false, "10 0e 00 04 4d 51 54 54 05 03 00 00 00 00 01 61",
       "20 03 00 81 00"},
      {"reserved connect flag, 3.1.1", v311, false, "10 0d 00 04 4d 51 54 54 04 03 00 00 00 01 61",
       ""},
      {"PINGREQ first", v5, false, "c0 00", ""},
      {"reserved flags, 5.0", v5, true, "e1 00", "e0 01 81"},
      {"reserved flags, 3.1.1", v311, true, "e1 00", ""},
      {"SUBSCRIBE without a filter", v5, true, "82 03 00 01 00", "e0 01 82"},
      {"PUBLISH without a topic", v5, true, "30 03 00 00 00", "e0 01 82"},
      {"PUBLISH to a wildcard", v5, true, "30 04 00 01 23 00", "e0 01 81"},
      {"Topic Alias 0", v5, true, "30 07 00 01 61 03 23 00 00", "e0 01 94"},
      {"AUTH without a method", v5, true, "f0 00", "e0 01 82"},
      {"CONNACK from a client", v5, true, "20 03 00 00 00", "e0 01 82"},
  };
  for (const row& r : rows) {
    SCOPED_TRACE(r.what);
    test_world w;
    test_client a(w, r.version);
    if (r.connected) a.connect("a");
    a.write(*from_hex(r.octets));
    EXPECT_TRUE(a.closed());
    EXPECT_EQ(to_hex(w.octets[a.id()]), r.answer);
  }
}

TEST(broker_faults, a_connection_without_connect_is_closed_after_ten_seconds) {
  test_world w;
  test_client a(w, v5);
  w.pass(10s - 1ns);
  EXPECT_FALSE(a.closed());
  w.pass(1ns);
  EXPECT_TRUE(a.closed());
  EXPECT_TRUE(a.quiet());
}

TEST(broker_rules, a_planted_defect_shows) {
  model::rules r;
  r.session_present = [](const model::connect_facts&) { return true; };
  test_world w({}, r);
  test_client a(w, v5);
  EXPECT_TRUE(a.connect("fresh").session_present);
}

}  // namespace
}  // namespace mqttspec::broker
