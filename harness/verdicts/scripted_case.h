#pragma once
// For tests: one scenario, played by a broker whose packets the test writes.
//
//   class played_test : public scripted_case {};
//   load("    c > CONNECT client_id=\"a\" clean_start=1\n    c < CONNACK\n");
//   broker_sends("c", connack);
//   EXPECT_EQ(result().outcome, ...);

#include <gtest/gtest.h>

#include "play/clean_up.h"
#include "play/scenario_player.h"
#include "script/expander.h"
#include "script/library.h"
#include "verdicts/decide.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::verdicts {

using namespace play;
using namespace std::chrono_literals;
using results::verdict;

inline const instant zero{};

// One scenario, a scripted broker that is this test, and a clock that is a variable.
class scripted_case : public testing::Test {
 protected:
  scripted_case() { options_.patience = 0s; }

  void load(const std::string& lines, const std::string& header = "clients c d") {
    const std::string text =
        "scenario example\n  title \"an example\"\n  " + header + "\n  step \"the step\"\n" + lines;
    script::file_set files([](const std::string&) { return std::nullopt; });
    files.add("example.mqs", text);
    ASSERT_TRUE(files.problems().empty()) << render(files.problems());
    script::expand_options options;
    options.versions = {wire::protocol_version::v5};
    script::expansion e = script::expand(files, options);
    ASSERT_EQ(e.scenarios.size(), 1u) << render(e.problems) << render(files.files()[0]->problems);
    scenario_ = std::move(e.scenarios.front());
    run_ = std::make_unique<scenario_player>(scenario_, options_);
    run_->start(now_);
    collect();
  }

  // As a driver does it when the case has ended.
  void clean_up() {
    after_ = std::make_unique<play::clean_up>(run_->left_behind());
    after_->start(now_);
    collect();
  }
  machine& present() { return after_ ? static_cast<machine&>(*after_) : *run_; }

  // What the player wants done since the last look, in the notation.
  void collect() {
    while (auto a = present().next_action()) {
      if (const auto* o = std::get_if<open_connection>(&*a)) {
        newest_[o->client] = o->id;
        log_ += "open " + o->client + "; ";
        if (connects_) present().connected(o->id, now_);
      } else if (const auto* w = std::get_if<write_octets>(&*a)) {
        log_ += "write " + to_hex(w->octets, "") + "; ";
      } else if (const auto* s = std::get_if<shut_down>(&*a)) {
        log_ += "shutdown " + std::to_string(s->id) + "; ";
      } else if (const auto* c = std::get_if<close_connection>(&*a)) {
        log_ += std::string(c->abort ? "abort " : "close ") + std::to_string(c->id) + "; ";
      } else {
        log_ += "hook; ";
      }
    }
  }

  void broker_sends(const std::string& client, const std::string& packet) {
    const auto p = wire::parse_packet(packet, wire::protocol_version::v5);
    ASSERT_TRUE(p) << packet;
    octets(client, wire::encode(*p)->bytes);
  }
  void octets(const std::string& client, const byte_buffer& bytes) {
    present().received(newest_.at(client), bytes, now_);
    collect();
  }
  void broker_closes(const std::string& client) {
    present().closed(newest_.at(client), close_kind::orderly, now_);
    collect();
  }
  void pass_time(duration d) {
    now_ += d;
    present().time_passed(now_);
    collect();
  }
  results::case_result result() {
    EXPECT_TRUE(run_->judged());
    opinion o = decide(run_->take_trial(), {}, options_.slack);
    late_ = o.because == doubt::late;
    make_public(o.result, trace::secrets({options_.password}, {options_.user_name}));
    return std::move(o.result);
  }

  run_options options_;
  script::scenario scenario_;
  std::unique_ptr<scenario_player> run_;
  std::unique_ptr<play::clean_up> after_;
  instant now_ = zero;
  bool connects_ = true;
  bool late_ = false;  // it deserves another try
  std::map<std::string, connection_id> newest_;
  std::string log_;
};

inline constexpr const char* connack = "CONNACK session_present=0 reason=success";

}  // namespace mqttspec::verdicts
