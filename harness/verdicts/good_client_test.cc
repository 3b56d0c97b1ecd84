// What the player does besides the lines, and what it bears, as a good client.

#include <gtest/gtest.h>

#include "verdicts/scripted_case.h"

namespace mqttspec::verdicts {
namespace {

class good_client : public scripted_case {
 protected:
  // How many PINGREQs were written.
  std::size_t pings() const {
    std::size_t count = 0;
    for (auto at = log_.find("write c000"); at != log_.npos; at = log_.find("write c000", at + 1)) {
      ++count;
    }
    return count;
  }
};

constexpr const char* connack_with_5_seconds =
    "CONNACK session_present=0 reason=success server_keep_alive=5";
constexpr const char* silent_for_a_while =
    "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    wait 20s\n"
    "    c < nothing for 100ms  @MQTT-4.1.0-2\n";

TEST_F(good_client, sends_pingreq_in_time_where_the_server_imposes_a_keep_alive) {
  load(silent_for_a_while);
  broker_sends("c", connack_with_5_seconds);
  EXPECT_EQ(run_->next_deadline(), zero + 3750ms);
  for (int i = 0; i < 5; ++i) {
    pass_time(3750ms);
    broker_sends("c", "PINGRESP");
  }
  EXPECT_EQ(pings(), 5u);
  pass_time(1250ms);
  pass_time(100ms);
  EXPECT_EQ(result().outcome, verdict::pass) << "no line has seen a PINGRESP";
}

TEST_F(good_client, does_so_for_the_keep_alive_of_the_target) {
  options_.keep_alive = 8;
  load(silent_for_a_while);
  broker_sends("c", connack);
  pass_time(6s);
  EXPECT_EQ(pings(), 1u);
}

TEST_F(good_client, leaves_silence_to_cases_that_are_about_it) {
  load(silent_for_a_while, "clients c d\n  needs server_keep_alive >= 1");
  broker_sends("c", connack_with_5_seconds);
  pass_time(20s);
  EXPECT_EQ(pings(), 0u);
}

TEST_F(good_client, leaves_silence_to_a_connect_that_says_its_keep_alive) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1 keep_alive=2\n    c < CONNACK\n"
      "    wait 20s\n");
  broker_sends("c", "CONNACK session_present=0 reason=success server_keep_alive=2");
  pass_time(20s);
  EXPECT_EQ(pings(), 0u);
}

TEST_F(good_client, gives_a_line_its_own_pingresp) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    wait 4s\n"
      "    c > PINGREQ\n    c < PINGRESP  @MQTT-3.12.4-1\n    c < nothing for 1s\n");
  broker_sends("c", connack_with_5_seconds);
  pass_time(3750ms);
  pass_time(250ms);
  EXPECT_EQ(pings(), 2u);
  broker_sends("c", "PINGRESP");
  broker_sends("c", "DISCONNECT");
  EXPECT_EQ(result().outcome, verdict::fail) << "the first PINGRESP was ours";
}

TEST_F(good_client, bears_a_disconnect_that_answers_its_own) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    c > DISCONNECT\n"
      "    c < close  @MQTT-3.14.4-1\n");
  broker_sends("c", connack);
  broker_sends("c", "DISCONNECT");
  EXPECT_FALSE(run_->judged());
  broker_closes("c");
  EXPECT_EQ(result().outcome, verdict::pass);
}

TEST_F(good_client, hears_a_disconnect_that_answers_nothing) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    c < close  @MQTT-3.14.4-1\n");
  broker_sends("c", connack);
  broker_sends("c", "DISCONNECT reason=protocol_error");
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(good_client, accuses_nobody_who_gives_a_reason_of_its_own) {
  const std::string lines =
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=0  @MQTT-3.2.2-2\n    c < nothing for 1s  @MQTT-4.4.0-1\n";
  load(lines);
  broker_sends("c", connack);
  broker_sends("c", "DISCONNECT reason=server_shutting_down");
  const auto ended = result();
  EXPECT_EQ(ended.outcome, verdict::inconclusive);
  EXPECT_TRUE(late_) << "it deserves another try";
  EXPECT_EQ(ended.reason,
            "the server gives a reason of its own to end the connection: server_shutting_down "
            "(0x8b)");
  load(lines);
  broker_sends("c", "CONNACK session_present=0 reason=server_busy");
  EXPECT_EQ(result().outcome, verdict::inconclusive);
  load(lines);
  broker_sends("c", "CONNACK session_present=0 reason=not_authorized");
  EXPECT_EQ(result().outcome, verdict::inconclusive) << "a refusal says nothing about the claim";
  EXPECT_FALSE(late_);
}

constexpr const char* answered =
    "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    c > PINGREQ\n"
    "    c < PINGRESP  @MQTT-3.12.4-1\n";

TEST_F(good_client, notes_what_is_late_where_no_statement_gives_a_time) {
  options_.patience = 60s;
  load(answered);
  broker_sends("c", connack);
  pass_time(9s);
  EXPECT_FALSE(run_->judged());
  broker_sends("c", "PINGRESP");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::pass_note);
  ASSERT_EQ(r.notes.size(), 1u);
  EXPECT_EQ(r.notes[0], "PINGRESP came 9s late (expected within the time-out of 5s)");
}

TEST_F(good_client, accuses_of_silence_at_the_end_of_its_patience) {
  options_.patience = 60s;
  load(answered);
  broker_sends("c", connack);
  EXPECT_EQ(run_->next_deadline(), zero + 60s);
  pass_time(60s);
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(good_client, keeps_to_times_of_the_standard) {
  options_.patience = 60s;
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1 keep_alive=2\n    c < CONNACK\n"
      "    c < close between 3s and 4s  @MQTT-3.1.2-22\n");
  broker_sends("c", connack);
  pass_time(5s);
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(good_client, a_broker_far_away_gets_time_for_each_answer) {
  options_.case_deadline = 10s;
  std::string lines = "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n";
  for (int i = 0; i < 10; ++i) lines += "    c > PINGREQ\n    c < PINGRESP\n";
  load(lines);
  broker_sends("c", connack);
  for (int i = 0; i < 10; ++i) {
    pass_time(2s);
    broker_sends("c", "PINGRESP");
  }
  EXPECT_EQ(result().outcome, verdict::pass);
}

}  // namespace
}  // namespace mqttspec::verdicts
