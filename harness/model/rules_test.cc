#include "model/rules.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <vector>

namespace mqttspec::model {
namespace {

TEST(rules, every_decision_has_a_sound_answer) {
  const rules r;
  struct one_decision {
    void (*answer)();
    const void* others;
  };
  std::vector<one_decision> all(decision_count());
  ASSERT_EQ(sizeof(one_decision) * all.size(), sizeof(r));
  std::memcpy(all.data(), &r, sizeof(r));
  for (std::size_t n = 0; n < all.size(); ++n)
    EXPECT_NE(all[n].answer, nullptr) << "decision " << n;
  EXPECT_GE(all.size(), 100u);
}

TEST(rules, disconnect_may_change_the_interval_unless_connect_sent_zero) {
  const auto allowed = sound_rules().interval_update_allowed;
  EXPECT_TRUE(allowed({.sent_in_connect = 0, .granted = 0, .update = 0}));
  EXPECT_FALSE(allowed({.sent_in_connect = 0, .granted = 0, .update = 1}));
  EXPECT_FALSE(allowed({.sent_in_connect = 0, .granted = 60, .update = 1}));
  EXPECT_TRUE(allowed({.sent_in_connect = 60, .granted = 0, .update = 1}));
  EXPECT_TRUE(allowed({.sent_in_connect = 5, .granted = 5, .update = 0}));
}

TEST(rules, granted_interval_by_version) {
  const auto granted = sound_rules().granted_interval;
  expiry_facts f;
  EXPECT_EQ(granted(f), 0u);  // absent
  f.asked = 7;
  EXPECT_EQ(granted(f), 7u);
  f.maximum = 5;
  EXPECT_EQ(granted(f), 5u);
  f = {.version = protocol_version::v311, .clean_start = true};
  EXPECT_EQ(granted(f), 0u);
  f.clean_start = false;
  f.v311_interval = 9;
  EXPECT_EQ(granted(f), 9u);
}

TEST(rules, retained_on_subscribe_by_retain_handling) {
  struct row {
    std::uint8_t handling;
    bool existed;
    bool shared;
    bool sent;
  };
  for (const row& r :
       {row{0, false, false, true}, row{0, true, false, true}, row{1, false, false, true},
        row{1, true, false, false}, row{2, false, false, false}, row{2, true, false, false},
        row{0, false, true, false}, row{1, false, true, false}}) {
    subscribe_facts f;
    f.retain_handling = r.handling;
    f.existed = r.existed;
    f.shared = r.shared;
    EXPECT_EQ(sound_rules().retained_are_sent(f), r.sent);
  }
}

TEST(rules, will_is_spared_by_a_normal_disconnect_only) {
  const auto due = sound_rules().will_is_due;
  will_facts f;
  f.cause = close_cause::disconnect;
  EXPECT_FALSE(due(f));
  f.disconnect_reason = 0x04;
  EXPECT_TRUE(due(f));
  f.disconnect_reason = 0x81;
  EXPECT_TRUE(due(f));
  f.version = protocol_version::v311;
  EXPECT_FALSE(due(f));
  for (const close_cause c :
       {close_cause::peer_closed, close_cause::keep_alive, close_cause::protocol_error,
        close_cause::takeover, close_cause::server_stop, close_cause::server_limit}) {
    f = {};
    f.cause = c;
    EXPECT_TRUE(due(f));
  }
}

TEST(rules, keep_alive_limit_is_one_and_a_half_and_none_for_zero) {
  keep_alive_facts f;
  EXPECT_EQ(sound_rules().keep_alive_limit(f), duration::max());
  f.in_force = 3;
  EXPECT_EQ(sound_rules().keep_alive_limit(f), std::chrono::milliseconds(4500));
  f.in_force = 65535;
  EXPECT_EQ(sound_rules().keep_alive_limit(f), std::chrono::milliseconds(98302500));
}

TEST(rules, a_message_waits_in_whole_seconds) {
  copy_facts f;
  f.expiry_interval = 2;
  const auto left = [&](duration waited) {
    f.waited = waited;
    return sound_rules().remaining_expiry(f);
  };
  using namespace std::chrono_literals;
  EXPECT_EQ(left(0s), 2u);
  EXPECT_EQ(left(1s - 1ns), 2u);
  EXPECT_EQ(left(1s), 1u);
  EXPECT_EQ(left(2s), 0u);
  EXPECT_EQ(left(200s), 0u);
  f.waited = 2s - 1ns;
  EXPECT_FALSE(sound_rules().queued_is_expired(f));
  f.waited = 2s;
  EXPECT_TRUE(sound_rules().queued_is_expired(f));
  f.expiry_interval = 0;
  f.waited = 0s;
  EXPECT_FALSE(sound_rules().queued_is_expired(f));  // there was no waiting
}

}  // namespace
}  // namespace mqttspec::model
