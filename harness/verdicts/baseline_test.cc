#include "verdicts/baseline.h"

#include <gtest/gtest.h>

namespace mqttspec::verdicts {
namespace {

using results::case_result;
using results::verdict;

constexpr const char* example = R"(# what mosquitto does
fail   session/dup_flag/**[v311]      "PUBLISH.dup: expected 0"   # link or reason
flaky  keepalive/silent-client-*      # 5 s timer granularity

skip   limits/packet-of-256-mib       # exhausts the machine
fail   queue/quoted  "payload: expected \"m1\""  # escaped
)";

TEST(baseline, reads_entries) {
  const auto b = parse_baseline("b.txt", example);
  ASSERT_TRUE(b) << render(b.error());
  ASSERT_EQ(b->size(), 4u);
  EXPECT_EQ((*b)[0].kind, baseline_kind::fail);
  EXPECT_EQ((*b)[0].pattern, "session/dup_flag/**[v311]");
  EXPECT_EQ((*b)[0].text, "PUBLISH.dup: expected 0");
  EXPECT_EQ((*b)[0].reason, "link or reason");
  EXPECT_EQ((*b)[1].kind, baseline_kind::flaky);
  EXPECT_EQ((*b)[2].kind, baseline_kind::skip);
  EXPECT_EQ((*b)[2].where.line, 5u);
  EXPECT_EQ((*b)[3].text, "payload: expected \"m1\"");
}

TEST(baseline, all_faults_of_a_file_are_told_with_their_place) {
  const auto b = parse_baseline("b.txt",
                                "fial a/b # x\n"
                                "fail a/b\n"
                                "fail a/b \"open\n"
                                "fail\n"
                                "skip a/b more # x\n"
                                "skip a/b # \n");
  ASSERT_FALSE(b);
  EXPECT_EQ(render(b.error()), R"(error: no kind of entry 'fial'
 --> b.txt:1:1
  |
1 | fial a/b # x
  | ^^^^ unknown kind
  |
  = help: did you mean 'fail'?

error: a baseline entry needs a reason
 --> b.txt:2:9
  |
2 | fail a/b
  |         ^ reason expected
  |
  = help: end the line with '# ' and a link or the reason

error: text without its closing quotation mark
 --> b.txt:3:10
  |
3 | fail a/b "open
  |          ^^^^^ never closed
  |
  = help: inside, write \" for a quotation mark

error: an entry needs a pattern
 --> b.txt:4:5
  |
4 | fail
  |     ^ pattern expected
  |
  = help: write for example: fail session/**[v5]  # reason

error: unexpected text in a baseline entry
 --> b.txt:5:10
  |
5 | skip a/b more # x
  |          ^^^^^^^^ not understood
  |
  = help: an entry is KIND PATTERN ["expected text"] # reason

error: a baseline entry needs a reason
 --> b.txt:6:10
  |
6 | skip a/b # 
  |          ^ reason expected
  |
  = help: end the line with '# ' and a link or the reason
)");
}

struct judge_row {
  const char* what;
  verdict outcome;
  const char* level;
  const char* entry;  // "" none
  bool strict;
  bool expected;
};

TEST(baseline, judges) {
  const char* known = "fail a/b \"dup\" # r";
  const char* other = "fail a/b \"retain\" # r";
  const char* flaky = "flaky a/b # r";
  const char* race = "flaky ** \"dup\" # r";
  const char* other_race = "flaky ** \"before CONNACK\" # r";
  const char* no_start = "flaky ** \"took no connection\" # r";
  const char* known_no_start = "fail a/b \"took no connection\" # r";
  const char* race_and_other = "flaky ** \"dup\" # r\nfail a/b \"retain\" # r";
  const char* other_race_and_known = "flaky ** \"before CONNACK\" # r\nfail a/b \"dup\" # r";
  for (const judge_row& row : {
           judge_row{"pass", verdict::pass, "must", "", false, true},
           {"failed MUST", verdict::fail, "must", "", false, false},
           {"failed SHOULD", verdict::fail, "should", "", false, true},
           {"failed SHOULD, strict", verdict::fail, "should", "", true, false},
           {"known failure", verdict::fail, "must", known, false, true},
           {"another failure", verdict::fail, "must", other, false, false},
           {"unexpected pass", verdict::pass, "must", known, false, false},
           {"unexpected pass with note", verdict::pass_note, "must", known, false, false},
           {"known failure not reached", verdict::inconclusive, "must", known, false, true},
           {"flaky fails", verdict::fail, "must", flaky, false, true},
           {"flaky passes", verdict::pass, "must", flaky, false, true},
           {"another cause not to reach it", verdict::inconclusive, "must", other, false, false},
           {"flaky failure", verdict::fail, "must", race, false, true},
           {"flaky failure did not come", verdict::pass, "must", race, false, true},
           {"another than the flaky one", verdict::fail, "must", other_race, false, false},
           {"another in a SHOULD", verdict::fail, "should", other_race, false, true},
           {"flaky instead of known", verdict::fail, "must", race_and_other, false, true},
           {"neither flaky nor known", verdict::pass, "must", race_and_other, false, false},
           {"known behind flaky", verdict::fail, "must", other_race_and_known, false, true},
           {"error", verdict::error, "must", "", false, false},
           {"error of a flaky failure", verdict::error, "must", race, false, false},
           {"error of a known failure", verdict::error, "must", known, false, false},
           {"error that flaky names", verdict::error, "must", no_start, false, true},
           {"error that a known failure names", verdict::error, "must", known_no_start, false,
            false},
           {"skip", verdict::skip, "must", "", false, true},
           {"inconclusive MUST", verdict::inconclusive, "must", "", false, false},
           {"inconclusive SHOULD", verdict::inconclusive, "should", "", false, true},
           {"inconclusive SHOULD, strict", verdict::inconclusive, "should", "", true, false},
           {"inconclusive record", verdict::inconclusive, "info", "", true, true},
           {"flaky is inconclusive", verdict::inconclusive, "must", flaky, false, true},
       }) {
    case_result c;
    c.id = "a/b[v5]";
    c.outcome = row.outcome;
    c.level = row.level;
    if (row.outcome == verdict::fail || row.outcome == verdict::inconclusive) {
      c.fault.emplace();
      c.fault->message = "PUBLISH.dup: expected 0, got 1";
    }
    if (row.outcome == verdict::error) c.reason = "the broker took no connection within 1m";
    const auto b = parse_baseline("b.txt", row.entry);
    ASSERT_TRUE(b);
    judge(c, *b, row.strict);
    EXPECT_EQ(c.expected, row.expected) << row.what;
  }
}

TEST(baseline, entries_that_match_nothing_are_stale) {
  const auto b = parse_baseline("b.txt", "fail a/b # r\nskip gone/** # r\n");
  ASSERT_TRUE(b);
  const auto stale = stale_entries(*b, {"a/b[v5]"});
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_EQ(stale[0].message, "no case matches 'gone/**'");
  EXPECT_EQ(stale[0].where.line, 2u);
}

TEST(baseline, findings_are_judged_like_cases_and_need_not_show) {
  const auto b = parse_baseline("b.txt",
                                "fail explore/model/MQTT-1/** # r\n"
                                "fail trace-rule/once/** \"twice\" # r\n");
  ASSERT_TRUE(b);
  EXPECT_TRUE(stale_entries(*b, {"a/b[v5]"}).empty());
  const auto expected = [&](const char* id, const char* seen) {
    results::run_finding f;
    f.id = id;
    f.seen = seen;
    judge(f, *b, false);
    EXPECT_EQ(f.baseline_reason, f.expected ? "r" : f.baseline_reason);
    return f.expected;
  };
  EXPECT_TRUE(expected("explore/model/MQTT-1/a-b[v5]", "x"));
  EXPECT_FALSE(expected("explore/model/MQTT-2/a-b[v5]", "x"));
  EXPECT_TRUE(expected("trace-rule/once/MQTT-1[v5]", "it came twice"));
  EXPECT_FALSE(expected("trace-rule/once/MQTT-1[v5]", "another"));
}

TEST(baseline, entries_that_nobody_judged_are_told) {
  const auto b = parse_baseline("b.txt", "fail a/b # r\nflaky c/* # TO JUDGE: passed once\n");
  ASSERT_TRUE(b);
  const auto unjudged = unjudged_entries(*b);
  ASSERT_EQ(unjudged.size(), 1u);
  EXPECT_EQ(unjudged[0].message, "nobody has judged 'c/*' yet");
  EXPECT_EQ(unjudged[0].where.line, 2u);
}

}  // namespace
}  // namespace mqttspec::verdicts
