#include "trace/secrets.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mqttspec::trace {
namespace {

const secrets hidden({"hunter 2%", "abc"}, {"alice"});

TEST(secrets, are_hidden_however_they_are_written) {
  const struct {
    std::string_view text;
    std::string_view shown;
  } all[] = {
      {"pass=hunter 2% end", "pass=*** end"},
      {"topic=\"a/hunter 2%\"", "topic=\"a/***\""},
      {"https://b/?p=hunter%202%25&q=1", "https://b/?p=***&q=1"},
      {"p=hunter+2%25", "p=***"},
      {"hex(68 75 6e 74 65 72 20 32 25 00)", "hex(*** 00)"},
      {"68756E74657220 3225", "***"},
      {"68:75:6e:74:65:72:20:32:25", "***"},
      {"0x68, 0x75, 0x6e, 0x74, 0x65, 0x72, 0x20, 0x32, 0x25", "0x***"},
      {"\\x68unter\\u00202%", "***"},
      {"Basic aHVudGVyIDIl", "Basic ***"},
      {"Basic YWxpY2U6aHVudGVyIDIl", "Basic ***"},  // alice:hunter 2%
      {"Basic Ym9iOmh1bnRlciAyJQ==", "Basic ***"},  // bob:hunter 2%
      {"Basic Ym9iMjpodW50ZXIgMiU=", "Basic ***"},  // bob2:hunter 2%
      {"hunter 2 is no secret, abc is too short", "hunter 2 is no secret, abc is too short"},
      {"alice may be told", "alice may be told"},
      {"", ""},
  };
  for (const auto& each : all) EXPECT_EQ(hidden.hide(each.text), each.shown);
}

TEST(secrets, a_backslash_in_one_is_found_escaped_and_plain) {
  const secrets odd({"a\\b\"c"});
  EXPECT_EQ(odd.hide("a\\b\"c"), "***");
  EXPECT_EQ(odd.hide("\"a\\\\b\\\"c\""), "\"***\"");
}

TEST(secrets, paths_of_the_machine_are_hidden_too) {
  const secrets odd({"hun\"ter2", "a", ""}, {}, {"/src/mqttspec", "/home/me", "/tmp"});
  EXPECT_EQ(odd.hide("/home/me/broker -P hun\"ter2"), "~/broker -P ***");
}

TEST(secrets, nothing_is_hidden_without_one) {
  EXPECT_EQ(secrets().hide("hunter 2%"), "hunter 2%");
}

TEST(secrets, short_ones_and_names_are_marked_in_connect_alone) {
  for (const std::uint8_t type : {std::uint8_t{0x10}, std::uint8_t{0x30}}) {
    byte_buffer packet{type};
    for (const char c : std::string_view("abc alice")) {
      packet.push_back(static_cast<std::uint8_t>(c));
    }
    std::vector<bool> marked(packet.size());
    hidden.mark(packet, marked);
    EXPECT_EQ(std::count(marked.begin(), marked.end(), true), type == 0x10 ? 8 : 0);
  }
}

}  // namespace
}  // namespace mqttspec::trace
