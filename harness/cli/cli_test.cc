// The commands as a user meets them, and what they say to mistakes.

#include "cli/cli_fixture.h"
#include "results/results.h"

namespace mqttspec::cli {
namespace {

TEST_F(cli_test, every_command_explains_itself) {
  for (const command& c : commands()) {
    EXPECT_EQ(run({std::string(c.name), "--help"}), as_expected) << c.name;
    EXPECT_TRUE(printed("usage: mqttspec " + std::string(c.name))) << out_;
    EXPECT_EQ(run({"help", std::string(c.name)}), as_expected) << c.name;
  }
  EXPECT_EQ(run({"--help"}), as_expected);
  EXPECT_EQ(run({"--version"}), as_expected);
  EXPECT_EQ(out_.find("mqttspec "), 0u);
}

struct mistake {
  arguments words;
  int code;
  const char* message;
};

TEST_F(cli_test, mistakes_are_told_with_what_is_right) {
  write("bad.mqs", "scenario x\n  title \"t\"\n  clients c\n  step \"s\"\n    c > CONECT\n");
  write("bad.toml", "adress = \"x\"\n");
  write("empty.toml", "name = \"x\"\n");
  write("bad.txt", "fail a/b\n");
  write("bad.json", "{}");
  const std::string bad_file = path("bad.mqs");
  for (const mistake& m : std::vector<mistake>{
           {{"run", "--brokr", "x"}, bad_usage, "did you mean '--broker'?"},
           {{"run", "--brok", "x"}, bad_usage, "unknown option '--brok'"},
           {{"lst"}, bad_usage, "did you mean 'list'?"},
           {{"run", "none.mqs"}, bad_usage, "there is no file 'none.mqs'"},
           {{"run", bad_file}, bad_usage, "did you mean 'CONNECT'?"},
           {{"check", bad_file}, bad_usage, "bad.mqs:5:"},
           {{"check", "nowhere"}, bad_usage, "there is no file 'nowhere'"},
           {{"run", "--cases", path("none")}, bad_usage, "there is no directory of cases"},
           {{"run", "--target", path("none.toml")}, bad_usage, "cannot read the target file"},
           {{"run", "--target", path("bad.toml")}, bad_usage, "did you mean 'address'?"},
           {{"run", "--target", path("empty.toml")}, bad_usage, "has no address"},
           {{"run", "--baseline", path("bad.txt")}, bad_usage, "a baseline entry needs a reason"},
           {{"run", "--failed", path("bad.json")}, bad_usage, "is not a results file"},
           {{"run", "--broker", "host:port"}, bad_usage, "has no port"},
           {{"run", "--mqtt", "6"}, bad_usage, "there is no MQTT version '6'"},
           {{"run", "--shard", "3/2"}, bad_usage, "--shard"},
           {{"run", "--level", "maybe"}, bad_usage, "there is no level 'maybe'"},
           {{"run", "--timeout", "soon"}, bad_usage, "--timeout cannot be 'soon'"},
           {{"run", "--jobs", "many"}, bad_usage, "jobs"},
           {{"run", "--trace=some"}, bad_usage, "valid here: failed, all"},
           {{"run", "--color", "blue"}, bad_usage, "valid here: auto, always, never"},
           {{"run", "--simulate", "--broker", "a:1"}, bad_usage, "--simulate"},
           {{"run", "--maximum-qos", "3"}, bad_usage, "--maximum-qos"},
           {{"run", "--queue-overflow", "explode"}, bad_usage, "drop-oldest"},
           {{"run", "--password-env", "NOT_SET"}, bad_usage, "no variable 'NOT_SET'"},
           {{"run", "--password-file", path("none")}, bad_usage, "cannot read the password file"},
           {{"run", "--over", "wsss"}, bad_usage, "did you mean 'wss'?"},
           {{"run", "--broker", "a:1", "--over", "ws"}, bad_usage, "--transport ws=HOST:PORT"},
           {{"run", "--broker", "ws://a:1", "--tls"}, bad_usage, "another transport than --tls"},
           {{"run", "--broker", "quic://a:1"}, bad_usage, "begins with no transport"},
           {{"run", "--broker", "a:1", "--ws", "mqtt"}, bad_usage, "a path begins with /"},
           {{"run", "--broker", "a:1", "--ca", "x"}, bad_usage, "--ca is about TLS"},
           {{"run", "--broker", "a:1", "--insecure"}, bad_usage, "--insecure is about TLS"},
           {{"run", "--tls", "--broker", "a:1", "--ca", "/no"},
            bad_usage,
            "authorities from '/no'"},
           {{"run", "--transport", "ws"}, bad_usage, "--transport ws=127.0.0.1:8080/mqtt"},
           {{"run", "--transport", "ws=tcp://a:1"}, bad_usage, "address of another transport"},
           {{"run", "--node", "=a"}, bad_usage, "--node two=127.0.0.1:1884"},
           {{"run", "--ws", "/mqtt"}, bad_usage, "--ws needs a broker"},
           {{"broker", "--authority", "x", "--listen", "127.0.0.1:0"}, bad_usage, "over TLS"},
           {{"run", "--report-json", path("bad.txt/dir.json")}, internal_error, "cannot write"},
           {{"run", "basic/pong"}, nothing_ran, "no case matches 'basic/pong'"},
           {{"run", "--tag", "none"}, nothing_ran, "--tag none leaves none of 2 cases"},
           {{"run", "basic/pnig"}, nothing_ran, "did you mean 'basic/ping'?"},
           {{"run", "bsaic/**"}, nothing_ran, "did you mean 'basic/**'?"},
           {{"list", "--tag", "none"}, nothing_ran, "--tag none leaves none of 2 cases"},
           {{"list", "--mqtt", "7"}, bad_usage, "there is no MQTT version '7'"},
           {{"rnu"}, bad_usage, "did you mean 'run'?"},
           {{"list", "basic/pong"}, nothing_ran, "no case matches 'basic/pong'"},
           {{"decode", "xyz"}, bad_usage, "neither octets"},
           {{"decode", "CONACK"}, bad_usage, "neither octets"},
           {{"decode", "20 03 00"}, unexpected_result, "not complete"},
           {{"explain", "MQTT-9.9.9-9"}, bad_usage, "there is no statement"},
           {{"report", path("none.json")}, bad_usage, "cannot read the results file"},
           {{"report", path("bad.json")}, bad_usage, "is not a results file"},
           {{"broker", "--listen", "1.2.3.4.5:x"}, bad_usage, "has no port"},
           {{"broker", "stray"}, bad_usage, "takes no words"},
           {{"baseline", "update"}, bad_usage, "--file"},
           {{"baseline", "update", "--file", "x"}, bad_usage, "name a results file"},
           {{"baseline", "x", "--file", "x"}, bad_usage, "say what to do"},
           {{"baseline", "update", "--file", "x", path("none.json")}, bad_usage, "cannot read"},
           {{"generate", "nothing"}, bad_usage, "valid here: man"},
           {{"fmt"}, bad_usage, "no file is named"},
           {{"fmt", path("none.mqs")}, bad_usage, "cannot read the file"},
       }) {
    EXPECT_EQ(run(m.words), m.code) << testing::PrintToString(m.words) << err_;
    EXPECT_TRUE(told(m.message)) << testing::PrintToString(m.words) << "\n" << err_;
  }
}

TEST_F(cli_test, the_version_tells_that_of_the_catalogue) {
  fs::create_directories(folder_ / "cases" / "statements");
  write("cases/statements/version.txt", "7.2\n");
  EXPECT_EQ(run({"--version"}), as_expected) << err_;
  EXPECT_TRUE(printed("catalogue 7.2 (0 statements) in ")) << out_;
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), as_expected);
  EXPECT_EQ(results::from_json(read("r.json"))->catalogue_version, "7.2");
}

TEST_F(cli_test, results_are_written_again_with_the_packets_of_what_failed_only) {
  write("cases/basic/pong.mqs", failing_case);
  const std::string file = path("r.json");
  EXPECT_EQ(run({"run", "--simulate", "--trace=all", "--report-json", file}), unexpected_result);
  const auto whole = results::from_json(read("r.json"));
  // In place, as one keeps them.
  EXPECT_EQ(run({"report", file, "--json", file}), unexpected_result) << err_;
  const auto kept = results::from_json(read("r.json"));
  ASSERT_TRUE(whole && kept);
  ASSERT_EQ(kept->cases.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const bool failed = kept->cases[i].outcome == results::verdict::fail;
    EXPECT_FALSE(whole->cases[i].packets.empty());
    EXPECT_EQ(kept->cases[i].packets.size(), failed ? whole->cases[i].packets.size() : 0);
    EXPECT_EQ(kept->cases[i].id, whole->cases[i].id);
    EXPECT_EQ(kept->cases[i].outcome, whole->cases[i].outcome);
  }
}

TEST_F(cli_test, faults_of_real_brokers_are_listed_with_their_cases) {
  std::filesystem::create_directories(path("cases/statements"));
  write("cases/statements/real-bugs.json",
        R"([{"what": "never answers", "seen_in": ["X 1"], "cases": ["basic/pong"]},
            {"what": "eats paper", "why": "not visible"}])");
  EXPECT_EQ(run({"list", "--bugs"}), as_expected) << err_;
  EXPECT_TRUE(printed("never answers\n    seen in X 1\n    caught by basic/pong\n")) << out_;
  EXPECT_TRUE(printed("1 of 2 faults of real brokers are caught by a case, 1 say why not"));
  EXPECT_EQ(run({"list", "--bugs", "--uncovered"}), as_expected);
  EXPECT_FALSE(printed("never answers")) << out_;

  write("cases/statements/real-bugs.json", "{}");
  EXPECT_EQ(run({"list", "--bugs"}), bad_usage);
}

TEST_F(cli_test, options_come_from_the_environment_and_the_command_line_wins) {
  const idle_port port(false);
  variables_["MQTTSPEC_BROKER"] = port.address();
  EXPECT_EQ(run({"run"}), broker_unusable);
  const idle_port other(false);
  EXPECT_EQ(run({"run", "--broker", other.address()}), broker_unusable);
  EXPECT_TRUE(printed(other.address())) << out_;
  variables_.erase("MQTTSPEC_BROKER");
  variables_["MQTTSPEC_SIMULATE"] = "1";
  EXPECT_EQ(run({}), as_expected) << err_;
  EXPECT_TRUE(printed("of virtual time"));
}

TEST_F(cli_test, decode_goes_both_ways) {
  EXPECT_EQ(run({"decode", "20", "03", "01", "00", "00"}), as_expected);
  EXPECT_TRUE(printed("CONNACK session_present=1")) << out_;
  EXPECT_EQ(run({"decode", "--mqtt", "3.1.1", "2002 0000 d000"}), as_expected);
  EXPECT_TRUE(printed("PINGRESP")) << out_;
  EXPECT_EQ(run({"decode", "PUBLISH", "topic=\"a\"", "payload=\"x\""}), as_expected) << err_;
  EXPECT_EQ(out_.find("30 05 00 01 61 00 78"), 0u) << out_;
  EXPECT_EQ(run({"decode", "21030000 00"}), unexpected_result);
  EXPECT_TRUE(told("reserved_flags"));
}

TEST_F(cli_test, list_names_cases_in_text_and_json) {
  EXPECT_EQ(run({"list"}), as_expected);
  EXPECT_EQ(out_, "basic/ping/ping[v5]\nbasic/ping/ping[v311]\n");
  EXPECT_EQ(run({"list", "--json", "**[v311]"}), as_expected);
  EXPECT_TRUE(printed("\"id\": \"basic/ping/ping[v311]\"")) << out_;
  EXPECT_FALSE(printed("[v5]"));
}

TEST_F(cli_test, list_and_dry_run_select_like_run) {
  for (const arguments& words : std::vector<arguments>{
           {"list", "--mqtt", "4"},
           {"list", "basic", "--exclude", "**[v5]"},
           {"list", "--statement", "v311:MQTT-3.12*"},
           {"run", "--broker", "127.0.0.1:1", "--dry-run", "--mqtt", "3.1.1"},
       }) {
    EXPECT_EQ(run(words), as_expected) << err_;
    EXPECT_EQ(out_.substr(0, out_.find('\n')), "basic/ping/ping[v311]");
    EXPECT_FALSE(printed("[v5]")) << out_;
  }
  EXPECT_TRUE(printed("1 cases would run"));
}

TEST_F(cli_test, explain_tells_of_cases_trace_rules_and_statements_in_any_case) {
  fs::create_directories(folder_ / "cases" / "statements");
  write("cases/statements/v5.json",
        R"([{"id": "MQTT-3.12.4-1", "version": "5", "section": "3.12.4", "level": "MUST",
             "who": "server", "summary": "It answers.", "status": "testable", "why": "",
             "comment": false, "about": ["PINGRESP"]},
            {"id": "MQTT-3.2.2-2", "version": "5", "section": "3.2.2", "level": "MUST",
             "who": "server", "summary": "No session.", "status": "testable", "why": "",
             "comment": false, "about": ["CONNACK"]}])");
  EXPECT_EQ(run({"explain", "mqtt-3.12.4-1"}), as_expected) << err_;
  EXPECT_TRUE(printed("It answers.")) << out_;
  EXPECT_TRUE(printed("#:~:text=%5BMQTT%2D3.12.4%2D1%5D")) << out_;
  EXPECT_EQ(run({"explain", "basic/ping/ping[v5]"}), as_expected) << err_;
  EXPECT_TRUE(printed("  a ping is answered\n  in ")) << out_;
  EXPECT_TRUE(printed("    v5:MQTT-3.12.4-1: It answers.\n")) << out_;
  EXPECT_EQ(run({"explain", "trace-rule/connack-comes-once"}), as_expected) << err_;
  EXPECT_EQ(run({"explain", "basic/pnig"}), bad_usage);
  EXPECT_TRUE(told("did you mean 'basic/ping'?")) << err_;
}

TEST_F(cli_test, a_file_of_ones_own_can_use_the_library) {
  fs::create_directories(folder_ / "cases" / "lib");
  write("cases/lib/common.mqs",
        "def hello(c)\n  c > CONNECT client_id=\"{ns}-c\" clean_start=1\n  c < CONNACK\n");
  write("mine.mqs",
        "import \"lib/common.mqs\"\n\nscenario mine\n  title \"t\"\n  clients c\n  step \"s\"\n    "
        "do "
        "hello(c)\n");
  EXPECT_EQ(run({"run", "--simulate", "--verbose", path("mine.mqs")}), as_expected) << err_;
  EXPECT_TRUE(printed("PASS mine/mine[v5]")) << out_;
}

TEST_F(cli_test, fmt_lays_out_and_check_only_tells) {
  const std::string messy =
      "scenario   x\n  title    \"t\"\n  clients  c\n  step \"s\"\n    c  >  CONNECT "
      "client_id=\"{ns}\"   clean_start=1\n";
  write("messy.mqs", messy);
  EXPECT_EQ(run({"fmt", "--check", path("messy.mqs")}), unexpected_result);
  EXPECT_EQ(read("messy.mqs"), messy);
  EXPECT_EQ(run({"fmt", path("messy.mqs")}), as_expected) << err_;
  EXPECT_NE(read("messy.mqs"), messy);
  EXPECT_EQ(run({"fmt", "--check", path("messy.mqs")}), as_expected) << read("messy.mqs");
}

TEST_F(cli_test, numbers_that_mean_nothing_are_refused) {
  for (const arguments& words : std::vector<arguments>{{"run", "-j", "0"},
                                                       {"run", "-j", "-1"},
                                                       {"run", "--jobs=-1"},
                                                       {"run", "--seed", "-1"},
                                                       {"run", "--min", "-1"},
                                                       {"run", "--repeat", "0"},
                                                       {"explore", "-j", "0"},
                                                       {"explore", "--seed=-1"},
                                                       {"explore", "bytes", "-j", "0"},
                                                       {"prove", "-j", "0"}}) {
    EXPECT_EQ(run(words), bad_usage) << words.back();
    EXPECT_NE(err_.find("error: --"), std::string::npos) << err_;
  }
  variables_["MQTTSPEC_JOBS"] = "-1";
  EXPECT_EQ(run({"run", "--simulate"}), bad_usage);
  EXPECT_TRUE(told("--jobs cannot be '-1'")) << err_;
}

TEST_F(cli_test, run_again_says_everything_that_changes_verdicts) {
  write("cases/basic/pong.mqs", failing_case);
  EXPECT_EQ(run({"run", "--simulate", "--queue-limit", "8", "--slack", "2s", "--strict", "--cases",
                 path("cases")}),
            unexpected_result);
  EXPECT_TRUE(printed("run again: mqttspec run --simulate --slack 2s --cases " + path("cases") +
                      " --queue-limit 8 --strict 'basic/pong/pong[v5]' --trace"))
      << out_;
}

}  // namespace
}  // namespace mqttspec::cli
