// Packets: one rich and one plain of each kind, and those that broke brokers. What each of the
// latter did, and to whom, is told in its name and in FUZZING.md.

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/random.h"
#include "fuzz/seeds.h"
#include "wire/encode.h"
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

// Bodies are told in hex; first octet and Remaining Length are put in front.
struct history_packet {
  std::string_view name;
  unsigned settings;
  std::string_view hex;
};

constexpr history_packet bug_history[] = {
    {"connect-endless-length", 0, "10 ff ff ff 7f"},
    {"connect-length-of-five-octets", 0, "10 ff ff ff ff 7f"},
    {"connect-length-overlong", 0, "10 8d 00 00 04 4d 51 54 54 05 02 00 00 00 00 00"},
    {"connect-client-id-hash", 0, "10 0e 00 04 4d 51 54 54 05 02 00 3c 00 00 01 23"},
    {"connect-shorter-than-its-fields", 0, "10 0c 00 04 4d 51 54 54 05 02 00 3c 00 00"},
    {"connect-will-content-type-first", 0,
     "10 19 00 04 4d 51 54 54 05 06 00 3c 00 00 01 61 04 03 00 01 74 00 01 77 00 01 78"},
    {"connect-will-with-receive-maximum", 0,
     "10 18 00 04 4d 51 54 54 05 06 00 3c 00 00 01 61 03 21 00 01 00 01 77 00 01 78"},
    {"connect-will-fields-missing", of_v311, "10 0c 00 04 4d 51 54 54 04 06 b1 9c 00 00"},
    {"connect-will-retain-without-will", 0, "10 0d 00 04 4d 51 54 54 05 22 00 3c 00 00 00"},
    {"connect-will-qos-without-will", 0, "10 0d 00 04 4d 51 54 54 05 0a 00 3c 00 00 00"},
    {"connect-user-name-missing", of_v311, "10 0c 00 04 4d 51 54 54 04 82 d0 50 00 00"},
    {"connect-password-without-user-name", of_v311,
     "10 0f 00 04 4d 51 54 54 04 42 00 3c 00 00 00 01 70"},
    {"connect-request-information-twice", 0,
     "10 11 00 04 4d 51 54 54 05 02 00 3c 04 19 01 19 01 00 00"},
    {"connect-request-information-of-two", 0, "10 0f 00 04 4d 51 54 54 05 02 00 3c 02 19 02 00 00"},
    {"connect-data-without-method", 0, "10 11 00 04 4d 51 54 54 05 02 00 3c 04 16 00 01 78 00 00"},
    {"connect-twice", 0,
     "10 0d 00 04 4d 51 54 54 05 02 00 3c 00 00 00 10 0d 00 04 4d 51 54 54 05 02 00 3c 00 00 00"},
    {"connect-null-in-client-id", 0, "10 0e 00 04 4d 51 54 54 05 02 00 3c 00 00 01 00"},
    {"connack-from-a-client", 0,
     "10 10 00 04 4d 51 54 54 05 02 00 3c 03 21 00 14 00 00 29 02 00 01 e0 00"},
    {"connack-cut", from_server, "20 01 00"},
    {"connack-session-present-refused", from_server, "20 03 01 87 00"},
    {"first-packet-huge-publish", 0, "30 ff ff ff 7f"},
    {"publish-length-above-three-octets", 0, "30 80 80 80 01 00"},
    {"publish-ill-formed-topic", 0, "30 05 00 02 c3 28 00"},
    {"publish-null-in-topic", 0, "30 06 00 03 61 00 62 00"},
    {"publish-topic-of-dollar", 0, "30 07 00 03 24 78 2f 00 61"},
    {"publish-topic-empty-no-alias", 0, "30 03 00 00 00"},
    {"publish-topic-empty-unknown-alias", 0, "30 06 00 00 03 23 00 03"},
    {"publish-alias-zero", 0, "30 07 00 01 61 03 23 00 00"},
    {"publish-alias-unsolicited", from_server, "30 07 00 01 61 03 23 00 09"},
    {"publish-wildcard-in-topic", 0, "30 06 00 03 61 2f 23 00"},
    {"publish-wildcard-in-response-topic", 0, "30 0a 00 01 61 06 08 00 03 61 2f 23"},
    {"publish-properties-length-of-five-octets", 0, "30 08 00 01 61 80 80 80 80 00"},
    {"publish-properties-past-the-end", 0, "30 06 00 01 61 7f 01 00"},
    {"publish-cut-before-packet-id", 0, "32 03 00 01 61"},
    {"publish-qos-three", 0, "36 06 00 01 61 00 01 00"},
    {"publish-qos2-empty-payload-twice", 0, "34 06 00 01 61 00 01 00 3c 06 00 01 61 00 01 00"},
    {"publish-subscription-identifier-from-client", 0, "30 06 00 01 61 02 0b 01"},
    {"publish-expiry-twice", 0, "30 0e 00 01 61 0a 02 00 00 00 01 02 00 00 00 01"},
    {"publish-of-three-octets-that-says-4096", 0, "30 80 20 00 01 61"},
    {"puback-of-two-octets", 0, "40 02 00 01"},
    {"puback-with-reason", 0, "40 03 00 10"},
    {"puback-with-reason-and-length", 0, "40 04 00 01 10 00"},
    {"puback-of-one-octet", 0, "40 01 00"},
    {"pubrel-then-disconnect", 0, "62 02 d3 01 e0 02 00 00"},
    {"pubrel-flags-clear", 0, "60 02 00 01"},
    {"subscribe-share-without-filter", 0, "82 0f 00 01 00 00 09 24 73 68 61 72 65 2f 61 62 00"},
    {"subscribe-share-without-name", 0, "82 10 00 01 00 00 0a 24 73 68 61 72 65 2f 2f 61 62 00"},
    {"subscribe-no-options", 0, "82 06 00 01 00 00 01 61"},
    {"subscribe-empty-filter-no-options", 0, "82 05 00 01 00 00 00"},
    {"subscribe-no-filter", 0, "82 03 00 01 00"},
    {"subscribe-identifier-zero", 0, "82 09 00 01 02 0b 00 00 01 61 00"},
    {"subscribe-identifier-overflow", 0, "82 0c 00 01 05 0b ff ff ff ff 7f 00 01 61 00"},
    {"subscribe-no-local-on-share", 0, "82 11 00 01 00 00 0b 24 73 68 61 72 65 2f 67 2f 61 62 04"},
    {"unsubscribe-no-filter", 0, "a2 03 00 01 00"},
    {"pingreq-before-connect", 0, "c0 00"},
    {"disconnect-of-two-octets", 0, "e0 02 00 00"},
    {"disconnect-of-one-octet", 0, "e0 01 04"},
    {"auth-without-method", 0, "f0 02 18 00"},
    {"reserved-type-zero", 0, "00 00"},
    {"reserved-type-zero-flags", 0, "0f 00"},
    {"reserved-type-fifteen", of_v311, "f0 00"},
    {"publish-packet-id-zero", 0, "32 06 00 01 61 00 00 00"},
    {"puback-packet-id-zero", 0, "40 02 00 00"},
    {"suback-packet-id-zero", from_server, "90 04 00 00 00 00"},
    {"suback-no-reason", from_server, "90 03 00 01 00"},
    {"suback-unknown-reason", from_server, "90 04 00 01 00 03"},
    {"pubrec-unknown-reason", 0, "50 03 00 01 7f"},
    {"disconnect-unknown-reason", 0, "e0 01 7f"},
    {"connack-unknown-reason", from_server, "20 03 00 7f 00"},
    {"connack-reserved-flags", from_server, "20 03 02 00 00"},
    {"connect-reserved-flag", 0, "10 0d 00 04 4d 51 54 54 05 03 00 3c 00 00 00"},
    {"connect-will-qos-three", 0, "10 0d 00 04 4d 51 54 54 05 1e 00 3c 00 00 00"},
    {"connect-name-of-3-1", 0, "10 0f 00 06 4d 51 49 73 64 70 03 02 00 3c 00 01 61"},
    {"connect-level-six", 0, "10 0d 00 04 4d 51 54 54 06 02 00 3c 00 00 00"},
    {"connect-receive-maximum-cut", 0, "10 0f 00 04 4d 51 54 54 05 02 00 3c 02 21 00 00 00"},
    {"subscribe-reserved-options", 0, "82 07 00 01 00 00 01 61 c0"},
    {"auth-data-without-method", 0, "f0 06 18 04 16 00 01 78"},
    {"proxy-protocol-text", 0, "50 52 4f 58 59 20 54 43 50 34 20 31 2e 32 2e 33 2e 34 0d 0a"},
    {"proxy-protocol-binary", 0, "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0d 01 02"},
    {"tls-client-hello", 0, "16 03 01 00 05 01 00 00 01 03"},
};

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
  for (const history_packet& each : bug_history) {
    out.push_back(decode_seed(std::string(each.name), each.settings, *from_hex(each.hex)));
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
