#pragma once
// Cases as GoogleTest tests: names that filters can be written with, and one run for all tests that
// a filter and a shard leave.
//
//   test_name_of("queue/order/eight-in-order[v5,n=3]")  ->  {"queue/order",
//   "eight_in_order/v5_n_3"}

#include <string>

#include "suite/target_run.h"

namespace mqttspec::googletest {

struct test_name {
  std::string suite;
  std::string test;

  friend auto operator<=>(const test_name&, const test_name&) = default;
};

// '-', '*', '?', ':' and '.' mean something in a filter, so none of them is left.
test_name test_name_of(const std::string& id);

// Registers a test for every scenario that |what| selects, and one, "mqttspec.run_is_sound", that
// fails when results are void or the baseline has stale entries. The cases run, all at once, when
// the first test is about to begin: those whose tests GoogleTest is going to run, no others. |what|
// must outlive the tests.
void register_tests(suite::target_run& what);

}  // namespace mqttspec::googletest
