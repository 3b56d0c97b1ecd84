#include "wire/notation.h"

#include <gtest/gtest.h>

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

TEST(notation, prints_fields_that_are_present_or_have_no_default) {
  packet p = make(packet_type::publish, v5);
  p.topic = "a/b";
  p.qos = 1;
  p.packet_id = 7;
  p.payload = "hello";
  EXPECT_EQ(print(p), "PUBLISH topic=\"a/b\" qos=1 dup=0 retain=0 id=7 payload=\"hello\"");
  packet connack = make(packet_type::connack, v5);
  connack.session_present = true;
  connack.properties.push_back(number_property(property_id::receive_maximum, 1024));
  EXPECT_EQ(print(connack), "CONNACK session_present=1 reason=success receive_maximum=1024");
}

TEST(notation, prints_a_reason_without_a_name_as_a_number) {
  packet p = make(packet_type::puback, v5);
  p.packet_id = 1;
  p.reason = 0x8D;
  EXPECT_EQ(print(p), "PUBACK id=1 reason=0x8D");
}

TEST(notation, cuts_long_text_and_hides_credentials_when_asked) {
  packet p = make(packet_type::connect, v311);
  p.client_id = std::string(100, 'c');
  p.user_name = "alice";
  p.password = "secret";
  EXPECT_EQ(print(p, {4, true}),
            "CONNECT client_id=\"cccc\"...(100 bytes) clean_session=0 user_name=\"***\" "
            "password=\"***\"");
  EXPECT_NE(print(p).find("password=\"secret\""), std::string::npos);
}

TEST(notation, keeps_terminal_controls_out) {
  packet p = make(packet_type::publish, v5);
  p.topic = "\x1B[31m\n\xE2\x80\xAE";
  p.payload = "\x1B[31m";
  EXPECT_EQ(print(p),
            "PUBLISH topic=\"\\x1b[31m\\n\\xe2\\x80\\xae\" qos=0 dup=0 retain=0 "
            "payload=hex(1b 5b 33 31 6d)");
}

TEST(notation, reads_every_form_of_value) {
  const auto p = parse_packet(
      "  PUBLISH topic=\"\\\"\\\\\\n\\t\\r\\x41{\" qos=0x1 id=0x0007 "
      "payload=hex(00 \"abc\" ff) user_property={\"a\": \"b\" \"c\":\"d\"} "
      "subscription_identifier=[1 0x2]  ",
      v5);
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_EQ(p->topic, "\"\\\n\t\rA{");
  EXPECT_EQ(p->qos, 1);
  EXPECT_EQ(p->packet_id, 7);
  EXPECT_EQ(p->payload, std::string("\0abc\xFF", 5));
  const property_list expected = {user_property("a", "b"), user_property("c", "d"),
                                  number_property(property_id::subscription_identifier, 1),
                                  number_property(property_id::subscription_identifier, 2)};
  EXPECT_EQ(p->properties, expected);
}

TEST(notation, takes_options_before_or_behind_the_filters) {
  const auto before =
      parse_packet("SUBSCRIBE max_qos=2 no_local=[0 1] filters=[\"a\" \"b\"] id=1", v5);
  const auto behind =
      parse_packet("SUBSCRIBE id=1 filters=[\"a\" \"b\"] no_local=[0 1] max_qos=2", v5);
  ASSERT_TRUE(before && behind);
  EXPECT_EQ(*before, *behind);
  EXPECT_EQ(before->subscriptions[1], (subscription_request{"b", 2, true, false, 0}));
}

struct mistake {
  std::string_view text;
  protocol_version version;
  std::size_t column;
  std::size_t length;
  std::string_view message;
  std::string_view help;
};

TEST(notation, points_at_mistakes_and_suggests) {
  const mistake mistakes[] = {
      {"", v5, 0, 1, "a packet name is missing",
       "valid here: CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC and 10 more"},
      {"CONECT", v5, 0, 6, "MQTT 5 has no packet 'CONECT'", "did you mean 'CONNECT'?"},
      {"AUTH", v311, 0, 4, "MQTT 3.1.1 has no packet 'AUTH'",
       "valid here: CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC and 9 more"},
      {"CONNECT clean_strat=1", v5, 8, 11, "CONNECT has no field 'clean_strat'",
       "did you mean 'clean_start'?"},
      {"CONNECT clean_start=1", v311, 8, 11, "CONNECT has no field 'clean_start' in MQTT 3.1.1",
       ""},
      {"CONNECT client_id", v5, 17, 1, "'=' is missing behind 'client_id'", ""},
      {"CONNECT client_id=", v5, 18, 1, "a value is missing behind 'client_id='", ""},
      {"CONNECT client_id=\"a", v5, 18, 2, "the text has no closing quotation mark", ""},
      {"CONNECT client_id=\"\\q\"", v5, 19, 2, "this is no escape",
       "valid here: \\\" \\\\ \\n \\t \\r \\xNN"},
      {"CONNECT client_id=\"a\"keep_alive=1", v5, 21, 1, "a space is needed between fields", ""},
      {"CONNECT client_id=7", v5, 18, 1, "'client_id' does not take 7", "it takes text"},
      {"CONNECT keep_alive=65536", v5, 19, 5, "'keep_alive' does not take 65536",
       "valid here: 0 to 65535"},
      {"CONNECT keep_alive=1x", v5, 19, 2, "'1x' is not a number", ""},
      {"CONNECT keep_alive=1 keep_alive=2", v5, 21, 10, "'keep_alive' stands twice", ""},
      {"CONNECT keep_alive=soon", v5, 19, 4, "'soon' is no value for 'keep_alive'",
       "it takes a number"},
      {"CONNECT user_property={\"a\" \"b\"}", v5, 27, 1, "':' is missing between name and value",
       ""},
      {"CONNECT user_property={\"a\": \"b\"", v5, 22, 9, "'}' is missing behind the pairs", ""},
      {"CONNACK reason=not_autorized", v5, 15, 13, "MQTT 5 has no reason code 'not_autorized'",
       "did you mean 'not_authorized'?"},
      {"CONNACK reason=keep_alive_timeout", v5, 15, 18,
       "CONNACK may not carry the reason code 'keep_alive_timeout'",
       "valid here: success, unspecified_error, malformed_packet, protocol_error, "
       "implementation_specific_error and 17 more"},
      {"SUBACK id=1 reasons=[0 \"a\"]", v5, 23, 3, "a list does not mix numbers and texts", ""},
      {"SUBACK id=1 reasons=[0", v5, 20, 2, "']' is missing behind the list", ""},
      {"PUBLISH payload=hex(0g)", v5, 20, 1, "this is no pair of hex digits", ""},
      {"PUBLISH payload=hex(00", v5, 16, 6, "')' is missing behind the octets", ""},
      {"PUBLISH topic_alias=0", v5, 20, 1, "'topic_alias' does not take 0",
       "valid here: 1 to 65535"},
      {"SUBSCRIBE subscription_identifier=[1 2]", v5, 34, 5,
       "'subscription_identifier' does not take [1 2]", "valid here: 1 to 268435455"},
  };
  for (const mistake& each : mistakes) {
    const auto p = parse_packet(each.text, each.version);
    ASSERT_FALSE(p) << each.text;
    EXPECT_EQ(p.error().message, each.message) << each.text;
    EXPECT_EQ(p.error().help, each.help) << each.text;
    EXPECT_EQ(p.error().column, each.column) << each.text;
    EXPECT_EQ(p.error().length, each.length) << each.text;
  }
}

}  // namespace
}  // namespace mqttspec::wire
