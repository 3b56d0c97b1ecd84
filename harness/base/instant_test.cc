#include "base/instant.h"

#include <gtest/gtest.h>

namespace mqttspec {
namespace {

using namespace std::chrono_literals;

TEST(duration, prints_the_largest_fitting_unit) {
  EXPECT_EQ(print_duration(0s), "0s");
  EXPECT_EQ(print_duration(300ms), "300ms");
  EXPECT_EQ(print_duration(1500ms), "1.5s");
  EXPECT_EQ(print_duration(2min), "2m");
  EXPECT_EQ(print_duration(90s), "90s");
  EXPECT_EQ(print_duration(80us), "80us");
  EXPECT_EQ(print_duration(7ns), "7ns");
  EXPECT_EQ(print_duration(-300ms), "-300ms");
}

TEST(duration, reads_a_number_and_a_unit) {
  EXPECT_EQ(parse_duration("300ms"), 300ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("80us"), 80us);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(duration, refuses_anything_else) {
  for (const char* text : {"", "s", "1", "1 s", "-1s", ".5s", "1.s", "1.2.3s", "1h", "1ss", "1e3s",
                           "999999999999999999m", "9999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(duration, survives_printing_and_reading) {
  for (const duration length : {duration(1us), duration(999ms), duration(61s), duration(24h)}) {
    EXPECT_EQ(parse_duration(print_duration(length)), length);
  }
}

TEST(instant, never_comes) {
  EXPECT_EQ(saturating_add(instant{}, 5s), instant{} + 5s);
  EXPECT_EQ(saturating_add(never, 1s), never);
  EXPECT_EQ(saturating_add(never - 1s, 2s), never);
  EXPECT_EQ(saturating_add(instant{} + 5s, -2s), instant{} + 3s);
}

TEST(seconds, have_three_decimals) {
  EXPECT_EQ(print_seconds(2ms), "0.002");
  EXPECT_EQ(print_seconds(61s), "61.000");
}

}  // namespace
}  // namespace mqttspec
