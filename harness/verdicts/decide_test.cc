#include "verdicts/decide.h"

#include <gtest/gtest.h>

#include <functional>

namespace mqttspec::verdicts {
namespace {

using namespace std::chrono_literals;
using play::difference;
using play::ending;
using results::check_outcome;
using results::verdict;

// A line that cites a statement awaits PUBLISH, and nothing came.
play::trial silent() {
  play::trial t;
  t.seen.level = "must";
  t.lines = ending::differed;
  t.how = difference::silence;
  t.seen.fault.emplace();
  t.seen.fault->message = "expected PUBLISH, nothing came";
  t.seen.fault->statements = {{"v5", "MQTT-4.4.0-1", "", check_outcome::violated}};
  t.seen.statements = {{"v5", "MQTT-4.4.0-1", "", check_outcome::checked}};
  return t;
}
play::trial held() {
  play::trial t;
  t.seen.level = "must";
  return t;
}
play::trial changed(play::trial t, const std::function<void(play::trial&)>& change) {
  change(t);
  return t;
}
play::circumstances beside(std::size_t others) {
  play::circumstances around;
  around.beside = others;
  return around;
}
play::circumstances pulse(duration slowest) {
  play::circumstances around;
  around.slowest_pulse = slowest;
  return around;
}

play::circumstances across(std::size_t others) {
  play::circumstances around;
  around.beside = others;
  around.away = play::outage{"the broker was ended by signal 6 (Aborted)", {}, {}, {"assertion"}};
  return around;
}

TEST(decide, a_try_that_the_broker_went_away_from_says_nothing) {
  for (const play::trial& t : {silent(), held()}) {
    const opinion o = decide(t, across(500), 1s);
    EXPECT_EQ(o.result.outcome, verdict::error);
    EXPECT_EQ(o.because, doubt::outage);
    EXPECT_EQ(o.result.reason, "the broker was ended by signal 6 (Aborted)");
    for (const auto& s : o.result.statements) EXPECT_NE(s.outcome, check_outcome::violated);
  }
}

TEST(decide, what_makes_the_broker_go_away_twice_when_it_is_alone_fails) {
  const auto opinions = [](std::vector<std::size_t> beside) {
    std::vector<opinion> out;
    for (const std::size_t n : beside) out.push_back(decide(silent(), across(n), 1s));
    return out;
  };
  EXPECT_EQ(next(opinions({500}), {}), next_step::again);
  EXPECT_EQ(next(opinions({500, 1}), {}), next_step::again);
  EXPECT_EQ(next(opinions({500, 1, 1}), {}), next_step::settle);
  EXPECT_EQ(settle(opinions({500, 1})).outcome, verdict::error);
  const auto c = settle(opinions({500, 1, 1}));
  EXPECT_EQ(c.outcome, verdict::fail);
  ASSERT_TRUE(c.fault);
  EXPECT_EQ(c.fault->message,
            "the broker was ended by signal 6 (Aborted), twice, when only this case ran");
  ASSERT_EQ(c.statements.size(), 1u);
  EXPECT_EQ(c.statements[0].outcome, check_outcome::violated);
  EXPECT_EQ(c.notes, std::vector<std::string>{"it printed: assertion"});
  const play::trial optional = changed(silent(), [](auto& t) { t.seen.level = "may"; });
  EXPECT_EQ(settle({decide(optional, across(1), 1s), decide(optional, across(1), 1s)}).level,
            "must");
  // Also where all lines held.
  EXPECT_EQ(settle({decide(held(), across(1), 1s), decide(held(), across(1), 1s)}).outcome,
            verdict::fail);
}

struct row {
  const char* what;
  play::trial trial;
  play::circumstances around;
  verdict outcome;
  doubt because;
  const char* reason;  // begins so
};

TEST(decide, one_try) {
  const auto of = [](const char* level) {
    return changed(silent(), [&](auto& t) { t.seen.level = level; });
  };
  const row rows[] = {
      {"all lines hold", held(), {}, verdict::pass, doubt::none, ""},
      {"all hold, and something was noted",
       changed(held(), [](auto& t) { t.seen.notes = {"late"}; }),
       {},
       verdict::pass_note,
       doubt::none,
       ""},
      {"all hold, and a rule about time kept silent",
       changed(held(), [](auto& t) { t.rules_in_doubt = true; }),
       {},
       verdict::pass,
       doubt::late,
       ""},
      {"all hold, and a trace rule speaks: that is a finding of the run, not of the case",
       changed(held(), [](auto& t) { t.seen.findings.emplace_back(); }),
       {},
       verdict::pass,
       doubt::none,
       ""},
      {"a line that cites differs", silent(), {}, verdict::fail, doubt::none, ""},
      {"the same of an info case", of("info"), {}, verdict::pass_note, doubt::none, ""},
      {"the same of a may case", of("may"), {}, verdict::pass_note, doubt::none, ""},
      {"the same of a should case", of("should"), {}, verdict::fail, doubt::none, ""},
      {"a line without a statement differs",
       changed(silent(), [](auto& t) { t.seen.fault->statements.clear(); }),
       {},
       verdict::inconclusive,
       doubt::premise,
       "the premise was not reached: expected PUBLISH"},
      {"a malformed packet that no statement names",
       changed(silent(),
               [](auto& t) {
                 t.seen.fault->statements.clear();
                 t.malformed = true;
               }),
       {},
       verdict::fail,
       doubt::none,
       ""},
      {"a malformed packet in an info case",
       changed(of("info"), [](auto& t) { t.malformed = t.unprovoked = true; }),
       {},
       verdict::fail,
       doubt::none,
       ""},
      {"a malformed packet that we provoked in an info case",
       changed(of("info"), [](auto& t) { t.malformed = true; }),
       {},
       verdict::pass_note,
       doubt::none,
       ""},
      {"silence, and the harness slept through most of the slack",
       changed(silent(), [](auto& t) { t.late = 600ms; }),
       {},
       verdict::inconclusive,
       doubt::late,
       "the harness was late by 600ms"},
      {"the server is busy",
       changed(silent(), [](auto& t) { t.own_reason = "server busy"; }),
       {},
       verdict::inconclusive,
       doubt::late,
       "the server gives a reason of its own to end the connection: server busy"},
      {"silence, and the harness slept a little",
       changed(silent(), [](auto& t) { t.late = 400ms; }),
       {},
       verdict::fail,
       doubt::none,
       ""},
      {"too late by less than the harness slept",
       changed(silent(),
               [](auto& t) {
                 t.how = difference::misplaced;
                 t.missed_by = 90ms;
                 t.late = 100ms;
               }),
       {},
       verdict::inconclusive,
       doubt::late,
       "the harness was late by 100ms"},
      {"too late by a minute, and the harness slept for 100 ms",
       changed(silent(),
               [](auto& t) {
                 t.how = difference::misplaced;
                 t.missed_by = 60s;
                 t.late = 600ms;
               }),
       {},
       verdict::fail,
       doubt::none,
       ""},
      {"silence, and the broker answered nobody", silent(), pulse(1400ms), verdict::inconclusive,
       doubt::late, "the broker did not answer a PINGREQ for 1.4s"},
      {"silence, and the broker was a little slow", silent(), pulse(400ms), verdict::fail,
       doubt::none, ""},
      {"a wrong value while the broker answered nobody: it may follow from that, try again",
       changed(silent(), [](auto& t) { t.how = difference::content; }), pulse(1400ms),
       verdict::fail, doubt::late, ""},
      {"a failure beside others has not been seen alone", silent(), beside(7), verdict::fail,
       doubt::unconfirmed, ""},
      {"a line cannot be sent",
       changed(held(),
               [](auto& t) {
                 t.lines = ending::unplayable;
                 t.why = "the connection is closed";
               }),
       {},
       verdict::inconclusive,
       doubt::premise,
       "the premise was not reached: the connection is closed"},
      {"a line of a measuring case cannot be sent",
       changed(silent(),
               [](auto& t) {
                 t.lines = ending::unplayable;
                 t.measures = true;
               }),
       {},
       verdict::pass_note,
       doubt::none,
       ""},
      {"the layer below MQTT is broken",
       changed(silent(), [](auto& t) { t.lines = ending::broke_below; }),
       {},
       verdict::fail,
       doubt::none,
       ""},
      {"the case or the network is at fault",
       changed(held(),
               [](auto& t) {
                 t.lines = ending::faulty;
                 t.why = "cannot connect";
               }),
       {},
       verdict::error,
       doubt::none,
       "cannot connect"},
      {"interrupted",
       changed(held(),
               [](auto& t) {
                 t.lines = ending::abandoned;
                 t.why = "interrupted";
               }),
       {},
       verdict::inconclusive,
       doubt::none,
       "interrupted"},
      {"the broker is lost",
       changed(held(),
               [](auto& t) {
                 t.lines = ending::abandoned;
                 t.abandoned_for = play::abandonment::broker_lost;
                 t.why = "gone";
               }),
       {},
       verdict::error,
       doubt::none,
       "gone"},
  };
  for (const row& r : rows) {
    const opinion o = decide(r.trial, r.around, 1s);
    EXPECT_EQ(o.result.outcome, r.outcome) << r.what;
    EXPECT_EQ(o.because, r.because) << r.what;
    EXPECT_TRUE(o.result.reason.starts_with(r.reason)) << r.what << ": " << o.result.reason;
    EXPECT_EQ(o.result.reason.empty(), *r.reason == '\0') << r.what << ": " << o.result.reason;
  }
}

TEST(decide, what_a_fault_breaks_counts_by_the_outcome) {
  EXPECT_EQ(decide(silent(), {}, 1s).result.statements[0].outcome, check_outcome::violated);
  const auto late = changed(silent(), [](auto& t) { t.late = 600ms; });
  EXPECT_EQ(decide(late, {}, 1s).result.statements[0].outcome, check_outcome::inconclusive);
  const auto recorded = changed(silent(), [](auto& t) { t.seen.level = "info"; });
  const auto r = decide(recorded, {}, 1s).result;
  EXPECT_EQ(r.statements[0].outcome, check_outcome::checked);
  EXPECT_EQ(r.notes, std::vector<std::string>{"recorded: expected PUBLISH, nothing came"});
}

TEST(decide, a_harness_that_was_late_trusts_no_trace_rule) {
  const auto t = changed(silent(), [](auto& each) {
    each.late = 600ms;
    each.seen.findings.emplace_back();
  });
  EXPECT_TRUE(decide(t, {}, 1s).result.findings.empty());
}

opinion failed(doubt why = doubt::unconfirmed) {
  opinion o = decide(silent(), {}, 1s);
  o.because = why;
  return o;
}
opinion passed() {
  return decide(held(), {}, 1s);
}
opinion unsure(doubt why) {
  opinion o = passed();
  o.result.outcome = verdict::inconclusive;
  o.because = why;
  return o;
}

struct tries_row {
  const char* what;
  std::vector<opinion> tries;
  surroundings around;
  next_step next;
  verdict outcome;
  const char* note;  // the last one; ends so
};

TEST(decide, many_tries) {
  const surroundings known{.known = true};
  const surroundings enough{.confirming = false};
  const surroundings limited{.limited = true};
  const tries_row rows[] = {
      {"passed", {passed()}, {}, next_step::settle, verdict::pass, ""},
      {"failed alone", {failed(doubt::none)}, {}, next_step::settle, verdict::fail, ""},
      {"failed beside others", {failed()}, {}, next_step::again, verdict::fail, ""},
      {"failed beside others, as the baseline knows",
       {failed()},
       known,
       next_step::settle,
       verdict::fail,
       ""},
      {"failed beside others, and enough were confirmed",
       {failed()},
       enough,
       next_step::settle,
       verdict::fail,
       ""},
      {"failed twice, both times beside others",
       {failed(), failed()},
       {},
       next_step::again,
       verdict::fail,
       ""},
      {"failed twice, then alone",
       {failed(), failed(doubt::none)},
       {},
       next_step::settle,
       verdict::fail,
       ""},
      {"failed beyond a limit of the broker, passed below it",
       {failed(), passed()},
       limited,
       next_step::settle,
       verdict::pass_note,
       "failed in one of 2 tries, beside other cases: expected PUBLISH, nothing came"},
      {"failed once, passed once",
       {failed(), passed()},
       {},
       next_step::again,
       verdict::pass_note,
       "failed in one of 2 tries, beside other cases: expected PUBLISH, nothing came"},
      {"failed once, passed twice",
       {failed(), passed(), passed()},
       {},
       next_step::settle,
       verdict::pass_note,
       "failed in one of 3 tries, beside other cases: expected PUBLISH, nothing came"},
      {"failed, passed, failed",
       {failed(), passed(), failed()},
       {},
       next_step::settle,
       verdict::fail,
       "fails in 2 of 3 tries"},
      {"late", {unsure(doubt::late)}, {}, next_step::again, verdict::inconclusive, ""},
      {"late twice",
       {unsure(doubt::late), unsure(doubt::late)},
       {},
       next_step::again,
       verdict::inconclusive,
       ""},
      {"late three times",
       {unsure(doubt::late), unsure(doubt::late), unsure(doubt::late)},
       {},
       next_step::settle,
       verdict::inconclusive,
       ""},
      {"no premise", {unsure(doubt::premise)}, {}, next_step::again, verdict::inconclusive, ""},
      {"no premise twice",
       {unsure(doubt::premise), unsure(doubt::premise)},
       {},
       next_step::settle,
       verdict::inconclusive,
       ""},
      {"no premise, as the baseline knows",
       {unsure(doubt::premise)},
       known,
       next_step::settle,
       verdict::inconclusive,
       ""},
      {"no premise twice, where the broker has a limit",
       {unsure(doubt::premise), unsure(doubt::premise)},
       limited,
       next_step::again,
       verdict::inconclusive,
       ""},
  };
  for (const tries_row& r : rows) {
    EXPECT_EQ(next(r.tries, r.around), r.next) << r.what;
    const auto c = settle(r.tries);
    EXPECT_EQ(c.outcome, r.outcome) << r.what;
    EXPECT_EQ(c.notes.empty() ? "" : c.notes.back(), r.note) << r.what;
  }
}

TEST(decide, a_feature_is_lacking_where_something_is_missing) {
  results::case_result c;
  c.outcome = verdict::fail;
  c.fault.emplace();
  c.fault->deviations = {{"", "PUBLISH", "nothing"}};
  EXPECT_TRUE(lacks_feature(c, false));
  c.fault->deviations = {{"CONNACK.session_present", "1", "0"}};
  EXPECT_FALSE(lacks_feature(c, false));
  EXPECT_TRUE(lacks_feature(c, true));
  c.fault->deviations = {{"CONNACK.session_present", "0", "1"}};
  EXPECT_FALSE(lacks_feature(c, true));
  c.fault->deviations = {{"PUBLISH", "well formed", "malformed (truncated)"}};
  EXPECT_FALSE(lacks_feature(c, true));
  c.outcome = verdict::inconclusive;
  EXPECT_TRUE(lacks_feature(c, false)) << "whatever its premise was";
  c.outcome = verdict::pass;
  EXPECT_FALSE(lacks_feature(c, true));
}

TEST(decide, what_rests_on_another_accuses_nobody) {
  results::case_result c;
  c.outcome = verdict::fail;
  c.fault.emplace();
  c.fault->statements = {{"v5", "v5-4.8.2-e", "", check_outcome::violated}};
  rest_on_another(c, "shared subscriptions deliver nothing here");
  EXPECT_EQ(c.outcome, verdict::inconclusive);
  EXPECT_EQ(c.reason, "shared subscriptions deliver nothing here");
  EXPECT_EQ(c.fault->statements.front().outcome, check_outcome::inconclusive);
}

}  // namespace
}  // namespace mqttspec::verdicts
