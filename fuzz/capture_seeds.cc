// Captures, each with one thing to find out: link layers, order, holes, ends.

#include "fuzz/seeds.h"
#include "observe/sample_capture.h"

namespace mqttspec::fuzz {

namespace {

using observe::ack;
using observe::fin;
using observe::rst;
using observe::sample_capture;
using observe::syn;

constexpr std::uint16_t client = 50'000;
constexpr std::uint16_t broker = 1883;
constexpr std::string_view connect_packet("\x10\x0D\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x00", 15);
constexpr std::string_view connack_packet("\x20\x03\x00\x00\x00", 5);
// QoS 1, identifier 1, topic "t", payload "m".
constexpr std::string_view publish_packet("\x32\x07\x00\x01t\x00\x01\x00m", 9);

sample_capture joined(std::uint32_t link = 101, const sample_capture::how& h = {}) {
  sample_capture c(link);
  c.segment(client, broker, syn, 99, 0, "", h);
  c.segment(broker, client, syn | ack, 199, 100, "", h);
  c.segment(client, broker, ack, 100, 200, connect_packet, h);
  c.segment(broker, client, ack, 200, 115, connack_packet, h);
  return c;
}

void add(std::vector<seed>& to, const char* name, const sample_capture& c) {
  to.push_back({"capture", name, byte_buffer(c.file().begin(), c.file().end())});
}

void put32(byte_buffer& to, std::uint32_t n) {
  for (int i = 0; i < 4; ++i) to.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
}

void put_block(byte_buffer& to, std::uint32_t type, const byte_buffer& body) {
  put32(to, type);
  put32(to, static_cast<std::uint32_t>(body.size() + 12));
  to.insert(to.end(), body.begin(), body.end());
  put32(to, static_cast<std::uint32_t>(body.size() + 12));
}

// The frames of |c| as pcapng: an interface in nanoseconds, then blocks of three kinds.
byte_buffer as_pcapng(const sample_capture& c) {
  byte_buffer out;
  byte_buffer body;
  put32(body, 0x1A2B3C4D);
  put32(body, 1);
  put32(body, ~0u);
  put32(body, ~0u);
  put_block(out, 0x0A0D0D0A, body);
  body.clear();
  put32(body, 101);
  put32(body, 0);
  put32(body, 0x00010009);
  put32(body, 9);
  put32(body, 0);
  put_block(out, 1, body);
  constexpr std::uint32_t kinds[] = {6, 2, 3};
  std::size_t n = 0;
  byte_view rest = c.file().subspan(24);
  while (rest.size() >= 16) {
    const std::uint32_t length =
        static_cast<std::uint32_t>(rest[8] << 24 | rest[9] << 16 | rest[10] << 8 | rest[11]);
    const std::uint32_t kind = kinds[n++ % 3];
    body.clear();
    if (kind != 3) {
      put32(body, 0);
      put32(body, 0x00061000);
      put32(body, static_cast<std::uint32_t>(n) * 1000);
      put32(body, length);
    }
    put32(body, length);
    body.insert(body.end(), rest.begin() + 16,
                rest.begin() + 16 + static_cast<std::ptrdiff_t>(length));
    while (body.size() % 4 != 0) body.push_back(0);
    put_block(out, kind, body);
    rest = rest.subspan(16 + length);
  }
  return out;
}

}  // namespace

std::vector<seed> capture_seeds() {
  std::vector<seed> out;
  sample_capture whole = joined();
  whole.segment(client, broker, ack, 115, 205, publish_packet);
  whole.segment(broker, client, ack, 205, 124, std::string_view("\x40\x02\x00\x01", 4));
  whole.segment(client, broker, fin | ack, 124, 209);
  whole.segment(broker, client, fin | ack, 209, 125);
  add(out, "whole", whole);
  out.push_back({"capture", "pcapng", as_pcapng(whole)});

  sample_capture order = joined();
  order.segment(client, broker, ack, 119, 205, publish_packet.substr(4));
  order.segment(client, broker, ack, 115, 205, publish_packet.substr(0, 6));
  order.segment(client, broker, ack, 115, 205, publish_packet);
  add(out, "another-order", order);

  sample_capture hole = joined();
  hole.segment(client, broker, ack, 124, 205, publish_packet);
  hole.segment(broker, client, ack, 205, 133);
  hole.wait(1);
  hole.segment(broker, client, ack, 205, 133, std::string_view("\xD0\x00", 2));
  add(out, "hole", hole);

  sample_capture cut = joined();
  cut.segment(client, broker, ack, 115, 205, publish_packet, {.caught = 48});
  cut.segment(client, broker, ack, 124, 205, std::string_view("\xC0\x00", 2));
  add(out, "cut-short", cut);

  sample_capture amid;
  amid.segment(client, broker, ack, 115, 205, publish_packet);
  amid.segment(broker, client, ack, 205, 124, std::string_view("\x40\x02\x00\x01", 4));
  add(out, "amid", amid);

  sample_capture resets;
  resets.segment(client, broker, syn, 99, 0);
  resets.segment(broker, client, rst | ack, 0, 100);
  resets.segment(client, broker, syn, 99, 0);
  resets.segment(broker, client, syn | ack, 199, 100);
  resets.segment(client, broker, ack, 100, 200, connect_packet);
  resets.segment(broker, client, rst | ack, 200, 115);
  add(out, "resets", resets);

  const std::string no_mac(12, '\0');
  add(out, "ethernet", joined(1, {.before = no_mac + std::string("\x08\x00", 2)}));
  add(out, "tagged-ipv6",
      joined(1, {.before = no_mac + std::string("\x81\x00\x00\x01\x86\xDD", 6), .v6 = true}));
  add(out, "cooked", joined(113, {.before = std::string(14, '\0') + std::string("\x08\x00", 2)}));
  add(out, "cooked-2", joined(276, {.before = std::string("\x08\x00", 2) + std::string(18, '\0')}));
  add(out, "loopback", joined(0, {.before = std::string("\x02\x00\x00\x00", 4)}));
  return out;
}

}  // namespace mqttspec::fuzz
