#include "base/text_pattern.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "base/random.h"

namespace mqttspec {
namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto p = text_pattern::compile(pattern);
  EXPECT_TRUE(p) << pattern;
  return p && p->found_in(text);
}

TEST(text_pattern, finds) {
  EXPECT_TRUE(found("will", "the will is here"));
  EXPECT_TRUE(found("^a/[0-9]+$", "a/17"));
  EXPECT_FALSE(found("^a/[0-9]+$", "a/17b"));
  EXPECT_FALSE(found(".", ""));
  EXPECT_TRUE(found("", ""));
  EXPECT_TRUE(found("^(ab|c)*d?$", "abcab"));
  EXPECT_FALSE(found("^x{2,3}$", "x"));
  EXPECT_TRUE(found("^x{2,3}$", "xxx"));
  EXPECT_FALSE(found("^x{2,3}$", "xxxx"));
  EXPECT_TRUE(found("^[^1]*1[^1]*$", "321"));
  EXPECT_FALSE(found("^[^1]*1[^1]*$", "3211"));
  EXPECT_TRUE(found("^\\x00\\.\\d\\W$", std::string_view("\0.7 ", 4)));
}

TEST(text_pattern, refuses_what_is_none) {
  for (const char* bad : {"(", ")", "[", "*", "a**b(", "a{3,2}", "\\", "[b-a]", "(?=a)", "\\1",
                          "x{99999}", "((a{99}){99}){99}", "^*"}) {
    EXPECT_FALSE(text_pattern::compile(bad)) << bad;
  }
  EXPECT_FALSE(text_pattern::compile(std::string(500, '(')));
}

// std::regex goes on for the age of the world.
TEST(text_pattern, takes_linear_time) {
  EXPECT_FALSE(found("^(a+)+$", std::string(4096, 'a') + "!"));
  EXPECT_FALSE(found("(x*)*y", std::string(4096, 'x')));
}

TEST(text_pattern, finds_what_the_standard_library_finds) {
  random_source random(1);
  int compared = 0;
  for (int n = 0; n < 3000; ++n) {
    constexpr std::string_view parts[] = {"a",     "b",    ".",  "[ab]", "[^a]",
                                          "(a|b)", "(ab)", "a*", "b+",   "a?",
                                          "b{2}",  "^",    "$",  "|",    "(a*|b)+"};
    std::string pattern;
    for (std::size_t i = 1 + random.below(5); i > 0; --i)
      pattern += parts[random.below(std::size(parts))];
    std::string text;
    for (std::size_t i = random.below(6); i > 0; --i)
      text += static_cast<char>('a' + random.below(3));
    const auto ours = text_pattern::compile(pattern);
    ASSERT_TRUE(ours) << pattern;
    ++compared;
    EXPECT_EQ(ours->found_in(text), std::regex_search(text, std::regex(pattern)))
        << pattern << " in " << text;
  }
  EXPECT_EQ(compared, 3000);
}

}  // namespace
}  // namespace mqttspec
