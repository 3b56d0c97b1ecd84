#include "wire/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;
using enum packet_type;

std::vector<std::string> names_of(packet_type type, protocol_version version) {
  std::vector<std::string> names;
  for (const named_field& f : fields_of(type, version)) names.emplace_back(f.name);
  return names;
}

TEST(table, has_every_packet_under_its_type) {
  for (std::size_t i = 0; i < packet_count; ++i) {
    const packet_spec& spec = packet_table[i];
    EXPECT_EQ(static_cast<std::size_t>(spec.type), i + 1);
    EXPECT_EQ(find_packet(spec.name), &spec);
    EXPECT_EQ(&packet_of(spec.type), &spec);
  }
  EXPECT_EQ(find_packet("connect"), nullptr);
  EXPECT_EQ(find_packet(""), nullptr);
}

TEST(table, has_every_property_under_its_identifier) {
  std::set<std::string_view> names;
  std::size_t found = 0;
  for (unsigned id = 0; id < 256; ++id) {
    const property_spec* spec = property_of(static_cast<std::uint8_t>(id));
    if (spec == nullptr) continue;
    ++found;
    names.insert(spec->name);
    EXPECT_EQ(static_cast<unsigned>(spec->id), id);
    EXPECT_NE(spec->in, 0);
  }
  EXPECT_EQ(found, property_count);
  EXPECT_EQ(names.size(), property_count);
}

TEST(table, lists_fields_in_wire_order) {
  EXPECT_THAT(names_of(connect, v311),
              testing::ElementsAre("protocol_name", "protocol_level", "clean_session", "keep_alive",
                                   "client_id", "will_topic", "will_payload", "will_qos",
                                   "will_retain", "user_name", "password"));
  EXPECT_THAT(
      names_of(connect, v5),
      testing::ElementsAre(
          "protocol_name", "protocol_level", "clean_start", "keep_alive", "session_expiry_interval",
          "authentication_method", "authentication_data", "request_problem_information",
          "request_response_information", "receive_maximum", "topic_alias_maximum", "user_property",
          "maximum_packet_size", "client_id", "will_payload_format_indicator",
          "will_message_expiry_interval", "will_content_type", "will_response_topic",
          "will_correlation_data", "will_delay_interval", "will_user_property", "will_topic",
          "will_payload", "will_qos", "will_retain", "user_name", "password"));
  EXPECT_THAT(names_of(publish, v5),
              testing::ElementsAre(
                  "dup", "qos", "retain", "topic", "id", "payload_format_indicator",
                  "message_expiry_interval", "content_type", "response_topic", "correlation_data",
                  "subscription_identifier", "topic_alias", "user_property", "payload"));
  EXPECT_THAT(names_of(puback, v5),
              testing::ElementsAre("id", "reason", "reason_string", "user_property"));
  EXPECT_THAT(names_of(puback, v311), testing::ElementsAre("id"));
  EXPECT_THAT(names_of(unsuback, v311), testing::ElementsAre("id"));
  EXPECT_THAT(names_of(disconnect, v5),
              testing::ElementsAre("reason", "session_expiry_interval", "server_reference",
                                   "reason_string", "user_property"));
  EXPECT_THAT(names_of(disconnect, v311), testing::IsEmpty());
  EXPECT_THAT(names_of(auth, v311), testing::IsEmpty());
  EXPECT_THAT(names_of(pingreq, v5), testing::IsEmpty());
}

TEST(table, finds_fields_of_either_version) {
  const auto field = find_field(connect, "clean_session");
  ASSERT_TRUE(field);
  EXPECT_EQ(field->versions, version_set::v311);
  EXPECT_EQ(field->kind, field_kind::flag);
  const auto property = find_field(connack, "receive_maximum");
  ASSERT_TRUE(property);
  EXPECT_EQ(property->versions, version_set::v5);
  EXPECT_EQ(property->range.smallest, 1u);
  EXPECT_EQ(property->range.largest, 65'535u);
  EXPECT_TRUE(find_field(connect, "will_delay_interval")->of_will);
  EXPECT_TRUE(find_field(connect, "will_user_property")->of_will);
  EXPECT_FALSE(find_field(connect, "will_will_delay_interval"));
  EXPECT_FALSE(find_field(connect, "delay_interval"));
  EXPECT_FALSE(find_field(connect, ""));
  EXPECT_FALSE(find_field(static_cast<packet_type>(0), "id"));
}

TEST(table, no_packet_has_a_name_twice) {
  for (const packet_spec& packet : packet_table) {
    for (const protocol_version version : {v5, v311}) {
      const auto names = names_of(packet.type, version);
      EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size())
          << packet.name;
    }
  }
}

// The sizes of the tables of chapter 3; DISCONNECT has 0x8C from table 2-6 on top.
TEST(reasons, each_packet_has_its_set) {
  const std::pair<packet_type, std::size_t> sizes[] = {
      {connack, 22}, {puback, 9},   {pubrec, 9},      {pubrel, 2}, {pubcomp, 2},
      {suback, 12},  {unsuback, 7}, {disconnect, 30}, {auth, 3},   {publish, 0}};
  for (const auto& [type, size] : sizes) {
    EXPECT_EQ(reason_names(type, v5).size(), size) << packet_of(type).name;
  }
  EXPECT_EQ(reason_names(connack, v311).size(), 6u);
  EXPECT_EQ(reason_names(suback, v311).size(), 4u);
  EXPECT_EQ(reason_names(unsuback, v311).size(), 0u);
}

TEST(reasons, names_and_codes_lead_to_each_other) {
  for (const packet_spec& packet : packet_table) {
    for (const protocol_version version : {v5, v311}) {
      std::size_t allowed = 0;
      for (unsigned code = 0; code < 256; ++code) {
        const auto octet = static_cast<std::uint8_t>(code);
        const std::string_view name = reason_name(packet.type, version, octet);
        EXPECT_EQ(!name.empty(), reason_allowed(packet.type, version, octet));
        if (name.empty()) continue;
        ++allowed;
        const auto found = find_reason(packet.type, version, name);
        ASSERT_TRUE(found) << name;
        EXPECT_EQ(found->code, octet);
        EXPECT_TRUE(found->allowed);
      }
      EXPECT_EQ(allowed, reason_names(packet.type, version).size());
    }
  }
}

TEST(reasons, zero_has_the_name_of_its_packet) {
  EXPECT_EQ(reason_name(connack, v5, 0), "success");
  EXPECT_EQ(reason_name(disconnect, v5, 0), "normal_disconnection");
  EXPECT_EQ(reason_name(suback, v5, 0), "granted_qos_0");
  EXPECT_EQ(reason_name(connack, v311, 0), "accepted");
  for (const packet_type type : {connack, suback, disconnect, puback}) {
    EXPECT_EQ(find_reason(type, v5, "success")->code, 0);
    EXPECT_TRUE(find_reason(type, v5, "success")->allowed);
  }
  EXPECT_TRUE(find_reason(connack, v311, "success")->allowed);
}

TEST(reasons, those_of_other_packets_are_known_but_not_allowed) {
  EXPECT_EQ(find_reason(puback, v5, "keep_alive_timeout")->code, 0x8D);
  EXPECT_FALSE(find_reason(puback, v5, "keep_alive_timeout")->allowed);
  EXPECT_FALSE(find_reason(puback, v5, "no_such_reason"));
  EXPECT_FALSE(find_reason(connack, v311, "banned"));
}

TEST(reasons, version_3_1_1_counts_success_otherwise) {
  EXPECT_TRUE(is_success(connack, v311, 0));
  EXPECT_FALSE(is_success(connack, v311, 1));
  EXPECT_TRUE(is_success(suback, v311, 2));
  EXPECT_FALSE(is_success(suback, v311, 0x80));
  EXPECT_TRUE(is_success(connack, v5, 0x7F));
  EXPECT_FALSE(is_success(disconnect, v5, 0x80));
}

TEST(table, statements_follow_the_packet) {
  const property_spec& identifier = *property_of(property_id::subscription_identifier);
  EXPECT_EQ(property_statement(identifier, subscribe, false), "v5-3.8.2.1.2-a");
  EXPECT_EQ(property_statement(identifier, publish, false), "v5-3.3.2.3.8-a");
  const property_spec& type = *property_of(property_id::content_type);
  EXPECT_EQ(property_statement(type, connect, true), "v5-3.1.3.2.5-a");
}

}  // namespace
}  // namespace mqttspec::wire
