#include "verdicts/baseline_update.h"

#include <gtest/gtest.h>

#include "verdicts/baseline.h"

namespace mqttspec::verdicts {
namespace {

using results::case_result;
using results::run_results;
using results::verdict;

case_result make(const std::string& id, verdict v, const std::string& message = "") {
  case_result c;
  c.id = id;
  c.level = "must";
  c.outcome = v;
  if (v == verdict::fail) c.fault.emplace().message = message;
  if (v != verdict::fail) c.reason = message;
  return c;
}

run_results run_of(std::vector<case_result> cases) {
  run_results r;
  r.cases = std::move(cases);
  return r;
}

const std::vector<std::string> every_id = {"q/a[v311]", "q/a[v5]", "q/b[v5]", "will/c[v5]"};

std::string updated(const std::string& before, const std::vector<run_results>& runs,
                    const update_options& options = {}) {
  const auto u = update_baseline("b.txt", before, runs, every_id, options);
  return u ? u->text : render(u.error());
}

TEST(baseline_update, new_failures_are_added_for_somebody_to_judge) {
  const auto run =
      run_of({make("q/a[v5]", verdict::fail, "PUBLISH.dup: expected 0, got \"1\""),
              make("q/b[v5]", verdict::pass),
              make("will/c[v5]", verdict::inconclusive, "the premise was not reached")});
  const std::string text = updated("", {run});
  EXPECT_EQ(text,
            "fail   q/a[v5]  \"PUBLISH.dup: expected 0, got \\\"1\\\"\"   # TO JUDGE\n"
            "fail   will/c[v5]  \"the premise was not reached\"   # TO JUDGE: inconclusive\n");
  const auto known = parse_baseline("b.txt", text);
  ASSERT_TRUE(known);
  EXPECT_EQ(unjudged_entries(*known).size(), 2u);
  // With it the same run is as expected, but for the two that nobody has judged.
  case_result again = run.cases[0];
  judge(again, *known, false);
  EXPECT_TRUE(again.expected);
  EXPECT_EQ(updated(text, {run}), text);
}

TEST(baseline_update, what_passes_goes_and_comments_stay) {
  const std::string before =
      "# About this broker.\n\n"
      "fail q/a \"dup\"  # both versions, alas\n"
      "  # A note on wills.\n"
      "fail will/c[v5]   # never came\n"
      "flaky q/b  # sometimes\n";
  EXPECT_EQ(updated(before, {run_of({make("q/a[v5]", verdict::pass),
                                     make("q/a[v311]", verdict::fail, "PUBLISH.dup: ..."),
                                     make("q/b[v5]", verdict::pass),
                                     make("will/c[v5]", verdict::pass_note)})}),
            "# About this broker.\n\n"
            "fail   q/a[v311]  \"dup\"   # both versions, alas\n"
            "  # A note on wills.\n"
            "flaky q/b  # sometimes\n");
}

TEST(baseline_update, what_is_right_stays_as_it_was_written) {
  const std::string before =
      "fail  q/*  \"dup\"   #   odd   spacing  \nskip will/c # exhausts it\n";
  const auto run = run_of({make("q/a[v5]", verdict::fail, "PUBLISH.dup: expected 0, got 1"),
                           make("q/b[v5]", verdict::inconclusive, "PUBLISH.dup: expected 0, got 1"),
                           make("will/c[v5]", verdict::skip)});
  EXPECT_EQ(updated(before, {run}), before);
}

TEST(baseline_update, a_case_that_was_not_run_says_nothing) {
  const std::string before = "fail q/** # all of them\n";
  EXPECT_EQ(updated(before, {run_of({})}), before);
  EXPECT_EQ(updated(before, {run_of({make("q/b[v5]", verdict::skip)})}), before);
  EXPECT_EQ(updated(before, {run_of({make("q/b[v5]", verdict::error, "refused")})}), before);
  // One of three passes: the others keep the entry.
  EXPECT_EQ(updated(before, {run_of({make("q/b[v5]", verdict::pass)})}),
            "fail   q/a[v311]   # all of them\nfail   q/a[v5]   # all of them\n");
}

TEST(baseline_update, entries_for_no_case_go) {
  EXPECT_EQ(updated("skip gone/** # x\nflaky q/a # y\n", {run_of({})}), "flaky q/a # y\n");
}

TEST(baseline_update, another_failure_is_to_be_judged_again) {
  const auto run = run_of({make("q/b[v5]", verdict::fail, "expected close, got PUBACK")});
  EXPECT_EQ(
      updated("fail q/b \"dup\" # a link\n", {run}),
      "fail   q/b[v5]  \"expected close, got PUBACK\"   # TO JUDGE: before \"dup\", a link\n");
  EXPECT_EQ(updated("fail q/b \"dup\" # a link\n", {run}, {.only_shrink = true}),
            "fail q/b \"dup\" # a link\n");
}

TEST(baseline_update, what_passes_now_and_then_is_flaky) {
  const auto failed = run_of({make("q/b[v5]", verdict::fail, "expected close, got PUBACK"),
                              make("will/c[v5]", verdict::fail, "nothing came")});
  const auto passed = run_of({make("q/b[v5]", verdict::pass), make("will/c[v5]", verdict::pass)});
  EXPECT_EQ(updated("fail q/b # a link\n", {failed, passed, failed}),
            "flaky  q/b[v5]   # TO JUDGE: passed in 1 of 3 runs; before: a link\n"
            "flaky  will/c[v5]  \"nothing came\"   # TO JUDGE: passed in 1 of 3 runs\n");
}

TEST(baseline_update, another_entry_may_excuse_a_result) {
  const auto run = run_of({make("q/b[v5]", verdict::fail, "expected CONNACK, got PUBLISH")});
  const std::string race = "flaky  **  \"got PUBLISH\"   # a race\n";
  EXPECT_EQ(updated(race, {run}), race);
  // The race was in the way of the known failure, which neither is gone nor became another one.
  EXPECT_EQ(updated(race + "fail   q/b  \"dup\"   # a link\n", {run}),
            race + "fail   q/b  \"dup\"   # a link\n");
  EXPECT_EQ(updated(race, {run_of({make("q/b[v5]", verdict::fail, "dup")})}),
            race + "fail   q/b[v5]  \"dup\"   # TO JUDGE\n");
}

TEST(baseline_update, a_failure_that_no_entry_tells_changes_one_of_them) {
  EXPECT_EQ(updated("fail q/b \"dup\" # a link\nfail q/* \"retain\" # wide\n",
                    {run_of({make("q/b[v5]", verdict::fail, "another")})}),
            "fail q/b \"dup\" # a link\n"
            "fail   q/a[v311]  \"retain\"   # wide\n"
            "fail   q/a[v5]  \"retain\"   # wide\n"
            "fail   q/b[v5]  \"another\"   # TO JUDGE: before \"retain\", wide\n");
}

TEST(baseline_update, only_must_counts_unless_strict) {
  auto weak = make("q/b[v5]", verdict::fail, "dup");
  weak.level = "should";
  EXPECT_EQ(updated("", {run_of({weak})}), "");
  EXPECT_EQ(updated("", {run_of({weak})}, {.strict = true}),
            "fail   q/b[v5]  \"dup\"   # TO JUDGE\n");
  EXPECT_EQ(updated("", {run_of({make("q/b[v5]", verdict::fail, "dup")})}, {.only_shrink = true}),
            "");
}

TEST(baseline_update, the_text_holds_in_another_run) {
  for (const auto& [message, part] : std::vector<std::pair<std::string, std::string>>{
           {"expected close, got PUBACK", "expected close, got PUBACK"},
           {"PUBLISH.topic: expected \"trz2s090e1f/b\", got \"trz2s0y1n090e1f/a\"",
            "PUBLISH.topic: expected \""},
           {"malformed SUBACK: empty_list at byte 4; hex(90 02 00 01)",
            "malformed SUBACK: empty_list at byte 4"},
           {"reason: \x1b[31m", "reason: "},
           {std::string(119, 'x') + "\xC3\xA9", std::string(119, 'x')},
       }) {
    EXPECT_EQ(lasting_part(message), part);
    EXPECT_NE(message.find(lasting_part(message)), std::string::npos);
  }
}

TEST(baseline_update, faults_of_the_file_are_told) {
  const auto u = update_baseline("b.txt", "fail q/b\n", {}, every_id, {});
  ASSERT_FALSE(u);
  EXPECT_EQ(u.error().front().where.line, 1u);
}

}  // namespace
}  // namespace mqttspec::verdicts
