#include <gtest/gtest.h>

#include "results/example.h"
#include "results/results.h"

namespace mqttspec::results {
namespace {

using namespace std::chrono_literals;

case_result case_with(const std::string& id, verdict outcome, bool expected, const char* rule,
                      const char* statement, const char* version = "v5") {
  case_result c;
  c.id = id;
  c.version = std::string(version) == "v5" ? "5" : "3.1.1";
  c.outcome = outcome;
  c.expected = expected;
  c.findings = {{rule, "it came twice", "sub", 3ms, {{version, statement, "once", {}}}}};
  return c;
}

TEST(findings, of_one_rule_and_statement_are_told_once) {
  run_results r;
  r.cases = {case_with("a[v5]", verdict::inconclusive, false, "once", "MQTT-1"),
             case_with("b[v5]", verdict::fail, true, "once", "MQTT-1"),
             case_with("c[v5]", verdict::fail, true, "once", "MQTT-2"),
             case_with("d[v311]", verdict::fail, true, "once", "MQTT-1", "v311")};
  r.cases[0].trace.resize(3);
  r.cases[1].trace.resize(2);
  r.cases[1].findings.push_back(r.cases[1].findings[0]);
  gather_rule_findings(r);
  ASSERT_EQ(r.findings.size(), 3u);
  EXPECT_EQ(r.findings[1].trace.size(), 2u) << "the shortest";
  EXPECT_EQ(r.findings[1].again, "b[v5]");
  EXPECT_EQ(r.findings[1].id, "trace-rule/once/MQTT-1[v5]");
  EXPECT_EQ(r.findings[1].times, 2u);
  EXPECT_EQ(r.findings[1].seen_in, (std::vector<std::string>{"a[v5]", "b[v5]"}));
  EXPECT_FALSE(r.findings[1].expected);
  EXPECT_TRUE(r.findings[2].expected) << "it was seen in a known failure only";
  EXPECT_EQ(r.findings[0].version, "3.1.1");
  EXPECT_EQ(count(r).unexpected_findings, 1u);
}

TEST(findings, seen_in_a_case_that_passes_are_not_excused_by_it) {
  run_results r;
  r.cases = {case_with("a[v5]", verdict::pass, true, "once", "MQTT-1")};
  gather_rule_findings(r);
  ASSERT_EQ(r.findings.size(), 1u);
  EXPECT_FALSE(r.findings[0].expected);
}

TEST(findings, are_cases_for_reports) {
  run_finding f;
  f.id = "explore/model/MQTT-4.5.0-1/a-message-does-not-come[v5]";
  f.title = "a message does not come";
  f.version = "5";
  f.wanted = "PUBLISH topic=\"a\"";
  f.times = 7;
  f.seen_in = {"history 3"};
  f.again = "mqttspec explore --replay a.history";
  f.history = "a connect v5\na cut fin\n";
  const case_result c = as_case(f);
  EXPECT_EQ(c.path, "explore/model/MQTT-4.5.0-1/a-message-does-not-come");
  EXPECT_EQ(c.outcome, verdict::fail);
  EXPECT_EQ(c.fault->message, "a message does not come: expected PUBLISH topic=\"a\", got nothing");
  EXPECT_EQ(c.notes, (std::vector<std::string>{"history: a connect v5; a cut fin",
                                               "seen 7 times, in history 3 ..."}));

  run_results r;
  r.verb = "explore model";
  r.notes = {"9 histories"};
  r.findings = {f};
  const run_results shown = with_findings_as_cases(r);
  ASSERT_EQ(shown.cases.size(), 2u);
  EXPECT_EQ(shown.cases[0].id, "explore/model") << "the exploration itself";
  EXPECT_EQ(shown.cases[0].outcome, verdict::pass_note);
  EXPECT_EQ(shown.cases[1].id, f.id);
  EXPECT_TRUE(shown.findings.empty());
  EXPECT_EQ(with_findings_as_cases(example_run()).cases.size(), example_run().cases.size());
}

TEST(name_case_files, leaves_no_path_of_this_machine) {
  run_results r = example_run();
  r.cases[0].file = "/usr/share/mqttspec/cases/queue/order.mqs";
  r.cases[1].file = "/home/somebody/mine.mqs";
  r.cases[2].file = "mine.mqs";
  r.cases[6].fault->where.file = "/usr/share/mqttspec/cases/lib/common.mqs";
  name_case_files(r, "/usr/share/mqttspec/cases");
  EXPECT_EQ(r.cases[0].file, "cases/queue/order.mqs");
  EXPECT_EQ(r.cases[1].file, "mine.mqs");
  EXPECT_EQ(r.cases[2].file, "mine.mqs");
  EXPECT_EQ(r.cases[6].fault->where.file, "cases/lib/common.mqs");
}

// A password that a broker repeats, in every text that it could have got into.
TEST(make_public, leaves_no_secret_in_any_text) {
  const std::string secret = "hunter2-secret";
  run_results r = example_run();
  case_result& c = r.cases[6];
  c.reason = "refused: " + secret;
  c.notes = {secret};
  c.warnings = {"hex(68 75 6e 74 65 72 32 2d 73 65 63 72 65 74)"};
  c.fault->message = "got reason_string=\"" + secret + "\"";
  c.fault->faults = {c.fault->message};
  c.fault->actual = "aHVudGVyMi1zZWNyZXQ=";
  c.findings = {{"once", secret, "sub", {}, {}}};
  c.trace.push_back(trace::event_entry("c", 1, trace::event_kind::noted, "said " + secret));
  r.command = {"--start", "broker -P " + secret};
  r.process = broker_process{"broker -P " + secret, "ended", false, {}, {}, {secret}};
  r.problems = {secret};
  r.void_reason = secret;
  r.findings.push_back({});
  r.findings.back().seen = secret;
  r.findings.back().scenario = "c > CONNECT password=\"" + secret + "\"";
  make_public(r, trace::secrets({secret}));
  const std::string text = to_json(r);
  for (const char* form : {"hunter2", "68 75 6e", "aHVudGVy"}) {
    EXPECT_EQ(text.find(form), std::string::npos) << text.substr(text.find(form) - 60, 120);
  }
  EXPECT_EQ(r.cases[6].packets.size(), 1u);
  EXPECT_EQ(r.cases[6].packets[0].text, "said ***");
  EXPECT_EQ(r.cases[6].id, example_run().cases[6].id);
}

}  // namespace
}  // namespace mqttspec::results
