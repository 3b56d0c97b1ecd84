#include "base/spelling.h"

#include <gtest/gtest.h>

namespace mqttspec {
namespace {

TEST(edit_distance, counts_changes) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("topic", "topic"), 0u);
  EXPECT_EQ(edit_distance("rnu", "run"), 1u);
  EXPECT_EQ(edit_distance("urn", "run"), 1u);
}

TEST(suggest, names_the_closest_word) {
  EXPECT_EQ(suggest("clean_strat", {"client_id", "clean_start"}), "did you mean 'clean_start'?");
  EXPECT_EQ(suggest("qo", {"dup", "qos"}), "did you mean 'qos'?");
}

TEST(suggest, lists_at_most_five_words_when_none_is_close) {
  EXPECT_EQ(suggest("zebra", {"a", "b"}), "valid here: a, b");
  EXPECT_EQ(suggest("zebra", {"a", "b", "c", "d", "e", "f", "g"}),
            "valid here: a, b, c, d, e and 2 more");
  EXPECT_EQ(suggest("zebra", {}), "");
}

}  // namespace
}  // namespace mqttspec
