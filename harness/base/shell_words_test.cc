#include "base/shell_words.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

namespace mqttspec {
namespace {

TEST(shell_words, are_quoted_where_a_shell_would_change_them) {
  EXPECT_EQ(shell_quote("plain-1.0/x"), "plain-1.0/x");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$HOME"), "'$HOME'");
}

TEST(shell_words, come_back_from_a_shell_as_they_were) {
  const std::array<std::string, 4> words = {"--start", "sh -c 'echo \"$PATH\"' # no", "", "a\\b;c"};
  const std::string command = "printf '[%s]' " + shell_line(words);
  FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string got(200, '\0');
  got.resize(std::fread(got.data(), 1, got.size(), pipe));
  ::pclose(pipe);
  std::string expected;
  for (const std::string& word : words) expected += "[" + word + "]";
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace mqttspec
