#include "suite/suite.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::suite {
namespace {

using results::verdict;

// Lets each case end as the next in its list says, and pass behind its end.
class scripted_driver : public play::driver {
 public:
  std::map<std::string, std::deque<verdict>> says;
  std::map<std::string, int> runs;

  void play(const source& next, const sink& ended, std::size_t, const stop_sign&) override {
    while (auto m = next()) {
      const std::string& id = static_cast<play::scenario_player&>(*m).scenario().id;
      auto& list = says[id];
      const verdict is = list.empty() ? verdict::pass : list.front();
      if (!list.empty()) list.pop_front();
      ++runs[id];
      if (id.starts_with("a/")) {
        play_waiting(*m, is == verdict::pass);
      } else {  // the sanity check
        drive::play_virtually(*m, {});
      }
      if (!ended({std::move(m), {}})) return;
    }
  }
  instant now() const override { return {}; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

 private:
  // It opens a connection, waits for a second, and sends on it. When the connection has ended by
  // then its premise is not reached.
  static void play_waiting(play::machine& m, bool stays) {
    const auto opened = [&] {
      const auto a = m.next_action();
      return a && std::holds_alternative<play::open_connection>(*a);
    };
    m.start({});
    ASSERT_TRUE(opened());
    m.connected(1, {});
    if (!stays) m.closed(1, play::close_kind::orderly, {});
    m.time_passed(instant{} + std::chrono::seconds(1));
    ASSERT_TRUE(m.finished());
  }

  std::string lost_;
};

script::scenario waiting() {
  script::file_set files;
  files.add("a.mqs",
            "scenario a\n  title \"it waits\"\n  versions 5\n  clients c\n  step \"all\"\n"
            "    c > open\n    wait 1s\n    c > PINGREQ\n");
  return std::move(script::expand(files, {}).scenarios.at(0));
}

class silent : public suite_observer {
  void sanity_begins(bool) override {}
  void cases_begin(std::size_t) override {}
  void case_ended(const results::case_result&) override {}
};

results::run_results run_of(scripted_driver& on, std::size_t cases, const char* level = "must",
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
        std::vector<script::scenario> out(cases, waiting());
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
  scripted_driver on;
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
    scripted_driver on;
    on.says["a/0"] = {verdict::inconclusive};
    const auto r = run_of(on, 1, level, list);
    EXPECT_EQ(on.runs["a/0"], 1);
    EXPECT_TRUE(r.cases[0].expected);
  }
}

TEST(suite, where_many_premises_fail_it_is_the_broker) {
  scripted_driver on;
  for (int i = 0; i < 40; ++i) on.says["a/" + std::to_string(i)] = {verdict::inconclusive};
  const auto r = run_of(on, 40);
  EXPECT_EQ(results::count(r).pass, 16u);
  EXPECT_EQ(results::count(r).inconclusive, 24u);
}

TEST(suite, names_have_the_same_length_in_every_trial) {
  scripted_driver on;
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
