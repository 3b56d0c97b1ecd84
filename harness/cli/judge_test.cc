// mqttspec judge and mqttspec watch, as far as they need no clients.

#include "cli/cli_fixture.h"

namespace mqttspec::cli {
namespace {

class judge_test : public cli_test {
 protected:
  // The capture of a case that fails on a broker that always says Session Present 1.
  std::string failed_case() {
    write("cases/basic/ping.mqs", good_cases);
    const std::string folder = path("captures");
    EXPECT_EQ(run({"run", "--simulate", "--defect", "session-present-always-1", "--pcap", folder}),
              unexpected_result)
        << out_ << err_;
    for (const auto& file : fs::directory_iterator(folder)) return file.path().string();
    ADD_FAILURE() << "no capture";
    return "";
  }
};

TEST_F(judge_test, a_capture_of_ours_names_who_is_wrong) {
  const std::string file = failed_case();
  variables_.erase("MQTTSPEC_CASES");
  EXPECT_EQ(run({"judge", file, "--cases", std::string(MQTTSPEC_SOURCE_DIR) + "/cases",
                 "--report-json", path("out.json")}),
            unexpected_result)
      << out_ << err_;
  EXPECT_TRUE(printed(" the broker to client \"")) << out_;
  EXPECT_TRUE(printed(":MQTT-3.2.2-")) << out_;
  EXPECT_TRUE(printed("no-session-after-clean-start")) << out_;
  EXPECT_TRUE(printed("< CONNACK session_present=1")) << out_;
  EXPECT_TRUE(printed("the broker: 1 finding; clients: 0 findings")) << out_;
  EXPECT_NE(read("out.json").find("\"trace-rule/no-session-after-clean-start/"), std::string::npos);
}

TEST_F(judge_test, what_is_known_is_expected) {
  const std::string file = failed_case();
  write("known.txt", "flaky trace-rule/no-session-after-clean-start/**  # it is made so\n");
  variables_.erase("MQTTSPEC_CASES");
  EXPECT_EQ(run({"judge", file, "--cases", std::string(MQTTSPEC_SOURCE_DIR) + "/cases",
                 "--baseline", path("known.txt")}),
            as_expected)
      << out_ << err_;
  EXPECT_TRUE(printed("KNOWN ")) << out_;
}

TEST_F(judge_test, what_is_no_capture_is_told) {
  variables_["MQTTSPEC_CASES"] = std::string(MQTTSPEC_SOURCE_DIR) + "/cases";
  write("text", "no capture");
  EXPECT_EQ(run({"judge", path("text")}), bad_usage);
  EXPECT_TRUE(told("is no capture")) << err_;
  EXPECT_EQ(run({"judge", path("absent")}), bad_usage);
  EXPECT_EQ(run({"judge"}), bad_usage);
  EXPECT_EQ(run({"watch"}), bad_usage);
  EXPECT_TRUE(told("--listen is missing")) << err_;
  EXPECT_EQ(run({"watch", "--listen", "127.0.0.1:0"}), bad_usage);
  EXPECT_TRUE(told("--to is missing")) << err_;
}

TEST_F(judge_test, a_watch_of_nobody_is_over_in_its_time) {
  variables_["MQTTSPEC_CASES"] = std::string(MQTTSPEC_SOURCE_DIR) + "/cases";
  EXPECT_EQ(run({"watch", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1", "--for", "10ms"}),
            as_expected)
      << err_;
  EXPECT_TRUE(printed("0 connections of 0 clients")) << out_;
}

}  // namespace
}  // namespace mqttspec::cli
