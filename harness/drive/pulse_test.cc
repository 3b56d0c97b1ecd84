#include "drive/pulse.h"

#include <gtest/gtest.h>

#include "wire/encode.h"

namespace mqttspec::drive {
namespace {

using namespace std::chrono_literals;
using wire::packet_type;
using wire::protocol_version;

struct bench {
  pulse p{{protocol_version::v5, "pulse", {}, {}, 100ms}};
  instant now = instant{} + 10s;

  void give(packet_type type, std::uint8_t reason = 0) {
    wire::packet packet = wire::make(type, protocol_version::v5);
    packet.reason = reason;
    p.received(wire::encode(packet)->bytes, now);
  }
  // The type of the packet that it sends, which is one.
  int sent() {
    const byte_buffer out = p.take_octets();
    return out.empty() ? -1 : out[0] >> 4;
  }
  void connect() {
    EXPECT_TRUE(p.wants_connection(now));
    p.connecting();
    EXPECT_FALSE(p.wants_connection(now));
    p.connected(now);
    EXPECT_EQ(sent(), static_cast<int>(packet_type::connect));
    give(packet_type::connack);
    EXPECT_EQ(sent(), static_cast<int>(packet_type::pingreq));
  }
  void answer_after(duration d) {
    now += d;
    give(packet_type::pingresp);
    now = p.next_deadline();
    p.time_passed(now);
    EXPECT_EQ(sent(), static_cast<int>(packet_type::pingreq));
  }
};

TEST(pulse, tells_the_slowest_answer_of_a_span) {
  bench b;
  b.connect();
  b.answer_after(1ms);
  const instant before = b.now;
  b.answer_after(1400ms);
  const instant behind = b.now;
  b.answer_after(2ms);
  EXPECT_EQ(b.p.slowest(before, b.now), 1400ms);
  EXPECT_EQ(b.p.slowest(instant{}, before - 1ms), 0ms);
  EXPECT_EQ(b.p.slowest(behind, b.now), 0ms);
}

TEST(pulse, counts_a_ping_that_is_not_answered_yet) {
  bench b;
  b.connect();
  b.answer_after(1ms);
  const instant asked = b.now;
  EXPECT_EQ(b.p.slowest(asked, asked + 3s), 3s);
  b.p.stalled(2s, asked + 3s);  // of these the harness slept two seconds
  EXPECT_EQ(b.p.slowest(asked, asked + 3s), 1s);
}

TEST(pulse, excuses_nothing_of_a_broker_that_never_answers) {
  bench b;
  b.connect();
  EXPECT_EQ(b.p.slowest(b.now, b.now + 60s), 0s);
}

TEST(pulse, gives_up_when_it_is_refused) {
  bench b;
  b.p.connecting();
  b.p.connected(b.now);
  b.give(packet_type::connack, 0x87);
  b.p.closed(b.now);
  EXPECT_EQ(b.p.next_deadline(), never);
  EXPECT_FALSE(b.p.wants_connection(b.now + 60s));
}

TEST(pulse, says_nothing_any_more_once_it_was_handed_what_is_no_packet) {
  bench b;
  b.connect();
  b.answer_after(1ms);
  EXPECT_TRUE(b.p.can_tell());
  const byte_buffer other = {0xF0, 0x01, 0x00, 0x00};
  b.p.received(other, b.now);
  EXPECT_FALSE(b.p.can_tell());
  EXPECT_EQ(b.p.unanswered(), never);
  EXPECT_EQ(b.p.slowest(b.now, b.now + 30s), 0s);
}

TEST(pulse, comes_back_when_the_broker_was_away) {
  bench b;
  b.connect();
  b.answer_after(1ms);
  b.p.closed(b.now);
  EXPECT_FALSE(b.p.wants_connection(b.now));
  EXPECT_EQ(b.p.slowest(b.now, b.now + 5s), 0s);
  b.now = b.p.next_deadline();
  b.connect();
}

}  // namespace
}  // namespace mqttspec::drive
