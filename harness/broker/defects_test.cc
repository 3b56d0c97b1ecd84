#include "broker/defects.h"

#include <gtest/gtest.h>

#include <set>

#include "model/rehearsal.h"

namespace mqttspec::broker {
namespace {

TEST(defects, each_has_a_name_of_its_own_and_changes_a_decision) {
  std::set<std::string_view> names;
  for (const defect* d : all_defects()) {
    EXPECT_TRUE(names.insert(d->name).second) << d->name;
    EXPECT_EQ(d->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), d->name.npos);
    EXPECT_FALSE(d->sentence.empty()) << d->name;
    model::rules r;
    d->plant(r);
    EXPECT_FALSE(model::changed_decisions(model::sound_rules(), r).empty()) << d->name;
    EXPECT_EQ(find_defect(d->name), d);
  }
  EXPECT_GE(names.size(), 150u);
  EXPECT_EQ(find_defect("no-such-defect"), nullptr);
}

TEST(defects, statements_are_split_at_blanks) {
  const defect d{"x", "does x", "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6", "", nullptr};
  EXPECT_EQ(statements_of(d),
            (std::vector<std::string_view>{"v5:MQTT-3.1.2-4", "v311:MQTT-3.1.2-6"}));
  EXPECT_TRUE(breaks(d, "v311:MQTT-3.1.2-6"));
  EXPECT_FALSE(breaks(d, "v311:MQTT-3.1.2-4"));
}

TEST(defects, each_names_statements_once) {
  for (const defect* d : all_defects()) {
    const auto list = statements_of(*d);
    EXPECT_FALSE(list.empty()) << d->name;
    EXPECT_EQ(std::set(list.begin(), list.end()).size(), list.size()) << d->name;
  }
}

}  // namespace
}  // namespace mqttspec::broker
