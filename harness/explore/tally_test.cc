#include "explore/tally.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "base/random.h"

namespace mqttspec::explore {
namespace {

TEST(tally, counts_like_a_map) {
  tally t;
  std::unordered_map<std::uint64_t, std::uint32_t> counts;
  random_source random(1);
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t key = static_cast<std::uint64_t>(random.below(300)) << 32 |
                              static_cast<std::uint64_t>(random.below(40));
    EXPECT_EQ(t.of(key), counts[key]);
    t.add(key);
    ++counts[key];
  }
  EXPECT_EQ(t.size(), counts.size());
  for (const auto& [key, n] : counts) EXPECT_EQ(t.of(key), n);
  EXPECT_EQ(t.of(std::uint64_t{1} << 60), 0u);
}

}  // namespace
}  // namespace mqttspec::explore
