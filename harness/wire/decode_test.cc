#include "wire/decode.h"

#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;
constexpr auto client = sender::client;
constexpr auto server = sender::server;

struct fault_case {
  std::string_view hex;
  protocol_version version;
  sender from;
  wire_error error;
  std::uint32_t offset;
  std::string_view statement;
};

// Each error that a packet can have, in both versions where both know it.
const fault_case fault_cases[] = {
    {"00 00", v5, client, wire_error::reserved_packet_type, 0, "v5-2.1.2-a"},
    {"00 00", v311, client, wire_error::reserved_packet_type, 0, "v311-2.2.1-a"},
    {"f0 00", v311, server, wire_error::reserved_packet_type, 0, "v311-2.2.1-a"},

    {"c1 00", v5, client, wire_error::reserved_flags, 0, "MQTT-2.1.3-1"},
    {"c1 00", v311, client, wire_error::reserved_flags, 0, "MQTT-2.2.2-1"},
    {"60 02 00 01", v5, server, wire_error::reserved_flags, 0, "MQTT-3.6.1-1"},
    {"60 02 00 01", v311, server, wire_error::reserved_flags, 0, "MQTT-3.6.1-1"},
    {"80 02 00 01", v5, client, wire_error::reserved_flags, 0, "MQTT-3.8.1-1"},
    {"a0 02 00 01", v5, client, wire_error::reserved_flags, 0, "MQTT-3.10.1-1"},
    {"e1 00", v5, client, wire_error::reserved_flags, 0, "MQTT-3.14.1-1"},
    {"e1 00", v311, client, wire_error::reserved_flags, 0, "MQTT-3.14.1-1"},
    {"f1 00", v5, server, wire_error::reserved_flags, 0, "MQTT-3.15.1-1"},

    {"36 06 0001 61 0001 00", v5, client, wire_error::invalid_qos, 0, "MQTT-3.3.1-4"},
    {"36 05 0001 61 0001", v311, client, wire_error::invalid_qos, 0, "MQTT-3.3.1-4"},
    {"10 0d 0004 4d515454 05 1c 0000 00 0000", v5, client, wire_error::invalid_qos, 9,
     "MQTT-3.1.2-12"},
    {"10 0c 0004 4d515454 04 1c 0000 0000", v311, client, wire_error::invalid_qos, 9,
     "MQTT-3.1.2-14"},

    {"38 04 0001 61 00", v5, client, wire_error::dup_without_qos, 0, "MQTT-3.3.1-2"},
    {"38 03 0001 61", v311, client, wire_error::dup_without_qos, 0, "MQTT-3.3.1-2"},

    {"c0 80 00", v5, client, wire_error::length_overlong, 1, "MQTT-1.5.5-1"},
    {"30 07 0001 61 8200 01 00", v5, client, wire_error::length_overlong, 5, "MQTT-1.5.5-1"},
    {"82 09 0001 03 0b8100 0001 61", v5, client, wire_error::length_overlong, 6, "MQTT-1.5.5-1"},
    // CONNECT is held to its own version.
    {"10 8d00 0004 4d515454 05 02 0000 00 0000", v311, client, wire_error::length_overlong, 1,
     "MQTT-1.5.5-1"},

    {"c0 80 80 80 80 00", v5, client, wire_error::length_too_large, 1, "v5-1.5.5-a"},
    {"c0 80 80 80 80 00", v311, client, wire_error::length_too_large, 1, "v311-2.2.3-a"},

    {"", v5, client, wire_error::truncated, 0, ""},
    {"c0", v5, client, wire_error::truncated, 1, ""},
    {"40 03 0001", v5, client, wire_error::truncated, 1, ""},
    {"40 01 00", v5, client, wire_error::truncated, 2, ""},
    {"40 01 00", v311, client, wire_error::truncated, 2, ""},
    {"30 03 0005 61", v311, client, wire_error::truncated, 2, "MQTT-3.3.2-1"},
    {"30 03 0001 61", v5, server, wire_error::truncated, 5, "MQTT-2.2.2-1"},
    {"30 04 0001 61 05", v5, server, wire_error::truncated, 5, ""},
    {"f0 01 00", v5, server, wire_error::truncated, 3, "MQTT-2.2.2-1"},
    {"10 0b 0004 4d515454 05 02 0000 00", v5, client, wire_error::truncated, 13, "MQTT-3.1.3-3"},
    {"10 0c 0004 4d515454 04 c2 0000 0000", v311, client, wire_error::truncated, 14,
     "MQTT-3.1.2-19"},
    {"10 0d 0004 4d515454 05 42 0000 00 0000", v5, client, wire_error::truncated, 15,
     "MQTT-3.1.2-19"},

    {"c0 01 00", v5, client, wire_error::trailing_bytes, 2, ""},
    {"c0 00 00", v311, client, wire_error::trailing_bytes, 2, ""},
    {"40 05 0001 00 00 00", v5, client, wire_error::trailing_bytes, 6, ""},
    {"40 03 0001 00", v311, client, wire_error::trailing_bytes, 4, ""},
    {"e0 01 00", v311, client, wire_error::trailing_bytes, 2, ""},
    {"b0 03 0001 00", v311, server, wire_error::trailing_bytes, 4, ""},

    {"30 06 0003 61 c328 00", v5, server, wire_error::ill_formed_text, 5, "MQTT-1.5.4-1"},
    {"30 05 0003 61 c328", v311, server, wire_error::ill_formed_text, 5, "MQTT-1.5.3-1"},
    {"30 06 0003 eda080 00", v5, server, wire_error::ill_formed_text, 4, "MQTT-1.5.4-1"},
    {"30 0b 0001 61 07 26 0001 61 0001 ff", v5, server, wire_error::ill_formed_text, 12,
     "MQTT-1.5.4-1"},

    {"30 04 0001 00 00", v5, server, wire_error::null_in_text, 4, "MQTT-1.5.4-2"},
    {"30 03 0001 00", v311, server, wire_error::null_in_text, 4, "MQTT-1.5.3-2"},

    {"10 0d 0004 4d515458 05 02 0000 00 0000", v5, client, wire_error::bad_protocol_name, 2,
     "MQTT-3.1.2-1"},
    {"10 0e 0006 4d5149736470 03 02 0000 0000", v311, client, wire_error::bad_protocol_name, 2,
     "MQTT-3.1.2-1"},
    {"10 0d 0004 4d515454 06 02 0000 00 0000", v5, client, wire_error::unsupported_protocol_level,
     8, "MQTT-3.1.2-2"},
    {"10 0c 0004 4d515454 03 02 0000 0000", v311, client, wire_error::unsupported_protocol_level, 8,
     "MQTT-3.1.2-2"},
    {"10 0d 0004 4d515454 05 03 0000 00 0000", v5, client, wire_error::reserved_connect_flag, 9,
     "MQTT-3.1.2-3"},
    {"10 0c 0004 4d515454 04 03 0000 0000", v311, client, wire_error::reserved_connect_flag, 9,
     "MQTT-3.1.2-3"},
    {"10 0d 0004 4d515454 05 0a 0000 00 0000", v5, client, wire_error::will_flags_without_will, 9,
     "MQTT-3.1.2-11"},
    {"10 0d 0004 4d515454 05 22 0000 00 0000", v5, client, wire_error::will_flags_without_will, 9,
     "MQTT-3.1.2-13"},
    {"10 0c 0004 4d515454 04 0a 0000 0000", v311, client, wire_error::will_flags_without_will, 9,
     "MQTT-3.1.2-13"},
    {"10 0c 0004 4d515454 04 22 0000 0000", v311, client, wire_error::will_flags_without_will, 9,
     "MQTT-3.1.2-15"},
    {"10 0e 0004 4d515454 04 42 0000 0000 0000", v311, client,
     wire_error::password_without_user_name, 9, "MQTT-3.1.2-22"},

    {"20 03 02 00 00", v5, server, wire_error::reserved_acknowledge_flags, 2, "MQTT-3.2.2-1"},
    {"20 02 80 00", v311, server, wire_error::reserved_acknowledge_flags, 2, "v311-3.2.2.1-a"},
    {"20 03 01 87 00", v5, server, wire_error::session_present_on_refusal, 2, "MQTT-3.2.2-6"},
    {"20 02 01 05", v311, server, wire_error::session_present_on_refusal, 2, "MQTT-3.2.2-4"},

    {"32 06 0001 61 0000 00", v5, client, wire_error::zero_packet_id, 5, "MQTT-2.2.1-3"},
    {"32 06 0001 61 0000 00", v5, server, wire_error::zero_packet_id, 5, "MQTT-2.2.1-4"},
    {"32 05 0001 61 0000", v311, client, wire_error::zero_packet_id, 5, "MQTT-2.3.1-1"},
    {"32 05 0001 61 0000", v311, server, wire_error::zero_packet_id, 5, "MQTT-2.3.1-4"},
    {"40 02 0000", v5, server, wire_error::zero_packet_id, 2, "MQTT-2.2.1-5"},
    {"50 02 0000", v311, server, wire_error::zero_packet_id, 2, "MQTT-2.3.1-6"},
    {"90 04 0000 00 00", v5, server, wire_error::zero_packet_id, 2, "MQTT-2.2.1-6"},
    {"90 03 0000 00", v311, server, wire_error::zero_packet_id, 2, "MQTT-2.3.1-7"},

    {"20 03 00 01 00", v5, server, wire_error::unknown_reason, 3, "MQTT-3.2.2-8"},
    {"20 02 00 06", v311, server, wire_error::unknown_reason, 3, "MQTT-3.2.2-6"},
    {"40 03 0001 92", v5, server, wire_error::unknown_reason, 4, "MQTT-3.4.2-1"},
    {"50 03 0001 01", v5, server, wire_error::unknown_reason, 4, "MQTT-3.5.2-1"},
    {"62 03 0001 10", v5, server, wire_error::unknown_reason, 4, "MQTT-3.6.2-1"},
    {"70 03 0001 80", v5, server, wire_error::unknown_reason, 4, "MQTT-3.7.2-1"},
    {"90 04 0001 00 03", v5, server, wire_error::unknown_reason, 5, "MQTT-3.9.3-2"},
    {"90 03 0001 03", v311, server, wire_error::unknown_reason, 4, "MQTT-3.9.3-2"},
    {"b0 04 0001 00 01", v5, server, wire_error::unknown_reason, 5, "MQTT-3.11.3-2"},
    {"e0 01 01", v5, server, wire_error::unknown_reason, 2, "MQTT-3.14.2-1"},
    {"f0 02 80 00", v5, server, wire_error::unknown_reason, 2, "MQTT-3.15.2-1"},

    {"30 06 0001 61 02 04 00", v5, client, wire_error::unknown_property, 6, "v5-2.2.2.2-a"},
    {"30 06 0001 61 02 81 00", v5, client, wire_error::unknown_property, 6, "v5-2.2.2.2-a"},
    {"30 07 0001 61 03 21 0001", v5, client, wire_error::misplaced_property, 6, "v5-2.2.2.2-a"},
    {"30 06 0001 61 02 0b 01", v5, client, wire_error::misplaced_property, 6, "MQTT-3.3.4-6"},
    {"e0 07 00 05 11 00000001", v5, server, wire_error::misplaced_property, 4, "MQTT-3.14.2-2"},
    {"30 08 0001 61 04 0101 0101", v5, client, wire_error::duplicate_property, 8, "v5-2.2.2.2-a"},
    {"82 0b 0001 04 0b01 0b02 0001 61 00", v5, client, wire_error::duplicate_property, 7,
     "v5-3.8.2.1.2-a"},
    {"10 17 0004 4d515454 05 02 0000 0a 11 00000001 11 00000001 0000", v5, client,
     wire_error::duplicate_property, 18, "v5-3.1.2.11.2-a"},
    {"30 07 0001 61 03 23 0000", v5, client, wire_error::property_out_of_range, 7, "MQTT-3.3.2-8"},
    {"20 05 00 00 02 24 02", v5, server, wire_error::property_out_of_range, 6, "v5-3.2.2.3.4-a"},
    {"20 06 00 00 03 21 0000", v5, server, wire_error::property_out_of_range, 6, "v5-3.2.2.3.3-a"},
    {"30 06 0001 61 02 02 00", v5, client, wire_error::property_length_mismatch, 6, "v5-2.2.2.2-a"},
    {"30 0a 0001 61 04 03 0002 61 62 63", v5, client, wire_error::property_length_mismatch, 6,
     "v5-2.2.2.2-a"},
    {"30 05 0001 61 01 0b", v5, server, wire_error::property_length_mismatch, 6, "v5-2.2.2.2-a"},

    {"82 03 0001 00", v5, client, wire_error::empty_list, 5, "MQTT-3.8.3-2"},
    {"82 02 0001", v311, client, wire_error::empty_list, 4, "MQTT-3.8.3-3"},
    {"a2 03 0001 00", v5, client, wire_error::empty_list, 5, "MQTT-3.10.3-2"},
    {"a2 02 0001", v311, client, wire_error::empty_list, 4, "MQTT-3.10.3-2"},
    {"90 03 0001 00", v5, server, wire_error::empty_list, 5, "MQTT-3.8.4-6"},
    {"90 02 0001", v311, server, wire_error::empty_list, 4, "MQTT-3.8.4-5"},
    {"b0 03 0001 00", v5, server, wire_error::empty_list, 5, "MQTT-3.11.3-1"},

    {"82 07 0001 00 0001 61 40", v5, client, wire_error::reserved_subscription_options, 8,
     "MQTT-3.8.3-5"},
    {"82 07 0001 00 0001 61 03", v5, client, wire_error::reserved_subscription_options, 8,
     "v5-3.8.3.1-a"},
    {"82 07 0001 00 0001 61 30", v5, client, wire_error::reserved_subscription_options, 8,
     "v5-3.8.3.1-a"},
    {"82 06 0001 0001 61 04", v311, client, wire_error::reserved_subscription_options, 7,
     "MQTT-3.8.3-4"},
    {"82 10 0001 00 000a 2473686172652f672f61 04", v5, client, wire_error::no_local_on_shared, 17,
     "MQTT-3.8.3-4"},

    {"30 04 0001 23 00", v5, client, wire_error::bad_topic_name, 2, "MQTT-3.3.2-2"},
    {"30 03 0001 2b", v311, client, wire_error::bad_topic_name, 2, "MQTT-3.3.2-2"},
    {"30 03 0000 00", v5, client, wire_error::bad_topic_name, 2, "v5-3.3.2.1-a"},
    {"30 02 0000", v311, client, wire_error::bad_topic_name, 2, "MQTT-4.7.3-1"},
    {"10 12 0004 4d515454 05 06 0000 00 0000 00 0000 0000", v5, client, wire_error::bad_topic_name,
     16, "MQTT-4.7.3-1"},
    {"10 11 0004 4d515454 04 06 0000 0000 0001 2b 0000", v311, client, wire_error::bad_topic_name,
     14, "MQTT-4.7.1-1"},
    {"30 08 0001 61 04 08 0001 23", v5, client, wire_error::bad_topic_name, 6, "MQTT-3.3.2-14"},

    {"82 06 0001 00 0000 00", v5, client, wire_error::bad_topic_filter, 5, "MQTT-4.7.3-1"},
    {"82 08 0001 00 0002 6123 00", v5, client, wire_error::bad_topic_filter, 5, "MQTT-4.7.1-1"},
    {"82 07 0001 0002 6123 00", v311, client, wire_error::bad_topic_filter, 4, "MQTT-4.7.1-2"},
    {"82 08 0001 00 0002 612b 00", v5, client, wire_error::bad_topic_filter, 5, "MQTT-4.7.1-2"},
    {"a2 06 0001 0002 2b61", v311, client, wire_error::bad_topic_filter, 4, "MQTT-4.7.1-3"},
    {"82 0f 0001 00 0009 2473686172652f2f61 00", v5, client, wire_error::bad_topic_filter, 5,
     "MQTT-4.8.2-1"},
    {"82 0e 0001 00 0008 2473686172652f67 00", v5, client, wire_error::bad_topic_filter, 5,
     "MQTT-4.8.2-2"},
    {"82 10 0001 00 000a 2473686172652f2b2f61 00", v5, client, wire_error::bad_topic_filter, 5,
     "MQTT-4.8.2-2"},

    {"10 11 0004 4d515454 05 02 0000 04 16 0001 61 0000", v5, client,
     wire_error::authentication_data_without_method, 12, "v5-3.1.2.11.10-a"},
    {"f0 06 18 04 16 0001 61", v5, server, wire_error::authentication_data_without_method, 3,
     "v5-3.15.2.2.2-a"},
};

TEST(decode, reports_each_fault_with_its_place_and_statement) {
  for (const fault_case& each : fault_cases) {
    const byte_buffer bytes = *from_hex(each.hex);
    const auto result = decode_view(bytes, {each.version, each.from});
    ASSERT_FALSE(result) << each.hex;
    const wire_fault& f = result.error();
    EXPECT_EQ(error_name(f.error), error_name(each.error)) << each.hex;
    EXPECT_EQ(f.offset, each.offset) << each.hex << ": " << print(f);
    EXPECT_EQ(f.statement, each.statement) << each.hex;
  }
}

TEST(decode, has_a_case_for_every_error_of_a_packet) {
  std::set<wire_error> covered;
  for (const fault_case& each : fault_cases) covered.insert(each.error);
  // Of the caller's limit, of encoding and of editing.
  covered.insert({wire_error::none, wire_error::packet_too_large, wire_error::field_not_in_packet,
                  wire_error::field_too_long});
  for (unsigned e = 0; e <= static_cast<unsigned>(wire_error::field_too_long); ++e) {
    EXPECT_TRUE(covered.contains(static_cast<wire_error>(e)))
        << error_name(static_cast<wire_error>(e));
  }
}

struct accepted_case {
  std::string_view hex;
  protocol_version version;
  sender from;
  std::string_view text;
};

TEST(decode, accepts_what_looks_odd_but_is_legal) {
  const accepted_case cases[] = {
      {"40 02 0007", v5, server, "PUBACK id=7 reason=success"},
      {"40 03 0007 10", v5, server, "PUBACK id=7 reason=no_matching_subscribers"},
      {"40 04 0007 00 00", v5, server, "PUBACK id=7 reason=success"},
      {"40 02 0007", v311, server, "PUBACK id=7"},
      {"e0 00", v5, client, "DISCONNECT reason=normal_disconnection"},
      {"e0 01 04", v5, client, "DISCONNECT reason=disconnect_with_will_message"},
      {"e0 00", v311, client, "DISCONNECT"},
      {"f0 00", v5, server, "AUTH reason=success"},
      // A Topic Alias stands for the topic.
      {"30 06 0000 03 23 0005", v5, client,
       "PUBLISH topic=\"\" qos=0 dup=0 retain=0 topic_alias=5 payload=\"\""},
      // Several Subscription Identifiers, an equal one twice.
      {"30 08 0001 61 04 0b01 0b01", v5, server,
       "PUBLISH topic=\"a\" qos=0 dup=0 retain=0 subscription_identifier=[1 1] payload=\"\""},
      // [v5:MQTT-1.5.4-3] the byte order mark is a character like any other.
      {"30 06 0003 efbbbf 00", v5, server,
       "PUBLISH topic=\"\xEF\xBB\xBF\" qos=0 dup=0 retain=0 payload=\"\""},
      // 3.1.1 nowhere asks for the minimal form.
      {"c0 80 00", v311, client, "PINGREQ"},
      // It has no shared subscriptions either.
      {"82 0d 0001 0008 2473686172652f67 00", v311, client,
       "SUBSCRIBE id=1 filter=\"$share/g\" max_qos=0"},
      {"10 0c 0004 4d515454 04 00 0000 0000", v311, client,
       "CONNECT client_id=\"\" clean_session=0"},
      // CONNECT goes by its own level.
      {"10 0d 0004 4d515454 05 02 0000 00 0000", v311, client,
       "CONNECT client_id=\"\" clean_start=1"},
      // A password alone, 5.0 only.
      {"10 10 0004 4d515454 05 42 0000 00 0000 0001 70", v5, client,
       "CONNECT client_id=\"\" clean_start=1 password=\"p\""},
      // The payload is not held against its format indicator.
      {"30 07 0001 61 02 0101 ff", v5, server,
       "PUBLISH topic=\"a\" qos=0 dup=0 retain=0 payload_format_indicator=1 payload=hex(ff)"},
  };
  for (const accepted_case& each : cases) {
    const auto p = decode(*from_hex(each.hex), {each.version, each.from});
    ASSERT_TRUE(p) << each.hex << ": " << print(p.error());
    EXPECT_EQ(print(*p), each.text) << each.hex;
  }
}

TEST(decode, reads_every_member_of_a_full_connect) {
  const byte_buffer bytes = *from_hex(
      "10 34"
      "0004 4d515454 05 f6 003c"           // MQTT 5; user name, password, will QoS 2 retained
      "05 11 0000012c"                     // Session Expiry Interval 300
      "0001 63"                            // client id "c"
      "0c 18 00000005 26 0001 6b 0001 76"  // Will Delay Interval 5, user property k: v
      "0001 74 0004 00ff6162"              // will topic and payload
      "0004 75736572 0003 707764");        // user, pwd
  const auto p = decode(bytes, {v5, client});
  ASSERT_TRUE(p) << print(p.error());
  EXPECT_EQ(print(*p),
            "CONNECT client_id=\"c\" clean_start=1 keep_alive=60 session_expiry_interval=300 "
            "will_topic=\"t\" will_payload=hex(00 ff 61 62) will_qos=2 will_retain=1 "
            "will_delay_interval=5 will_user_property={\"k\": \"v\"} user_name=\"user\" "
            "password=\"pwd\"");
}

TEST(split, waits_for_the_whole_packet) {
  const byte_buffer bytes = *from_hex("40 02 00 07 c0");
  for (std::size_t n = 0; n < 4; ++n) {
    const auto f = split(byte_view(bytes).first(n), v5);
    ASSERT_TRUE(f);
    EXPECT_FALSE(f->has_value());
  }
  const auto f = split(bytes, v5);
  ASSERT_TRUE(f && f->has_value());
  EXPECT_EQ((*f)->bytes.size(), 4u);
  EXPECT_EQ((*f)->header_length, 2);
}

TEST(split, refuses_lengths_before_the_content_arrives) {
  const auto fault_of = [](std::string_view hex, protocol_version version,
                           std::uint32_t limit = largest_variable_integer + 5) {
    const auto f = split(*from_hex(hex), version, limit);
    return f ? wire_error::none : f.error().error;
  };
  EXPECT_EQ(fault_of("30 ff ff ff ff", v5), wire_error::length_too_large);
  EXPECT_EQ(fault_of("30 ff ff ff ff", v311), wire_error::length_too_large);
  EXPECT_EQ(fault_of("30 80 00", v5), wire_error::length_overlong);
  EXPECT_EQ(fault_of("30 80 00", v311), wire_error::none);
  EXPECT_EQ(fault_of("30 09", v5, 10), wire_error::packet_too_large);
  EXPECT_EQ(fault_of("30 08", v5, 10), wire_error::none);
}

TEST(decode, survives_packets_that_the_sender_may_not_send) {
  EXPECT_TRUE(decode(*from_hex("20 03 00 00 00"), {v5, client}));
  EXPECT_TRUE(decode(*from_hex("c0 00"), {v311, server}));
}

}  // namespace
}  // namespace mqttspec::wire
