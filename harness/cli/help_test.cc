#include "cli/help.h"

#include <gtest/gtest.h>

namespace mqttspec::cli {
namespace {

TEST(help, lines_are_broken_between_words) {
  EXPECT_EQ(wrapped("one two three", 8), "one two\nthree");
  EXPECT_EQ(wrapped("one two", 10, 4), "one\n    two");
  EXPECT_EQ(wrapped("ws=127.0.0.1:8080/mqtt is long", 10), "ws=127.0.0.1:8080/mqtt\nis long");
  EXPECT_EQ(wrapped("", 10), "");
}

TEST(help, an_option_stands_beside_its_text) {
  command_description c;
  c.usage = "mqttspec x";
  c.explanation = "Does x.";
  c.options = {{"broker", 'b', "ADDRESS", false, "test this broker", "the target"},
               {"queue-overflow", 0, "drop-newest|drop-oldest", false, "what to do", "the target"}};
  EXPECT_EQ(help_text(c, 80),
            "usage: mqttspec x\n\nDoes x.\n\nthe target:\n"
            "  -b, --broker ADDRESS        test this broker\n"
            "  --queue-overflow drop-newest|drop-oldest\n"
            "                              what to do\n"
            "\nEvery option can also stand in the environment: --queue-limit as\n"
            "MQTTSPEC_QUEUE_LIMIT.\n");
}

}  // namespace
}  // namespace mqttspec::cli
