// Packets: one rich and one plain of each kind, and those that broke brokers. What each of the
// latter did, and to whom, is told in its name and in FUZZING.md.

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/random.h"
#include "fuzz/seeds.h"
#include "wire/encode.h"
#include "wire/odd_packets.h"
#include "wire/sample.h"
#include "wire/table.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;

constexpr std::uint8_t of_v311 = 1;
constexpr std::uint8_t from_server = 2;
constexpr std::uint8_t with_notation = 4;
constexpr std::uint8_t pieces = 17;  // seeds the sizes of the reads

seed decode_seed(std::string name, unsigned settings, byte_view packets) {
  byte_buffer input{static_cast<std::uint8_t>(settings), pieces};
  input.insert(input.end(), packets.begin(), packets.end());
  return {"decode", std::move(name), std::move(input)};
}

std::size_t richness(const packet& p, std::size_t size) {
  std::set<property_id> ids;
  for (const property& each : p.properties) ids.insert(each.id);
  if (p.will) {
    for (const property& each : p.will->properties) ids.insert(each.id);
  }
  return size > 200 ? 0 : ids.size() * 4 + p.will.has_value() * 8 + p.user_name.has_value();
}

// A legal packet, with as many properties as chance gives it, or the shortest one.
byte_buffer sampled(packet_type type, protocol_version version, sender from, bool rich) {
  random_source random(11);
  byte_buffer best;
  std::size_t best_score = 0;
  for (int i = 0; i < 300; ++i) {
    const packet p = sample_packet(random, type, version, from);
    const auto e = encode(p);
    if (!e) continue;
    const std::size_t score = rich ? 1 + richness(p, e->bytes.size()) : 100'000 - e->bytes.size();
    if (score > best_score) {
      best = e->bytes;
      best_score = score;
    }
  }
  return best;
}

std::string lower(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

byte_buffer many_user_properties() {
  packet p = make(packet_type::connect, protocol_version::v5);
  p.client_id = "u";
  for (int i = 0; i < 60; ++i) p.properties.push_back(user_property("n", "v"));
  return encode(p)->bytes;
}

byte_buffer deep_filter() {
  packet p = make(packet_type::subscribe, protocol_version::v5);
  p.packet_id = 1;
  p.subscriptions.push_back({std::string(400, '/'), 0, false, false, 0});
  return encode(p)->bytes;
}

byte_buffer long_properties() {
  packet p = make(packet_type::publish, protocol_version::v5);
  p.topic = "a";
  p.properties.push_back(text_property(property_id::content_type, std::string(150, 'x')));
  return encode(p)->bytes;
}

byte_buffer segment_with_split_last_packet() {
  byte_buffer out;
  for (int i = 0; i < 12; ++i) out.insert(out.end(), {0x30, 0x05, 0x00, 0x01, 'a', 0x00, 'x'});
  out.resize(out.size() - 3);
  return out;
}

// Settings, edit and its choice, then 100 decisions about fields.
seed roundtrip_seed(std::string_view damage, unsigned kind, unsigned choice, packet_type type,
                    protocol_version version) {
  const bool v311 = version == protocol_version::v311;
  random_source random(kind * 64 + choice);
  byte_buffer input{
      static_cast<std::uint8_t>((v311 ? 0x80u : 0u) | (static_cast<unsigned>(type) - 1)),
      static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(choice)};
  while (input.size() < 100) input.push_back(static_cast<std::uint8_t>(random.next()));
  return {"roundtrip",
          fmt::format("{}-{}-{}", version_tag(version), lower(packet_of(type).name), damage),
          std::move(input)};
}

void add_roundtrip_seeds(std::vector<seed>& out) {
  using enum packet_type;
  // By the numbers that the target reads; see read_damage() and broken_structure().
  static constexpr std::array<std::string_view, 12> damages = {"flags",
                                                               "overlong-length",
                                                               "overlong-properties",
                                                               "doubled-property",
                                                               "foreign-property",
                                                               "ill-formed-text",
                                                               "null-in-text",
                                                               "unknown-reason",
                                                               "cut",
                                                               "trailing",
                                                               "",
                                                               "random-edit"};
  for (unsigned kind = 0; kind < damages.size(); ++kind) {
    if (damages[kind].empty()) continue;
    for (const packet_type type : {connect, publish, kind == 7 ? suback : subscribe}) {
      // 0x7F: no property, no reason code, no legal flags
      out.push_back(roundtrip_seed(damages[kind], kind, 0x7F, type, protocol_version::v5));
    }
  }
  struct structure {
    std::string_view name;
    packet_type type;
  };
  static constexpr std::array<structure, 9> structures = {{{"packet-id-zero", puback},
                                                           {"wrong-protocol-name", connect},
                                                           {"level-six", connect},
                                                           {"reserved-connect-flag", connect},
                                                           {"reserved-options", subscribe},
                                                           {"wildcard-in-topic", publish},
                                                           {"misplaced-wildcard", subscribe},
                                                           {"empty-list", subscribe},
                                                           {"type-zero", pingreq}}};
  for (unsigned n = 0; n < structures.size(); ++n) {
    out.push_back(
        roundtrip_seed(structures[n].name, 10, n, structures[n].type, protocol_version::v5));
  }
  for (const packet_type type : {connect, publish, subscribe, connack}) {
    out.push_back(roundtrip_seed("overlong-length", 1, 0, type, protocol_version::v311));
  }
}

}  // namespace

std::vector<seed> packet_seeds() {
  std::vector<seed> out;
  for (const auto version : {protocol_version::v5, protocol_version::v311}) {
    for (const packet_spec& spec : packet_table) {
      if (!contains(spec.versions, version)) continue;
      // Of 3.1.1 only what looks different there.
      const bool differs = spec.type == packet_type::connect || spec.type == packet_type::publish ||
                           spec.type == packet_type::subscribe ||
                           spec.type == packet_type::unsuback;
      if (version == protocol_version::v311 && !differs) continue;
      const bool client = spec.sender != packet_direction::from_server;
      const sender from = client ? sender::client : sender::server;
      const unsigned settings = (version == protocol_version::v311 ? of_v311 : 0u) |
                                (client ? 0u : from_server) | with_notation;
      const std::string name = fmt::format("{}-{}", version_tag(version), lower(spec.name));
      const byte_buffer plain = sampled(spec.type, version, from, false);
      const byte_buffer rich = sampled(spec.type, version, from, true);
      out.push_back(decode_seed(name, settings, plain));
      if (rich != plain) out.push_back(decode_seed(name + "-rich", settings, rich));
    }
  }
  for (const odd_packets& each : known_odd_packets()) {
    const unsigned settings = (each.version == protocol_version::v311 ? of_v311 : 0u) |
                              (each.from == sender::server ? from_server : 0u);
    out.push_back(decode_seed(std::string(each.name), settings, *from_hex(each.hex)));
  }
  out.push_back(decode_seed("connect-many-user-properties", 0, many_user_properties()));
  out.push_back(decode_seed("subscribe-filter-of-400-levels", 0, deep_filter()));
  out.push_back(decode_seed("publish-properties-above-127-octets", 0, long_properties()));
  out.push_back(
      decode_seed("segment-with-a-split-last-packet", 0, segment_with_split_last_packet()));
  add_roundtrip_seeds(out);
  return out;
}

}  // namespace mqttspec::fuzz
