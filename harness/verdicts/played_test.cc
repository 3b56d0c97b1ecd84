// From packets to verdicts: scenarios played by hand.
#include <gtest/gtest.h>

#include "script/catalogue.h"
#include "verdicts/scripted_case.h"

namespace mqttspec::verdicts {
namespace {

class played_test : public scripted_case {};

TEST_F(played_test, runs_the_lines_in_order_and_passes) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=0  @MQTT-3.2.2-2\n"
      "    c > PINGREQ\n"
      "    c < PINGRESP  @MQTT-3.12.4-1\n");
  EXPECT_EQ(log_.find("c000"), std::string::npos) << "PINGREQ waits for CONNACK";
  broker_sends("c", connack);
  EXPECT_NE(log_.find("write c000"), std::string::npos);
  EXPECT_FALSE(run_->judged());
  broker_sends("c", "PINGRESP");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::pass);
  ASSERT_EQ(r.statements.size(), 2u);
  EXPECT_EQ(r.statements[0].outcome, results::check_outcome::checked);
  EXPECT_TRUE(r.packets.empty()) << "a trace is kept of what did not pass";
}

TEST_F(played_test, a_line_that_cites_a_statement_accuses) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=0  @MQTT-3.2.2-2\n");
  broker_sends("c", "CONNACK session_present=1 reason=success");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::fail);
  ASSERT_TRUE(r.fault);
  EXPECT_EQ(r.fault->message, "CONNACK.session_present: expected 0, got 1");
  EXPECT_EQ(r.fault->step, "the step");
  ASSERT_EQ(r.fault->statements.size(), 1u);
  EXPECT_EQ(r.fault->statements[0].id, "MQTT-3.2.2-2");
  EXPECT_EQ(r.fault->statements[0].outcome, results::check_outcome::violated);
  ASSERT_EQ(r.packets.size(), 3u);
  EXPECT_TRUE(r.packets[2].marked);
}

TEST_F(played_test, a_line_without_a_statement_is_a_premise) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=0\n");
  broker_sends("c", "CONNACK session_present=0 reason=not_authorized");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::inconclusive);
  EXPECT_NE(r.reason.find("premise"), std::string::npos);
}

TEST_F(played_test, silence_fails_after_the_time_out) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK  @MQTT-3.2.0-1\n");
  EXPECT_EQ(run_->next_deadline(), zero + 5s);
  pass_time(5s);
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(played_test, a_standstill_lengthens_the_wait_and_then_silence_is_silence) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK within 1s  @MQTT-3.2.0-1\n");
  run_->stalled(900ms, now_);
  pass_time(2s);
  EXPECT_FALSE(run_->judged());
  EXPECT_EQ(run_->next_deadline(), zero + 2900ms);
  pass_time(900ms);
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(played_test, a_harness_that_slept_through_parts_of_the_case_does_not_accuse) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=1  @MQTT-3.2.2-3\n");
  run_->stalled(900ms, now_);
  broker_sends("c", connack);
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::inconclusive);
  EXPECT_TRUE(late_) << "the suite tries it again";
  EXPECT_NE(r.reason.find("the harness was late by 900ms"), std::string::npos) << r.reason;
}

TEST_F(played_test, a_standstill_before_the_awaited_window_is_no_excuse_for_silence) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    c > PINGREQ\n    c < PINGRESP within 1s  @MQTT-3.12.4-1\n");
  run_->stalled(900ms, now_);
  now_ += 1s;
  broker_sends("c", connack);
  pass_time(2s);
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(played_test, waking_late_counts_as_standing_still) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK within 1s  @MQTT-3.2.0-1\n");
  pass_time(4s);
  EXPECT_EQ(result().outcome, verdict::inconclusive);
}

TEST_F(played_test, an_alternative_may_end_the_case) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < any of\n"
      "      CONNACK session_present=0\n"
      "      close ends \"taken over\"\n"
      "    c > PINGREQ\n    c < PINGRESP  @MQTT-3.12.4-1\n");
  broker_closes("c");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::pass_note);
  EXPECT_EQ(r.notes, std::vector<std::string>{"taken over"});
  EXPECT_EQ(log_.find("c000"), std::string::npos) << log_;
}

TEST_F(played_test, info_cases_record_and_never_fail) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=1  @MQTT-3.2.2-2\n",
      "level info\n  clients c d");
  broker_sends("c", connack);
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::pass_note);
  ASSERT_EQ(r.notes.size(), 1u);
  EXPECT_EQ(r.notes[0], "recorded: CONNACK.session_present: expected 1, got 0");
}

TEST_F(played_test, a_trace_rule_speaks_beside_the_verdict) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK  @MQTT-3.2.0-1\n");
  broker_sends("c", "CONNACK session_present=1 reason=success");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::pass);
  ASSERT_EQ(r.findings.size(), 1u);
  EXPECT_EQ(r.findings[0].rule, "no-session-after-clean-start");
  EXPECT_EQ(r.findings[0].statements.at(0).id, "MQTT-3.2.2-2");
  EXPECT_FALSE(r.packets.empty());
}

TEST_F(played_test, trace_rules_say_nothing_when_the_harness_was_late) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK session_present=0  @MQTT-3.2.2-2\n");
  run_->stalled(900ms, now_);
  broker_sends("c", "CONNACK session_present=1 reason=success");
  const auto r = result();
  EXPECT_TRUE(late_);
  EXPECT_TRUE(r.findings.empty());
}

TEST_F(played_test, a_case_of_which_a_trace_rule_may_have_more_to_say_is_tried_again) {
  for (const bool stood_still : {false, true}) {
    load(
        "    c > CONNECT client_id=\"a\" clean_start=1\n"
        "    c < CONNACK reason=not_authorized  @MQTT-3.2.0-1\n"
        "    wait 4s\n");
    broker_sends("c", "CONNACK session_present=0 reason=not_authorized");
    if (stood_still) run_->stalled(100ms, now_);
    pass_time(4s);
    const auto r = result();
    EXPECT_EQ(late_, stood_still);
    EXPECT_EQ(r.findings.size(), stood_still ? 0u : 1u) << "open although CONNACK refused it";
    EXPECT_EQ(r.outcome, verdict::pass);
  }
}

TEST_F(played_test, a_malformed_packet_fails_an_info_case_too) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK\n"
      "    c < PINGRESP\n",
      "level info\n  clients c d");
  broker_sends("c", connack);
  octets("c", {0xD1, 0x00});
  EXPECT_EQ(result().outcome, verdict::fail);
}

TEST_F(played_test, a_packet_above_the_client_s_maximum_fails_whatever_the_line_says) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1 maximum_packet_size=20\n"
      "    c < CONNACK\n"
      "    c < PUBLISH\n");
  broker_sends("c", connack);
  broker_sends("c", "PUBLISH topic=\"t\" payload=\"0123456789012345\"");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::fail);
  ASSERT_TRUE(r.fault);
  EXPECT_EQ(r.fault->statements.at(0).id, "MQTT-3.1.2-24");
}

TEST_F(played_test, a_malformed_packet_accuses_even_on_a_premise_line) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK\n");
  octets("c", {0x21, 0x03, 0x00, 0x00, 0x00});
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::fail);
  ASSERT_EQ(r.fault->statements.size(), 1u);
  EXPECT_EQ(r.fault->statements[0].id, "MQTT-2.1.3-1");
}

TEST_F(played_test, an_answer_that_repeats_our_fault_breaks_what_the_line_cites) {
  struct exchange {
    std::string sent;
    byte_buffer answer;
    std::string blamed;
    bool ours;
  };
  const byte_buffer identifier_0{0x90, 0x04, 0x00, 0x00, 0x00, 0x00};
  const byte_buffer no_codes{0x90, 0x03, 0x00, 0x01, 0x00};
  const std::string sound = "82 07 00 01 00 00 01 61 00";
  for (const exchange& e :
       {exchange{"82 07 00 00 00 00 01 61 00", identifier_0, "MQTT-4.13.1-1", true},
        exchange{sound, identifier_0, "MQTT-2.2.1-6", false},
        exchange{"82 03 00 01 00", no_codes, "MQTT-4.13.1-1", true},
        exchange{sound, no_codes, "MQTT-3.8.4-6", false}}) {
    load("    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    c > hex(" + e.sent +
         ")\n    c < close  @MQTT-4.13.1-1\n");
    broker_sends("c", connack);
    octets("c", e.answer);
    const auto r = result();
    EXPECT_EQ(r.outcome, verdict::fail);
    ASSERT_EQ(r.fault->statements.size(), 1u) << e.sent;
    EXPECT_EQ(r.fault->statements[0].id, e.blamed);
    EXPECT_EQ(r.findings.size(), e.ours ? 0u : 1u);
  }
}

TEST_F(played_test, packets_may_arrive_in_pieces) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n"
      "    c < CONNACK  @MQTT-3.2.0-1\n");
  for (const std::uint8_t octet : byte_buffer{0x20, 0x03, 0x00, 0x00}) octets("c", {octet});
  EXPECT_FALSE(run_->judged());
  octets("c", {0x00});
  EXPECT_EQ(result().outcome, verdict::pass);
}

TEST_F(played_test, what_is_sent_while_connecting_waits_for_the_connection) {
  connects_ = false;
  load("    c > CONNECT client_id=\"a\" clean_start=1\n    c > PINGREQ\n    c < CONNACK\n");
  EXPECT_EQ(log_, "open c; ");
  run_->connected(newest_.at("c"), now_);
  collect();
  EXPECT_NE(log_.find("write c000"), std::string::npos);
}

TEST_F(played_test, a_refused_connection_is_an_error_not_a_verdict) {
  connects_ = false;
  load("    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK  @MQTT-3.2.0-1\n");
  run_->connect_failed(newest_.at("c"), "Connection refused", now_);
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::error);
  EXPECT_EQ(r.reason, "cannot connect: Connection refused");
}

TEST_F(played_test, a_second_connect_goes_over_the_open_connection) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < close  @MQTT-3.1.0-2\n");
  broker_sends("c", connack);
  EXPECT_EQ(log_.find("open c", 3), std::string::npos);
  broker_closes("c");
  EXPECT_EQ(result().outcome, verdict::pass);
}

TEST_F(played_test, connect_after_a_close_opens_a_new_connection) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    c > shutdown\n    c < close within 2s\n"
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK  @MQTT-3.2.0-1\n");
  broker_sends("c", connack);
  const connection_id first = newest_.at("c");
  broker_closes("c");
  EXPECT_NE(newest_.at("c"), first);
  broker_sends("c", connack);
  EXPECT_EQ(result().outcome, verdict::pass);
}

TEST_F(played_test, join_makes_one_write_of_two_packets) {
  load("    c > CONNECT client_id=\"a\" clean_start=1 | join\n    c > PINGREQ\n    c < CONNACK\n");
  EXPECT_NE(log_.find("61c000; "), std::string::npos) << log_;
}

TEST_F(played_test, split_with_a_pause_spreads_the_octets) {
  load("    c > CONNECT client_id=\"a\" clean_start=1 | split 10 every 100ms\n    c < CONNACK\n");
  EXPECT_EQ(run_->next_deadline(), zero + 100ms);
  const auto writes = [&] {
    std::size_t n = 0;
    for (auto at = log_.find("write"); at != std::string::npos; at = log_.find("write", at + 1))
      ++n;
    return n;
  };
  EXPECT_EQ(writes(), 1u);
  pass_time(100ms);
  EXPECT_EQ(writes(), 2u);
}

TEST_F(played_test, wait_lets_time_pass_and_nothing_else) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    wait 3s\n"
      "    c > PINGREQ\n    c < PINGRESP  @MQTT-3.12.4-1\n");
  broker_sends("c", connack);
  EXPECT_EQ(run_->next_deadline(), zero + 3s);
  pass_time(2999ms);
  EXPECT_EQ(log_.find("c000"), std::string::npos);
  pass_time(1ms);
  EXPECT_NE(log_.find("c000"), std::string::npos);
}

TEST_F(played_test, a_long_loop_runs_each_round_and_names_the_one_that_failed) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    for n in 1..100\n      c > PUBLISH id={n} topic=\"t\" qos=1 payload=\"m{n}\"\n"
      "      c < PUBACK id={n}  @MQTT-2.2.1-5\n");
  EXPECT_LT(scenario_.lines.size(), 10u) << "kept as a loop";
  broker_sends("c", connack);
  for (int n = 1; n < 70; ++n) broker_sends("c", "PUBACK id=" + std::to_string(n));
  EXPECT_NE(log_.find("6d3639; "), std::string::npos) << "m69";
  broker_sends("c", "PUBACK id=69");
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::fail);
  EXPECT_EQ(r.fault->loop, "n=70");
  EXPECT_EQ(r.fault->message, "PUBACK.id: expected 70, got 69");
}

TEST_F(played_test, a_long_loop_passes_when_all_rounds_do) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    for r in 1..20\n      for n in 1..10\n        c > PINGREQ\n"
      "        c < PINGRESP  @MQTT-3.12.4-1\n");
  broker_sends("c", connack);
  for (int n = 0; n < 200; ++n) {
    EXPECT_FALSE(run_->judged());
    broker_sends("c", "PINGRESP");
  }
  EXPECT_EQ(result().outcome, verdict::pass);
}

TEST_F(played_test, a_capture_is_sent_back) {
  load(
      "    c > CONNECT client_id=\"\" clean_start=1\n"
      "    c < CONNACK assigned_client_identifier as cid\n"
      "    d > CONNECT client_id={cid} clean_start=0\n    d < CONNACK\n");
  broker_sends("c", "CONNACK session_present=0 reason=success assigned_client_identifier=\"x9\"");
  EXPECT_NE(log_.find("7839; "), std::string::npos) << log_;
}

TEST_F(played_test, credentials_go_into_connect_and_not_into_the_trace) {
  options_.user_name = "alice";
  options_.password = "s3cret";
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK session_present=1  "
      "@MQTT-3.2.2-2\n");
  EXPECT_NE(log_.find("733363726574"), std::string::npos) << "the password is sent";
  broker_sends("c", connack);
  const auto r = result();
  for (const auto& line : r.packets) {
    EXPECT_EQ(line.text.find("s3cret"), std::string::npos);
    EXPECT_EQ(line.text.find("alice"), std::string::npos);
    EXPECT_EQ(line.hex.find("73 33 63"), std::string::npos) << line.hex;
  }
}

TEST_F(played_test, credentials_stay_hidden_in_a_damaged_connect) {
  options_.user_name = "alice";
  options_.password = "s3cret";
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1 | set 9 0x06\n    c < close  @MQTT-3.1.2-3\n");
  EXPECT_NE(log_.find("733363726574"), std::string::npos) << "the password is sent";
  broker_sends("c", connack);
  const auto r = result();
  ASSERT_FALSE(r.packets.empty());
  for (const auto& line : r.packets) {
    EXPECT_EQ(line.text.find("s3cret"), std::string::npos) << line.text;
    EXPECT_EQ(line.hex.find("73 33 63"), std::string::npos) << line.hex;
  }
}

TEST_F(played_test, connect_flags_that_a_line_sets_leave_the_credentials_whole) {
  options_.user_name = "alice";
  options_.password = "s3cret";
  load("    c > CONNECT client_id=\"a\" clean_start=1 | set 9 0x03\n    c < close\n");
  EXPECT_NE(log_.find("4d51545405c3"), std::string::npos) << log_;
  log_.clear();
  load("    c > CONNECT client_id=\"a\" clean_start=1 | set 9 0x82\n    c < close\n");
  EXPECT_NE(log_.find("4d5154540582"), std::string::npos) << "a flag without a user name";
  EXPECT_EQ(log_.find("616c696365"), std::string::npos) << log_;
}

TEST_F(played_test, the_keep_alive_of_the_target_goes_where_none_is_written) {
  options_.keep_alive = 60;
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n"
      "    d > CONNECT client_id=\"b\" clean_start=1 keep_alive=7\n    d < CONNACK\n");
  EXPECT_NE(log_.find("4d5154540502003c"), std::string::npos) << log_;
  broker_sends("c", connack);
  EXPECT_NE(log_.find("4d51545405020007"), std::string::npos) << log_;
}

TEST_F(played_test, what_the_case_left_is_removed_and_nothing_else) {
  load(
      "    c > CONNECT client_id=\"{ns}-a\" clean_start=1 session_expiry_interval=300\n"
      "    c < CONNACK\n"
      "    c > PUBLISH topic=\"{ns}/r\" retain=1 payload=\"x\"\n"
      "    c > PINGREQ\n    c < PINGRESP  @MQTT-3.12.4-1\n");
  broker_sends("c", connack);
  log_.clear();
  broker_sends("c", "PINGRESP");
  EXPECT_TRUE(run_->finished());
  clean_up();
  EXPECT_NE(log_.find("open clean-up; write 10"), std::string::npos) << log_;
  broker_sends("clean-up", connack);  // the session
  broker_sends("clean-up", connack);  // retained messages: waits for PINGRESP
  EXPECT_FALSE(after_->finished());
  broker_sends("clean-up", "PINGRESP");
  EXPECT_TRUE(after_->finished());
  EXPECT_TRUE(after_->rest().what.empty());
}

TEST_F(played_test, what_is_sent_in_pieces_is_in_the_trace_and_removed_afterwards) {
  options_.trace_passed = true;
  load(
      "    c > CONNECT client_id=\"abc\" clean_start=1 session_expiry_interval=300 | split 5\n"
      "    c < CONNACK  @MQTT-3.2.0-1\n"
      "    c > PINGREQ | append hex(30) | split 1 every 1s\n");
  broker_sends("c", connack);
  EXPECT_FALSE(run_->finished());
  pass_time(2s);
  ASSERT_TRUE(run_->finished());
  EXPECT_EQ(run_->left_behind().what.sessions.count("abc"), 1u);
  std::vector<std::string> sent;
  const auto r = result();
  for (const auto& t : r.packets) {
    if (t.direction == results::trace_direction::sent) sent.push_back(t.text);
  }
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_TRUE(sent[0].starts_with("CONNECT ") && sent[0].ends_with(" | split 5")) << sent[0];
  EXPECT_EQ(sent[1], "PINGREQ | append hex(30) | split 1 every 1s");
  EXPECT_EQ(sent[2], "hex(30)");
}

TEST_F(played_test, the_trace_tells_what_was_done_to_a_packet) {
  options_.trace_passed = true;
  options_.user_name = "u";
  options_.password = "hunter2";
  load(
      "    c > CONNECT client_id=\"abc\" clean_start=1 | join\n"
      "    c > SUBSCRIBE id=1 filter=\"a\" max_qos=0 | flags 3 | repeat 2\n"
      "    c > PUBLISH topic=\"a\" payload=\"x\" | length 9\n");
  ASSERT_TRUE(run_->finished());
  std::vector<std::string> sent;
  for (const auto& t : result().packets) {
    if (t.direction == results::trace_direction::sent) sent.push_back(t.text);
  }
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_TRUE(sent[0].ends_with(" user_name=\"***\" password=\"***\"")) << sent[0];
  EXPECT_TRUE(sent[1].starts_with("SUBSCRIBE id=1 filter=\"a\" ")) << sent[1];
  EXPECT_TRUE(sent[1].ends_with(" | flags 3 | repeat 2")) << sent[1];
  EXPECT_TRUE(sent[2].starts_with("hex(83 ")) << sent[2];
  EXPECT_TRUE(sent[3].starts_with("PUBLISH topic=\"a\" ")) << sent[3];
  EXPECT_TRUE(sent[3].ends_with(" | length 9")) << sent[3];
}

TEST_F(played_test, a_broker_that_does_not_let_clean_up_is_given_up_on) {
  load(
      "    c > CONNECT client_id=\"{ns}-a\" clean_start=1 session_expiry_interval=300\n"
      "    c < CONNACK  @MQTT-3.2.0-1\n");
  broker_sends("c", connack);
  EXPECT_EQ(result().outcome, verdict::pass);
  clean_up();
  pass_time(2s);
  EXPECT_TRUE(after_->finished());
  EXPECT_EQ(after_->rest().what.sessions.size(), 1u);
  EXPECT_EQ(after_->why_rest(), "no answer within 2s");
}

TEST_F(played_test, unread_packets_are_warned_of) {
  load(
      "    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK  @MQTT-3.2.0-1\n    wait "
      "1s\n");
  broker_sends("c", connack);
  broker_sends("c", "PINGRESP");
  pass_time(1s);
  const auto r = result();
  ASSERT_EQ(r.warnings.size(), 1u);
  EXPECT_EQ(r.warnings[0], "1 packet(s) left unread on c, the first: PINGRESP");
}

TEST_F(played_test, a_flood_ends_the_case) {
  load("    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n    wait 60s\n");
  broker_sends("c", connack);
  byte_buffer pings;
  for (int i = 0; i < 30'000; ++i) pings.insert(pings.end(), {0xD0, 0x00});
  octets("c", pings);
  const auto r = result();
  EXPECT_EQ(r.outcome, verdict::error);
  EXPECT_NE(r.reason.find("flooded"), std::string::npos);
  EXPECT_LE(r.packets.size(), 2001u);
}

TEST_F(played_test, a_case_that_does_not_end_is_an_error) {
  options_.case_deadline = 10s;
  options_.timeout = 60s;
  load("    c > CONNECT client_id=\"a\" clean_start=1\n    wait 3s\n    c < CONNACK\n");
  pass_time(3s);
  EXPECT_EQ(run_->next_deadline(), zero + 13s) << "what the case waits for itself is added";
  pass_time(10s);
  EXPECT_EQ(result().outcome, verdict::error);
}

}  // namespace
}  // namespace mqttspec::verdicts
