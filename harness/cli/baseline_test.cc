// What is known to fail: run again, listed, judged, shrunk.

#include "cli/cli_fixture.h"

namespace mqttspec::cli {
namespace {

TEST_F(cli_test, a_failure_ends_with_1_and_can_be_run_again) {
  write("cases/basic/pong.mqs", failing_case);
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), unexpected_result);
  EXPECT_TRUE(printed("FAIL basic/pong/pong[v5]")) << out_;
  EXPECT_TRUE(printed("CONNACK.session_present: expected 1, got 0")) << out_;
  EXPECT_TRUE(printed("run again: mqttspec run --simulate --cases " + path("cases") +
                      " 'basic/pong/pong[v5]' --trace"))
      << out_;

  EXPECT_EQ(run({"run", "--simulate", "--failed", path("r.json")}), unexpected_result);
  EXPECT_TRUE(printed(" of 1 in ")) << out_;

  write("known.txt", "fail basic/pong/** \"expected 1, got 0\" # a test\n");
  EXPECT_EQ(run({"run", "--simulate", "--baseline", path("known.txt")}), as_expected) << out_;
  EXPECT_TRUE(printed("KNOWN FAIL basic/pong/pong[v5]"));

  write("stale.txt", "fail basic/pong/** # a test\nfail gone/** # nothing\n");
  EXPECT_EQ(run({"run", "--simulate", "--baseline", path("stale.txt")}), unexpected_result);
  EXPECT_TRUE(printed("no case matches 'gone/**'")) << out_;

  // Several baselines add up, wherever they come from.
  write("none.txt", "# nothing\n");
  EXPECT_EQ(
      run({"run", "--simulate", "--baseline", path("none.txt"), "--baseline", path("known.txt")}),
      as_expected)
      << out_;
  variables_["MQTTSPEC_BASELINE"] = path("none.txt") + "," + path("known.txt");
  EXPECT_EQ(run({"run", "--simulate"}), as_expected) << out_;
}

TEST_F(cli_test, a_baseline_is_written_judged_and_shrunk) {
  write("cases/basic/pong.mqs", failing_case);
  const arguments with_it = {"run",           "--simulate",  "--baseline", path("known.txt"),
                             "--report-json", path("r.json")};
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), as_expected)
      << err_;
  EXPECT_TRUE(
      printed("+ fail   basic/pong/pong[v5]  \"CONNACK.session_present: expected 1, got 0\""))
      << out_;
  EXPECT_TRUE(printed("1 of them to judge")) << out_;
  // Nobody has judged it: the run says so and is not as expected.
  EXPECT_EQ(run(with_it), unexpected_result);
  EXPECT_TRUE(printed("nobody has judged 'basic/pong/pong[v5]' yet")) << out_;
  std::string judged = read("known.txt");
  judged.replace(judged.find("TO JUDGE"), 8, "a broken case");
  write("known.txt", "# A comment.\n" + judged);
  EXPECT_EQ(run(with_it), as_expected) << out_;
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt"), "--check"}),
            as_expected)
      << out_;
  // The broker is mended: the entry is an unexpected pass and goes.
  write("cases/basic/pong.mqs",
        std::string(failing_case)
            .replace(std::string(failing_case).find("present=1"), 9, "present=0"));
  EXPECT_EQ(run(with_it), unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt"), "--check"}),
            unexpected_result);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), as_expected);
  EXPECT_EQ(read("known.txt"),
            "# A comment.\n# What is known to fail on embedded broker, simulated, and why.\n\n");
  EXPECT_EQ(run(with_it), as_expected);
}

TEST_F(cli_test, results_that_say_nothing_make_no_baseline) {
  const idle_port port(false);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--report-json", path("r.json")}),
            broker_unusable);
  EXPECT_EQ(run({"baseline", "update", path("r.json"), "--file", path("known.txt")}), bad_usage);
  EXPECT_TRUE(told("says nothing about the broker")) << err_;
  EXPECT_FALSE(fs::exists(path("known.txt")));
}

}  // namespace
}  // namespace mqttspec::cli
