// mqttspec run and profile: targets, reports, exit codes.

#include "cli/cli_fixture.h"
#include "results/results.h"

namespace mqttspec::cli {
namespace {

TEST_F(cli_test, simulated_run_passes_and_writes_its_reports) {
  ASSERT_EQ(run({"run", "--simulate", "--verbose", "--report-json", path("r.json"),
                 "--report-junit", path("r.xml")}),
            as_expected)
      << out_ << err_;
  EXPECT_TRUE(printed("PASS basic/ping/ping[v5]"));
  EXPECT_TRUE(printed("OK: 2 passed of 2"));
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r) << r.error();
  EXPECT_EQ(r->cases.size(), 2u);
  EXPECT_EQ(r->target.address, "simulated");
  EXPECT_NE(read("r.xml").find("<testsuites"), std::string::npos);
  EXPECT_EQ(run({"report", path("r.json"), "--junit", path("again.xml")}), as_expected);
  EXPECT_EQ(read("again.xml"), read("r.xml"));
}

TEST_F(cli_test, a_report_that_cannot_be_written_is_an_error) {
  EXPECT_EQ(run({"run", "--simulate", "--report-json", "/dev/full"}), internal_error);
  EXPECT_TRUE(told("cannot write the report '/dev/full'")) << err_;
  write("file", "");
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("file/r.json")}), internal_error);
  EXPECT_TRUE(told("cannot write the report")) << err_;
}

TEST_F(cli_test, every_output_that_cannot_be_written_ends_with_the_same_code) {
  write("file", "");
  ASSERT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), as_expected) << err_;
  const std::vector<arguments> commands = {
      {"run", "--simulate", "--pcap", path("file")},
      {"run", "--simulate", "--report-html", "/proc/x/y.html"},
      {"explore", "--simulate", "--count", "5", "--out", "/proc/x"},
      {"explore", "--simulate", "--count", "5", "--report-sarif", "/dev/full"},
      {"explore", "bytes", "--for", "1s", "--out", path("file")},
      {"report", path("r.json"), "--html", "/dev/full"},
      {"report", path("r.json"), "--junit", path("file/x.xml")},
      {"baseline", "update", path("r.json"), "--file", path("file/b.txt")},
  };
  for (const arguments& words : commands) {
    EXPECT_EQ(run(words), internal_error) << words.back() << out_ << err_;
    EXPECT_TRUE(told("cannot write")) << words.back() << err_;
  }
}

TEST_F(cli_test, folders_of_reports_are_made) {
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("new/folder/r.json")}), as_expected)
      << err_;
  EXPECT_TRUE(results::from_json(read("new/folder/r.json")));
}

TEST_F(cli_test, a_report_takes_the_place_of_the_old_one_when_it_is_whole) {
  write("r.json", "old");
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("r.json")}), as_expected) << err_;
  EXPECT_TRUE(results::from_json(read("r.json")));
  EXPECT_FALSE(fs::exists(path("r.json.part")));
}

TEST_F(cli_test, embedded_run_on_real_sockets_passes) {
  EXPECT_EQ(run({"basic/**"}), as_expected) << out_ << err_;
  EXPECT_TRUE(printed("OK: 2 passed of 2")) << out_;
  EXPECT_TRUE(printed("against the embedded broker"));
}

TEST_F(cli_test, embedded_run_passes_over_every_transport) {
  write(
      "cases/basic/both.mqs",
      "scenario both\n  title \"two listeners, two nodes\"\n  clients a over ws\n"
      "  clients b over wss\n  clients c over tls\n  clients d at two\n"
      "  needs ws, wss, tls, two_nodes\n  step \"all connect\"\n" +
          [] {
            std::string lines;
            for (const std::string c : {"a", "b", "c", "d"}) {
              lines += "    " + c + " > CONNECT client_id=\"{ns}-" + c + "\" clean_start=1\n    " +
                       c + " < CONNACK session_present=0\n    " + c + " > DISCONNECT\n    " + c +
                       " > shutdown\n    " + c + " < close within 2s\n";
            }
            return lines;
          }());
  for (const char* over : {"tcp", "tls", "ws", "wss"}) {
    EXPECT_EQ(run({"run", "--over", over}), as_expected) << over << out_ << err_;
    EXPECT_TRUE(printed("OK: 3 passed of 3")) << over << out_;
  }
  EXPECT_EQ(run({"run", "--simulate"}), as_expected) << out_;
  EXPECT_TRUE(printed("OK: 3 passed of 3")) << out_;
}

TEST_F(cli_test, a_listener_that_is_not_there_is_named) {
  // Nothing listens: the run is void, and the reason for that names the listener.
  const idle_port port(false);
  const idle_port other(true);
  EXPECT_EQ(run({"run", "--broker", other.address(), "--transport", "ws=" + port.address(),
                 "--timeout", "200ms"}),
            broker_unusable);
  EXPECT_TRUE(printed("cannot connect to the target's transport ws://" + port.address() +
                      "/mqtt: connection refused"))
      << out_;
}

TEST_F(cli_test, inside_github_a_failure_is_annotated) {
  write("cases/basic/pong.mqs", failing_case);
  variables_["GITHUB_ACTIONS"] = "true";
  variables_["GITHUB_STEP_SUMMARY"] = path("summary.md");
  EXPECT_EQ(run({"run", "--simulate"}), unexpected_result);
  EXPECT_EQ(out_.find("::group::mqttspec: all cases\n"), 0u) << out_;
  EXPECT_TRUE(printed("\n::group::FAIL basic/pong/pong[v5]\n"));
  EXPECT_TRUE(printed("title=basic/pong/pong[v5]::CONNACK.session_present: expected 1, got 0%0A"))
      << out_;
  EXPECT_NE(read("summary.md").find("basic/pong/pong"), std::string::npos);
  // Nothing of it elsewhere.
  variables_.clear();
  variables_["MQTTSPEC_CASES"] = (folder_ / "cases").string();
  EXPECT_EQ(run({"run", "--simulate"}), unexpected_result);
  EXPECT_FALSE(printed("::"));
}

TEST_F(cli_test, a_refused_connection_ends_with_3_and_a_report) {
  const idle_port port(false);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--report-json", path("r.json")}),
            broker_unusable);
  EXPECT_TRUE(printed("cannot connect to " + port.address() + ": connection refused")) << out_;
  const auto r = results::from_json(read("r.json"));
  ASSERT_TRUE(r);
  EXPECT_NE(r->void_reason, "");
}

TEST_F(cli_test, a_broker_that_never_answers_ends_with_3) {
  const idle_port port(true);
  EXPECT_EQ(run({"run", "--broker", port.address(), "--timeout", "200ms", "--slack", "0ms"}),
            broker_unusable);
  EXPECT_TRUE(printed("the sanity check before the cases failed")) << out_;
}

TEST_F(cli_test, too_few_verdicts_end_with_4) {
  EXPECT_EQ(run({"run", "--simulate", "--min", "3"}), nothing_ran);
  EXPECT_TRUE(told("fewer than 3 cases"));
  EXPECT_EQ(run({"run", "--simulate", "--min", "2"}), as_expected);
}

TEST_F(cli_test, profile_prints_and_writes_what_was_measured) {
  EXPECT_EQ(run({"profile", "--simulate", "--queue-limit", "8", "--queue-overflow", "drop-oldest",
                 "--cases", MQTTSPEC_SOURCE_DIR "/cases", "--report-json", path("p.json")}),
            as_expected)
      << err_;
  for (const char* line : {"queue_limit = 8\n", "queue_overflow = \"drop-oldest\"\n",
                           "Will delay, 2 s asked for", "not measured\n"}) {
    EXPECT_TRUE(printed(line)) << line << out_;
  }
  EXPECT_FALSE(printed("PASS")) << out_;
  const auto r = results::from_json(read("p.json"));
  ASSERT_TRUE(r) << r.error();
  ASSERT_EQ(r->profile.windows.size(), 3u);
  EXPECT_EQ(r->profile.windows.back().name, "will_delay");
  EXPECT_TRUE(r->profile.windows.back().never_before);
  // What was measured needs no packets any more.
  for (const results::case_result& c : r->cases) EXPECT_TRUE(c.packets.empty()) << c.id;
}

TEST(exit_codes, follow_the_table) {
  using results::verdict;
  const auto code = [](verdict v, bool expected, auto change, std::size_t min = 0) {
    results::run_results r;
    results::case_result c;
    c.outcome = v;
    c.expected = expected;
    r.cases = {c};
    change(r);
    return exit_code_of(r, min);
  };
  const auto as_is = [](results::run_results&) {};
  EXPECT_EQ(code(verdict::pass, true, as_is), 0);
  EXPECT_EQ(code(verdict::fail, true, as_is), 0);
  EXPECT_EQ(code(verdict::fail, false, as_is), 1);
  EXPECT_EQ(code(verdict::pass, false, as_is), 1);
  EXPECT_EQ(code(verdict::error, false, as_is), 1);
  EXPECT_EQ(code(verdict::skip, true, as_is), 4);
  EXPECT_EQ(code(verdict::inconclusive, true, as_is), 4);
  EXPECT_EQ(code(verdict::pass, true, as_is, 2), 4);
  EXPECT_EQ(code(verdict::pass, true, [](auto& r) { r.cases.clear(); }), 4);
  EXPECT_EQ(code(verdict::pass, true, [](auto& r) { r.problems = {"stale"}; }), 1);
  EXPECT_EQ(code(verdict::fail, false, [](auto& r) { r.void_reason = "gone"; }), 3);
  EXPECT_EQ(code(verdict::fail, false, [](auto& r) { r.interrupted = true; }), 130);
}

}  // namespace
}  // namespace mqttspec::cli
