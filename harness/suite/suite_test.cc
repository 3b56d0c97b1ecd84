#include "suite/suite.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace mqttspec::suite {
namespace {

using results::verdict;

// Says of each case what is next in its list, and `pass` behind its end.
class scripted_executor : public drive::executor {
 public:
  std::map<std::string, std::deque<verdict>> says;
  std::map<std::string, int> runs;

  void run(const drive::batch& what, const result_callback& ended) override {
    for (const drive::job& j : what.jobs) {
      auto& list = says[j.scenario->id];
      auto r = drive::not_run(j, list.empty() ? verdict::pass : list.front(), "");
      if (!list.empty()) list.pop_front();
      ++runs[j.scenario->id];
      if (!ended(std::move(r))) return;
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

 private:
  std::string lost_;
};

class silent : public suite_observer {
  void sanity_begins(bool) override {}
  void cases_begin(std::size_t) override {}
  void case_ended(const results::case_result&) override {}
};

results::run_results run_of(scripted_executor& on, std::size_t cases, const char* level = "must",
                            const verdicts::baseline& known = {}, suite_settings settings = {},
                            std::vector<std::string>* tags = nullptr) {
  settings.versions = {wire::protocol_version::v5};
  settings.run_tag = "t";
  settings.known = known;
  silent nobody;
  return run_suite(
      on, settings,
      [&](const std::string& tag, const target::capability_values&) {
        if (tags != nullptr) tags->push_back(tag);
        std::vector<script::scenario> out(cases);
        for (std::size_t i = 0; i < cases; ++i) {
          out[i].path = out[i].id = "a/" + std::to_string(i);
          out[i].level = std::string(level) == "must" ? script::requirement_level::must
                                                      : script::requirement_level::info;
        }
        return out;
      },
      nobody);
}

TEST(suite, an_unknown_inconclusive_case_is_tried_once_more) {
  scripted_executor on;
  on.says["a/0"] = {verdict::inconclusive};
  on.says["a/1"] = {verdict::inconclusive, verdict::inconclusive, verdict::pass};
  const auto r = run_of(on, 3);
  ASSERT_EQ(r.cases.size(), 3u);
  EXPECT_EQ(r.cases[0].outcome, verdict::pass);
  EXPECT_EQ(r.cases[1].outcome, verdict::inconclusive);
  EXPECT_FALSE(r.cases[1].expected);
  EXPECT_EQ(on.runs["a/0"], 2);
  EXPECT_EQ(on.runs["a/1"], 2);
  EXPECT_EQ(on.runs["a/2"], 1);
}

TEST(suite, a_known_one_or_one_that_records_is_not) {
  const auto known = verdicts::parse_baseline("b.txt", "fail a/0 # known\n");
  for (const auto& [level, list] :
       std::vector<std::pair<const char*, verdicts::baseline>>{{"must", *known}, {"info", {}}}) {
    scripted_executor on;
    on.says["a/0"] = {verdict::inconclusive};
    const auto r = run_of(on, 1, level, list);
    EXPECT_EQ(on.runs["a/0"], 1);
    EXPECT_TRUE(r.cases[0].expected);
  }
}

TEST(suite, where_many_premises_fail_it_is_the_broker) {
  scripted_executor on;
  for (int i = 0; i < 40; ++i) on.says["a/" + std::to_string(i)] = {verdict::inconclusive};
  const auto r = run_of(on, 40);
  EXPECT_EQ(results::count(r).pass, 16u);
  EXPECT_EQ(results::count(r).inconclusive, 24u);
}

TEST(suite, names_have_the_same_length_in_every_trial) {
  scripted_executor on;
  on.says["a/0"] = {verdict::inconclusive};
  std::vector<std::string> tags;
  suite_settings settings;
  settings.repeat = 2;
  run_of(on, 1, "must", {}, settings, &tags);
  ASSERT_EQ(tags.size(), 3u);  // two repetitions, and one trial more in the first
  EXPECT_EQ(std::set<std::string>(tags.begin(), tags.end()).size(), 3u);
  for (const std::string& tag : tags) EXPECT_EQ(tag.size(), tags[0].size()) << tag;
}

}  // namespace
}  // namespace mqttspec::suite
