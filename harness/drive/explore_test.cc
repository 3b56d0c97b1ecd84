#include <gtest/gtest.h>

#include "broker/defects.h"
#include "drive/explore_campaign.h"

namespace mqttspec::drive {
namespace {

std::unique_ptr<arena> make_place(const model::rules* rules) {
  simulated_play how;
  how.rules = rules;
  return make_simulated_arena({}, how);
}

const finding* look_for(campaign& run, bool small = true) {
  run.explore([] { return false; });
  run.examine([](const finding&) {}, [&] { return !small; });
  return run.findings().empty() ? nullptr : &run.findings().front();
}

TEST(explore, finds_nothing_on_a_sound_broker) {
  const auto place = make_place(nullptr);
  campaign_options options;
  options.most_histories = 2000;
  options.generator.seed = 5;
  campaign run(*place, options);
  const finding* f = look_for(run);
  EXPECT_EQ(f, nullptr) << f->violation.kind() << "\n" << print(f->least);
  EXPECT_EQ(run.counts().histories, 2000u);
  EXPECT_EQ(run.counts().gave_up, 0u);
  EXPECT_GT(run.states(), 2000u);
}

TEST(explore, keeps_the_other_clients_connected_while_one_is_silent) {
  explore::player p({});
  p.add(
      *explore::parse_history("a connect v5 clean=1 keep_alive=4\n"
                              "b connect v5 clean=1 keep_alive=2\n"
                              "a cut silence\n"
                              "b ping\n"));
  const duration taken = play_simulated(p, {});
  EXPECT_EQ(p.gave_up(), "");
  EXPECT_FALSE(p.judgement().found());
  EXPECT_GE(taken, std::chrono::seconds(6));
  EXPECT_EQ(p.possible(), (std::vector<bool>{true, true, true, true}));
}

TEST(explore, draws_the_same_histories_from_the_same_seed) {
  std::string drawn[2];
  for (std::string& all : drawn) {
    model::rules rules;
    broker::find_defect("qos2-delivered-twice")->plant(rules);
    const auto place = make_place(&rules);
    campaign_options options;
    options.generator.seed = 3;
    options.most_histories = 2000;
    options.most_findings = 1;
    options.most_shrinking = 300;
    campaign run(*place, options);
    const finding* f = look_for(run);
    ASSERT_NE(f, nullptr);
    all = print(f->found) + print(f->least);
  }
  EXPECT_EQ(drawn[0], drawn[1]);
}

TEST(explore, leaves_a_finding_long_when_there_is_no_time) {
  std::size_t lengths[2];
  for (const bool small : {false, true}) {
    model::rules rules;
    broker::find_defect("qos2-delivered-twice")->plant(rules);
    const auto place = make_place(&rules);
    campaign_options options;
    options.generator.seed = 3;
    options.most_histories = 2000;
    options.most_findings = 1;
    campaign run(*place, options);
    const finding* f = look_for(run, small);
    ASSERT_NE(f, nullptr);
    EXPECT_GT(f->confirmed, 0u);
    EXPECT_FALSE(f->recorded.events.empty());
    lengths[small ? 1 : 0] = f->least.size();
  }
  EXPECT_GT(lengths[0], lengths[1]);
}

// A few of the defects, one of each kind; `mqttspec explore --simulate --measure` tries all.
class each_defect : public testing::TestWithParam<const char*> {};

TEST_P(each_defect, is_found_and_made_small) {
  const broker::defect& d = *broker::find_defect(GetParam());
  model::rules rules;
  d.plant(rules);
  const auto place = make_place(&rules);
  campaign_options options;
  options.most_histories = 20'000;
  options.most_findings = 1;
  options.most_shrinking = 500;
  campaign run(*place, options);
  const finding* f = look_for(run);
  ASSERT_NE(f, nullptr) << d.sentence;
  EXPECT_EQ(f->confirmed, f->tried);
  EXPECT_LE(f->least.size(), 9u) << print(f->least);
  EXPECT_FALSE(f->recorded.events.empty());
}

INSTANTIATE_TEST_SUITE_P(
    defects, each_defect,
    testing::Values("clean-start-ignored", "resume-loses-queue", "publish-not-sent-again",
                    "pubrel-not-sent-again", "redelivery-with-dup-0", "receive-maximum-off-by-one",
                    "qos2-delivered-twice-over-a-resume", "queue-backwards",
                    "will-lost-at-takeover", "unsubscribe-without-effect", "retained-not-cleared",
                    "share-reaches-everybody", "id-in-flight-used-again", "interval-ignored",
                    "takeover-tells-311", "refused-connect-wipes-session",
                    "malformed-connect-answered-by-disconnect", "client-id-without-case",
                    "assigned-id-shared", "restart-loses-queues", "topic-alias-survives",
                    "topic-alias-0-taken", "user-properties-reordered", "will-properties-lost",
                    "packet-limit-ignored", "refused-connect-stays-open",
                    "disconnect-raises-from-0", "suback-codes-reversed", "own-id-told-back"));

void expect_nothing_on(const broker::broker_options& sound, std::uint64_t seed,
                       std::size_t histories) {
  simulated_play how;
  how.broker = sound;
  arena_options arena;
  tell_limits(arena.player, sound);
  const auto place = make_simulated_arena(arena, how);
  campaign_options options;
  options.most_histories = histories;
  options.generator.seed = seed;
  options.generator.waiting = 300;
  options.rehearsal = sound;
  campaign run(*place, options);
  const finding* f = look_for(run);
  EXPECT_EQ(f, nullptr) << f->violation.kind() << "\n" << print(f->least);
  EXPECT_EQ(run.counts().histories, histories);
}

TEST(explore, finds_nothing_on_a_sound_broker_that_passes_qos_2_on_at_pubrel) {
  broker::broker_options late;
  late.qos2_forwarded_at_pubrel = true;
  expect_nothing_on(late, 4, 6000);
}

// Limits that CONNACK tells, or that nobody tells: they are obeyed, or an operator said them.
TEST(explore, finds_nothing_on_a_sound_broker_with_limits) {
  broker::broker_options low;
  low.maximum_qos = 1;
  low.queue_limit = 3;
  low.receive_maximum = 2;
  low.session_expiry_max = 5;
  expect_nothing_on(low, 5, 2000);
}

}  // namespace
}  // namespace mqttspec::drive
