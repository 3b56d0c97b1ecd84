#include "play/expectation.h"

#include <gtest/gtest.h>

namespace mqttspec::play {
namespace {

using namespace std::chrono_literals;
using script::alternative;
using script::awaited;
using wire::packet_type;
using wire::protocol_version;

constexpr duration slack = 1s;
constexpr duration timeout = 5s;
const instant zero{};

script::field_clause equals(std::string name, std::uint64_t number) {
  script::field_clause c;
  c.name = std::move(name);
  c.values.push_back({number});
  c.where = {"case.mqs", 7, 20, 3};
  return c;
}

alternative packet(packet_type type, std::vector<script::field_clause> fields = {}) {
  alternative a;
  a.packet = {type, protocol_version::v5, std::move(fields)};
  a.statements = {{protocol_version::v5, "MQTT-3.12.4-1"}};
  return a;
}

alternative only(awaited what) {
  alternative a;
  a.what = what;
  return a;
}

script::expect_line line(script::group_kind group, std::vector<alternative> alternatives,
                         script::timing window = {}) {
  script::expect_line l;
  l.client = "c";
  l.group = group;
  l.alternatives = std::move(alternatives);
  l.window = std::move(window);
  return l;
}

script::expect_line single(alternative a, script::timing window = {}) {
  return line(script::group_kind::single, {std::move(a)}, std::move(window));
}

inbound arrived(packet_type type, instant at) {
  inbound i;
  i.packet = wire::make(type, protocol_version::v5);
  i.at = at;
  return i;
}

inbound closed(instant at, close_kind how = close_kind::orderly) {
  inbound i;
  i.kind = inbound_kind::close;
  i.at = at;
  i.how = how;
  return i;
}

judgement judge(const script::expect_line& l, std::deque<inbound> queue, instant now,
                link_end end = link_end::open, std::optional<instant> mark = std::nullopt) {
  expectation e(l, window_of(l.window, zero, zero, mark, {timeout, slack, 0s}), {});
  return e.judge(queue, end, now);
}

TEST(expectation, waits_while_nothing_has_come_and_the_window_is_open) {
  const auto l = single(packet(packet_type::pingresp), {{}, 2s, ""});
  EXPECT_EQ(judge(l, {}, zero + 2999ms).is, judgement::state::pending);
}

TEST(expectation, is_met_by_the_packet_and_gives_its_statements) {
  const judgement j = judge(single(packet(packet_type::pingresp)),
                            {arrived(packet_type::pingresp, zero + 1ms)}, zero + 1ms);
  EXPECT_EQ(j.is, judgement::state::met);
  ASSERT_EQ(j.statements.size(), 1u);
  EXPECT_EQ(j.statements.front().id, "MQTT-3.12.4-1");
}

TEST(expectation, fails_on_silence_when_window_and_slack_are_over) {
  const judgement j = judge(single(packet(packet_type::pingresp), {{}, 2s, ""}), {}, zero + 3s);
  EXPECT_EQ(j.is, judgement::state::failed);
  EXPECT_EQ(j.message, "expected PINGRESP within 2s, nothing came");
  EXPECT_EQ(j.how, difference::silence);
}

TEST(expectation, without_a_window_waits_for_the_time_out) {
  const auto l = single(packet(packet_type::pingresp));
  EXPECT_EQ(judge(l, {}, zero + 4999ms).is, judgement::state::pending);
  EXPECT_EQ(judge(l, {}, zero + 5s).is, judgement::state::failed);
}

TEST(expectation, judges_by_arrival_not_by_when_it_is_read) {
  const auto l = single(packet(packet_type::pingresp), {{}, 2s, ""});
  EXPECT_EQ(judge(l, {arrived(packet_type::pingresp, zero + 1s)}, zero + 60s).is,
            judgement::state::met);
}

TEST(expectation, a_packet_behind_the_window_is_too_late_by_its_arrival) {
  const judgement j = judge(single(packet(packet_type::pingresp), {{}, 2s, ""}),
                            {arrived(packet_type::pingresp, zero + 3500ms)}, zero + 3500ms);
  EXPECT_EQ(j.is, judgement::state::failed);
  EXPECT_EQ(j.missed_by, 500ms);
  EXPECT_EQ(j.how, difference::misplaced);
}

TEST(expectation, a_close_in_front_of_the_window_is_too_early_beyond_the_slack) {
  const auto l = single(only(awaited::close), {duration(3s), 4s, "quiet"});
  EXPECT_EQ(judge(l, {closed(zero + 1999ms)}, zero + 2s, link_end::closed_by_broker, zero).is,
            judgement::state::failed);
  EXPECT_EQ(judge(l, {closed(zero + 2s)}, zero + 2s, link_end::closed_by_broker, zero).is,
            judgement::state::met);
}

TEST(expectation, the_lower_bound_counts_from_the_mark) {
  const auto l = single(only(awaited::close), {duration(3s), 4s, "quiet"});
  EXPECT_EQ(judge(l, {closed(zero + 5s)}, zero + 5s, link_end::closed_by_broker, zero + 10s).is,
            judgement::state::failed);
}

TEST(expectation, names_what_came_instead) {
  const judgement j =
      judge(single(packet(packet_type::pingresp)), {arrived(packet_type::disconnect, zero)}, zero);
  EXPECT_EQ(j.message, "expected PINGRESP, got DISCONNECT");
  EXPECT_EQ(
      judge(single(packet(packet_type::pingresp)), {closed(zero, close_kind::reset)}, zero).message,
      "expected PINGRESP, got close (reset)");
}

TEST(expectation, reports_the_field_with_its_place) {
  inbound connack = arrived(packet_type::connack, zero);
  const judgement j =
      judge(single(packet(packet_type::connack, {equals("session_present", 1)})), {connack}, zero);
  ASSERT_EQ(j.faults.size(), 1u);
  EXPECT_EQ(results::print(j.faults.front().what), "CONNACK.session_present: expected 1, got 0");
  EXPECT_EQ(j.faults.front().where.line, 7u);
}

TEST(expectation, an_unlisted_reason_must_mean_success) {
  inbound connack = arrived(packet_type::connack, zero);
  connack.packet.reason = 0x87;
  const judgement j = judge(single(packet(packet_type::connack)), {connack}, zero);
  EXPECT_EQ(j.message, "CONNACK.reason: expected success, got not_authorized (0x87)");
}

TEST(expectation, a_closed_connection_cannot_bring_a_packet) {
  const judgement j =
      judge(single(packet(packet_type::pingresp)), {}, zero, link_end::closed_by_broker);
  EXPECT_EQ(j.is, judgement::state::failed);
  EXPECT_EQ(j.how, difference::content);
}

TEST(expectation, a_close_that_was_read_before_is_still_a_close) {
  EXPECT_EQ(judge(single(only(awaited::close)), {}, zero, link_end::closed_by_broker).is,
            judgement::state::met);
  EXPECT_EQ(judge(single(only(awaited::close)), {}, zero, link_end::closed_by_us).is,
            judgement::state::failed);
}

TEST(expectation, nothing_is_met_when_its_time_is_over_without_slack) {
  const auto l = single(only(awaited::nothing), {{}, 300ms, ""});
  EXPECT_EQ(judge(l, {}, zero + 299ms).is, judgement::state::pending);
  EXPECT_EQ(judge(l, {}, zero + 300ms).is, judgement::state::met);
}

TEST(expectation, nothing_leaves_what_comes_after_its_time_to_the_next_line) {
  const auto l = single(only(awaited::nothing), {{}, 300ms, ""});
  std::deque<inbound> queue = {arrived(packet_type::pingresp, zero + 400ms)};
  expectation e(l, window_of(l.window, zero, zero, std::nullopt, {timeout, slack, 0s}), {});
  EXPECT_EQ(e.judge(queue, link_end::open, zero + 400ms).is, judgement::state::met);
  EXPECT_EQ(queue.size(), 1u);
}

TEST(expectation, nothing_fails_on_a_packet_and_on_a_close) {
  const auto l = single(only(awaited::nothing), {{}, 300ms, ""});
  EXPECT_EQ(judge(l, {arrived(packet_type::pingresp, zero)}, zero).message,
            "expected nothing, got PINGRESP");
  EXPECT_EQ(judge(l, {closed(zero)}, zero, link_end::closed_by_broker).is,
            judgement::state::failed);
}

TEST(expectation, any_of_takes_the_first_that_fits_and_its_note) {
  alternative tolerated = only(awaited::close);
  tolerated.note = "closed without DISCONNECT";
  const auto l = line(script::group_kind::any_of, {packet(packet_type::disconnect), tolerated});
  const judgement j = judge(l, {closed(zero)}, zero, link_end::closed_by_broker);
  EXPECT_EQ(j.is, judgement::state::met);
  EXPECT_EQ(j.notes, std::vector<std::string>{"closed without DISCONNECT"});
  EXPECT_TRUE(j.statements.empty());
}

TEST(expectation, any_of_may_allow_silence) {
  const auto l = line(script::group_kind::any_of,
                      {packet(packet_type::publish), only(awaited::nothing)}, {{}, 1s, ""});
  EXPECT_EQ(judge(l, {}, zero + 1s).is, judgement::state::met);
  EXPECT_EQ(judge(l, {arrived(packet_type::pingresp, zero)}, zero).is, judgement::state::failed);
}

TEST(expectation, all_of_takes_either_order_but_each_only_once) {
  const auto l =
      line(script::group_kind::all_of, {packet(packet_type::suback), packet(packet_type::publish)});
  EXPECT_EQ(
      judge(l, {arrived(packet_type::publish, zero), arrived(packet_type::suback, zero)}, zero).is,
      judgement::state::met);
  EXPECT_EQ(judge(l, {arrived(packet_type::publish, zero)}, zero).is, judgement::state::pending);
  EXPECT_EQ(
      judge(l, {arrived(packet_type::publish, zero), arrived(packet_type::publish, zero)}, zero).is,
      judgement::state::failed);
}

TEST(expectation, a_malformed_packet_fails_whatever_the_line_says) {
  inbound bad;
  bad.kind = inbound_kind::malformed;
  bad.octets = {0xD1, 0x00};
  bad.fault = {wire::wire_error::reserved_flags, 0, protocol_version::v5, "MQTT-2.1.3-1"};
  const judgement j = judge(single(packet(packet_type::pingresp)), {bad}, zero);
  EXPECT_EQ(j.is, judgement::state::failed);
  ASSERT_TRUE(j.wire_fault);
  EXPECT_EQ(j.wire_fault->statement, "MQTT-2.1.3-1");
  EXPECT_NE(j.message.find("malformed PINGRESP"), std::string::npos);
}

TEST(expectation, an_answer_with_the_identifier_0_is_wrong_by_coming_where_the_end_was_due) {
  inbound bad;
  bad.kind = inbound_kind::malformed;
  bad.octets = {0xB0, 0x02, 0x00, 0x00};
  bad.fault = {wire::wire_error::zero_packet_id, 2, protocol_version::v311, ""};
  bad.repeats_our_fault = true;
  script::alternative close;
  close.what = script::awaited::close;
  script::expect_line line = single(close);
  line.statements = {{protocol_version::v311, "MQTT-4.8.0-1"}};
  const judgement j = judge(line, {bad}, zero);
  EXPECT_EQ(j.is, judgement::state::failed);
  EXPECT_FALSE(j.wire_fault);
  ASSERT_EQ(j.statements.size(), 1U);
  EXPECT_EQ(j.statements[0].id, "MQTT-4.8.0-1");
}

TEST(expectation, captures_what_a_later_line_needs) {
  script::field_clause capture;
  capture.name = "id";
  capture.kind = script::match_kind::captured;
  capture.variable = "pid";
  inbound publish = arrived(packet_type::publish, zero);
  publish.packet.qos = 1;
  publish.packet.packet_id = 77;
  const judgement j = judge(single(packet(packet_type::publish, {capture})), {publish}, zero);
  ASSERT_EQ(j.is, judgement::state::met);
  EXPECT_EQ(j.captures.at("pid"), wire::value(std::uint64_t{77}));
}

// `between 3s and 8s or until 63s`, read by a line that was reached at |zero|.
judgement judged_at(duration at) {
  script::timing t;
  t.earliest = 3s;
  t.latest = 8s;
  t.tolerated = 63s;
  const auto l = single(packet(packet_type::pingresp), t);
  expectation e(l, window_of(l.window, zero, zero, std::nullopt, {timeout, slack, 60s}), {});
  std::deque<inbound> queue{arrived(packet_type::pingresp, zero + at)};
  return e.judge(queue, link_end::open, zero + at);
}

TEST(expectation, tolerates_lateness_with_a_note_that_tells_it) {
  EXPECT_EQ(judged_at(9s).is, judgement::state::met);
  EXPECT_TRUE(judged_at(9s).notes.empty());  // the slack is no lateness
  const judgement late = judged_at(12300ms);
  EXPECT_EQ(late.is, judgement::state::met);
  ASSERT_EQ(late.notes.size(), 1u);
  EXPECT_EQ(late.notes[0], "PINGRESP came 9.3s late (expected between 3s and 8s or until 63s)");
  EXPECT_EQ(judged_at(64s).is, judgement::state::met);
  EXPECT_EQ(judged_at(65s).is, judgement::state::failed);
  EXPECT_EQ(judged_at(1900ms).is, judgement::state::failed);
}

TEST(expectation, waits_for_what_is_late_until_the_second_bound) {
  script::timing t;
  t.latest = 8s;
  t.tolerated = 63s;
  const auto l = single(packet(packet_type::pingresp), t);
  expectation e(l, window_of(l.window, zero, zero, std::nullopt, {timeout, slack, 60s}), {});
  std::deque<inbound> queue;
  EXPECT_EQ(e.judge(queue, link_end::open, zero + 10s).is, judgement::state::pending);
  EXPECT_EQ(e.deadline(), zero + 64s);
  EXPECT_EQ(e.judge(queue, link_end::open, zero + 64s).message,
            "expected PINGRESP within 8s or until 63s, nothing came");
}

}  // namespace
}  // namespace mqttspec::play
