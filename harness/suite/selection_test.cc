#include "suite/selection.h"

#include <gtest/gtest.h>

namespace mqttspec::suite {
namespace {

script::scenario make(const std::string& path, std::vector<std::string> tags = {}) {
  script::scenario s;
  s.path = path;
  s.version = wire::protocol_version::v5;
  s.id = path + "[v5]";
  s.name = path.substr(path.rfind('/') + 1);
  s.file = "cases/" + path.substr(0, path.rfind('/')) + ".mqs";
  s.tags = std::move(tags);
  s.purposes = {"S-Q-01"};
  return s;
}

TEST(selection, files_and_directories_select_what_lies_in_them) {
  const auto s = make("queue/order/eight");
  const auto chosen = [&](const char* file) {
    selection by_file;
    by_file.files = {file};
    return selects(by_file, s);
  };
  EXPECT_TRUE(chosen("cases/queue/order.mqs"));
  EXPECT_TRUE(chosen("cases/queue"));
  EXPECT_TRUE(chosen("cases/queue/"));
  EXPECT_TRUE(chosen("cases"));
  EXPECT_TRUE(chosen("."));
  EXPECT_FALSE(chosen("cases/que"));
  EXPECT_FALSE(chosen("cases/queue/order.mq"));
}

TEST(selection, a_case_must_meet_every_kind_of_condition) {
  const auto s = make("a/b/c", {"slow"});
  selection all;
  all.tags = {"slow", "restart"};
  all.levels = {"must"};
  all.purposes = {"S-Q-*"};
  EXPECT_TRUE(selects(all, s));
  selection none = all;
  none.not_tags = {"slow"};
  EXPECT_FALSE(selects(none, s));
  none = all;
  none.levels = {"info"};
  EXPECT_FALSE(selects(none, s));
  none = all;
  none.purposes = {"S-X-*"};
  EXPECT_FALSE(selects(none, s));
  none = all;
  none.ids.emplace();
  EXPECT_FALSE(selects(none, s));
}

TEST(selection, statements_are_found_with_and_without_version) {
  auto s = make("a/b/c");
  script::expect_line line;
  line.statements = {{wire::protocol_version::v5, "MQTT-3.2.2-3"}};
  s.lines.push_back({line, {}, "", "", 0});
  selection by;
  by.statements = {"MQTT-3.2.2-3"};
  EXPECT_TRUE(selects(by, s));
  by.statements = {"v5:MQTT-3.2.2-3"};
  EXPECT_TRUE(selects(by, s));
  by.statements = {"v311:MQTT-3.2.2-3"};
  EXPECT_FALSE(selects(by, s));
}

std::vector<script::scenario> hundred() {
  std::vector<script::scenario> out;
  for (int i = 0; i < 100; ++i) out.push_back(make("a/b/case-" + std::to_string(i)));
  return out;
}

TEST(selection, shards_are_disjoint_and_complete) {
  const auto all = hundred();
  std::vector<int> seen(all.size());
  for (std::uint32_t i = 1; i <= 7; ++i) {
    selection s;
    s.part = {i, 7};
    const auto mine = select(s, all);
    EXPECT_GT(mine.size(), 3u) << "shard " << i;
    for (const std::size_t n : mine) ++seen[n];
  }
  EXPECT_EQ(seen, std::vector<int>(all.size(), 1));
}

TEST(selection, shard_text) {
  EXPECT_EQ(*parse_shard("2/5"), (shard{2, 5}));
  for (const char* bad : {"", "2", "0/5", "6/5", "2/0", "a/b", "2/5x", "-1/5", "/", "2/"}) {
    EXPECT_FALSE(parse_shard(bad)) << bad;
  }
}

TEST(selection, a_sample_has_its_size_and_depends_on_the_seed_only) {
  const auto all = hundred();
  selection s;
  s.sample = 10;
  s.seed = 1;
  const auto first = select(s, all);
  EXPECT_EQ(first.size(), 10u);
  EXPECT_EQ(select(s, all), first);
  s.seed = 2;
  EXPECT_NE(select(s, all), first);
  s.sample = 1000;
  EXPECT_EQ(select(s, all).size(), all.size());
}

TEST(selection, a_path_selects_what_lies_below_it) {
  const auto chosen = [](const char* pattern) {
    selection by_path;
    by_path.patterns = {pattern};
    return selects(by_path, make("queue/order/eight"));
  };
  EXPECT_TRUE(chosen("queue"));
  EXPECT_TRUE(chosen("queue/order/"));
  EXPECT_FALSE(chosen("que"));
  EXPECT_FALSE(chosen("queue/order/eight/x"));
  selection without;
  without.excluded = {"queue/order"};
  EXPECT_FALSE(selects(without, make("queue/order/eight")));
  EXPECT_TRUE(selects(without, make("queue/other/eight")));
}

TEST(selection, the_condition_that_leaves_nothing_is_told) {
  const std::vector<script::scenario> all = {make("clean_start/a/b", {"slow"}), make("will/a/c")};
  const auto why = [&](const selection& s) {
    const auto found = why_nothing(s, all);
    return found ? found->why + "; " + found->help : "";
  };
  EXPECT_EQ(why({}), "");
  selection s;
  s.patterns = {"clean-start/**"};
  EXPECT_EQ(why(s), "no case matches 'clean-start/**'; did you mean 'clean_start/**'?");
  s.patterns = {"c"};
  EXPECT_EQ(why(s), "no case matches 'c'; did you mean '**/c'?");
  s.patterns = {"will"};
  s.tags = {"slwo"};
  EXPECT_EQ(why(s), "--tag slwo leaves none of 1 cases; did you mean 'slow'?");
  s.tags = {"slow"};
  EXPECT_EQ(why(s),
            "--tag slow leaves none of 1 cases; mqttspec list --json shows what each case has");
  s.tags.clear();
  s.excluded = {"will"};
  EXPECT_EQ(why(s).substr(0, 40), "--exclude will leaves none of 1 cases; m");
}

TEST(selection, patterns_without_a_match_are_told) {
  selection s;
  s.patterns = {"a/**", "b/**"};
  EXPECT_EQ(unmatched_patterns(s, hundred()), std::vector<std::string>{"b/**"});
}

}  // namespace
}  // namespace mqttspec::suite
