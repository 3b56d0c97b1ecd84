#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace mqttspec {
namespace {

TEST(hex, prints_pairs_of_digits) {
  EXPECT_EQ(to_hex(byte_buffer{0x10, 0x0C, 0xFF}), "10 0c ff");
  EXPECT_EQ(to_hex(byte_buffer{0x10, 0x0C}, ""), "100c");
  EXPECT_EQ(to_hex({}), "");
}

TEST(hex, reads_pairs_with_separators_between_them) {
  EXPECT_EQ(from_hex("100C:ff\n 00\t"), (byte_buffer{0x10, 0x0C, 0xFF, 0x00}));
  EXPECT_EQ(from_hex(""), byte_buffer{});
}

TEST(hex, refuses_what_is_no_pair) {
  EXPECT_FALSE(from_hex("1"));
  EXPECT_FALSE(from_hex("10 0"));
  EXPECT_FALSE(from_hex("1 0"));
  EXPECT_FALSE(from_hex("0x10"));
  EXPECT_FALSE(from_hex("10,20"));
}

TEST(random_source, gives_the_same_numbers_for_the_same_seed) {
  random_source random(0);
  EXPECT_EQ(random.next(), 0xE220A8397B1DCDAFu);  // the first number of SplitMix64 with seed 0
  random_source a(42);
  random_source b(42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
  for (int i = 0; i < 100; ++i) EXPECT_LT(a.below(7), 7u);
}

}  // namespace
}  // namespace mqttspec
