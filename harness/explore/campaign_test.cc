#include "explore/campaign.h"

#include <gtest/gtest.h>

#include "broker/defects.h"
#include "drive/virtual_driver.h"

namespace mqttspec::explore {
namespace {

std::unique_ptr<play::driver> make_place(const model::rules* rules) {
  return drive::make_virtual_driver({.rules = rules});
}

// Both ends of an exploration.
struct exploring {
  std::unique_ptr<play::driver> sound;
  campaign run;

  exploring(play::driver& place, campaign_options options, const broker::broker_options& like = {})
      : sound(drive::make_virtual_driver({.broker = like})),
        run(place, *sound, (options.player.restarts = true, options)) {}
};

const finding* look_for(campaign& run) {
  run.explore([] { return false; });
  run.examine([](const finding&) {});
  return run.findings().empty() ? nullptr : &run.findings().front();
}

TEST(explore, finds_nothing_on_a_sound_broker) {
  const auto place = make_place(nullptr);
  campaign_options options;
  options.most_histories = 2000;
  options.generator.seed = 5;
  exploring one(*place, options);
  campaign& run = one.run;
  const finding* f = look_for(run);
  EXPECT_EQ(f, nullptr) << f->violation.kind() << "\n" << print(f->least);
  EXPECT_EQ(run.counts().histories, 2000u);
  EXPECT_EQ(run.counts().gave_up, 0u);
  EXPECT_GT(run.states(), 2000u);
}

TEST(explore, keeps_the_other_clients_connected_while_one_is_silent) {
  player p({});
  p.add(
      *parse_history("a connect v5 clean=1 keep_alive=4\n"
                     "b connect v5 clean=1 keep_alive=2\n"
                     "a cut silence\n"
                     "b ping\n"));
  const duration taken = drive::play_virtually(p, {});
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
    exploring one(*place, options);
    campaign& run = one.run;
    const finding* f = look_for(run);
    ASSERT_NE(f, nullptr);
    all = print(f->found) + print(f->least);
  }
  EXPECT_EQ(drawn[0], drawn[1]);
}

// Counts what it plays.
class counting_driver : public play::driver {
 public:
  explicit counting_driver(play::driver& on) : on_(on) {}
  std::size_t played = 0;

  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    on_.play(
        next,
        [&](play::played p) {
          ++played;
          return ended(std::move(p));
        },
        at_once, stop);
  }
  instant now() const override { return on_.now(); }
  bool interrupted() const override { return on_.interrupted(); }
  const std::string& lost() const override { return on_.lost(); }

 private:
  play::driver& on_;
};

TEST(explore, tells_a_finding_as_it_is_when_there_is_no_time) {
  std::size_t lengths[2];
  for (const bool small : {false, true}) {
    model::rules rules;
    broker::find_defect("qos2-delivered-twice")->plant(rules);
    const auto place = make_place(&rules);
    counting_driver counting(*place);
    campaign_options options;
    options.generator.seed = 3;
    options.most_histories = 2000;
    options.most_findings = 1;
    exploring one(counting, options);
    campaign& run = one.run;
    run.explore([] { return false; });
    const std::size_t until = counting.played + (small ? 100'000 : options.confirmations);
    run.examine([](const finding&) {},
                [&] { return std::chrono::seconds(counting.played < until ? 1 : -60); });
    ASSERT_EQ(run.findings().size(), 1u);
    const finding& f = run.findings().front();
    EXPECT_EQ(f.confirmed, options.confirmations);
    EXPECT_EQ(f.made_small, small);
    EXPECT_FALSE(f.recorded.trace.empty());
    lengths[small ? 1 : 0] = f.least.size();
  }
  EXPECT_GT(lengths[0], lengths[1]);
}

TEST(explore, a_finding_that_there_is_no_time_to_confirm_is_not_claimed) {
  model::rules rules;
  broker::find_defect("qos2-delivered-twice")->plant(rules);
  const auto place = make_place(&rules);
  campaign_options options;
  options.most_findings = 1;
  exploring one(*place, options);
  one.run.explore([] { return false; });
  one.run.examine([](const finding&) {}, [] { return duration::zero(); });
  EXPECT_TRUE(one.run.findings().empty());
  ASSERT_EQ(one.run.unconfirmed().size(), 1u);
  EXPECT_EQ(one.run.unconfirmed().front().tried, 0u);
}

// Makes no connection for anybody when it plays more than |most| at once, or never.
class slow_driver : public counting_driver {
 public:
  slow_driver(play::driver& on, std::size_t most) : counting_driver(on), most_(most) {}
  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    if (at_once <= most_) return counting_driver::play(next, ended, at_once, stop);
    while (!stop || !stop()) {
      auto m = next();
      if (!m) return;
      instant at{};
      m->start(at);
      while (!m->finished()) m->time_passed(at += std::chrono::seconds(1));
      ended({std::move(m), {}});
    }
  }

 private:
  std::size_t most_;
};

TEST(explore, a_broker_that_answers_when_less_is_going_on_is_not_deaf) {
  const auto place = make_place(nullptr);
  for (const std::size_t most : {0u, 100u}) {
    slow_driver slow(*place, most);
    campaign_options options;
    options.most_histories = 300;
    options.at_once = 1000;
    exploring one(slow, options);
    one.run.explore([] { return false; });
    EXPECT_EQ(one.run.deaf_since() != 0, most == 0);
    EXPECT_EQ(one.run.unanswered().empty(), most != 0);
    EXPECT_LE(one.run.at_once(), most == 0 ? 1000u : most);
  }
}

// Its broker stood still while each of them was played.
class still_driver : public counting_driver {
 public:
  using counting_driver::counting_driver;
  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    counting_driver::play(
        next,
        [&](play::played p) {
          p.around.slowest_pulse = std::chrono::seconds(2);
          return ended(std::move(p));
        },
        at_once, stop);
  }
};

TEST(explore, a_broker_that_stood_still_is_late_and_nothing_else) {
  for (const char* defect : {"resume-loses-queue", "redelivery-with-dup-0"}) {
    const bool late = std::string_view(defect) == "resume-loses-queue";
    model::rules rules;
    broker::find_defect(defect)->plant(rules);
    const auto place = make_place(&rules);
    still_driver still(*place);
    campaign_options options;
    options.most_histories = 2000;
    options.most_findings = 1;
    exploring one(still, options);
    one.run.explore([] { return false; });
    one.run.examine([](const finding&) {});
    EXPECT_EQ(one.run.findings().size(), late ? 0u : 1u) << defect;
    EXPECT_EQ(one.run.unconfirmed().size(), late ? 1u : 0u) << defect;
  }
}

// Tells whether what stops the broker is ever played in one go with what does not.
class shared_driver : public counting_driver {
 public:
  using counting_driver::counting_driver;
  std::size_t alone = 0;
  std::size_t mixed = 0;
  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    bool others = false;
    bool stops = false;
    counting_driver::play(
        [&] {
          auto m = next();
          if (m) (m->stops_broker() ? stops : others) = true;
          return m;
        },
        ended, at_once, stop);
    if (stops) ++(others ? mixed : alone);
  }
};

TEST(explore, plays_restarts_of_a_shared_broker_apart) {
  const auto place = make_place(nullptr);
  shared_driver shared(*place);
  campaign_options options;
  options.most_histories = 3000;
  options.shared = true;
  exploring one(shared, options);
  EXPECT_EQ(look_for(one.run), nullptr);
  EXPECT_GT(shared.alone, 0u);
  EXPECT_EQ(shared.mixed, 0u);
}

// Both the judge and a trace rule see it.
TEST(explore, tells_one_fault_once) {
  model::rules rules;
  broker::find_defect("receive-maximum-ignored")->plant(rules);
  const auto place = make_place(&rules);
  campaign_options options;
  options.most_histories = 3000;
  options.most_shrinking = 300;
  exploring one(*place, options);
  const finding* f = look_for(one.run);
  ASSERT_NE(f, nullptr);
  EXPECT_FALSE(f->rules_say.empty());
  for (const finding& each : one.run.findings()) {
    EXPECT_TRUE(each.violation.rule.empty()) << each.violation.kind();
  }
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
  exploring one(*place, options);
  campaign& run = one.run;
  const finding* f = look_for(run);
  ASSERT_NE(f, nullptr) << d.sentence;
  EXPECT_EQ(f->confirmed, f->tried);
  EXPECT_LE(f->least.size(), 9u) << print(f->least);
  EXPECT_FALSE(f->recorded.trace.empty());
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
  const auto place = drive::make_virtual_driver({.broker = sound});
  campaign_options options;
  for (player_options* o : {&options.player, &options.rehearsal}) {
    o->maximum_qos = sound.maximum_qos;
    o->queue_limit = sound.queue_limit;
  }
  options.most_histories = histories;
  options.generator.seed = seed;
  options.generator.waiting = 300;
  exploring one(*place, options, sound);
  campaign& run = one.run;
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
}  // namespace mqttspec::explore
