#include "suite/habits.h"

#include <gtest/gtest.h>

namespace mqttspec::suite {
namespace {

using results::case_result;
using results::verdict;

case_result differs(const std::string& id, results::deviation d, verdict outcome = verdict::fail) {
  case_result c;
  c.id = id;
  c.version = "5";
  c.outcome = outcome;
  c.fault.emplace();
  c.fault->deviations = {std::move(d)};
  return c;
}

case_result witness(results::deviation d) {
  case_result c = differs("w", std::move(d));
  c.tags = {"witness"};
  return c;
}

TEST(habits, what_a_witness_has_told_accuses_nobody_else) {
  habits h;
  case_result before = differs("a", {"PUBACK.id", "1", "2"});
  h.look_at(before);
  EXPECT_EQ(before.outcome, verdict::fail);
  case_result w = witness({"PUBACK.id", "1", "2"});
  h.look_at(w);
  EXPECT_EQ(w.outcome, verdict::fail);
  case_result same = differs("b", {"PUBACK.id", "7", "8"});
  h.look_at(same);
  EXPECT_EQ(same.outcome, verdict::inconclusive);
  EXPECT_EQ(same.reason,
            "so it is in every session here, as w tells: PUBACK.id: expected 7, got 8");
  case_result premise = differs("c", {"PUBACK.id", "7", "8"}, verdict::inconclusive);
  h.look_at(premise);
  EXPECT_EQ(premise.reason, same.reason);
  case_result more = differs("d", {"PUBACK.id", "7", "8"});
  more.fault->deviations.push_back({"PUBACK.reason", "success", "quota_exceeded"});
  h.look_at(more);
  EXPECT_EQ(more.outcome, verdict::fail);
  case_result other_version = differs("e", {"PUBACK.id", "7", "8"});
  other_version.version = "3.1.1";
  h.look_at(other_version);
  EXPECT_EQ(other_version.outcome, verdict::fail);
}

TEST(habits, a_message_that_a_witness_misses_is_missed_for_a_reason_of_its_own) {
  habits h;
  for (const results::deviation& d : {results::deviation{"", "PUBLISH", "nothing"},
                                      {"PUBLISH.payload", "\"m1\"", "\"m2\""},
                                      {"PUBLISH", "PUBLISH", "PUBREL"}}) {
    case_result w = witness(d);
    h.look_at(w);
    case_result c = differs("a", d);
    h.look_at(c);
    EXPECT_EQ(c.outcome, verdict::fail) << d.of;
  }
  case_result s = differs("sanity/sanity[v5]", {"", "PUBLISH", "nothing"});
  s.file = results::sanity_file;
  h.look_at(s);
  case_result c = differs("a", {"", "PUBLISH", "nothing"});
  h.look_at(c);
  EXPECT_EQ(c.outcome, verdict::inconclusive) << "no client gets its own message";
}

}  // namespace
}  // namespace mqttspec::suite
