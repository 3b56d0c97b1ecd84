#include "base/concealed.h"

#include <gtest/gtest.h>

namespace mqttspec {
namespace {

TEST(concealed, hides_a_secret_in_every_form_in_which_octets_are_printed) {
  const concealed hidden({"hun\"ter2"}, {});
  EXPECT_EQ(hidden.without("user_property=hun\"ter2"), "user_property=***");
  EXPECT_EQ(hidden.without(R"(topic="a/hun\"ter2")"), R"(topic="a/***")");
  EXPECT_EQ(hidden.without("00 68 75 6e 22 74 65 72 32 00"), "00 *** 00");
  EXPECT_EQ(hidden.without("hex(68756E2274657232)"), "hex(***)");
  EXPECT_EQ(hidden.without("hunter2"), "hunter2");
}

TEST(concealed, leaves_ordinary_text_alone) {
  EXPECT_EQ(concealed({"a", ""}, {}).without("a trace of a broker"), "a trace of a broker");
  EXPECT_EQ(concealed().without("/home/me"), "/home/me");
}

TEST(concealed, hides_paths_of_the_machine) {
  EXPECT_EQ(concealed({}, {"/src/mqttspec", "/home/me", "/tmp"}).without("/home/me/broker"),
            "~/broker");
}

}  // namespace
}  // namespace mqttspec
