#include "explore/action.h"

#include <gtest/gtest.h>

#include "explore/shrinker.h"

namespace mqttspec::explore {
namespace {

constexpr std::string_view everything =
    "a connect v5 clean=0 expiry=300 receive_maximum=2 keep_alive=4 will=w will_qos=2 will_retain "
    "will_delay=3\n"
    "b connect v311 clean=1\n"
    "a subscribe # share qos=2 no_local retain_as_published retain_handling=1 identifier=7\n"
    "a unsubscribe a/#\n"
    "b publish a/c qos=2 id=3 dup retain empty lifetime=6\n"
    "b repeat id=3\n"
    "b release id=3\n"
    "a acknowledge which=1\n"
    "a again\n"
    "a wrong\n"
    "a refuse which=2\n"
    "wait 2.5s\n"
    "a cut disconnect expiry=0\n"
    "b cut reset\n"
    "a settle\n"
    "b ping\n"
    "a probe v5 nameless\n"
    "restart\n"
    "a connect v5 clean=1 small_packets will=a will_qos=1 will_properties\n"
    "a publish b qos=1 id=1 big properties alias=255\n"
    "a cut alias_unknown\n"
    "a subscribe a also=b also_qos=1 qos=2\n"
    "a unsubscribe a also=+\n"
    "a cut quota_high\n"
    "a probe v5 will_high\n";

TEST(history, is_read_as_it_is_printed) {
  const auto h = parse_history(everything);
  ASSERT_TRUE(h) << h.error();
  EXPECT_EQ(h->size(), 25u);
  EXPECT_EQ(print(*h), everything);
}

TEST(history, tells_what_cannot_be_read) {
  EXPECT_EQ(parse_history("a ping\ne ping\n").error(),
            "line 2: 'e' is no client; there are a, b, c and d");
  EXPECT_EQ(parse_history("a conect\n").error(),
            "line 1: there is no action 'conect'; did you mean 'connect'?");
  EXPECT_EQ(parse_history("a publish a qos=3\n").error(), "line 1: 'qos=3' means nothing here");
  EXPECT_EQ(parse_history("wait soon\n").error(),
            "line 1: 'soon' is no duration; write for example 2s");
}

TEST(history, matches_topics_as_the_standard_does) {
  EXPECT_TRUE(matches(6, 0));   // a/# matches a
  EXPECT_TRUE(matches(6, 2));   // and a/c
  EXPECT_FALSE(matches(6, 1));  // but not b
  EXPECT_FALSE(matches(4, 2));  // + does not match a/c
  EXPECT_TRUE(matches(5, 2));   // # does
}

TEST(shrinker, keeps_what_it_takes_and_nothing_else) {
  const history h = *parse_history(everything);
  const auto shows = [](const std::vector<history>& candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      bool reset = false;
      for (const action& a : candidates[i]) {
        if (a.kind == action_kind::cut && a.cut == cut_kind::goodbye) reset = true;
        if (a.kind == action_kind::repeat && reset) return static_cast<int>(i);
        if (a.kind == action_kind::publish && reset) return static_cast<int>(i);
      }
    }
    return -1;
  };
  history twisted = h;
  twisted.push_back(h[4]);
  const history least = shrink(twisted, shows);
  EXPECT_EQ(print(least), "a cut disconnect\na publish a qos=1 id=1\n");
}

}  // namespace
}  // namespace mqttspec::explore
