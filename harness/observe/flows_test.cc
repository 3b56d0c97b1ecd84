#include "observe/flows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "observe/sample_capture.h"

namespace mqttspec::observe {
namespace {

constexpr std::uint16_t client = 50'000;
constexpr std::uint16_t broker = 1883;
constexpr std::string_view connect_packet("\x10\x0D\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x00", 15);

// What flows tell: "open 127.0.0.1:1883", "> abc", "< abc", "> missing 3", "> end".
std::string told(const sample_capture& capture, std::uint16_t port = 0) {
  std::string out;
  const auto arrow = [](wire::sender s) { return s == wire::sender::client ? ">" : "<"; };
  flow_events events;
  events.opened = [&](std::uint32_t, const endpoint& server, const endpoint&, bool whole, instant) {
    out += fmt::format("open {}{}\n", print(server), whole ? "" : " amid");
  };
  events.passed = [&](std::uint32_t, wire::sender from, byte_view octets, instant) {
    const bool greets = as_text(octets) == connect_packet;
    out += fmt::format("{} {}\n", arrow(from), greets ? "CONNECT" : as_text(octets));
  };
  events.missed = [&](std::uint32_t, wire::sender from, std::size_t length, instant) {
    out += fmt::format("{} missing {}\n", arrow(from), length);
  };
  events.ended = [&](std::uint32_t, wire::sender by, bool reset, instant) {
    out += fmt::format("{} {}\n", arrow(by), reset ? "reset" : "end");
  };
  events.refused = [&](const endpoint& server, instant) {
    out += fmt::format("refused {}\n", print(server));
  };
  flows streams({port}, events);
  const auto read = read_capture(capture.file(), [&](const segment& s) { streams.take(s); });
  EXPECT_TRUE(read) << read.error();
  streams.finish();
  return out;
}

void shake_hands(sample_capture& c, std::uint16_t port = broker) {
  c.segment(client, port, syn, 99, 0);
  c.segment(port, client, syn | ack, 199, 100);
  c.segment(client, port, ack, 100, 200);
}

TEST(flows, a_connection_from_its_beginning_to_its_end) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(broker, client, ack, 200, 115, "ok");
  c.segment(client, broker, fin | ack, 115, 202);
  c.segment(broker, client, fin | ack, 202, 116);
  c.segment(client, broker, ack, 116, 203);
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n< ok\n> end\n< end\n");
}

TEST(flows, segments_come_again_and_in_another_order) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(client, broker, ack, 118, 200, "def");
  c.segment(client, broker, ack, 121, 200, "ghi");
  c.segment(client, broker, ack, 115, 200, "abcd");  // overlaps
  c.segment(client, broker, ack, 120, 200, "fghijk");
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n> abcd\n> ef\n> ghi\n> jk\n");
}

TEST(flows, what_was_not_caught_is_told) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(client, broker, ack, 120, 200, "later");
  c.segment(broker, client, ack, 200, 125, "ok");  // it has all
  c.wait(1);
  c.segment(broker, client, ack, 202, 125, "again");
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n< ok\n< again\n> missing 5\n> later\n");
}

TEST(flows, a_frame_that_was_cut_short) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(client, broker, ack, 115, 200, "abcdefgh", {.caught = 43});
  c.segment(client, broker, ack, 123, 200, "i");
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n> abc\n> missing 5\n> i\n");
}

TEST(flows, what_began_before_the_capture) {
  sample_capture c;
  c.segment(broker, client, ack, 200, 100, "abc");
  c.segment(client, broker, ack, 100, 203, "def");
  EXPECT_EQ(told(c), "open 127.0.0.1:1883 amid\n< abc\n> def\n");
}

TEST(flows, a_server_is_found_by_connect_or_named) {
  sample_capture c;
  shake_hands(c, 7000);
  c.segment(client, 7000, ack, 100, 200, connect_packet);
  c.segment(60'000, 8000, ack, 1, 1, "GET / HTTP/1.1");
  EXPECT_EQ(told(c), "open 127.0.0.1:7000\n> CONNECT\n");
  EXPECT_EQ(told(c, 1884), "");
  EXPECT_EQ(told(c, 7000), "open 127.0.0.1:7000\n> CONNECT\n");
}

TEST(flows, resets_and_refusals) {
  sample_capture c;
  c.segment(client, broker, syn, 99, 0);
  c.segment(broker, client, rst | ack, 0, 100);
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(broker, client, rst | ack, 200, 115);
  EXPECT_EQ(told(c), "refused 127.0.0.1:1883\nopen 127.0.0.1:1883\n> CONNECT\n< reset\n");
}

TEST(flows, nothing_comes_behind_the_end) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, fin | ack, 100, 200, connect_packet);
  c.segment(client, broker, ack, 115, 200, "more");
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n> end\n");
}

TEST(flows, the_same_ports_again) {
  sample_capture c;
  shake_hands(c);
  c.segment(client, broker, ack, 100, 200, connect_packet);
  c.segment(client, broker, syn, 5000, 0);
  c.segment(broker, client, syn | ack, 9000, 5001);
  c.segment(client, broker, ack, 5001, 9001, connect_packet);
  EXPECT_EQ(told(c), "open 127.0.0.1:1883\n> CONNECT\n> reset\nopen 127.0.0.1:1883\n> CONNECT\n");
}

TEST(capture, link_layers) {
  const auto of = [](std::uint32_t link, const std::string& before, bool v6) {
    sample_capture c(link);
    c.segment(client, broker, ack, 100, 200, connect_packet, {.before = before, .v6 = v6});
    return told(c);
  };
  const std::string v4 = "open 127.0.0.1:1883\n> CONNECT\n";
  const std::string v6 = "open [::1]:1883\n> CONNECT\n";
  const std::string no_mac(12, '\0');
  EXPECT_EQ(of(101, "", false), v4);
  EXPECT_EQ(of(228, "", false), v4);
  EXPECT_EQ(of(229, "", true), v6);
  EXPECT_EQ(of(1, no_mac + std::string("\x08\x00", 2), false), v4);
  EXPECT_EQ(of(1, no_mac + std::string("\x81\x00\x00\x01\x86\xDD", 6), true), v6);
  EXPECT_EQ(of(0, std::string("\x02\x00\x00\x00", 4), false), v4);
  EXPECT_EQ(of(108, std::string("\x00\x00\x00\x02", 4), false), v4);
  EXPECT_EQ(of(113, std::string(14, '\0') + std::string("\x08\x00", 2), false), v4);
  EXPECT_EQ(of(276, std::string("\x86\xDD", 2) + std::string(18, '\0'), true), v6);
  EXPECT_EQ(of(147, "", false), "");
}

TEST(capture, what_is_none_is_refused_and_what_is_cut_off_is_read_so_far) {
  EXPECT_FALSE(read_capture(as_bytes("no capture"), [](const segment&) {}));
  EXPECT_FALSE(read_capture({}, [](const segment&) {}));
  sample_capture c;
  shake_hands(c);
  const auto all = read_capture(c.file(), [](const segment&) {});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->segments, 3u);
  EXPECT_FALSE(all->cut_off);
  const auto part = read_capture(c.file().first(c.file().size() - 1), [](const segment&) {});
  ASSERT_TRUE(part);
  EXPECT_EQ(part->segments, 2u);
  EXPECT_TRUE(part->cut_off);
  for (std::size_t length = 0; length < c.file().size(); ++length) {
    const byte_buffer cut(c.file().begin(), c.file().begin() + static_cast<std::ptrdiff_t>(length));
    const auto read = read_capture(cut, [](const segment&) {});
    if (read) EXPECT_LT(read->segments, 3u);
  }
}

}  // namespace
}  // namespace mqttspec::observe
