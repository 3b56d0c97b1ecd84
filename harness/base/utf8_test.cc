#include "base/utf8.h"

#include <gtest/gtest.h>

#include "base/octet_words.h"

namespace mqttspec {
namespace {

struct text_case {
  std::string_view text;
  utf8_fault fault;
  std::size_t offset;
};

TEST(utf8, tells_the_first_bad_octet) {
  using namespace std::string_view_literals;
  const text_case cases[] = {
      {"", utf8_fault::none, 0},
      {"temperature", utf8_fault::none, 0},
      {"\x01\x1F\x7F", utf8_fault::none, 0},       // controls are only advised against
      {"\xC2\x80 \xDF\xBF", utf8_fault::none, 0},  // two octets, both ends
      {"\xE0\xA0\x80\xEF\xBF\xBF", utf8_fault::none, 0},
      {"\xED\x9F\xBF\xEE\x80\x80", utf8_fault::none, 0},  // around the surrogates
      {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", utf8_fault::none, 0},
      {"\xEF\xBB\xBF", utf8_fault::none, 0},
      {"\0"sv, utf8_fault::null_character, 0},
      {"12345678\0"sv, utf8_fault::null_character, 8},
      {"a\x80", utf8_fault::ill_formed, 1},  // no lead
      {"a\xC3", utf8_fault::ill_formed, 1},  // cut off
      {"\xC3(", utf8_fault::ill_formed, 0},
      {"\xC0\xAF", utf8_fault::ill_formed, 0},  // longer than needed
      {"\xE0\x9F\xBF", utf8_fault::ill_formed, 0},
      {"\xF0\x8F\xBF\xBF", utf8_fault::ill_formed, 0},
      {"\xED\xA0\x80", utf8_fault::ill_formed, 0},  // surrogates
      {"\xED\xBF\xBF", utf8_fault::ill_formed, 0},
      {"\xF4\x90\x80\x80", utf8_fault::ill_formed, 0},  // past U+10FFFF
      {"\xF5\x80\x80\x80", utf8_fault::ill_formed, 0},
      {"12345678901\xFF", utf8_fault::ill_formed, 11},
  };
  for (const text_case& each : cases) {
    const utf8_check check = check_utf8(each.text);
    EXPECT_EQ(check.fault, each.fault) << escape_text(each.text);
    EXPECT_EQ(check.offset, each.offset) << escape_text(each.text);
  }
}

// The check looks at eight octets at a time: each place in texts of each length must count.
TEST(utf8, sees_a_bad_octet_at_every_place) {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      text[at] = '\0';
      EXPECT_EQ(check_utf8(text).fault, utf8_fault::null_character) << length << " " << at;
      EXPECT_EQ(check_utf8(text).offset, at);
      text[at] = '\xFF';
      EXPECT_EQ(check_utf8(text).fault, utf8_fault::ill_formed) << length << " " << at;
      EXPECT_EQ(check_utf8(text).offset, at);
      text[at] = '\x7F';
      EXPECT_EQ(check_utf8(text).fault, utf8_fault::none);
    }
  }
}

TEST(octet_words, never_look_outside_the_text) {
  const std::string around = "################################";
  for (std::size_t length = 0; length <= 20; ++length) {
    std::string text = around;
    for (std::size_t i = 0; i < length; ++i) text[6 + i] = 'x';
    EXPECT_FALSE(find_in_words(std::string_view(text).substr(6, length), [](std::uint64_t word) {
      return has_octet_zero(word ^ '#' * every_octet_1);
    })) << length;
  }
}

TEST(escape_text, makes_what_a_terminal_would_act_on_visible) {
  EXPECT_EQ(escape_text("a \"b\" \\"), "a \\\"b\\\" \\\\");
  EXPECT_EQ(escape_text("\n\t\r\x1B\x7F"), "\\n\\t\\r\\x1b\\x7f");
  EXPECT_EQ(escape_text("\xC3\xA9\xF0\x9F\x90\xA6"), "\xC3\xA9\xF0\x9F\x90\xA6");
  EXPECT_EQ(escape_text("\xC2\x9B"), "\\xc2\\x9b");           // a C1 control
  EXPECT_EQ(escape_text("\xE2\x80\xAE"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(escape_text("a\xFF"
                        "b"),
            "a\\xffb");
}

}  // namespace
}  // namespace mqttspec
