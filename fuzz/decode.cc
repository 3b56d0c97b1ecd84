// Octets from a stranger: one octet of settings, one that seeds the sizes of the reads, and then a
// stream as it comes from a connection.
//
//  - Fed whole and fed in pieces, the stream gives the same packets and the same fault.
//  - Nothing is read past the input: every packet is decoded from a heap block of its exact size.
//  - A packet that is accepted can be encoded, and what that gives decodes to the same packet.
//  - With the notation bit, its printed form can be parsed, and is the same packet.

#include "wire/decode.h"

#include <optional>
#include <vector>

#include "base/random.h"
#include "fuzz/packets.h"
#include "fuzz/target.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;

struct stream_item {
  std::size_t offset = 0;
  std::size_t length = 0;
  wire_fault fault;  // none: a packet

  friend bool operator==(const stream_item&, const stream_item&) = default;
};

constexpr std::uint32_t frame_limit = 1u << 16;
constexpr std::size_t most_items = 64;
constexpr unsigned most_reads = 8;

void check_accepted(const packet& p, const packet_view& view, sender from, bool notation) {
  require(to_packet(view) == p, "the owning form differs from the view");
  byte_buffer again;
  const auto encoded = encode_to(p, again);
  require(encoded.has_value(), "an accepted packet cannot be encoded");
  const auto back = decode(again, {p.version, from});
  require(back.has_value(), "an accepted packet, encoded, is refused");
  require(*back == p, "an accepted packet, encoded, decodes to another one");
  if (!notation) return;
  const auto parsed = parse_packet(print(p), p.version);
  require(parsed.has_value(), "the printed form of an accepted packet cannot be parsed");
  require(*parsed == p, "the printed form of an accepted packet means another one");
}

// The first packet of |input|, read from a block of exactly its octets.
std::optional<stream_item> first_item(byte_view input, const decode_options& options, bool notation,
                                      bool whole) {
  const auto part = split(input, options.version, frame_limit);
  if (!part) return stream_item{0, 0, part.error()};
  if (!part->has_value()) return std::nullopt;
  const byte_view bytes = (*part)->bytes;
  require(bytes.data() == input.data() && bytes.size() <= input.size() &&
              (*part)->header_length <= bytes.size(),
          "a frame lies outside its input");
  const byte_buffer exact(bytes.begin(), bytes.end());
  const auto view = decode_view(exact, options);
  stream_item item{0, bytes.size(), {}};
  if (!view) {
    item.fault = view.error();
    require(item.fault.error != wire_error::none, "a fault without an error");
    require(item.fault.offset <= exact.size(), "a fault behind its packet");
  } else if (whole) {
    check_accepted(to_packet(*view), *view, options.from, notation);
  }
  return item;
}

std::vector<stream_item> read_whole(byte_view stream, const decode_options& options,
                                    bool notation) {
  std::vector<stream_item> items;
  std::size_t at = 0;
  while (items.size() < most_items) {
    auto item = first_item(stream.subspan(at), options, notation, true);
    if (!item) break;
    item->offset = at;
    items.push_back(*item);
    if (item->length == 0) break;  // no way to find the next packet
    at += item->length;
  }
  return items;
}

std::vector<stream_item> read_in_pieces(byte_view stream, const decode_options& options,
                                        std::uint8_t seed) {
  random_source random(seed);
  std::vector<stream_item> items;
  byte_buffer held;
  unsigned reads = 0;
  std::size_t at = 0;  // of the first octet held
  while (!stream.empty()) {
    // Each read costs a copy, so the last one takes the rest.
    const std::size_t wanted =
        ++reads == most_reads ? stream.size() : 1 + random.below(seed < 64 ? 4 : 40);
    const std::size_t size = std::min(stream.size(), wanted);
    held.insert(held.end(), stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
    while (items.size() < most_items) {
      // A copy, so that a read behind what has come is seen.
      const byte_buffer exact(held);
      auto item = first_item(exact, options, false, false);
      if (!item) break;
      item->offset = at;
      items.push_back(*item);
      if (item->length == 0) return items;
      at += item->length;
      held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(item->length));
    }
    if (items.size() == most_items) break;
  }
  return items;
}

}  // namespace

int fuzz_decode(byte_view input) {
  if (input.size() < 2) return 0;
  const std::uint8_t settings = input[0];
  const decode_options options{(settings & 1) != 0 ? protocol_version::v311 : protocol_version::v5,
                               (settings & 2) != 0 ? sender::server : sender::client};
  const byte_view stream = input.subspan(2);
  const auto whole = read_whole(stream, options, (settings & 4) != 0);
  require(read_in_pieces(stream, options, input[1]) == whole,
          "a stream in pieces is read differently");
  return 0;
}

std::size_t mutate_decode(const mutation& m) {
  random_source random(m.seed);
  if (m.size < 2 || random.below(4) == 0) return m.plain(m.data, m.size, m.most);
  byte_buffer out(m.input().begin(), m.input().begin() + 2);
  if (random.below(16) == 0) out[0] = static_cast<std::uint8_t>(random.below(8));
  const auto version = (out[0] & 1) != 0 ? protocol_version::v311 : protocol_version::v5;
  const auto from = (out[0] & 2) != 0 ? sender::server : sender::client;
  std::vector<byte_buffer> frames = split_frames(m.input().subspan(2), version);
  mutate_frames(frames, random, {version, from});
  for (const byte_buffer& each : frames) out.insert(out.end(), each.begin(), each.end());
  return m.replace(out);
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(decode);
