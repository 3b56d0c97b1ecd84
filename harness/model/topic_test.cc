#include "model/topic.h"

#include <gtest/gtest.h>

#include "model/session.h"
#include "model/subscription_index.h"

namespace mqttspec::model {
namespace {

struct match_row {
  const char* filter;
  const char* topic;
  bool expected;
};

const match_row match_rows[] = {
    {"a", "a", true},
    {"a", "A", false},
    {"a", "b", false},
    {"a", "a/", false},
    {"a/", "a/", true},
    {"a/b", "a/b", true},
    {"a/b", "a/b/c", false},
    {"a/b/c", "a/b", false},
    {"#", "a", true},
    {"#", "a/b/c", true},
    {"#", "/", true},
    {"a/#", "a", true},
    {"a/#", "a/", true},
    {"a/#", "a/b/c", true},
    {"a/#", "ab", false},
    {"a/b/#", "a", false},
    {"/#", "/", true},
    {"/#", "a", false},
    {"+", "a", true},
    {"+", "a/b", false},
    {"+", "/", false},
    {"+/+", "/", true},
    {"/+", "/finance", true},
    {"+/+", "/finance", true},
    {"+", "/finance", false},
    {"a/+", "a", false},
    {"a/+", "a/", true},
    {"a/+", "a/b", true},
    {"a/+", "a/b/c", false},
    {"a/+/c", "a/b/c", true},
    {"a/+/c", "a//c", true},
    {"a/+/c", "a/b/d", false},
    {"+/b/#", "a/b", true},
    {"+/b/#", "a/b/c/d", true},
    {"#", "$SYS/a", false},
    {"+/a", "$SYS/a", false},
    {"+/#", "$SYS", false},
    {"$SYS/#", "$SYS/a", true},
    {"$SYS/+", "$SYS/a", true},
    {"$SYS/a", "$SYS/a", true},
    {"a/#", "a/$b", true},
    {"a/+", "a/$b", true},
    {"\xEF\xBB\xBFx", "x", false},
    {" ", " ", true},
};

TEST(topic, matches_by_the_table) {
  for (const match_row& r : match_rows) {
    EXPECT_EQ(matches(r.filter, r.topic), r.expected) << r.filter << " and " << r.topic;
  }
}

TEST(topic, index_agrees_with_matches) {
  for (const match_row& r : match_rows) {
    subscription_index index;
    session s("a", 1, {}, sound_rules());
    const std::string filter = r.filter;
    const subscription_options options;
    index.add(filter, s, options);
    matched found;
    index.match(r.topic, !hidden_from("#", r.topic), !hidden_from("+", r.topic), found);
    EXPECT_EQ(found.subscribers.size(), r.expected ? 1u : 0u) << r.filter << " and " << r.topic;
    index.remove(filter, s);
    EXPECT_EQ(index.node_count(), 1u);
  }
}

TEST(topic, index_holds_all_filters_at_once) {
  subscription_index index;
  session s("a", 1, {}, sound_rules());
  const subscription_options options;
  std::set<std::string> filters;
  for (const match_row& r : match_rows) filters.insert(r.filter);
  for (const std::string& f : filters) index.add(f, s, options);
  for (const match_row& r : match_rows) {
    std::set<std::string> expected;
    for (const std::string& f : filters) {
      if (matches(f, r.topic)) expected.insert(f);
    }
    matched found;
    index.match(r.topic, !hidden_from("#", r.topic), !hidden_from("+", r.topic), found);
    std::set<std::string> got;
    for (const subscriber& each : found.subscribers) got.insert(*each.filter);
    EXPECT_EQ(got, expected) << r.topic;
    EXPECT_EQ(found.subscribers.size(), expected.size()) << r.topic;
  }
  for (const std::string& f : filters) index.remove(f, s);
  EXPECT_EQ(index.node_count(), 1u);
}

TEST(topic, valid_filters_and_names) {
  for (const char* good : {"#", "+", "a", "/", "a/#", "a/+/b", "+/+", "$share/g/a", "$share/g/#",
                           "$share", "$SYS/#", "a b", "$share/g//"}) {
    EXPECT_TRUE(valid_topic_filter(good)) << good;
  }
  for (const char* bad :
       {"", "#/a", "a#", "a/#/b", "a+", "+a/b", "a/b+/c", "##", "$share/", "$share/g", "$share/g/",
        "$share//a", "$share/+/a", "$share/#/a", "$share/g/a#"}) {
    EXPECT_FALSE(valid_topic_filter(bad)) << bad;
  }
  EXPECT_FALSE(valid_topic_filter(std::string_view("a\0b", 3)));
  EXPECT_FALSE(valid_topic_filter(std::string_view("$share/\0/a", 10)));
  EXPECT_TRUE(valid_topic_filter(std::string(65535, 'a')));
  EXPECT_FALSE(valid_topic_filter(std::string(65536, 'a')));
  EXPECT_TRUE(valid_topic_name("$SYS/a"));
  for (const char* bad : {"", "a/+", "#", "a+b"}) EXPECT_FALSE(valid_topic_name(bad)) << bad;
}

TEST(topic, shares_are_split) {
  EXPECT_EQ(split_share("$share/g/a/#"), (share_split{"g", "a/#", true}));
  EXPECT_EQ(split_share("$share/g//"), (share_split{"g", "/", true}));
  EXPECT_EQ(split_share("a/$share/g/b"), (share_split{"", "a/$share/g/b", false}));
  EXPECT_EQ(split_share("$share/g"), (share_split{"", "$share/g", false}));
}

}  // namespace
}  // namespace mqttspec::model
