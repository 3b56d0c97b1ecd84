#include "adapter/json.h"

#include <gtest/gtest.h>

#include "adapter/facts.h"

namespace mqttspec::adapter {
namespace {

TEST(adapter_json, a_command_is_a_line) {
  EXPECT_EQ(
      line_of({"publish", {{"n", 3u}, {"payload", std::string("\xff\x00", 2)}, {"topic", "a\"b"}}}),
      "{\"cmd\":\"publish\",\"n\":3,\"payload_hex\":\"ff00\",\"topic\":\"a\\\"b\"}\n");
}

TEST(adapter_json, an_event_is_read) {
  const auto e =
      event_in(R"({"ev":"message","topic":"t","payload_hex":"c3 28","qos":1,"dup":false})");
  ASSERT_TRUE(e && *e);
  EXPECT_EQ((*e)->text("payload"), "\xc3\x28");
  EXPECT_EQ((*e)->number("qos"), 1u);
  EXPECT_EQ((*e)->number("dup", 7), 0u);
}

TEST(adapter_json, banners_are_passed_over) {
  const auto e = event_in("Welcome!");
  ASSERT_TRUE(e);
  EXPECT_FALSE(*e);
}

TEST(adapter_json, what_is_no_event_is_told) {
  for (const char* line :
       {"{", R"({"x":1})", R"({"ev":"nothing"})", R"({"ev":"done"})", R"({"ev":"done","n":"one"})",
        R"({"ev":"done","n":-1})", R"({"ev":"log","text":"t","more":1})",
        R"({"ev":"message","payload_hex":"0"})"}) {
    EXPECT_FALSE(event_in(line)) << line;
  }
}

TEST(adapter_json, facts_are_numbers) {
  const auto e = event_in(
      R"({"ev":"ready","adapter":1,"name":"x","version":"1","facts":{"reconnect":"none","window":20,"store":true}})");
  ASSERT_TRUE(e && *e) << e.error();
  const auto facts = facts_of(*(*e)->find<wire::text_pairs>("facts"));
  ASSERT_TRUE(facts) << facts.error();
  EXPECT_EQ(facts->at("reconnect"), 0);
  EXPECT_EQ(facts->at("window"), 20);
  EXPECT_EQ(facts->at("store"), 1);
  EXPECT_EQ(facts->at("topic_alias_in"), 1);
  EXPECT_FALSE(facts_of({{"windows", "1"}}));
  EXPECT_FALSE(facts_of({{"window", "many"}}));
}

}  // namespace
}  // namespace mqttspec::adapter
