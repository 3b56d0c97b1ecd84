#include "base/diagnostic.h"

#include <gtest/gtest.h>

namespace mqttspec {
namespace {

diagnostic example() {
  return {severity::error,
          "CONNECT has no field 'clean_strat'",
          {"cases/bad.mqs", 4, 31, 11},
          "    c > CONNECT client_id=\"a\" clean_strat=1",
          "unknown field",
          "did you mean 'clean_start'?"};
}

TEST(diagnostic, shows_the_place_with_a_caret_and_help) {
  EXPECT_EQ(render(example()),
            "error: CONNECT has no field 'clean_strat'\n"
            " --> cases/bad.mqs:4:31\n"
            "  |\n"
            "4 |     c > CONNECT client_id=\"a\" clean_strat=1\n"
            "  |                               ^^^^^^^^^^^ unknown field\n"
            "  |\n"
            "  = help: did you mean 'clean_start'?\n");
}

TEST(diagnostic, is_short_for_a_whole_file) {
  EXPECT_EQ(render({severity::warning, "nothing here", {"a.mqs", 0, 0, 1}, "", "", ""}),
            "warning: nothing here\n --> a.mqs\n");
}

TEST(diagnostic, keeps_the_caret_below_its_word_behind_longer_characters) {
  diagnostic d = example();
  d.source_line = "\xC3\xA9\tx";
  d.where.column = 4;
  d.where.length = 1;
  d.help.clear();
  EXPECT_EQ(render(d),
            "error: CONNECT has no field 'clean_strat'\n"
            " --> cases/bad.mqs:4:4\n"
            "  |\n"
            "4 | \xC3\xA9 x\n"
            "  |   ^ unknown field\n");
}

TEST(diagnostic, shows_no_control_character_of_the_file) {
  diagnostic d = example();
  d.source_line = "\x1B[31mred";
  EXPECT_EQ(render(d).find('\x1B'), std::string::npos);
  EXPECT_NE(render(d, true).find("\x1B[1;31merror"), std::string::npos);
}

TEST(diagnostic, shows_all_lines_of_a_statement_the_caret_below_the_first) {
  diagnostic d = example();
  d.where = {"a.mqs", 9, 1, 8};
  d.source_line = "c < any of\n  PINGRESP\n\n  PUBLISH\n";
  d.help.clear();
  EXPECT_EQ(render(d),
            "error: CONNECT has no field 'clean_strat'\n"
            " --> a.mqs:9:1\n"
            "  |\n"
            "9 | c < any of\n"
            "  | ^^^^^^^^ unknown field\n"
            "  |   PINGRESP\n"
            "  |   PUBLISH\n");
}

TEST(diagnostic, survives_a_column_behind_the_line) {
  diagnostic d = example();
  d.where.column = 1000;
  EXPECT_NE(render(d).find("^ unknown field"), std::string::npos);
}

TEST(diagnostic, separates_several_by_an_empty_line) {
  const diagnostic d{severity::error, "bad", {"a", 0, 0, 1}, "", "", ""};
  EXPECT_EQ(render(std::vector<diagnostic>{d, d}), "error: bad\n --> a\n\nerror: bad\n --> a\n");
}

}  // namespace
}  // namespace mqttspec
