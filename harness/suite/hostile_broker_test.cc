// Peers that do not behave: every run ends, with the right verdict, without a crash.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "drive/network_driver.h"
#include "net/tcp.h"
#include "script/expander.h"
#include "suite/suite.h"
#include "target/broker_server.h"

namespace mqttspec::suite {
namespace {

using namespace std::chrono_literals;
using results::case_result;
using results::verdict;

constexpr const char* cases_text = R"(scenario ping
  title    "a ping is answered"
  versions 5
  clients  c
  step "connect and ping"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK session_present=0       @MQTT-3.1.4-5
    c > PINGREQ
    c < PINGRESP                        @MQTT-3.12.4-1
    c > DISCONNECT
    c > shutdown
    c < close

scenario wait-a-while
  title    "nothing happens"
  versions 5
  clients  c
  step "connect and wait"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK session_present=0       @MQTT-3.1.4-5
    wait 300ms
    c > PINGREQ
    c < PINGRESP                        @MQTT-3.12.4-1
)";

std::vector<script::scenario> scenarios(const std::string& tag) {
  script::file_set files;
  files.add("hostile.mqs", cases_text);
  script::expand_options options;
  options.run_tag = tag;
  return script::expand(files, options).scenarios;
}

play::run_options impatient() {
  play::run_options o;
  o.patience = 0s;
  o.timeout = 300ms;
  o.slack = 100ms;
  o.case_deadline = 3s;
  return o;
}

// What the peer does with a new connection.
using behaviour = std::function<void(net::stream&)>;

class hostile_test : public testing::Test {
 protected:
  void behave(behaviour how) {
    how_ = std::move(how);
    auto made = net::listen_tcp(
        loop_, {"127.0.0.1", 0}, {}, [this](std::unique_ptr<net::stream> s, instant) {
          s->start({{}, [](byte_view, instant) {}, [](net::stream_end, instant) {}});
          peers_.push_back(std::move(s));
          how_(*peers_.back());
        });
    ASSERT_TRUE(made) << made.error();
    listener_ = std::move(*made);
    connector_ = net::make_tcp_connector(loop_, {"127.0.0.1", listener_->port()}, limits_);
    driver_ = drive::make_network_driver(loop_, *connector_);
  }

  // The `ping` case against the peer.
  case_result ping() {
    const auto all = scenarios("h");
    case_result out;
    batch b;
    b.jobs = {{&all[0], 0}};
    b.options = impatient();
    const instant began = loop_.now();
    play_cases(*driver_, b, [&](verdicts::opinion o) {
      late_ = o.because == verdicts::doubt::late;
      out = std::move(o.result);
      return true;
    });
    EXPECT_LT(loop_.now() - began, 5s);
    return out;
  }

  bool late_ = false;  // the last case was not to be blamed
  net::event_loop loop_;
  net::tcp_connector_options limits_;
  behaviour how_;
  std::vector<std::unique_ptr<net::stream>> peers_;
  std::unique_ptr<net::listener> listener_;
  std::unique_ptr<net::connector> connector_;
  std::unique_ptr<play::driver> driver_;
};

byte_buffer octets(const char* hex) {
  return *from_hex(hex);
}

TEST_F(hostile_test, accepts_and_never_answers) {
  behave([](net::stream&) {});
  const case_result r = ping();
  EXPECT_EQ(r.outcome, verdict::fail);
  ASSERT_TRUE(r.fault);
  EXPECT_NE(r.fault->message.find("nothing came"), std::string::npos) << r.fault->message;
}

TEST_F(hostile_test, closes_at_every_offset_of_connack) {
  const byte_buffer connack = octets("20 03 00 00 00");
  for (const bool reset : {false, true}) {
    for (std::size_t n = 0; n <= connack.size(); ++n) {
      behave([&](net::stream& s) {
        s.write(byte_view(connack).first(n));
        if (reset) {
          s.abort();
        } else {
          s.close();
        }
      });
      const case_result r = ping();
      EXPECT_EQ(r.outcome, verdict::fail) << n << (reset ? " reset" : " closed");
    }
  }
}

TEST_F(hostile_test, sends_garbage) {
  for (const char* garbage : {"ff ff ff ff ff", "00", "20 80 80 80 80 01", "20 00", "30 00",
                              "20 03 ff 00 00", "d0 01 00", "20 04 00 00 ff ff"}) {
    behave([&](net::stream& s) { s.write(octets(garbage)); });
    EXPECT_EQ(ping().outcome, verdict::fail) << garbage;
  }
}

TEST_F(hostile_test, announces_a_packet_that_never_ends) {
  behave([](net::stream& s) { s.write(octets("20 ff ff ff 7f 00 00 00")); });
  EXPECT_EQ(ping().outcome, verdict::fail);
}

TEST_F(hostile_test, floods_with_publish) {
  byte_buffer flood = octets("20 03 00 00 00");
  const byte_buffer publish = octets("30 06 00 01 61 00 78 79");
  while (flood.size() < (4u << 20)) flood.insert(flood.end(), publish.begin(), publish.end());
  behave([&](net::stream& s) { s.write(flood); });
  const case_result r = ping();
  // What that costs makes the harness late on a slow machine, and then it says so.
  const bool late = r.outcome == verdict::inconclusive &&
                    r.reason.find("the harness was late") != std::string::npos;
  EXPECT_TRUE(r.outcome == verdict::fail || r.outcome == verdict::error || late) << r.reason;
}

TEST_F(hostile_test, floods_with_octets_of_one_endless_packet) {
  limits_.limits.received = 1 << 20;
  byte_buffer flood = octets("30 ff ff ff 7f");
  flood.resize(8 << 20);
  behave([&](net::stream& s) { s.write(flood); });
  const case_result r = ping();
  EXPECT_NE(r.outcome, verdict::pass);
}

TEST_F(hostile_test, resets_at_once) {
  behave([](net::stream& s) { s.abort(); });
  EXPECT_EQ(ping().outcome, verdict::fail);
}

// Answers CONNECT and PINGREQ, but from the first PINGREQ of the case on nobody, or only not the
// case.
class stands_still_test : public hostile_test {
 protected:
  case_result ping_while(bool everybody_waits) {
    auto made = net::listen_tcp(
        loop_, {"127.0.0.1", 0}, {}, [&, everybody_waits](std::unique_ptr<net::stream> s, instant) {
          net::stream* peer = s.get();
          const bool is_pulse = peers_.empty();  // the first to connect
          s->start({{},
                    [=, this](byte_view octets, instant) {
                      const auto type = octets[0] >> 4;
                      if (type == 1) peer->write(octets_of("20 03 00 00 00"));
                      still_ |= type == 12 && !is_pulse;
                      const bool silent = still_ && (everybody_waits || !is_pulse);
                      if (type == 12 && !silent) peer->write(octets_of("D0 00"));
                    },
                    [](net::stream_end, instant) {}});
          peers_.push_back(std::move(s));
        });
    EXPECT_TRUE(made) << made.error();
    listener_ = std::move(*made);
    connector_ = net::make_tcp_connector(loop_, {"127.0.0.1", listener_->port()}, limits_);
    driver_ = drive::make_network_driver(
        loop_, *connector_, {nullptr, drive::pulse_as(wire::protocol_version::v5, "", "")});
    const auto all = scenarios("s");
    batch b;
    b.jobs = {{&all[1], 0}};  // by then the pulse has had its first answers
    b.options = impatient();
    b.options.timeout = 1s;
    b.options.patience = 0s;
    b.options.late_tolerance = b.options.slack = 1s;  // it is not about a busy machine
    case_result out;
    play_cases(*driver_, b, [&](verdicts::opinion o) {
      late_ = o.because == verdicts::doubt::late;
      out = std::move(o.result);
      return true;
    });
    return out;
  }
  static byte_buffer octets_of(const char* hex) { return *from_hex(hex); }

  bool still_ = false;
};

TEST_F(stands_still_test, a_broker_that_answers_nobody_is_not_accused_of_being_late) {
  const case_result r = ping_while(true);
  EXPECT_EQ(r.outcome, verdict::inconclusive) << r.reason;
  EXPECT_TRUE(late_);
  EXPECT_TRUE(r.reason.starts_with("the broker did not answer a PINGREQ for ")) << r.reason;
  for (const auto& s : r.statements) EXPECT_NE(s.outcome, results::check_outcome::violated) << s.id;
}

TEST_F(stands_still_test, a_broker_that_answers_others_is) {
  const case_result r = ping_while(false);
  EXPECT_EQ(r.outcome, verdict::fail) << r.reason;
  EXPECT_FALSE(late_);
}

TEST_F(hostile_test, refuses) {
  behave([](net::stream&) {});
  listener_.reset();
  const case_result r = ping();
  EXPECT_EQ(r.outcome, verdict::error);
  EXPECT_NE(r.reason.find("connection refused"), std::string::npos) << r.reason;
  EXPECT_NE(driver_->lost().find("connection refused"), std::string::npos);
}

// A connection whose layer finds fault with the peer, and notes something before.
class faulty_connector : public net::connector {
 public:
  faulty_connector(net::event_loop& loop, std::string_view statement)
      : loop_(loop), statement_(statement) {}
  std::unique_ptr<net::stream> make() override { return std::make_unique<faulty_stream>(loop_); }
  std::string complaint() const override { return "WebSocket: a text frame"; }
  std::string_view broken_statement() const override { return statement_; }

 private:
  class faulty_stream : public net::stream {
   public:
    explicit faulty_stream(net::event_loop& loop) : loop_(loop) {}
    void start(net::stream_events events) override {
      loop_.post([this, events = std::move(events)] {
        events.connected("", loop_.now());
        events.noted("WebSocket: ping", loop_.now());
        events.closed(net::stream_end::violation, loop_.now());
      });
    }
    void write(byte_view) override {}
    void shutdown() override {}
    void close() override {}
    void finish() override {}
    void abort() override {}
    void pause(bool) override {}
    std::size_t unsent() const override { return 0; }

   private:
    net::event_loop& loop_;
  };

  net::event_loop& loop_;
  std::string_view statement_;
};

TEST_F(hostile_test, breaks_a_rule_of_the_transport) {
  faulty_connector connector(loop_, "");
  driver_ = drive::make_network_driver(loop_, connector);
  const case_result r = ping();
  EXPECT_EQ(r.outcome, verdict::error);
  EXPECT_EQ(r.reason, "WebSocket: a text frame");
  EXPECT_TRUE(std::any_of(r.trace.begin(), r.trace.end(),
                          [](const auto& t) { return t.text == "WebSocket: ping"; }));
}

TEST_F(hostile_test, breaks_a_statement_about_the_transport) {
  faulty_connector connector(loop_, "MQTT-6.0.0-1");
  driver_ = drive::make_network_driver(loop_, connector);
  const case_result r = ping();
  EXPECT_EQ(r.outcome, verdict::fail);
  ASSERT_TRUE(r.fault);
  EXPECT_EQ(r.fault->message, "WebSocket: a text frame");
  ASSERT_EQ(r.fault->statements.size(), 1u);
  EXPECT_EQ(r.fault->statements.front().id, "MQTT-6.0.0-1");
}

// Whole runs against the embedded broker, which somebody kills.
class quiet : public suite_observer {
 public:
  void sanity_begins(bool after) override {
    if (after && before_last_sanity) before_last_sanity();
  }
  void cases_begin(std::size_t) override {}
  void case_ended(const case_result&) override {
    if (on_case) std::exchange(on_case, nullptr)();
  }
  std::function<void()> on_case;
  std::function<void()> before_last_sanity;
};

class suite_test : public testing::Test {
 protected:
  suite_test() : server_(loop_, {}, 1) {
    const auto port = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(port);
    connector_ = net::make_tcp_connector(loop_, {"127.0.0.1", *port}, {});
    // Without control of the broker: one that a test ends is gone, and nobody starts it again.
    driver_ = drive::make_network_driver(loop_, *connector_);
    settings_.versions = {wire::protocol_version::v5};
    settings_.engine = impatient();
    settings_.engine.timeout = 2s;
    settings_.engine.patience = 0s;
    settings_.engine.slack = 1s;
    settings_.run_tag = "s";
  }

  void end_broker(script::broker_action how) {
    server_.perform(how, [](bool, const std::string&) {});
  }

  results::run_results run() {
    return run_suite(
        *driver_, settings_,
        [](const std::string& tag, const target::capability_values&) { return scenarios(tag); },
        observer_);
  }

  net::event_loop loop_;
  target::broker_server server_;
  std::unique_ptr<net::connector> connector_;
  std::unique_ptr<play::driver> driver_;
  suite_settings settings_;
  quiet observer_;
};

TEST_F(suite_test, a_good_broker_passes_and_is_known_afterwards) {
  const auto r = run();
  EXPECT_EQ(r.void_reason, "");
  ASSERT_EQ(r.cases.size(), 2u);
  for (const case_result& c : r.cases) EXPECT_EQ(c.outcome, verdict::pass) << c.id << c.reason;
  EXPECT_EQ(r.target.learned.at("receive_maximum"), "100");
  EXPECT_EQ(r.target.learned.at("assigned_client_ids"), "1");
  EXPECT_EQ(r.target.learned.at("auth"), "0");
}

TEST_F(suite_test, repetitions_are_told_apart) {
  settings_.repeat = 3;
  settings_.chosen.patterns = {"hostile/ping"};
  const auto r = run();
  ASSERT_EQ(r.cases.size(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(r.cases[i].repetition, i);
    EXPECT_EQ(r.cases[i].outcome, verdict::pass);
  }
}

TEST_F(suite_test, a_broker_that_is_not_there_voids_the_run) {
  end_broker(script::broker_action::kill);
  const auto r = run();
  EXPECT_NE(r.void_reason.find("connection refused"), std::string::npos) << r.void_reason;
  EXPECT_TRUE(r.cases.empty());
}

TEST_F(suite_test, a_broker_that_dies_in_mid_run_makes_the_rest_errors) {
  settings_.at_once = 1;
  settings_.repeat = 5;
  observer_.on_case = [this] { end_broker(script::broker_action::kill); };
  const auto r = run();
  EXPECT_NE(r.void_reason.find("connection refused"), std::string::npos) << r.void_reason;
  std::size_t passed = 0;
  std::size_t errors = 0;
  for (const case_result& c : r.cases) {
    passed += c.outcome == verdict::pass;
    errors += c.outcome == verdict::error;
    if (c.outcome == verdict::error) {
      EXPECT_FALSE(c.expected);
    }
  }
  EXPECT_EQ(passed, 1u);
  EXPECT_GE(errors, 1u);
}

TEST_F(suite_test, a_broker_that_fails_the_last_sanity_check_voids_the_verdicts) {
  observer_.before_last_sanity = [this] { end_broker(script::broker_action::stop); };
  const auto r = run();
  EXPECT_NE(r.void_reason.find("after the cases"), std::string::npos) << r.void_reason;
  for (const case_result& c : r.cases) {
    EXPECT_EQ(c.outcome, verdict::error);
    EXPECT_NE(c.reason.find("this was: pass"), std::string::npos) << c.reason;
  }
}

// Lets the sanity check fail |times| times.
class unlucky_driver : public play::driver {
 public:
  unlucky_driver(play::driver& on, int times) : on_(on), times_(times) {}
  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    on_.play(
        [&] {
          auto m = next();
          const bool unlucky =
              m && static_cast<play::scenario_player&>(*m).scenario().name == "sanity" &&
              times_-- > 0;
          if (unlucky) m->abandon(play::abandonment::flooded, "", on_.now());
          return m;
        },
        ended, at_once, stop);
  }
  instant now() const override { return on_.now(); }
  bool interrupted() const override { return on_.interrupted(); }
  const std::string& lost() const override { return on_.lost(); }

 private:
  play::driver& on_;
  int times_;
};

TEST_F(suite_test, a_sanity_check_that_fails_is_tried_again_twice) {
  const auto source = [](const std::string& tag, const target::capability_values&) {
    return scenarios(tag);
  };
  for (const int times : {0, 2, 3}) {
    unlucky_driver on(*driver_, times);
    const auto r = run_suite(on, settings_, source, observer_);
    EXPECT_EQ(r.void_reason.empty(), times < 3) << times << ": " << r.void_reason;
    EXPECT_EQ(r.cases.empty(), times == 3) << times;
  }
}

TEST_F(suite_test, needs_that_are_not_met_are_skipped_with_the_reason) {
  const auto with_need = [](const std::string& tag, const target::capability_values&) {
    auto all = scenarios(tag);
    all[0].needs = {{"queue_limit", script::comparison::greater_or_equal, 5000, {}}};
    all[1].clients[0].transport = "ws";
    return all;
  };
  settings_.declared = {{"queue_limit", 1000}};
  const auto r = run_suite(*driver_, settings_, with_need, observer_);
  ASSERT_EQ(r.cases.size(), 2u);
  EXPECT_EQ(r.cases[0].reason, "needs queue_limit >= 5000; here it is 1000");
  EXPECT_EQ(r.cases[1].reason, "needs transport ws; the target does not have it");
  EXPECT_EQ(r.cases[0].outcome, verdict::skip);
}

TEST_F(suite_test, the_baseline_decides_what_is_expected_and_stale_entries_are_problems) {
  settings_.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  settings_.known = *verdicts::parse_baseline("b.txt",
                                              "skip hostile/ping # not today\n"
                                              "fail hostile/wait-a-while # should fail\n"
                                              "fail gone # nowhere\n");
  const auto r = run();
  ASSERT_EQ(r.cases.size(), 2u);
  EXPECT_EQ(r.cases[0].outcome, verdict::skip);
  EXPECT_EQ(r.cases[0].reason, "baseline: not today");
  EXPECT_EQ(r.cases[1].outcome, verdict::pass);
  EXPECT_FALSE(r.cases[1].expected);
  ASSERT_EQ(r.problems.size(), 1u);
  EXPECT_NE(r.problems[0].find("no case matches 'gone'"), std::string::npos);
}

TEST_F(suite_test, patterns_that_match_nothing_are_problems) {
  settings_.chosen.patterns = {"hostile/ping", "hostile/pong"};
  const auto r = run();
  EXPECT_EQ(r.cases.size(), 1u);
  EXPECT_EQ(r.problems, std::vector<std::string>{"no case matches 'hostile/pong'"});
}

TEST_F(suite_test, an_interrupt_ends_the_run_with_the_report_so_far) {
  observer_.on_case = [] { std::raise(SIGINT); };
  const auto r = run();
  EXPECT_TRUE(r.interrupted);
  ASSERT_EQ(r.cases.size(), 2u);
  EXPECT_EQ(r.cases[0].outcome, verdict::pass);
  EXPECT_EQ(r.cases[1].outcome, verdict::inconclusive);
  EXPECT_EQ(r.cases[1].reason, "interrupted");
}

}  // namespace
}  // namespace mqttspec::suite
