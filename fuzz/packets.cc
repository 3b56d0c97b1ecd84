#include "fuzz/packets.h"

#include <array>
#include <utility>

#include "wire/encode.h"

namespace mqttspec::fuzz {

using namespace wire;

std::uint64_t input_choices::below(std::uint64_t limit) {
  return input_.number(limit <= 0x100 ? 1 : limit <= 0x10000 ? 2 : 4) % limit;
}

std::vector<byte_buffer> split_frames(byte_view stream, protocol_version version) {
  std::vector<byte_buffer> frames;
  while (!stream.empty()) {
    const auto part = split(stream, version);
    const std::size_t size = part && part->has_value() ? (*part)->bytes.size() : stream.size();
    frames.emplace_back(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
  }
  return frames;
}

void mutate_frames(std::vector<byte_buffer>& frames, random_source& random,
                   const decode_options& options) {
  const auto sampled = [&] {
    for (;;) {
      const sample_kind kind = sample_type(random, options.version);
      if (kind.from != options.from && random.below(8) != 0) continue;
      const auto e = encode(sample_packet(random, kind.type, options.version, kind.from));
      if (e) return *e;
    }
  };
  const std::size_t at = random.below(frames.size() + 1);
  const auto place = frames.begin() + static_cast<std::ptrdiff_t>(at);
  const std::uint64_t what = frames.empty() || place == frames.end() ? 0 : random.below(7);
  switch (what) {
    case 0:
      frames.insert(place, sampled().bytes);
      break;
    case 1:
      frames.erase(place);
      break;
    case 2: {
      byte_buffer twin = *place;
      frames.insert(place, std::move(twin));
      break;
    }
    case 3:
      std::swap(*place, frames[random.below(frames.size())]);
      break;
    case 4:
      *place = sampled().bytes;
      break;
    default: {
      // An edit of the packet as it stands, or of a sampled one when it is none.
      const auto p = decode(*place, options);
      auto e = p ? encode(*p) : wire_result<encoded>(sampled());
      if (!e) break;
      for (std::uint64_t n = 1 + random.below(2); n != 0; --n) {
        (void)apply(sample_edit(random, *e), *e);
      }
      *place = std::move(e->bytes);
      break;
    }
  }
}

}  // namespace mqttspec::fuzz
