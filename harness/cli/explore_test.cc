// mqttspec explore, from a planted defect to files that show it again.

#include <chrono>

#include "cli/cli_fixture.h"
#include "results/results.h"

namespace mqttspec::cli {
namespace {

using explore_command = cli_test;

TEST_F(explore_command, ends_with_an_error_when_it_cannot_write) {
  write("file", "");
  for (const std::string& out : {path("file"), std::string("/dev/full")}) {
    EXPECT_EQ(run({"explore", "--simulate", "--count", "5", "--out", out}), internal_error) << out_;
    EXPECT_TRUE(told("cannot write")) << err_;
  }
}

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
  EXPECT_NE(list.find("1 findings: "), std::string::npos) << list;
  EXPECT_NE(list.find("`explore/model/"), std::string::npos) << list;

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
TEST_F(explore_command, writes_scenarios_that_sound_brokers_pass_and_the_broken_one_fails) {
  arguments scenarios;
  for (const char* defect :
       {"queue-backwards", "published-qos-ignored", "retained-without-flag",
        "overlap-at-the-lowest-qos", "identifier-not-replaced", "id-in-flight-used-again",
        "will-always-retained", "disconnect-raises-from-0", "assigned-id-not-told",
        "client-id-of-23-octets-refused", "client-id-without-case", "takeover-tells-311",
        "takeover-with-malformed-reason", "session-present-1-on-refusal",
        "malformed-connect-answered-by-disconnect", "ping-before-connect-answered",
        "puback-other-identifier", "resume-loses-queue", "publish-not-sent-again"}) {
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
    for (const auto& file : fs::directory_iterator(found)) {
      if (file.path().extension() == ".mqs") scenarios.push_back(file.path().string());
    }
  }
  // And accuse nobody for a habit.
  ASSERT_FALSE(scenarios.empty());
  for (const char* odd :
       {"resends-late", "gathers", "far-away", "one-at-a-time", "qos-1-at-most", "qos-0-last",
        "answers-disconnect", "closes-without-a-word", "short-answers", "wordy-answers",
        "grants-less", "copy-for-each-subscription", "keeps-qos-0", "repeats-to-311",
        "forwards-at-pubrel", "takes-two"}) {
    arguments words = {"run", "--simulate", "--odd", odd};
    words.insert(words.end(), scenarios.begin(), scenarios.end());
    EXPECT_EQ(run(words), as_expected) << odd << "\n" << out_ << err_;
  }
}

TEST_F(explore_command, is_a_gate_that_lets_known_findings_through) {
  const auto explore = [&](const char* seed, arguments more) {
    arguments words = {"explore",         "--simulate", "--defect", "resume-loses-queue",
                       "--most-findings", "1",          "--count",  "2000",
                       "--seed",          seed};
    for (const char* kind : {"json", "junit", "sarif", "html", "markdown", "badge"}) {
      more.push_back(std::string("--report-") + kind);
      more.push_back(path(kind));
    }
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  EXPECT_EQ(explore("1", {}), unexpected_result) << out_ << err_;
  EXPECT_TRUE(printed("FOUND ")) << out_;
  const auto first = results::from_json(read("json"));
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(first->verb, "explore model");
  ASSERT_EQ(first->findings.size(), 1u);
  const results::run_finding& f = first->findings[0];
  EXPECT_FALSE(f.statements.empty() || f.packets.empty() || f.scenario.empty() ||
               f.history.empty());
  for (const char* kind : {"junit", "sarif", "html", "markdown"}) {
    EXPECT_NE(read(kind).find(f.title), std::string::npos) << kind << "\n" << read(kind);
    EXPECT_NE(read(kind).find(f.statements[0].id), std::string::npos) << kind;
  }
  EXPECT_NE(read("junit").find("failures=\"1\""), std::string::npos) << read("junit");

  EXPECT_EQ(run({"baseline", "update", path("json"), "--file", path("known.txt")}), as_expected)
      << out_ << err_;
  EXPECT_TRUE(printed("+ fail   explore/model/")) << out_;
  EXPECT_EQ(explore("1", {"--baseline", path("known.txt")}), unexpected_result)
      << "nobody has judged it" << out_ << err_;
  std::string known = read("known.txt");
  known.replace(known.find("TO JUDGE"), 8, "our issue 12");
  // What explore does not find, and what it does not play, is not stale.
  write("known.txt", known + "fail session/** # cases\nfail explore/model/other # another\n");
  for (const char* seed : {"1", "7"}) {
    EXPECT_EQ(explore(seed, {"--baseline", path("known.txt")}), as_expected) << out_ << err_;
    EXPECT_TRUE(printed("KNOWN ")) << out_;
    EXPECT_NE(read("junit").find("known failure: our issue 12"), std::string::npos);
    EXPECT_NE(read("junit").find("failures=\"0\""), std::string::npos);
  }
  EXPECT_EQ(run({"report", path("json"), "--html", path("again.html")}), as_expected) << out_;
  EXPECT_TRUE(printed("1 passed with a note, 1 failed of 2")) << out_;
  EXPECT_NE(read("again.html").find(f.title), std::string::npos);
  EXPECT_EQ(run({"report", path("json"), path("json"), "--matrix", path("matrix.html")}),
            as_expected)
      << out_;
  EXPECT_NE(read("matrix.html").find(f.title), std::string::npos);
  EXPECT_EQ(run({"run", "--simulate", "--report-json", path("sound.json")}), as_expected);
  EXPECT_EQ(run({"report", path("json"), "--compare", path("sound.json")}), unexpected_result);
  EXPECT_TRUE(printed("1 new failure")) << out_;
  EXPECT_EQ(run({"run", "--simulate", "--baseline", path("known.txt")}), unexpected_result)
      << "of these a run of cases knows the first to be stale";
  EXPECT_TRUE(printed("no case matches 'session/**'")) << out_;
  EXPECT_FALSE(printed("no case matches 'explore/")) << out_;
}

TEST_F(explore_command, keeps_the_password_to_itself) {
  variables_["THE_PASSWORD"] = "hunter2-secret";
  EXPECT_EQ(run({"explore", "--simulate", "--defect", "resume-loses-queue", "--most-findings", "1",
                 "--count", "2000", "--user", "tester-name", "--password-env", "THE_PASSWORD",
                 "--out", path("found"), "--report-json", path("json")}),
            unexpected_result)
      << out_ << err_;
  std::string all = out_ + err_ + read("json");
  for (const auto& file : fs::directory_iterator(path("found"))) {
    all += read("found/" + file.path().filename().string());
  }
  EXPECT_EQ(all.find("hunter2"), std::string::npos);
  EXPECT_NE(all.find("password=\"***\""), std::string::npos);
}

TEST_F(explore_command, lists_nothing_where_nothing_is_found) {
  EXPECT_EQ(run({"explore", "--simulate", "--count", "50", "--out", path("found")}), as_expected)
      << out_ << err_;
  EXPECT_NE(read("found/findings.md").find("OK: 50 histories"), std::string::npos);
}

TEST_F(explore_command, writes_no_secret_and_quotes_what_plays_a_finding_again) {
  // The first word of every Client Identifier: a broker that repeats a password looks like this.
  variables_["THE_PASSWORD"] = "xplore-b";
  const std::string cases = path("my cases");
  fs::create_directories(cases);
  fs::copy(MQTTSPEC_SOURCE_DIR "/cases/statements", cases + "/statements");
  EXPECT_EQ(run({"explore", "--simulate", "--defect", "resume-loses-queue", "--most-findings", "1",
                 "--count", "2000", "--user", "tester-name", "--password-env", "THE_PASSWORD",
                 "--cases", cases, "--out", path("found")}),
            unexpected_result)
      << out_ << err_;
  std::string reports;
  for (const auto& file : fs::directory_iterator(path("found"))) {
    const std::string text = read("found/" + file.path().filename().string());
    EXPECT_EQ(text.find("xplore-b"), std::string::npos) << file.path() << text;
    reports += text;
  }
  EXPECT_EQ(out_.find("xplore-b"), std::string::npos) << out_;
  EXPECT_NE(reports.find("--user tester-name --password-env THE_PASSWORD --cases '"),
            std::string::npos)
      << reports;
}

// A broker that takes connections, does not answer, and tells when it is asked to end.
std::string mute_broker(const std::string& port, const std::string& file) {
  return "exec python3 -c 'import os, signal, socket\n"
         "def end(*_):\n  open(\"" +
         file +
         "\", \"w\").write(\"asked\")\n  os._exit(0)\n"
         "signal.signal(signal.SIGTERM, end)\ns = socket.socket()\n"
         "s.bind((\"127.0.0.1\", " +
         port + "))\ns.listen()\nkept = []\nwhile True: kept.append(s.accept())'";
}

TEST_F(explore_command, both_modes_obey_start_timeout) {
  const idle_port port(false);
  for (const char* mode : {"model", "bytes"}) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(run({"explore", mode, "--broker", port.address(), "--start", "sleep 50",
                   "--start-timeout", "300ms"}),
              broker_unusable);
    EXPECT_TRUE(told("the broker took no connection within 300ms")) << err_;
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  }
}

TEST_F(explore_command, bytes_asks_the_broker_to_end) {
  std::string address;
  {
    const idle_port port(false);
    address = port.address();
  }
  run({"explore", "bytes", "--broker", address, "--start",
       mute_broker(address.substr(address.find(':') + 1), path("end")), "--for", "500ms",
       "--timeout", "300ms", "-j", "2"});
  EXPECT_EQ(read("end"), "asked") << out_ << err_;
}

}  // namespace
}  // namespace mqttspec::cli
