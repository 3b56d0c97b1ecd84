#include "trace/trace.h"

#include <gtest/gtest.h>

#include "trace/print.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::trace {
namespace {

using wire::packet;
using wire::packet_type;
using wire::protocol_version;

entry received(const packet& p) {
  const byte_buffer octets = wire::encode(p)->bytes;
  return packet_entry("c", 1, direction::received, p.version, octets, octets.size(), &p);
}

TEST(trace, keeps_a_packet_as_a_value_however_long_it_is) {
  for (const std::size_t size : {0u, 200u, 3000u, 60'000u}) {
    packet p = wire::make(packet_type::connack, protocol_version::v5);
    p.properties.push_back(wire::user_property("note", std::string(size, 'x')));
    const entry e = received(p);
    EXPECT_LE(e.octets.size(), most_octets);
    const auto back = packet_of(e);
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(back->properties, p.properties);
    EXPECT_TRUE(print(e, {}).text.starts_with("CONNACK")) << print(e, {}).text;
  }
}

TEST(trace, a_long_publish_is_its_first_octets) {
  packet p = wire::make(packet_type::publish, protocol_version::v5);
  p.topic = "a";
  p.payload = std::string(100'000, 'x');
  const entry e = received(p);
  EXPECT_EQ(e.octets.size(), most_octets);
  EXPECT_FALSE(packet_of(e));
  EXPECT_TRUE(print(e, {}).text.starts_with("hex(30 "));
}

TEST(trace, octets_that_are_no_packet_are_no_value) {
  const byte_buffer octets = *from_hex("20 01 00");
  const entry e =
      packet_entry("c", 1, direction::received, protocol_version::v5, octets, 3, nullptr);
  EXPECT_FALSE(packet_of(e));
  EXPECT_EQ(print(e, {}).text, "hex(20 01 00)");
}

TEST(trace, what_is_too_much_is_left_out_of_the_middle) {
  log seen(8);
  std::uint64_t marked = 0;
  for (int i = 0; i < 20; ++i) {
    const auto number = seen.add(event_entry("c", 1, event_kind::noted, std::to_string(i)),
                                 instant{} + std::chrono::seconds(i));
    if (i == 19) marked = number;
  }
  seen.mark(marked);
  const auto all = seen.entries(instant{});
  ASSERT_EQ(all.size(), 9u);
  EXPECT_EQ(all[1].text, "1");
  EXPECT_EQ(all[2].what, event_kind::left_out);
  EXPECT_EQ(all[2].text, "(12 lines left out)");
  EXPECT_EQ(all[3].text, "14");
  EXPECT_EQ(all[8].at, std::chrono::seconds(19));
  EXPECT_TRUE(all[8].marked);
}

}  // namespace
}  // namespace mqttspec::trace
