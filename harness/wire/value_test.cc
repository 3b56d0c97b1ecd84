#include "wire/value.h"

#include <gtest/gtest.h>

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

value number(std::uint64_t n) {
  return value{n};
}
value text(std::string t) {
  return value{std::move(t)};
}

TEST(get_field, is_empty_for_what_the_packet_does_not_carry) {
  const packet publish = make(packet_type::publish, v5);
  EXPECT_FALSE(get_field(publish, "id"));
  EXPECT_FALSE(get_field(publish, "topic_alias"));
  EXPECT_FALSE(get_field(publish, "client_id"));
  EXPECT_EQ(get_field(publish, "topic"), text(""));
  const packet connect = make(packet_type::connect, v311);
  EXPECT_FALSE(get_field(connect, "will_topic"));
  EXPECT_FALSE(get_field(connect, "user_name"));
  EXPECT_FALSE(get_field(connect, "clean_start"));
  EXPECT_EQ(get_field(connect, "clean_session"), number(0));
  EXPECT_FALSE(get_field(make(packet_type::puback, v311), "reason"));
  EXPECT_EQ(get_field(make(packet_type::puback, v5), "reason"), number(0));
}

TEST(get_field, gives_one_request_as_such_and_several_as_lists) {
  packet p = make(packet_type::subscribe, v5);
  p.subscriptions = {{"a", 1, false, false, 2}};
  EXPECT_EQ(get_field(p, "filter"), text("a"));
  EXPECT_EQ(get_field(p, "max_qos"), number(1));
  EXPECT_FALSE(get_field(p, "filters"));
  p.subscriptions.push_back({"b", 2, true, false, 0});
  EXPECT_FALSE(get_field(p, "filter"));
  EXPECT_EQ(get_field(p, "filters"), (value{std::vector<std::string>{"a", "b"}}));
  EXPECT_EQ(get_field(p, "retain_handling"), (value{std::vector<std::uint64_t>{2, 0}}));
}

TEST(set_field, creates_the_will) {
  packet p = make(packet_type::connect, v5);
  ASSERT_TRUE(set_field(p, "will_delay_interval", number(5)));
  ASSERT_TRUE(set_field(p, "will_topic", text("t")));
  ASSERT_TRUE(p.will);
  EXPECT_EQ(p.will->topic, "t");
  EXPECT_EQ(get_field(p, "will_delay_interval"), number(5));
}

TEST(set_field, leaves_the_packet_alone_when_the_value_does_not_fit) {
  packet p = make(packet_type::connect, v5);
  const packet before = p;
  EXPECT_FALSE(set_field(p, "will_delay_interval", text("soon")));
  EXPECT_FALSE(set_field(p, "will_qos", number(3)));
  EXPECT_FALSE(set_field(p, "keep_alive", number(65'536)));
  EXPECT_FALSE(set_field(p, "receive_maximum", number(0)));
  EXPECT_FALSE(set_field(p, "client_id", number(1)));
  EXPECT_FALSE(set_field(p, "topic", text("t")));
  EXPECT_FALSE(set_field(p, "clean_session", number(1)));
  EXPECT_FALSE(set_field(p, "user_property", text("a")));
  EXPECT_EQ(p, before);
}

TEST(set_field, replaces_a_property_and_appends_repeated_ones) {
  packet p = make(packet_type::publish, v5);
  ASSERT_TRUE(set_field(p, "topic_alias", number(1)));
  ASSERT_TRUE(set_field(p, "topic_alias", number(2)));
  ASSERT_TRUE(set_field(p, "user_property", value{text_pairs{{"a", "1"}}}));
  ASSERT_TRUE(set_field(p, "user_property", value{text_pairs{{"a", "2"}}}));
  ASSERT_TRUE(set_field(p, "subscription_identifier", value{std::vector<std::uint64_t>{7, 8}}));
  const property_list expected = {number_property(property_id::topic_alias, 2),
                                  user_property("a", "1"), user_property("a", "2"),
                                  number_property(property_id::subscription_identifier, 7),
                                  number_property(property_id::subscription_identifier, 8)};
  EXPECT_EQ(p.properties, expected);
  EXPECT_EQ(get_field(p, "subscription_identifier"), (value{std::vector<std::uint64_t>{7, 8}}));
  ASSERT_TRUE(set_field(p, "subscription_identifier", number(9)));
  EXPECT_EQ(get_field(p, "subscription_identifier"), number(9));
}

TEST(set_field, refuses_options_that_do_not_match_the_filters) {
  packet p = make(packet_type::subscribe, v5);
  ASSERT_TRUE(set_field(p, "filters", value{std::vector<std::string>{"a", "b"}}));
  EXPECT_FALSE(set_field(p, "max_qos", value{std::vector<std::uint64_t>{0, 1, 2}}));
  packet single = make(packet_type::subscribe, v5);
  ASSERT_TRUE(set_field(single, "filter", text("a")));
  EXPECT_FALSE(set_field(single, "max_qos", value{std::vector<std::uint64_t>{0, 1}}));
}

TEST(print_value, writes_the_forms_of_the_notation) {
  EXPECT_EQ(print(number(300)), "300");
  EXPECT_EQ(print(text("a \"b\"\n")), "\"a \\\"b\\\"\\n\"");
  EXPECT_EQ(print(text(std::string("\0\xFF", 2))), "hex(00 ff)");
  EXPECT_EQ(print(value{std::vector<std::uint64_t>{0, 1}}), "[0 1]");
  EXPECT_EQ(print(value{std::vector<std::string>{"a", "b"}}), "[\"a\" \"b\"]");
  EXPECT_EQ(print(value{text_pairs{{"a", "b"}, {"c", "d"}}}), "{\"a\": \"b\" \"c\": \"d\"}");
}

}  // namespace
}  // namespace mqttspec::wire
