#include "base/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace mqttspec {
namespace {

struct pattern_row {
  const char* pattern;
  const char* id;
  bool matches;
};

TEST(selection, patterns) {
  for (const pattern_row& row : {
           pattern_row{"queue/**", "queue/order/eight[v5]", true},
           {"queue/**", "queues/order/eight[v5]", false},
           {"queue/*", "queue/order/eight[v5]", false},
           {"queue/*/eight", "queue/order/eight[v5]", true},
           {"queue/order/eight", "queue/order/eight[v5]", true},
           {"queue/order/eight", "queue/order/eight[v5,n=3]", true},
           {"queue/order/eight", "queue/order/eighty[v5]", false},
           {"queue/order/eight[v5]", "queue/order/eight[v5]", true},
           {"queue/order/eight[v5]", "queue/order/eight[v311]", false},
           {"**[v5]", "a/b/c[v5]", true},
           {"**[v5]", "a/b/c[v5,flags=0x3]", false},
           {"**[v5*]", "a/b/c[v5,flags=0x3]", true},
           {"**/order/*", "queue/order/eight[v5]", true},
           {"**/or*er/**", "a/b/order/x/y[v5]", true},
           {"*", "a/b[v5]", false},
           {"**", "a/b[v5]", true},
           {"***", "a/b[v5]", true},
           {"", "a/b[v5]", false},
           {"a/*/c/**/f", "a/b/c/d/e/f[v5]", true},
           {"a/*/c/**/f", "a/b/x/c/d/f[v5]", false},
           {"order", "queue/order/eight[v5]", false},
           {"a/b[v5,s=a/b]", "a/b[v5,s=a/b]", true},
       }) {
    EXPECT_EQ(matches_pattern(row.pattern, row.id), row.matches) << row.pattern << "  " << row.id;
  }
}

TEST(selection, a_pattern_of_many_stars_ends_quickly) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(5000, 'a')));
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "**a";
  EXPECT_FALSE(matches_pattern(deep + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace mqttspec
