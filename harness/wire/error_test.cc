#include "wire/error.h"

#include <gtest/gtest.h>

#include <set>

namespace mqttspec::wire {
namespace {

TEST(wire_error, each_has_a_name_and_a_sentence_of_its_own) {
  std::set<std::string_view> names;
  std::set<std::string_view> sentences;
  constexpr auto last = static_cast<unsigned>(wire_error::field_too_long);
  for (unsigned e = 0; e <= last; ++e) {
    names.insert(error_name(static_cast<wire_error>(e)));
    sentences.insert(error_sentence(static_cast<wire_error>(e)));
  }
  EXPECT_EQ(names.size(), last + 1);
  EXPECT_EQ(sentences.size(), last + 1);
}

TEST(wire_fault, prints_what_where_and_why) {
  EXPECT_EQ(print(wire_fault{wire_error::reserved_flags, 0, protocol_version::v5, "MQTT-2.1.3-1"}),
            "reserved_flags at byte 0 [v5:MQTT-2.1.3-1]: the low four bits are not those of the "
            "packet type");
  EXPECT_EQ(print(wire_fault{wire_error::trailing_bytes, 4, protocol_version::v311, ""}),
            "trailing_bytes at byte 4: there are octets behind the last field");
}

}  // namespace
}  // namespace mqttspec::wire
