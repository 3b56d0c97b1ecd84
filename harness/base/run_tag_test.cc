#include "base/run_tag.h"

#include <gtest/gtest.h>

#include <set>

namespace mqttspec {
namespace {

TEST(run_tags, differ_and_are_all_of_the_same_length) {
  random_source random(7);
  const std::string run = make_run_tag(random);
  EXPECT_EQ(run.size(), 6u);
  run_tags tags(run);
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) {
    const std::string tag = tags.next();
    EXPECT_EQ(tag.size(), run.size());
    EXPECT_EQ(tag[0], 't');
    EXPECT_TRUE(seen.insert(tag).second) << tag;
  }
  EXPECT_NE(make_run_tag(random), run);
}

TEST(run_tags, follow_each_other) {
  run_tags tags("tab0yz");
  EXPECT_EQ(tags.next(), "tab0yz");
  EXPECT_EQ(tags.next(), "tab0z0");
  EXPECT_EQ(run_tags("s").next(), "s000");
  run_tags last("tzzz");
  last.next();
  EXPECT_EQ(last.next(), "t000");
}

}  // namespace
}  // namespace mqttspec
