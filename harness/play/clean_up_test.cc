#include "play/clean_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/notation.h"

namespace mqttspec::play {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using wire::protocol_version;

constexpr instant zero{};

// By hand: a connection that is opened stands at once, and what is written is kept in the notation.
class clean_up_test : public testing::Test {
 protected:
  void begin(left_things what) {
    leftovers all;
    all.what = std::move(what);
    all.client_id = "sweeper";
    after_ = std::make_unique<clean_up>(all);
    after_->start(zero);
    collect();
  }
  void collect() {
    while (const auto a = after_->next_action()) {
      if (const auto* o = std::get_if<open_connection>(&*a)) {
        open_ = o->id;
        after_->connected(open_, zero);
      } else if (const auto* w = std::get_if<write_octets>(&*a)) {
        byte_view rest = w->octets;
        while (!rest.empty()) {
          const byte_view whole = (*wire::split(rest, protocol_version::v5))->bytes;
          const auto p = wire::decode(whole, {protocol_version::v5, wire::sender::client});
          log_ += (p ? wire::print(*p, {}) : "malformed") + "; ";
          rest = rest.subspan(whole.size());
        }
      }
    }
  }
  void comes(const std::string& packet) {
    octets(wire::encode(*wire::parse_packet(packet, protocol_version::v5))->bytes);
  }
  void octets(const byte_buffer& some) {
    after_->received(open_, some, zero);
    collect();
  }
  void closes() {
    after_->closed(open_, close_kind::orderly, zero);
    collect();
  }
  std::string take_log() { return std::exchange(log_, {}); }

  static constexpr const char* welcome = "CONNACK session_present=0 reason=success";
  std::unique_ptr<clean_up> after_;
  connection_id open_ = 0;
  std::string log_;
};

TEST_F(clean_up_test, removes_what_it_finds_below_a_level) {
  begin({.sessions = {}, .topics = {}, .levels = {"ns"}});
  EXPECT_THAT(take_log(), HasSubstr("SUBSCRIBE id=1 filter=\"ns/#\""));
  comes(welcome);
  comes("PUBLISH topic=\"ns/x\" retain=1 payload=\"p\"");
  EXPECT_THAT(take_log(), HasSubstr("PUBLISH topic=\"ns/x\" qos=0 dup=0 retain=1"));
  // Malformed behind its topic: a property that is none.
  octets(*from_hex("31 09 00 04 6e 73 2f 79 02 fe 00"));
  EXPECT_THAT(take_log(), HasSubstr("PUBLISH topic=\"ns/y\" qos=0 dup=0 retain=1"));
  comes("PINGRESP");
  EXPECT_TRUE(after_->finished());
  EXPECT_TRUE(after_->rest().what.empty());
}

TEST_F(clean_up_test, one_topic_that_is_not_taken_hides_no_others) {
  begin({.sessions = {}, .topics = {"bad", "good"}, .levels = {}});
  comes(welcome);
  closes();
  comes(welcome);
  closes();  // at "bad", alone
  take_log();
  EXPECT_FALSE(after_->finished());
  comes(welcome);
  comes("PINGRESP");
  EXPECT_TRUE(after_->finished());
  EXPECT_TRUE(after_->rest().what.empty());
}

TEST_F(clean_up_test, a_name_that_is_not_taken_twice_keeps_nothing) {
  begin({.sessions = {{"bad", protocol_version::v5}, {"good", protocol_version::v5}},
         .topics = {},
         .levels = {}});
  closes();
  EXPECT_THAT(take_log(), HasSubstr("good"));
  comes(welcome);
  closes();
  EXPECT_TRUE(after_->finished());
  EXPECT_TRUE(after_->rest().what.empty());
}

TEST_F(clean_up_test, tells_what_it_could_not_remove) {
  begin({.sessions = {{"a", protocol_version::v5}, {"b", protocol_version::v5}},
         .topics = {"t"},
         .levels = {}});
  comes(welcome);
  after_->time_passed(zero + std::chrono::seconds(3));
  EXPECT_TRUE(after_->finished());
  EXPECT_THAT(after_->rest().what.sessions, ElementsAre(Key("b")));
  EXPECT_THAT(after_->rest().what.topics, ElementsAre("t"));
  EXPECT_EQ(after_->why_rest(), "no answer within 2s");
}

TEST_F(clean_up_test, a_broker_that_refuses_keeps_what_it_has) {
  begin({.sessions = {{"a", protocol_version::v5}}, .topics = {}, .levels = {}});
  comes("CONNACK session_present=0 reason=server_busy");
  EXPECT_TRUE(after_->finished());
  EXPECT_THAT(after_->rest().what.sessions, ElementsAre(Key("a")));
  EXPECT_THAT(after_->rest().what.topics, IsEmpty());
}

}  // namespace
}  // namespace mqttspec::play
