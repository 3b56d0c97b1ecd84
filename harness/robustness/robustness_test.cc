#include <gtest/gtest.h>

#include "robustness/campaign.h"
#include "robustness/experiment_player.h"
#include "robustness/generate.h"
#include "robustness/network.h"
#include "robustness/report.h"
#include "robustness/shrink.h"
#include "script/checker.h"
#include "script/expander.h"
#include "suite/cases.h"

namespace mqttspec::robustness {
namespace {

using namespace std::chrono_literals;
using wire::protocol_version;

script::file_set file_of(const std::string& text) {
  script::file_set files([](const std::string&) { return std::nullopt; });
  files.add("x.mqs", text);
  return files;
}

TEST(generate, every_experiment_is_a_scenario_without_faults) {
  std::vector<diagnostic> problems;
  const auto statements =
      script::catalogue::load(MQTTSPEC_SOURCE_DIR "/cases/statements", problems);
  random_source random(1);
  for (const auto version : {protocol_version::v5, protocol_version::v311}) {
    for (const std::string_view operation : operations()) {
      std::string text;
      constexpr int each = 60;
      for (int i = 0; i < each; ++i) {
        const auto state = static_cast<session_state>(i % session_states);
        text += scenario_text(make_experiment(random, version, operation, state),
                              "e-" + std::to_string(i)) +
                "\n";
      }
      const auto files = file_of(text);
      const auto found = script::check(files, statements);
      ASSERT_FALSE(script::has_errors(found)) << render(found);
      EXPECT_EQ(script::expand(files, {}).scenarios.size(), std::size_t{each}) << operation;
    }
  }
}

TEST(generate, the_same_seed_gives_the_same_experiments) {
  random_source one(5);
  random_source other(5);
  for (int i = 0; i < 200; ++i) {
    const std::string_view operation =
        operations()[static_cast<std::size_t>(i) % operations().size()];
    EXPECT_EQ(make_experiment(one, protocol_version::v5, operation, session_state::resumed),
              make_experiment(other, protocol_version::v5, operation, session_state::resumed));
  }
}

// The embedded broker serves the others whatever comes, and the scenarios get as far as that.
TEST(generate, the_embedded_broker_serves_the_others) {
  random_source random(2);
  std::string text;
  std::size_t count = 0;
  for (const auto version : {protocol_version::v5, protocol_version::v311}) {
    for (const std::string_view operation : operations()) {
      for (int i = 0; i < 28; ++i) {
        const auto state = static_cast<session_state>(i % session_states);
        text += scenario_text(make_experiment(random, version, operation, state),
                              "e-" + std::to_string(count++)) +
                "\n";
      }
    }
  }
  const auto files = file_of(text);
  const auto expanded = script::expand(files, {});
  ASSERT_EQ(expanded.scenarios.size(), count);
  std::size_t served = 0;
  for (const script::scenario& s : expanded.scenarios) {
    const outcome o = judge_trial({suite::simulate({&s, 0}, {}, {})});
    ASSERT_NE(o.became, fate::harmed) << o.evidence << "\n" << s.title;
    ASSERT_NE(o.became, fate::locked_out) << o.evidence << "\n" << s.title;
    served += o.became == fate::served ? 1 : 0;
  }
  EXPECT_GE(served, count * 95 / 100);
}

// In pieces or not, the reaction is to the last octet, and all of them are in the trace.
TEST(experiment_player, tells_the_reaction_to_the_octets_of_x) {
  experiment e;
  e.state = session_state::connected;
  e.operation = "wrong flags";
  for (const bool in_pieces : {false, true}) {
    for (const auto& [send, expected] :
         {std::pair{hostile_send{"SUBSCRIBE id=9 filter=\"{ns}/x\" max_qos=0", {"flags 15"}},
                    reaction::told},
          {hostile_send{"PINGREQ", {}}, reaction::answered},
          {hostile_send{"hex(30 7f 00)", {}}, reaction::none}}) {
      e.in_pieces = in_pieces;
      e.sends = {send};
      const auto files = file_of(scenario_text(e, "e"));
      const auto expanded = script::expand(files, {});
      ASSERT_EQ(expanded.scenarios.size(), 1u);
      play::run_options options;
      options.trace_passed = true;
      experiment_player p(expanded.scenarios.front(), options);
      drive::play_virtually(p, {});
      EXPECT_EQ(p.seen(), expected) << send.packet << in_pieces;
      const auto r = p.take_trial().seen;
      std::string last;
      for (const auto& t : r.trace) {
        if (t.client == "x" && t.way == trace::direction::sent) last = to_hex(t.octets);
      }
      EXPECT_TRUE(last.starts_with(expected == reaction::told       ? "8f"
                                   : expected == reaction::answered ? "c0"
                                                                    : "30 7f 00"))
          << last;
    }
  }
}

// What it says of whom, and for how long.
class fake_bench : public bench {
 public:
  std::function<fate(const experiment&)> judge = [](const experiment&) { return fate::served; };
  std::function<void()> revived;
  bool can_revive = true;
  std::string gone;
  std::uint64_t octets = 0;
  std::size_t played = 0;

  std::vector<outcome> play(std::span<const experiment> all) override {
    std::vector<outcome> out;
    for (const experiment& e : all) {
      ++played;
      outcome o;
      o.became = gone.empty() ? judge(e) : fate::lost;
      if (o.became == fate::lost) gone = "the broker was ended by signal 11";
      if (o.became != fate::served) o.evidence = "b: nothing came";
      out.push_back(std::move(o));
    }
    clock_ += 100ms;
    return out;
  }
  std::string lost() override { return gone; }
  std::string revive() override {
    if (!can_revive) return "cannot";
    gone.clear();
    if (revived) revived();
    return "";
  }
  std::uint64_t resident_octets() override { return octets; }
  std::vector<std::string> alarms() override { return {}; }
  instant now() const override { return clock_; }
  bool interrupted() const override { return false; }

 private:
  instant clock_{};
};

bool has_transform(const experiment& e, std::string_view word) {
  for (const hostile_send& s : e.sends) {
    for (const std::string& t : s.transforms) {
      if (t.find(word) != t.npos) return true;
    }
  }
  return false;
}

campaign_result run_on(fake_bench& on) {
  return run_campaign(on, {{protocol_version::v5, protocol_version::v311}, 4s, 7},
                      [](const auto&) {});
}

TEST(campaign, a_broker_that_serves_all_is_not_accused) {
  fake_bench on;
  const auto r = run_on(on);
  EXPECT_TRUE(r.findings.empty());
  EXPECT_TRUE(r.doubts.empty());
  EXPECT_GT(r.experiments, 100u);
  EXPECT_EQ(r.by_operation.size(), operations().size());
}

TEST(campaign, a_crash_is_attributed_confirmed_and_shrunk) {
  fake_bench on;
  on.judge = [](const experiment& e) {
    return has_transform(e, "truncate") ? fate::lost : fate::served;
  };
  const auto r = run_on(on);
  ASSERT_FALSE(r.findings.empty());
  for (const finding& f : r.findings) {
    EXPECT_EQ(f.kind, finding_kind::crash);
    EXPECT_EQ(f.failed, f.tries);
    EXPECT_EQ(f.shown_by.sends.size(), 1u);
    EXPECT_EQ(f.shown_by.state, session_state::unconnected);
    EXPECT_FALSE(f.shown_by.in_pieces);
    EXPECT_TRUE(has_transform(f.shown_by, "truncate"));
  }
  EXPECT_GT(r.restarts, 0u);
}

TEST(campaign, a_broker_that_serves_nobody_any_more_hangs) {
  fake_bench on;
  bool stuck = false;
  on.revived = [&] { stuck = false; };
  on.judge = [&](const experiment& e) {
    if (stuck) return fate::unprepared;
    stuck = has_transform(e, "overlong");
    return fate::served;
  };
  const auto r = run_on(on);
  ASSERT_FALSE(r.findings.empty());
  EXPECT_EQ(r.findings.front().kind, finding_kind::hang);
  EXPECT_TRUE(has_transform(r.findings.front().shown_by, "overlong"));
}

TEST(campaign, harm_to_others_is_found) {
  fake_bench on;
  on.judge = [](const experiment& e) {
    return has_transform(e, "duplicate") ? fate::harmed : fate::served;
  };
  const auto r = run_on(on);
  ASSERT_FALSE(r.findings.empty());
  EXPECT_EQ(r.findings.front().kind, finding_kind::harm);
  const results::run_finding told = record_of(r, 0, {});
  EXPECT_TRUE(told.id.starts_with("explore/bytes/harm-to-others/")) << told.id;
  EXPECT_NE(told.scenario.find("mqttspec run  harm-to-others-1.mqs"), std::string::npos);
}

TEST(campaign, what_happens_once_is_in_doubt) {
  fake_bench on;
  bool once = false;
  on.judge = [&](const experiment& e) {
    if (once || !has_transform(e, "drop")) return fate::served;
    once = true;
    return fate::harmed;
  };
  const auto r = run_on(on);
  EXPECT_TRUE(once);
  EXPECT_TRUE(r.findings.empty());
  EXPECT_EQ(r.doubts.size(), 1u);
}

TEST(campaign, what_fails_without_octets_too_is_left_out) {
  fake_bench on;
  on.judge = [](const experiment& e) {
    return e.state == session_state::mid_qos2 ? fate::harmed : fate::served;
  };
  const auto r = run_on(on);
  EXPECT_TRUE(r.findings.empty());
  EXPECT_EQ(r.doubts.size(), 2u);  // one a version
  EXPECT_EQ(r.by_state[static_cast<std::size_t>(session_state::mid_qos2)], 0u);
}

TEST(campaign, a_mute_broker_is_known_soon) {
  fake_bench on;
  on.judge = [](const experiment&) { return fate::unprepared; };
  const auto r = run_on(on);
  EXPECT_TRUE(r.ended_early.starts_with("the broker serves nobody")) << r.ended_early;
  EXPECT_LE(on.played, 3u);
}

TEST(campaign, a_broker_that_nobody_can_start_ends_it) {
  fake_bench on;
  on.can_revive = false;
  on.judge = [](const experiment& e) {
    return has_transform(e, "overlong") ? fate::lost : fate::served;
  };
  const auto r = run_on(on);
  EXPECT_FALSE(r.ended_early.empty());
  EXPECT_EQ(r.doubts.size(), 1u);
}

TEST(campaign, growth_that_one_operation_brings_is_found) {
  fake_bench on;
  on.octets = 50u << 20;
  on.judge = [&](const experiment& e) {
    if (has_transform(e, "flags")) on.octets += 1'000'000;
    return fate::served;
  };
  const auto r = run_on(on);
  const auto flags = std::find_if(r.findings.begin(), r.findings.end(), [](const finding& f) {
    return f.evidence.find("wrong flags") != f.evidence.npos;
  });
  ASSERT_NE(flags, r.findings.end());
  EXPECT_EQ(flags->kind, finding_kind::growth);
}

TEST(shrink, keeps_what_matters) {
  experiment e;
  e.state = session_state::taken_over;
  e.in_pieces = true;
  e.sends = {{"PINGREQ", {}},
             {"PUBLISH topic=\"{ns}/x\" qos=1 id=3 payload=\"hello\" content_type=\"t\"",
              {"flags 15", "append hex(00)"}}};
  const auto least = shrink(e, [](const experiment& s) { return has_transform(s, "flags"); }, 100);
  ASSERT_EQ(least.sends.size(), 1u);
  EXPECT_EQ(least.sends[0].transforms, std::vector<std::string>{"flags 15"});
  EXPECT_EQ(least.sends[0].packet.find("content_type"), std::string::npos);
  EXPECT_EQ(least.state, session_state::unconnected);
}

}  // namespace
}  // namespace mqttspec::robustness
