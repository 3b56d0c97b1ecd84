#include "model/outbox.h"

#include <gtest/gtest.h>

#include <set>

namespace mqttspec::model {
namespace {

using namespace std::chrono_literals;
using wire::packet_type;

struct outbox_test : testing::Test {
  instant now{};

  delivery copy(const std::string& payload, std::uint8_t qos,
                std::optional<std::uint32_t> expiry = std::nullopt) const {
    message m;
    m.topic = "t";
    m.payload = payload;
    m.qos = qos;
    m.expiry_interval = expiry;
    m.received = now;
    return {std::make_shared<const message>(std::move(m)), qos, false, {}, "t"};
  }
  std::vector<std::string> drain(outbox& out) const {
    std::vector<std::string> payloads;
    while (auto o = out.next(now)) {
      payloads.push_back(o->type == packet_type::pubrel ? "PUBREL" : o->copy.content->payload);
    }
    return payloads;
  }
  using list = std::vector<std::string>;
};

TEST_F(outbox_test, nothing_is_sent_while_closed) {
  outbox out({}, sound_rules());
  EXPECT_EQ(out.add(copy("1", 1), now), acceptance::kept);
  EXPECT_FALSE(out.next(now));
  out.open({}, false, now);
  EXPECT_EQ(drain(out), (list{"1"}));
}

TEST_F(outbox_test, qos0_for_an_absent_client_is_kept_by_option_only) {
  outbox without({}, sound_rules());
  EXPECT_EQ(without.add(copy("0", 0), now), acceptance::not_kept);
  outbox with({.qos0_queued = true}, sound_rules());
  EXPECT_EQ(with.add(copy("0", 0), now), acceptance::kept);
  with.open({}, true, now);
  EXPECT_EQ(drain(with), (list{"0"}));
}

TEST_F(outbox_test, qos0_does_not_overtake_an_older_one_that_waits_behind_the_window) {
  outbox out({.qos0_queued = true}, sound_rules());
  out.add(copy("1", 1), now);
  out.add(copy("2", 1), now);
  out.add(copy("older", 0), now);
  out.open({wire::protocol_version::v5, 1}, true, now);
  out.add(copy("newer", 0), now);
  EXPECT_EQ(drain(out), (list{"1"}));
  out.acknowledge(packet_type::puback, 1, 0);
  EXPECT_EQ(drain(out), (list{"2", "older", "newer"}));
}

TEST_F(outbox_test, overflow_by_policy) {
  struct row {
    overflow_action policy;
    acceptance result;
    list kept;
  };
  for (const row& r : {row{overflow_action::drop_newest, acceptance::newest_dropped, {"1", "2"}},
                       row{overflow_action::drop_oldest, acceptance::oldest_dropped, {"2", "3"}},
                       row{overflow_action::disconnect, acceptance::newest_dropped, {"1", "2"}}}) {
    outbox out({.queue_limit = 2, .overflow = r.policy}, sound_rules());
    out.add(copy("1", 1), now);
    out.add(copy("2", 1), now);
    EXPECT_EQ(out.add(copy("3", 1), now), r.result);
    out.open({}, true, now);
    EXPECT_EQ(drain(out), r.kept);
  }
}

TEST_F(outbox_test, overflow_of_a_connected_client_may_disconnect_and_spares_what_is_in_flight) {
  outbox out({.queue_limit = 1, .overflow = overflow_action::disconnect}, sound_rules());
  out.open({protocol_version::v5, 1}, false, now);
  out.add(copy("1", 1), now);
  EXPECT_EQ(drain(out), (list{"1"}));
  EXPECT_EQ(out.add(copy("2", 1), now), acceptance::kept);
  EXPECT_EQ(out.add(copy("3", 1), now), acceptance::disconnect);
  EXPECT_EQ(out.in_flight(), 1u);
}

TEST_F(outbox_test, expired_messages_make_room) {
  outbox out({.queue_limit = 2}, sound_rules());
  out.add(copy("old", 1, 2), now);
  out.add(copy("older", 1, 1), now);
  now += 2s;
  EXPECT_EQ(out.add(copy("fresh", 1), now), acceptance::kept);
  out.open({}, true, now);
  EXPECT_EQ(drain(out), (list{"fresh"}));
}

TEST_F(outbox_test, quota_comes_back_with_puback_pubcomp_and_failing_pubrec) {
  outbox out({}, sound_rules());
  out.open({protocol_version::v5, 1}, false, now);
  for (const char* n : {"1", "2", "3"}) out.add(copy(n, 2), now);
  const std::uint16_t first = out.next(now)->packet_id;
  EXPECT_FALSE(out.next(now));
  const acknowledged a = out.acknowledge(packet_type::pubrec, first, 0);
  EXPECT_TRUE(a.known && a.release && !a.completed);
  EXPECT_EQ(a.release_reason, 0);
  EXPECT_FALSE(out.next(now));
  EXPECT_TRUE(out.acknowledge(packet_type::pubcomp, first, 0).completed);
  const std::uint16_t second = out.next(now)->packet_id;
  const acknowledged refused = out.acknowledge(packet_type::pubrec, second, 0x87);
  EXPECT_TRUE(refused.completed && !refused.release);
  EXPECT_TRUE(out.next(now));
  EXPECT_EQ(out.slots_in_use(), 1u);
}

TEST_F(outbox_test, acknowledgements_of_the_wrong_kind_change_nothing) {
  outbox out({}, sound_rules());
  out.open({}, false, now);
  out.add(copy("1", 1), now);
  out.add(copy("2", 2), now);
  const std::uint16_t one = out.next(now)->packet_id;
  const std::uint16_t two = out.next(now)->packet_id;
  EXPECT_FALSE(out.acknowledge(packet_type::puback, two, 0).known);
  EXPECT_FALSE(out.acknowledge(packet_type::pubrec, one, 0).known);
  EXPECT_FALSE(out.acknowledge(packet_type::pubcomp, two, 0).known);
  EXPECT_EQ(out.acknowledge(packet_type::pubrec, 99, 0).release_reason, 0x92);
  EXPECT_EQ(out.in_flight(), 2u);
  EXPECT_EQ(out.slots_in_use(), 2u);
}

TEST_F(outbox_test, pubrels_are_sent_again_in_the_order_of_pubrec_and_cost_no_quota) {
  outbox out({}, sound_rules());
  out.open({}, false, now);
  for (const char* n : {"1", "2", "3"}) out.add(copy(n, 2), now);
  std::vector<std::uint16_t> ids;
  while (auto o = out.next(now)) ids.push_back(o->packet_id);
  out.acknowledge(packet_type::pubrec, ids[1], 0);
  out.acknowledge(packet_type::pubrec, ids[0], 0);
  out.close();
  out.open({protocol_version::v5, 1}, true, now);
  EXPECT_EQ(out.next(now)->packet_id, ids[1]);
  EXPECT_EQ(out.next(now)->packet_id, ids[0]);
  EXPECT_EQ(out.slots_in_use(), 0u);
  const auto again = out.next(now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->packet_id, ids[2]);
  EXPECT_TRUE(again->dup);
  // PUBCOMP of what held no slot gives none back beyond the window.
  out.acknowledge(packet_type::pubcomp, ids[0], 0);
  EXPECT_EQ(out.slots_in_use(), 1u);
}

TEST_F(outbox_test, an_acknowledgement_in_front_of_the_redelivery_is_taken) {
  outbox out({}, sound_rules());
  out.open({}, false, now);
  for (const char* n : {"1", "2"}) out.add(copy(n, 1), now);
  const std::uint16_t one = out.next(now)->packet_id;
  const std::uint16_t two = out.next(now)->packet_id;
  out.close();
  out.open({protocol_version::v5, 1}, true, now);
  EXPECT_EQ(out.next(now)->packet_id, one);
  EXPECT_TRUE(out.acknowledge(packet_type::puback, two, 0).completed);
  EXPECT_EQ(out.slots_in_use(), 1u);
  EXPECT_FALSE(out.next(now));
}

TEST_F(outbox_test, what_is_in_flight_does_not_expire_and_what_waits_for_quota_does) {
  outbox out({}, sound_rules());
  out.open({protocol_version::v5, 1}, false, now);
  out.add(copy("sent", 1, 1), now);
  out.add(copy("waits", 1, 1), now);
  out.next(now);
  now += 5s;
  out.close();
  out.open({protocol_version::v5, 1}, true, now);
  const auto again = out.next(now);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->copy.content->payload, "sent");
  out.acknowledge(packet_type::puback, again->packet_id, 0);
  EXPECT_FALSE(out.next(now));
}

TEST_F(outbox_test, an_oversized_message_frees_its_slot) {
  outbox out({}, sound_rules());
  out.open({protocol_version::v5, 1}, false, now);
  out.add(copy("big", 1), now);
  out.add(copy("small", 1), now);
  out.oversized(out.next(now)->packet_id, true);
  EXPECT_EQ(out.next(now)->copy.content->payload, "small");
}

TEST_F(outbox_test, ids_wrap_past_65535_without_zero_and_without_one_in_flight) {
  outbox out({}, sound_rules());
  out.open({}, false, now);
  out.add(copy("stays", 2), now);
  const std::uint16_t stays = out.next(now)->packet_id;
  for (int n = 0; n < 70000; ++n) {
    out.add(copy("x", 1), now);
    const auto o = out.next(now);
    ASSERT_TRUE(o);
    ASSERT_NE(o->packet_id, 0);
    ASSERT_NE(o->packet_id, stays);
    ASSERT_TRUE(out.acknowledge(packet_type::puback, o->packet_id, 0).completed);
  }
}

TEST_F(outbox_test, all_65535_ids_can_be_in_flight_and_then_sending_waits) {
  outbox out({.queue_limit = 70000}, sound_rules());
  out.open({}, false, now);
  std::set<std::uint16_t> ids;
  for (int n = 0; n < 65535; ++n) {
    out.add(copy("x", 1), now);
    const auto o = out.next(now);
    ASSERT_TRUE(o);
    ASSERT_TRUE(ids.insert(o->packet_id).second);
  }
  out.add(copy("waits", 1), now);
  EXPECT_FALSE(out.next(now));
  out.acknowledge(packet_type::puback, 4711, 0);
  EXPECT_EQ(out.next(now)->packet_id, 4711);
}

TEST_F(outbox_test, qos0_passes_while_the_quota_is_used_up) {
  outbox out({}, sound_rules());
  out.open({protocol_version::v5, 1}, false, now);
  for (const char* n : {"1", "2"}) out.add(copy(n, 1), now);
  EXPECT_EQ(drain(out), (list{"1"}));
  out.add(copy("0", 0), now);
  EXPECT_EQ(drain(out), (list{"0"}));
}

}  // namespace
}  // namespace mqttspec::model
