#include "oracle/watch.h"

#include <algorithm>

#include "oracle/history.h"
#include "oracle/trace_test.h"

namespace mqttspec::oracle {
namespace {

class trace_rule : public testing::TestWithParam<sample> {};

TEST_P(trace_rule, fires_or_keeps_silent) {
  const sample& s = GetParam();
  const told t(s.trace);
  const std::set<std::string> expected =
      s.fires ? std::set<std::string>{s.rule} : std::set<std::string>{};
  EXPECT_EQ(t.rules(), expected) << s.what << "\n" << t.text();
}

// A harness that stood still accuses of nothing by the clock, and says what it cannot tell.
TEST_P(trace_rule, is_in_doubt_when_the_harness_stood_still) {
  const sample& s = GetParam();
  const told t("standstill\n" + s.trace);
  if (t.rules().empty()) {
    const bool always = s.trace.find("standstill") != std::string::npos;
    if (!always) EXPECT_EQ(t.in_doubt(), s.fires) << s.what;
  } else {
    EXPECT_TRUE(s.fires && t.rules() == std::set<std::string>{s.rule}) << s.what << "\n"
                                                                       << t.text();
  }
}

const std::vector<sample>& samples() {
  static const std::vector<sample> all = [] {
    std::vector<sample> list;
    for (const auto part :
         {connect_samples, answer_samples, exchange_samples, limit_samples, delivery_samples,
          option_samples, property_samples, will_samples, loss_samples, ending_samples}) {
      for (sample& s : part()) list.push_back(std::move(s));
    }
    return list;
  }();
  return all;
}

INSTANTIATE_TEST_SUITE_P(all, trace_rule, testing::ValuesIn(samples()), [](const auto& of) {
  std::string name = of.param.rule + std::string(of.param.fires ? "_fires_" : "_silent_") +
                     std::to_string(of.index);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(trace_rules, each_is_seen_to_fire_and_to_keep_silent) {
  for (const rule_description& r : all_rules()) {
    for (const bool fires : {true, false}) {
      EXPECT_TRUE(
          std::any_of(samples().begin(), samples().end(),
                      [&](const sample& s) { return s.rule == r.name && s.fires == fires; }))
          << r.name << (fires ? " is never seen to fire" : " is never seen to keep silent");
    }
  }
}

TEST(trace_rules, have_names_and_statements_of_their_own) {
  std::set<std::string_view> names;
  for (const rule_description& r : all_rules()) {
    EXPECT_TRUE(names.insert(r.name).second) << r.name;
    EXPECT_FALSE(r.sentence.empty());
    EXPECT_FALSE(r.statements.empty()) << r.name;
  }
}

TEST(trace_rules, cite_statements_of_the_connection_s_version) {
  const told t(R"(
    old > CONNECT client_id="t-old" clean_session=1
    old < CONNACK session_present=1
  )");
  ASSERT_EQ(t.findings().size(), 1u);
  EXPECT_EQ(print(t.findings()[0].statements.at(0)), "v311:MQTT-3.2.2-1");
  EXPECT_EQ(t.findings()[0].client, "old");
}

TEST(trace_rules, know_how_filters_match) {
  EXPECT_TRUE(filter_matches("a/b", "a/b"));
  EXPECT_FALSE(filter_matches("a/b", "a/b/c"));
  EXPECT_FALSE(filter_matches("a/b/c", "a/b"));
  EXPECT_TRUE(filter_matches("a/+", "a/"));
  EXPECT_FALSE(filter_matches("a/+", "a"));
  EXPECT_TRUE(filter_matches("a/#", "a"));
  EXPECT_TRUE(filter_matches("a/#", "a/b/c"));
  EXPECT_TRUE(filter_matches("#", "a/b"));
  EXPECT_TRUE(filter_matches("+/+", "/b"));
  EXPECT_FALSE(filter_matches("#", "$SYS/x"));
  EXPECT_FALSE(filter_matches("+/x", "$SYS/x"));
  EXPECT_TRUE(filter_matches("$SYS/#", "$SYS/x"));
}

}  // namespace
}  // namespace mqttspec::oracle
