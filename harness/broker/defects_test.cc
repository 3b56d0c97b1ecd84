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

// Where a decision stands in `rules`, which is nothing but decisions.
template <class Decision>
std::size_t place_of(Decision model::rules::* decision) {
  const model::rules r;
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&(r.*decision)) -
                                  reinterpret_cast<const char*>(&r)) /
         sizeof(Decision);
}

// Decisions that no defect replaces, since every answer is allowed.
std::set<std::size_t> free_decisions() {
  using model::rules;
  return {
      // The close is the rule, the code in front of it is advice [v5:v5-4.13.1-a]; cases note
      // others.
      place_of(&rules::keep_alive_reason),
      // Only the client is forbidden to send behind its DISCONNECT. [v5:MQTT-3.14.4-1]
      place_of(&rules::processes_behind_disconnect),
      // What is buffered may come or not. [v5:v5-3.10.4-a] [v311:v311-3.10.4-a]
      place_of(&rules::unsubscribe_drops_waiting),
      // QoS 0 may wait while the window is full, and need not. [v5:v5-4.9-c]
      place_of(&rules::qos0_waits_for_quota),
  };
}

TEST(defects, each_decision_is_replaced_by_one_or_is_free) {
  std::set<std::size_t> replaced;
  for (const defect* d : all_defects()) {
    model::rules r;
    d->plant(r);
    for (const std::size_t n : model::changed_decisions(model::sound_rules(), r)) {
      replaced.insert(n);
    }
  }
  const std::set<std::size_t> free = free_decisions();
  for (std::size_t n = 0; n < model::decision_count(); ++n) {
    EXPECT_NE(replaced.contains(n), free.contains(n))
        << "decision " << n
        << " of model/rules.h, counted from 0: plant a defect that replaces it, "
        << "or say above why every answer to it is allowed";
  }
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
