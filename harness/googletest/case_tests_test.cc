#include "googletest/case_tests.h"

#include <gtest/gtest.h>

namespace mqttspec::googletest {
namespace {

TEST(case_tests, names_hold_nothing_that_means_something_in_a_filter) {
  const auto name = [](const char* id) { return test_name_of(id); };
  EXPECT_EQ(name("queue/order/eight-in-order[v5,n=3]"),
            (test_name{"queue/order", "eight_in_order/v5_n_3"}));
  EXPECT_EQ(name("will/delay/x[v311]"), (test_name{"will/delay", "x/v311"}));
  EXPECT_EQ(name("a-b/c[v5,s=\"a/b:c*d?.\"]"), (test_name{"a_b", "c/v5_s__a_b_c_d___"}));
  EXPECT_EQ(name("alone"), (test_name{"cases", "alone"}));
}

}  // namespace
}  // namespace mqttspec::googletest
