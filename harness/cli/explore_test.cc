// mqttspec explore, from a planted defect to files that show it again.

#include "cli/cli_fixture.h"

namespace mqttspec::cli {
namespace {

using explore_command = cli_test;

TEST_F(explore_command, writes_what_it_finds_so_that_it_plays_again) {
  const char* const defect = "resume-loses-queue";
  const std::string found = path("found");
  EXPECT_EQ(run({"explore", "--simulate", "--defect", defect, "--most-findings", "1", "--count",
                 "2000", "--out", found}),
            unexpected_result)
      << out_ << err_;
  std::string scenario;
  std::string history;
  std::string report;
  for (const auto& file : fs::directory_iterator(found)) {
    const std::string name = file.path().string();
    if (name.ends_with(".mqs")) scenario = name;
    if (name.ends_with(".history")) history = name;
    if (name.ends_with(".md") && !name.ends_with("findings.md")) report = name;
  }
  ASSERT_FALSE(scenario.empty() || history.empty() || report.empty()) << out_ << err_;

  const std::string list = read("found/findings.md");
  EXPECT_NE(list.find("](" + fs::path(report).filename().string() + ") |"), std::string::npos)
      << list;
  EXPECT_NE(list.find("| 3 of 3 |"), std::string::npos) << list;

  EXPECT_NE(read("found/" + fs::path(report).filename().string())
                .find("a sound broker passes the scenario; this one: fail"),
            std::string::npos);
  EXPECT_EQ(run({"run", "--simulate", scenario}), as_expected) << out_ << err_;
  EXPECT_EQ(run({"explore", "--simulate", "--replay", history}), as_expected) << out_ << err_;
  EXPECT_EQ(run({"explore", "--simulate", "--defect", defect, "--replay", history}),
            unexpected_result)
      << out_ << err_;
}

// Each of these wants something else of the file that is written.
TEST_F(explore_command, writes_scenarios_that_a_sound_broker_passes_and_the_broken_one_fails) {
  for (const char* defect :
       {"queue-backwards", "published-qos-ignored", "retained-without-flag",
        "overlap-at-the-lowest-qos", "identifier-not-replaced", "id-in-flight-used-again",
        "will-always-retained", "disconnect-raises-from-0", "assigned-id-not-told",
        "client-id-of-23-octets-refused", "client-id-without-case", "takeover-tells-311",
        "takeover-with-malformed-reason", "session-present-1-on-refusal",
        "malformed-connect-answered-by-disconnect", "ping-before-connect-answered"}) {
    const std::string found = path(defect);
    EXPECT_EQ(run({"explore", "--simulate", "--defect", defect, "--most-findings", "1", "--count",
                   "3000", "--out", found}),
              unexpected_result)
        << defect << "\n"
        << out_ << err_;
    std::string reports;
    for (const auto& file : fs::directory_iterator(found)) {
      const std::string name = file.path().filename().string();
      if (name.starts_with("01-") && name.ends_with(".md")) {
        reports += read(std::string(defect) + "/" + name);
      }
    }
    EXPECT_NE(reports.find("a sound broker passes the scenario; this one: fail"), std::string::npos)
        << defect << "\n"
        << reports;
  }
}

TEST_F(explore_command, lists_nothing_where_nothing_is_found) {
  EXPECT_EQ(run({"explore", "--simulate", "--count", "50", "--out", path("found")}), as_expected)
      << out_ << err_;
  EXPECT_NE(read("found/findings.md").find("OK: 50 histories"), std::string::npos);
}

}  // namespace
}  // namespace mqttspec::cli
