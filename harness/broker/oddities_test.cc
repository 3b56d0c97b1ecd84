// Each oddity does what its sentence says.

#include "broker/oddities.h"

#include <gtest/gtest.h>

#include <set>

#include "broker/defects.h"
#include "broker/test_client.h"
#include "model/rehearsal.h"

namespace mqttspec::broker {
namespace {

odd_setup set_up(std::string_view name) {
  odd_setup s;
  const oddity* o = find_oddity(name);
  EXPECT_NE(o, nullptr) << name;
  if (o != nullptr) o->set(s);
  return s;
}

// A world whose broker has one oddity.
struct odd_world {
  explicit odd_world(std::string_view name) : odd(set_up(name)), w(odd.options, odd.rules) {}
  odd_setup odd;
  test_world w;
};

std::optional<std::uint32_t> number_in(const packet& p, property_id id) {
  return wire::find_number(p.properties, id);
}

TEST(oddities, each_has_a_name_of_its_own_and_a_reason) {
  std::set<std::string_view> names;
  for (const oddity& o : all_oddities()) {
    EXPECT_TRUE(names.insert(o.name).second) << o.name;
    EXPECT_EQ(o.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), o.name.npos);
    EXPECT_FALSE(o.sentence.empty()) << o.name;
    EXPECT_FALSE(o.allowed.empty()) << o.name;
    EXPECT_EQ(find_oddity(o.name), &o);
    EXPECT_EQ(find_defect(o.name), nullptr) << o.name;
  }
  EXPECT_GE(names.size(), 15u);
  EXPECT_EQ(find_oddity("no-such-oddity"), nullptr);
}

class both : public testing::TestWithParam<protocol_version> {};
INSTANTIATE_TEST_SUITE_P(oddities, both, testing::Values(v5, v311),
                         [](auto& p) { return std::string(wire::version_tag(p.param)); });

TEST_P(both, resends_late_and_lets_nothing_new_overtake) {
  odd_world o("resends-late");
  test_client pub(o.w, GetParam());
  pub.connect("pub", {.clean_start = true});
  test_client a(o.w, GetParam());
  a.connect("a", {.expiry = 300});
  a.subscribe("t", 1);
  pub.publish("t", "old", 1, 1);
  a.take(packet_type::publish);
  a.drop();
  test_client again(o.w, GetParam());
  EXPECT_TRUE(again.connect("a", {.expiry = 300}).session_present);
  pub.publish("t", "new", 1, 2);
  o.w.pass(9900ms);
  EXPECT_TRUE(again.quiet());
  o.w.pass(200ms);
  const packet old = again.take(packet_type::publish);
  EXPECT_EQ(old.payload, "old");
  EXPECT_TRUE(old.dup);
  EXPECT_EQ(again.take(packet_type::publish).payload, "new");
  o.w.pass(60s);
  EXPECT_TRUE(again.quiet());
}

TEST(oddities, sweeps_every_ten_seconds) {
  odd_world o("sweeps");
  o.w.pass(1s);
  test_client watcher(o.w, v5);
  watcher.connect("watcher", {.clean_start = true});
  watcher.subscribe("will", 0);
  test_client a(o.w, v5);
  a.connect("a", {.expiry = 100, .will = make_will("will", 2)});
  a.drop();
  test_client b(o.w, v5);
  b.connect("b", {.expiry = 2});
  b.drop();
  o.w.pass(8900ms);
  EXPECT_TRUE(watcher.quiet());
  test_client early(o.w, v5);
  EXPECT_TRUE(early.connect("b", {.expiry = 2}).session_present);
  early.drop();
  o.w.pass(200ms);
  EXPECT_EQ(watcher.take(packet_type::publish).topic, "will");
  o.w.pass(10s);
  test_client late(o.w, v5);
  EXPECT_FALSE(late.connect("b", {.expiry = 2}).session_present);
}

TEST_P(both, stores_few_sessions_and_ends_the_one_absent_longest) {
  odd_world o("few-sessions");
  const auto come_and_go = [&](int n) {
    test_client c(o.w, GetParam());
    const bool present = c.connect("c" + std::to_string(n), {.expiry = 300}).session_present;
    c.drop();
    o.w.pass(1ms);
    return present;
  };
  for (int n = 0; n < 64; ++n) EXPECT_FALSE(come_and_go(n));
  EXPECT_TRUE(come_and_go(0));
  EXPECT_FALSE(come_and_go(64));
  EXPECT_TRUE(come_and_go(0)) << "1 is absent longer";
  EXPECT_FALSE(come_and_go(1));
}

TEST_P(both, closes_one_connection_too_many) {
  odd_world o("few-connections");
  std::vector<std::unique_ptr<test_client>> all;
  for (int n = 0; n < 16; ++n) all.push_back(std::make_unique<test_client>(o.w, GetParam()));
  test_client surplus(o.w, GetParam());
  o.w.settle();
  EXPECT_TRUE(surplus.closed());
  EXPECT_TRUE(surplus.quiet());
  all.front()->drop();
  test_client another(o.w, GetParam());
  EXPECT_EQ(another.connect("another").reason, 0);
}

TEST_P(both, refuses_one_connection_too_many) {
  odd_world o("few-connections-told");
  std::vector<std::unique_ptr<test_client>> all;
  for (int n = 0; n < 16; ++n) all.push_back(std::make_unique<test_client>(o.w, GetParam()));
  test_client surplus(o.w, GetParam());
  EXPECT_EQ(surplus.connect("surplus").reason, GetParam() == v5 ? 0x89 : 0x03);
  EXPECT_TRUE(surplus.closed());
}

TEST_P(both, delivers_one_message_at_a_time) {
  odd_world o("one-at-a-time");
  test_client a(o.w, GetParam());
  a.connect("a");
  a.subscribe("t", 1);
  test_client pub(o.w, GetParam());
  pub.connect("pub");
  pub.publish("t", "1", 1, 1);
  pub.publish("t", "2", 1, 2);
  const packet first = a.take(packet_type::publish);
  EXPECT_TRUE(a.quiet());
  a.acknowledge(packet_type::puback, first.packet_id);
  EXPECT_EQ(a.take(packet_type::publish).payload, "2");
}

TEST(oddities, connack_tells_the_limits) {
  const std::vector<std::tuple<std::string_view, property_id, std::uint32_t>> told = {
      {"short-keep-alive", property_id::server_keep_alive, 5},
      {"two-weeks-at-most", property_id::session_expiry_interval, 1'209'600},
      {"takes-two", property_id::receive_maximum, 2},
      {"small-packets", property_id::maximum_packet_size, 512},
      {"qos-1-at-most", property_id::maximum_qos, 1},
      {"qos-0-only", property_id::maximum_qos, 0},
      {"no-retain", property_id::retain_available, 0},
      {"no-wildcards", property_id::wildcard_subscription_available, 0},
      {"no-shares", property_id::shared_subscription_available, 0},
      {"no-subscription-identifiers", property_id::subscription_identifier_available, 0}};
  for (const auto& [name, property, value] : told) {
    odd_world o(name);
    test_client a(o.w, v5);
    EXPECT_EQ(number_in(a.connect("a", {.expiry = 0xFFFFFFFF}), property), value) << name;
  }
  odd_world o("no-aliases");
  test_client a(o.w, v5);
  EXPECT_EQ(number_in(a.connect("a"), property_id::topic_alias_maximum), std::nullopt);
}

TEST(oddities, filters_that_are_not_supported_end_the_connection) {
  for (const auto& [name, filter, identifier] :
       {std::tuple{"no-wildcards", "a/+", 0u}, std::tuple{"no-shares", "$share/g/a", 0u},
        std::tuple{"no-subscription-identifiers", "a", 7u}}) {
    odd_world o(name);
    test_client a(o.w, v5);
    a.connect("a");
    packet p = a.make(packet_type::subscribe);
    p.packet_id = 1;
    p.subscriptions.push_back({filter, 1});
    if (identifier != 0) {
      p.properties.push_back(
          wire::number_property(property_id::subscription_identifier, identifier));
    }
    a.send(p);
    EXPECT_GE(a.take(packet_type::disconnect).reason, 0x9E) << name;
    EXPECT_TRUE(a.closed());
  }
  odd_world o("no-wildcards");
  test_client old(o.w, v311);
  old.connect("old");
  EXPECT_EQ(old.subscribe("a/+", 1).reasons, std::vector<std::uint8_t>{0x80});
}

TEST(oddities, answers_disconnect) {
  odd_world o("answers-disconnect");
  test_client a(o.w, v5);
  a.connect("a");
  a.leave();
  EXPECT_EQ(a.take(packet_type::disconnect).reason, 0);
  EXPECT_TRUE(a.closed());
  test_client old(o.w, v311);
  old.connect("old");
  old.leave();
  EXPECT_TRUE(old.quiet());
}

TEST(oddities, refuses_ids_that_it_assigned) {
  odd_world o("refuses-assigned-ids");
  test_client a(o.w, v5);
  const packet connack = a.connect("", {.expiry = 300});
  const auto* assigned =
      wire::find_property(connack.properties, property_id::assigned_client_identifier);
  ASSERT_NE(assigned, nullptr);
  a.drop();
  test_client b(o.w, v5);
  EXPECT_EQ(b.connect(assigned->text, {.expiry = 300}).reason, 0x85);
}

TEST(oddities, closes_without_a_word) {
  odd_world o("closes-without-a-word");
  test_client a(o.w, v5);
  a.connect("a");
  a.write(byte_buffer{0xF1, 0x00});
  EXPECT_TRUE(a.closed());
  EXPECT_TRUE(a.quiet());
  test_client old(o.w, v5);
  old.connect("b");
  test_client next(o.w, v5);
  next.connect("b");
  EXPECT_TRUE(old.closed());
  EXPECT_TRUE(old.quiet());
}

TEST(oddities, sends_qos_0_last) {
  odd_world o("qos-0-last");
  test_client a(o.w, v5);
  a.connect("a", {.receive_maximum = 1});
  a.subscribe("t", 1);
  test_client pub(o.w, v5);
  pub.connect("pub");
  pub.publish("t", "1", 1, 1);
  pub.publish("t", "2", 1, 2);
  pub.publish("t", "0");
  const packet first = a.take(packet_type::publish);
  EXPECT_TRUE(a.quiet());
  a.acknowledge(packet_type::puback, first.packet_id);
  EXPECT_EQ(a.take(packet_type::publish).payload, "2");
  EXPECT_EQ(a.take(packet_type::publish).payload, "0");
}

// The octets that answer a PUBLISH of QoS 1 to which nobody, or |somebody|, subscribes.
byte_buffer puback_of(std::string_view name, bool somebody, bool problems_wanted = true) {
  odd_world o(name);
  test_client a(o.w, v5);
  packet connect = a.connect_packet("a", {});
  if (!problems_wanted) {
    connect.properties.push_back(
        wire::number_property(property_id::request_problem_information, 0));
  }
  a.send(connect);
  a.take(packet_type::connack);
  if (somebody) a.subscribe("t", 0);
  o.w.octets[a.id()].clear();
  a.publish("t", "", 1, 7);
  const byte_buffer all = o.w.octets[a.id()];
  const auto at = std::find(all.begin(), all.end(), std::uint8_t{0x40});
  return {at, all.end()};
}

TEST(oddities, short_and_spelled_answers) {
  EXPECT_EQ(puback_of("short-answers", false), (byte_buffer{0x40, 2, 0, 7}));
  EXPECT_EQ(puback_of("spelled-answers", false), (byte_buffer{0x40, 4, 0, 7, 0x10, 0}));
  const byte_buffer spelled = puback_of("spelled-answers", true);
  ASSERT_GE(spelled.size(), 6u);
  EXPECT_EQ(byte_buffer(spelled.begin(), spelled.begin() + 6), (byte_buffer{0x40, 4, 0, 7, 0, 0}));
}

TEST(oddities, wordy_answers_only_where_they_are_welcome) {
  EXPECT_GT(puback_of("wordy-answers", false).size(), 40u);
  EXPECT_EQ(puback_of("wordy-answers", false, false), (byte_buffer{0x40, 4, 0, 7, 0x10, 0}));
}

TEST(oddities, long_connack_unless_the_client_takes_no_such_packet) {
  odd_world o("long-connack");
  test_client a(o.w, v5);
  const packet connack = a.connect("a");
  EXPECT_GE(std::count_if(connack.properties.begin(), connack.properties.end(),
                          [](const auto& p) { return p.id == property_id::user_property; }),
            20);
  test_client b(o.w, v5);
  EXPECT_LT(b.connect("b", {.packet_limit = 100}).properties.size(), 20u);
}

TEST(oddities, those_of_the_network_are_for_who_performs_the_outputs) {
  for (const char* name : {"far-away", "gathers", "octet-by-octet", "restarts"}) {
    EXPECT_NE(set_up(name).network, network_manner{}) << name;
  }
}

}  // namespace
}  // namespace mqttspec::broker
