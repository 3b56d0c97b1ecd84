#include "prove/generated.h"

#include <gtest/gtest.h>

#include "prove/triage.h"
#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::prove {
namespace {

constexpr const char* text = R"(scenario resumes
  title    "a stored session is told"
  versions 5
  clients  c
  step "connect twice"
    c > CONNECT client_id="{ns}-c" clean_start=1 session_expiry_interval=60
    c < CONNACK session_present=0
    c > DISCONNECT
    c > shutdown
    c < close
    c > CONNECT client_id="{ns}-c" clean_start=0 session_expiry_interval=60
    c < CONNACK session_present=1   @v5:MQTT-3.2.2-3
    c > PINGREQ
    c < PINGRESP
)";

generated_proof prove_names(const std::vector<const char*>& names) {
  script::file_set set;
  set.add("cases/x.mqs", text);
  prove_settings s;
  s.set_ups = {{"usual", {}, {}, "", ""}};
  s.suite.versions = {wire::protocol_version::v5};
  s.suite.run_tag = "ttest";
  s.suite.engine.trace_rules = false;  // PINGRESP that is missing is theirs
  std::vector<const broker::mutant*> mutants;
  for (const char* name : names) mutants.push_back(broker::find_mutant(name));
  return prove_generated(
      s,
      [&](const std::string& tag, const target::capability_values& can) {
        script::expand_options o;
        o.run_tag = tag;
        o.capability = script::capabilities(can.begin(), can.end());
        return script::expand(set, o).scenarios;
      },
      mutants);
}

TEST(generated, tells_who_kills_and_what_is_cited) {
  const auto p = prove_names({"v5/send/connack/session-present/flipped/resumed"});
  ASSERT_EQ(p.failure, "");
  EXPECT_EQ(p.killed(), 1u);
  EXPECT_EQ(p.mutants[0].cited, std::vector<std::string>{"v5:MQTT-3.2.2-3"});
  EXPECT_EQ(p.mutants[0].where, aim::field);
}

TEST(generated, a_case_without_a_verdict_kills_nothing) {
  const auto p = prove_names({"v5/send/pingresp/dropped", "v5/send/puback/dropped"});
  EXPECT_EQ(p.killed(), 0u);
  EXPECT_EQ(p.mutants[0].touched, 1u);
  EXPECT_EQ(p.mutants[0].noticed.size(), 1u);
  EXPECT_EQ(p.mutants[1].touched, 0u);
}

TEST(generated, decisions_are_mutated_too) {
  EXPECT_EQ(prove_names({"v5/decide/session-present/turned-round/resumed"}).killed(), 1u);
}

TEST(generated, aims) {
  const auto& id = *broker::find_mutant("v5/send/puback/id/plus-one");
  EXPECT_EQ(aim_of(id, "v5:MQTT-2.2.1-5"), aim::field);
  EXPECT_EQ(aim_of(id, "v5:MQTT-3.4.2-1"), aim::packet);
  EXPECT_EQ(aim_of(id, "v5:MQTT-3.3.4-1"), aim::packet);
  EXPECT_EQ(aim_of(id, "v5:MQTT-4.3.2-4"), aim::field);
  EXPECT_EQ(aim_of(id, "v5:MQTT-4.5.0-1"), aim::general);
  EXPECT_EQ(aim_of(id, "v5:MQTT-3.12.4-1"), aim::elsewhere);
}

TEST(triage, is_read_by_headings_and_patterns) {
  std::vector<diagnostic> problems;
  const triage t = read_triage("m.txt",
                               "# comment\n\nfree v5:v5-4.13.1-a: advice\n  v5/a/*\n  v5/b\n"
                               "gap: nobody looks\n  v5/c\n",
                               problems);
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(t.entries.size(), 3u);
  EXPECT_EQ(t.find("v5/a/x")->why, survival::free);
  EXPECT_EQ(t.find("v5/a/x")->statements, std::vector<std::string>{"v5:v5-4.13.1-a"});
  EXPECT_EQ(t.find("v5/c")->why, survival::gap);
  EXPECT_EQ(t.find("v5/a/x/y"), nullptr);
}

TEST(triage, refuses_what_it_cannot_read) {
  std::vector<diagnostic> problems;
  read_triage("m.txt", "free: no statement\n  v5/a\nperhaps: x\n  v5/b\n", problems);
  EXPECT_EQ(problems.size(), 4u);
}

TEST(triage, what_is_killed_makes_an_entry_stale) {
  std::vector<diagnostic> problems;
  const auto p = prove_names({"v5/send/connack/session-present/flipped/resumed",
                              "v5/send/pingresp/dropped", "v5/send/puback/dropped"});
  const triage known = read_triage("m.txt",
                                   "gap: nobody looks\n  v5/send/connack/session-present/**\n"
                                   "  v5/no/such\n",
                                   problems);
  const verdict_of_triage v = weigh(p, known);
  EXPECT_EQ(v.stale.size(), 2u);
  ASSERT_EQ(v.unknown.size(), 1u);
  EXPECT_EQ(v.unknown[0]->what->name, "v5/send/pingresp/dropped");
  EXPECT_EQ(v.unreached, 1u);
}

}  // namespace
}  // namespace mqttspec::prove
