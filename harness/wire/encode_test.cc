#include "wire/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "wire/notation.h"

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

packet parsed(std::string_view text, protocol_version version) {
  const auto p = parse_packet(text, version);
  EXPECT_TRUE(p) << text << ": " << p.error().message;
  return p.value_or(packet{});
}

struct encoding {
  std::string_view text;
  protocol_version version;
  std::string_view hex;
};

TEST(encode, writes_the_octets_of_the_standards) {
  const encoding cases[] = {
      {"CONNECT client_id=\"c\" clean_start=1 keep_alive=60 session_expiry_interval=300", v5,
       "10 13 00 04 4d 51 54 54 05 02 00 3c 05 11 00 00 01 2c 00 01 63"},
      {"CONNECT client_id=\"c\" clean_session=0 will_topic=\"t\" will_payload=\"x\" will_qos=1 "
       "will_retain=1 user_name=\"u\" password=\"p\"",
       v311, "10 19 00 04 4d 51 54 54 04 ec 00 00 00 01 63 00 01 74 00 01 78 00 01 75 00 01 70"},
      {"CONNACK session_present=1", v5, "20 03 01 00 00"},
      {"CONNACK reason=not_authorized", v311, "20 02 00 05"},
      {"PUBLISH topic=\"a/b\" qos=1 id=7 payload=\"hello\"", v5,
       "32 0d 00 03 61 2f 62 00 07 00 68 65 6c 6c 6f"},
      {"PUBLISH topic=\"a\" qos=2 dup=1 retain=1 id=258", v311, "3d 05 00 01 61 01 02"},
      {"SUBSCRIBE id=1 filters=[\"a\" \"b\"] max_qos=[1 2] retain_handling=2 no_local=1", v5,
       "82 0b 00 01 00 00 01 61 25 00 01 62 26"},
      {"SUBACK id=1 reasons=[granted_qos_1 0x80]", v311, "90 04 00 01 01 80"},
      {"UNSUBSCRIBE id=1 filter=\"a\"", v5, "a2 06 00 01 00 00 01 61"},
      {"UNSUBACK id=1 reasons=[success no_subscription_existed]", v5, "b0 05 00 01 00 00 11"},
      {"UNSUBACK id=1", v311, "b0 02 00 01"},
      // 3.1.1 forbids what only the server can judge; a test must be able to send it.
      {"CONNECT client_id=\"\" clean_session=0", v311, "10 0c 00 04 4d 51 54 54 04 00 00 00 00 00"},
      {"PINGREQ", v5, "c0 00"},
      {"PINGRESP", v311, "d0 00"},
  };
  for (const encoding& each : cases) {
    const auto e = encode(parsed(each.text, each.version));
    ASSERT_TRUE(e) << each.text << ": " << print(e.error());
    EXPECT_EQ(to_hex(e->bytes), each.hex) << each.text;
  }
}

TEST(encode, takes_the_shortest_legal_form_of_an_outcome) {
  const encoding cases[] = {
      {"PUBACK id=1", v5, "40 02 00 01"},
      {"PUBREC id=1 reason=0x10", v5, "50 03 00 01 10"},
      {"PUBREL id=1 reason=0 user_property={\"\": \"\"}", v5, "62 09 00 01 00 05 26 00 00 00 00"},
      {"PUBCOMP id=1", v311, "70 02 00 01"},
      {"DISCONNECT", v5, "e0 00"},
      {"DISCONNECT reason=disconnect_with_will_message", v5, "e0 01 04"},
      {"DISCONNECT session_expiry_interval=0", v5, "e0 07 00 05 11 00 00 00 00"},
      {"AUTH", v5, "f0 00"},
      // AUTH may leave out its properties only together with the reason.
      {"AUTH reason=continue_authentication", v5, "f0 02 18 00"},
  };
  for (const encoding& each : cases) {
    const auto e = encode(parsed(each.text, each.version));
    ASSERT_TRUE(e) << each.text << ": " << print(e.error());
    EXPECT_EQ(to_hex(e->bytes), each.hex) << each.text;
  }
}

struct refusal_case {
  std::string_view name;
  wire_error expected;
  packet p;
};

packet with(packet p, auto change) {
  change(p);
  return p;
}

TEST(encode, refuses_what_the_table_does_not_allow) {
  const packet publish = parsed("PUBLISH topic=\"t\"", v5);
  const packet subscribe = parsed("SUBSCRIBE id=1 filter=\"a\"", v5);
  const packet connect = parsed("CONNECT client_id=\"c\"", v5);
  const std::string long_text(65'536, 'a');
  const refusal_case cases[] = {
      {"properties in 3.1.1", wire_error::field_not_in_packet,
       with(parsed("PUBACK id=1", v311),
            [](packet& p) { p.properties.push_back(user_property("a", "b")); })},
      {"a reason in a 3.1.1 PUBACK", wire_error::field_not_in_packet,
       with(parsed("PUBACK id=1", v311), [](packet& p) { p.reason = 0x80; })},
      {"No Local in 3.1.1", wire_error::field_not_in_packet,
       with(parsed("SUBSCRIBE id=1 filter=\"a\"", v311),
            [](packet& p) { p.subscriptions[0].no_local = true; })},
      {"will properties in 3.1.1", wire_error::field_not_in_packet,
       with(parsed("CONNECT will_topic=\"t\"", v311),
            [](packet& p) { p.will->properties.push_back(user_property("a", "b")); })},
      {"a topic in PINGREQ", wire_error::field_not_in_packet,
       with(make(packet_type::pingreq, v5), [](packet& p) { p.topic = "t"; })},
      {"an identifier with QoS 0", wire_error::field_not_in_packet,
       with(publish, [](packet& p) { p.packet_id = 1; })},
      {"AUTH in 3.1.1", wire_error::reserved_packet_type, make(packet_type::auth, v311)},
      {"a type that does not exist", wire_error::reserved_packet_type,
       make(static_cast<packet_type>(0), v5)},
      {"QoS 3", wire_error::invalid_qos, with(publish, [](packet& p) { p.qos = 3; })},
      {"QoS 4", wire_error::invalid_qos, with(publish, [](packet& p) { p.qos = 4; })},
      {"QoS 1 without an identifier", wire_error::zero_packet_id,
       with(publish, [](packet& p) { p.qos = 1; })},
      {"DUP with QoS 0", wire_error::dup_without_qos,
       with(publish, [](packet& p) { p.dup = true; })},
      {"a wildcard in a topic", wire_error::bad_topic_name,
       with(publish, [](packet& p) { p.topic = "a/#"; })},
      {"an empty topic", wire_error::bad_topic_name,
       with(publish, [](packet& p) { p.topic.clear(); })},
      {"text that is not UTF-8", wire_error::ill_formed_text,
       with(publish, [](packet& p) { p.topic = "\xFF"; })},
      {"a topic that is too long", wire_error::field_too_long,
       with(publish, [&](packet& p) { p.topic = long_text; })},
      {"a property that is too long", wire_error::field_too_long,
       with(publish, [&](packet& p) { p.properties.push_back(user_property("a", long_text)); })},
      {"a number wider than its property", wire_error::property_out_of_range,
       with(publish,
            [](packet& p) {
              p.properties.push_back(number_property(property_id::topic_alias, 0x10001));
            })},
      {"text in a property that is a number", wire_error::field_not_in_packet,
       with(publish,
            [](packet& p) { p.properties.push_back({property_id::topic_alias, 1, "text", ""}); })},
      {"a Topic Alias of 0", wire_error::property_out_of_range,
       with(publish,
            [](packet& p) {
              p.properties.push_back(number_property(property_id::topic_alias, 0));
            })},
      {"a property of another packet", wire_error::misplaced_property,
       with(publish,
            [](packet& p) {
              p.properties.push_back(number_property(property_id::receive_maximum, 1));
            })},
      {"a property twice", wire_error::duplicate_property,
       with(publish,
            [](packet& p) {
              p.properties.push_back(text_property(property_id::content_type, "a"));
              p.properties.push_back(text_property(property_id::content_type, "a"));
            })},
      {"an identifier of no property", wire_error::unknown_property,
       with(publish,
            [](packet& p) { p.properties.push_back(number_property(property_id{0x7F}, 0)); })},
      {"no filter", wire_error::empty_list,
       with(subscribe, [](packet& p) { p.subscriptions.clear(); })},
      {"Retain Handling 4", wire_error::reserved_subscription_options,
       with(subscribe, [](packet& p) { p.subscriptions[0].retain_handling = 4; })},
      {"a malformed filter", wire_error::bad_topic_filter,
       with(subscribe, [](packet& p) { p.subscriptions[0].filter = "a#"; })},
      {"a reason of another packet", wire_error::unknown_reason,
       with(make(packet_type::disconnect, v5), [](packet& p) { p.reason = 0x10; })},
      {"a protocol level of another version", wire_error::unsupported_protocol_level,
       with(connect, [](packet& p) { p.protocol_level = 4; })},
      {"another protocol name", wire_error::bad_protocol_name,
       with(connect, [](packet& p) { p.protocol_name = "MQIsdp"; })},
      {"Session Present on a refusal", wire_error::session_present_on_refusal,
       with(parsed("CONNACK session_present=1", v311), [](packet& p) { p.reason = 5; })},
      {"a 3.1.1 password without user name", wire_error::password_without_user_name,
       with(parsed("CONNECT client_id=\"c\"", v311), [](packet& p) { p.password = "p"; })},
  };
  for (const refusal_case& each : cases) {
    byte_buffer kept = {0xAA};
    const auto appended = encode_to(each.p, kept);
    ASSERT_FALSE(appended) << each.name;
    EXPECT_EQ(error_name(appended.error().error), error_name(each.expected)) << each.name;
    EXPECT_EQ(kept, byte_buffer{0xAA}) << each.name << ": octets were left behind";
    const auto e = encode(each.p);
    ASSERT_FALSE(e) << each.name;
    EXPECT_EQ(e.error(), appended.error()) << each.name;
  }
}

TEST(encode, maps_fields_to_their_octets) {
  const auto e =
      encode(parsed("CONNECT client_id=\"c\" receive_maximum=9 will_topic=\"t\" "
                    "will_delay_interval=1 user_name=\"u\"",
                    v5));
  ASSERT_TRUE(e) << print(e.error());
  using field = field_position;
  EXPECT_THAT(e->fields, testing::ElementsAre(
                             field{"flags", 0, 1}, field{"length", 1, 1},
                             field{"protocol_name", 2, 6}, field{"protocol_level", 8, 1},
                             field{"connect_flags", 9, 1}, field{"keep_alive", 10, 2},
                             field{"properties_length", 12, 1}, field{"receive_maximum", 13, 3},
                             field{"client_id", 16, 3}, field{"will_properties_length", 19, 1},
                             field{"will_delay_interval", 20, 5}, field{"will_topic", 25, 3},
                             field{"will_payload", 28, 2}, field{"user_name", 30, 3}));
}

TEST(encode, repeats_the_names_of_list_entries) {
  const auto e = encode(parsed("SUBSCRIBE id=1 filters=[\"a\" \"b\"]", v311));
  ASSERT_TRUE(e);
  std::vector<std::string_view> names;
  for (const field_position& f : e->fields) names.push_back(f.name);
  EXPECT_THAT(names, testing::ElementsAre("flags", "length", "id", "filter", "subscription_options",
                                          "filter", "subscription_options"));
}

}  // namespace
}  // namespace mqttspec::wire
