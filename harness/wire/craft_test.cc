#include "wire/craft.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "wire/notation.h"
#include "wire/sample.h"

namespace mqttspec::wire {
namespace {

constexpr auto v5 = protocol_version::v5;
constexpr auto v311 = protocol_version::v311;

edit on_field(edit_kind kind, std::string field, std::uint64_t number = 0, byte_buffer bytes = {}) {
  return {kind, std::move(field), number, 0, std::move(bytes)};
}
edit on_octets(edit_kind kind, std::uint64_t first, std::uint64_t second = 0,
               byte_buffer bytes = {}) {
  return {kind, {}, first, second, std::move(bytes)};
}

std::string crafted(std::string_view text, protocol_version version,
                    const std::vector<edit>& edits) {
  const auto p = parse_packet(text, version);
  if (!p) return p.error().message;
  auto e = encode(*p);
  if (!e) return print(e.error());
  for (const edit& each : edits) {
    const auto done = apply(each, *e);
    if (!done) return print(done.error());
  }
  return to_hex(e->bytes);
}

constexpr std::string_view subscribe = "SUBSCRIBE id=1 filter=\"a\" max_qos=1";

TEST(craft, changes_flags_and_nothing_else) {
  EXPECT_EQ(crafted(subscribe, v5, {on_octets(edit_kind::flags, 0xF)}),
            "8f 07 00 01 00 00 01 61 01");
}

TEST(craft, writes_a_wrong_remaining_length) {
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::length, 200)}), "c0 c8 01");
}

TEST(craft, stretches_variable_byte_integers) {
  EXPECT_EQ(crafted("PINGREQ", v5, {on_field(edit_kind::overlong, "length", 2)}), "c0 80 00");
  EXPECT_EQ(crafted("PINGREQ", v5, {on_field(edit_kind::overlong, "length", 5)}),
            "c0 80 80 80 80 00");
  EXPECT_EQ(crafted(subscribe, v5, {on_field(edit_kind::overlong, "properties_length", 3)}),
            "82 09 00 01 80 80 00 00 01 61 01");
  EXPECT_EQ(crafted("SUBSCRIBE id=1 filter=\"a\" subscription_identifier=3", v5,
                    {on_field(edit_kind::overlong, "subscription_identifier", 2)}),
            "82 0a 00 01 03 0b 83 00 00 01 61 00");
}

TEST(craft, ends_the_packet_in_front_of_a_field) {
  EXPECT_EQ(crafted(subscribe, v5, {on_field(edit_kind::truncate, "filter")}), "82 03 00 01 00");
  // Inside the properties their length is mended too.
  EXPECT_EQ(crafted("PUBLISH topic=\"t\" message_expiry_interval=1 topic_alias=2", v5,
                    {on_field(edit_kind::truncate, "topic_alias")}),
            "30 09 00 01 74 05 02 00 00 00 01");
}

TEST(craft, drops_and_doubles_fields) {
  EXPECT_EQ(crafted(subscribe, v5, {on_field(edit_kind::drop, "subscription_options")}),
            "82 06 00 01 00 00 01 61");
  EXPECT_EQ(crafted("PUBLISH topic=\"t\" topic_alias=2", v5,
                    {on_field(edit_kind::duplicate, "topic_alias")}),
            "30 0a 00 01 74 06 23 00 02 23 00 02");
  EXPECT_EQ(crafted("CONNECT will_topic=\"t\" will_delay_interval=1", v5,
                    {on_field(edit_kind::duplicate, "will_delay_interval")}),
            "10 1d 00 04 4d 51 54 54 05 04 00 00 00 00 00 0a 18 00 00 00 01 18 00 00 00 01 "
            "00 01 74 00 00");
}

TEST(craft, puts_other_octets_into_a_field) {
  EXPECT_EQ(crafted(subscribe, v311, {on_field(edit_kind::put, "filter", 0, {0, 2, 0xC3, 0x28})}),
            "82 07 00 01 00 02 c3 28 01");
}

TEST(craft, appends_properties) {
  EXPECT_EQ(crafted("CONNACK", v5, {on_field(edit_kind::property, "", 0, {0x23, 0, 1})}),
            "20 06 00 00 03 23 00 01");
  EXPECT_EQ(
      crafted("CONNECT will_topic=\"t\"", v5, {on_field(edit_kind::will_property, "", 0, {0x7F})}),
      "10 14 00 04 4d 51 54 54 05 04 00 00 00 00 00 01 7f 00 01 74 00 00");
}

TEST(craft, widens_lengths_that_outgrow_their_octets) {
  const byte_buffer name(200, 'a');
  byte_buffer octets = {0x03, 0, 200};
  octets.insert(octets.end(), name.begin(), name.end());
  const std::string hex = crafted("CONNACK", v5, {on_field(edit_kind::property, "", 0, octets)});
  EXPECT_EQ(hex.substr(0, 26), "20 cf 01 00 00 cb 01 03 00");
}

TEST(craft, works_on_bare_octets_without_mending) {
  EXPECT_EQ(crafted(subscribe, v5, {on_octets(edit_kind::keep, 4)}), "82 07 00 01");
  EXPECT_EQ(crafted(subscribe, v5, {on_octets(edit_kind::cut, 1)}), "82 07 00 01 00 00 01 61");
  EXPECT_EQ(crafted(subscribe, v5, {on_octets(edit_kind::set, 7, 0xFF)}),
            "82 07 00 01 00 00 01 ff 01");
  EXPECT_EQ(crafted(subscribe, v5, {on_octets(edit_kind::insert, 2, 0, {0xAA, 0xBB})}),
            "82 07 aa bb 00 01 00 00 01 61 01");
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::append, 0, 0, {0xAA})}), "c0 00 aa");
}

TEST(craft, combines_edits_from_left_to_right) {
  // The map follows: `drop` finds the options behind the inserted octets.
  EXPECT_EQ(
      crafted(subscribe, v5,
              {on_octets(edit_kind::insert, 2, 0, {0xAA}),
               on_field(edit_kind::drop, "subscription_options"), on_octets(edit_kind::flags, 0)}),
      "80 06 aa 00 01 00 00 01 61");
  // A length that was made overlong stays overlong when it is mended.
  EXPECT_EQ(crafted(subscribe, v5,
                    {on_field(edit_kind::overlong, "length", 3),
                     on_field(edit_kind::drop, "subscription_options")}),
            "82 86 80 00 00 01 00 00 01 61");
}

TEST(craft, refuses_fields_and_offsets_that_are_not_there) {
  const std::string missing = "field_not_in_packet at byte 0: the packet does not have this field";
  EXPECT_EQ(crafted("PINGREQ", v5, {on_field(edit_kind::drop, "topic")}), missing);
  EXPECT_EQ(crafted("PINGREQ", v5, {on_field(edit_kind::overlong, "properties_length", 2)}),
            missing);
  EXPECT_EQ(crafted(subscribe, v5, {on_field(edit_kind::overlong, "filter", 2)}), missing);
  EXPECT_EQ(crafted(subscribe, v311, {on_field(edit_kind::property, "", 0, {1})}), missing);
  const std::string outside = "truncated at byte 2: a field reaches past the end of the packet";
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::set, 2, 0)}), outside);
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::insert, 3, 0, {1})}), outside);
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::keep, 3)}), outside);
  EXPECT_EQ(crafted("PINGREQ", v5, {on_octets(edit_kind::cut, 3)}), outside);
}

// Any edits in any order, also on what earlier edits left: never a crash, always a map that fits.
TEST(craft, keeps_the_map_inside_the_packet_whatever_the_edits) {
  random_source random(1);
  for (int i = 0; i < 5'000; ++i) {
    const protocol_version version = random.below(2) == 0 ? v5 : v311;
    const sample_kind kind = sample_type(random, version);
    auto e = encode(sample_packet(random, kind.type, version, kind.from));
    ASSERT_TRUE(e);
    for (int step = 0; step < 5; ++step) {
      edit next;
      next.kind = static_cast<edit_kind>(random.below(14));
      if (!e->fields.empty()) next.field = e->fields[random.below(e->fields.size())].name;
      next.first = random.below(40);
      next.second = random.below(300);
      next.bytes.assign(random.below(4), 0xEE);
      const encoded before = *e;
      if (!apply(next, *e)) {
        ASSERT_EQ(e->bytes, before.bytes);
        ASSERT_EQ(e->fields, before.fields);
      }
      std::size_t at = 0;
      for (const field_position& f : e->fields) {
        ASSERT_GE(f.offset, at);
        at = std::size_t{f.offset} + f.length;
        ASSERT_LE(at, e->bytes.size());
      }
    }
  }
}

}  // namespace
}  // namespace mqttspec::wire
