#include "observe/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace mqttspec::observe {

namespace {

// Numbers of either order, read within bounds: what is not there is 0, and ok() tells.
class reader {
 public:
  explicit reader(byte_view octets, bool big = true) : octets_(octets), big_(big) {}

  std::uint8_t u8(std::size_t at) { return static_cast<std::uint8_t>(number(at, 1)); }
  std::uint16_t u16(std::size_t at) { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t u32(std::size_t at) { return static_cast<std::uint32_t>(number(at, 4)); }
  bool ok() const { return ok_; }

 private:
  std::uint64_t number(std::size_t at, std::size_t length) {
    if (at > octets_.size() || octets_.size() - at < length) {
      ok_ = false;
      return 0;
    }
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < length; ++i) n = n << 8 | octets_[at + (big_ ? i : length - 1 - i)];
    return n;
  }

  byte_view octets_;
  bool big_;
  bool ok_ = true;
};

byte_view from(byte_view octets, std::size_t at) {
  return octets.subspan(std::min(at, octets.size()));
}

enum link_type : std::uint16_t {
  link_null = 0,
  link_ethernet = 1,
  link_raw_bsd = 12,
  link_raw_openbsd = 14,
  link_raw = 101,
  link_loop = 108,
  link_cooked = 113,
  link_ipv4 = 228,
  link_ipv6 = 229,
  link_cooked_2 = 276,
};

class dissector {
 public:
  dissector(const std::function<void(const segment&)>& take, capture_counts& counts)
      : take_(take), counts_(counts) {}

  void frame(std::uint16_t link, byte_view octets, duration at) {
    ++counts_.frames;
    now_ = std::max(now_, instant{at});
    reader r(octets);
    switch (link) {
      case link_null:
      case link_loop:
        return ip(from(octets, 4));
      case link_ethernet:
        return ethernet(octets, 12);
      case link_raw:
      case link_raw_bsd:
      case link_raw_openbsd:
      case link_ipv4:
      case link_ipv6:
        return ip(octets);
      case link_cooked:
        return network(r.u16(14), from(octets, 16));
      case link_cooked_2:
        return network(r.u16(0), from(octets, 20));
      default:
        ++counts_.unknown_links;
    }
  }

 private:
  void ethernet(byte_view octets, std::size_t type_at) {
    reader r(octets);
    std::uint16_t type = r.u16(type_at);
    for (int tags = 0; tags < 3 && (type == 0x8100 || type == 0x88A8); ++tags) {
      type_at += 4;
      type = r.u16(type_at);
    }
    network(type, from(octets, type_at + 2));
  }

  void network(std::uint16_t type, byte_view octets) {
    if (type == 0x0800 || type == 0x86DD) ip(octets);
  }

  void ip(byte_view octets) {
    if (octets.empty()) return;
    if (octets[0] >> 4 == 4) return ipv4(octets);
    if (octets[0] >> 4 == 6) return ipv6(octets);
  }

  void ipv4(byte_view octets) {
    reader r(octets);
    const std::size_t header = (r.u8(0) & 15u) * 4u;
    std::size_t total = r.u16(2);
    if (total == 0) total = octets.size();  // left to the network card
    const std::uint16_t fragment = r.u16(6);
    if (!r.ok() || header < 20 || total < header || octets.size() < header || r.u8(9) != 6) return;
    if ((fragment & 0x3FFF) != 0) {
      ++counts_.fragments;
      return;
    }
    tcp(octets.subspan(12, 4), octets.subspan(16, 4), from(octets, header), total - header);
  }

  void ipv6(byte_view octets) {
    reader r(octets);
    std::size_t length = r.u16(4);
    std::uint8_t next = r.u8(6);
    std::size_t at = 40;
    if (octets.size() < at) return;
    if (length == 0) length = octets.size() - at;
    std::size_t left = length;
    for (int headers = 0; headers < 8 && (next == 0 || next == 43 || next == 60); ++headers) {
      const std::size_t size = (r.u8(at + 1) + 1u) * 8u;
      next = r.u8(at);
      if (!r.ok() || size > left) return;
      at += size;
      left -= size;
    }
    if (next == 44) ++counts_.fragments;
    if (next != 6) return;
    tcp(octets.subspan(8, 16), octets.subspan(24, 16), from(octets, at), left);
  }

  // |length|: of header and payload on the wire. What is behind it fills the frame.
  void tcp(byte_view source, byte_view destination, byte_view octets, std::size_t length) {
    reader r(octets);
    const std::size_t header = (r.u8(12) >> 4) * 4u;
    const std::uint8_t flags = r.u8(13);
    segment s;
    s.from = {std::string(as_text(source)), r.u16(0)};
    s.to = {std::string(as_text(destination)), r.u16(2)};
    s.sequence = r.u32(4);
    s.acknowledged = r.u32(8);
    if (!r.ok() || header < 20 || length < header) return;
    s.fin = (flags & 1) != 0;
    s.syn = (flags & 2) != 0;
    s.rst = (flags & 4) != 0;
    s.ack = (flags & 16) != 0;
    s.length = length - header;
    const byte_view rest = from(octets, header);
    s.payload = rest.first(std::min(rest.size(), s.length));
    s.at = now_;
    ++counts_.segments;
    take_(s);
  }

  const std::function<void(const segment&)>& take_;
  capture_counts& counts_;
  instant now_{};
};

// The time of a frame in units of which |a_second| make a second.
duration since_1970(std::uint64_t units, std::uint64_t a_second) {
  constexpr std::uint64_t longest = 4'000'000'000;  // seconds; the year 2096
  const std::uint64_t seconds = std::min(units / a_second, longest);
  const auto rest = static_cast<double>(units % a_second) / static_cast<double>(a_second);
  return std::chrono::seconds(seconds) + duration(static_cast<std::int64_t>(rest * 1e9 + 0.5));
}

void read_pcap(byte_view file, bool big, std::uint64_t a_second, dissector& to,
               capture_counts& counts) {
  reader head(file, big);
  const auto link = static_cast<std::uint16_t>(head.u32(20) & 0xFFFF);
  byte_view rest = from(file, 24);
  while (!rest.empty()) {
    reader r(rest, big);
    const std::uint64_t seconds = r.u32(0);
    const std::uint64_t fraction = r.u32(4);
    const std::size_t caught = r.u32(8);
    if (rest.size() < 16 || rest.size() - 16 < caught) {
      counts.cut_off = true;
      return;
    }
    to.frame(link, rest.subspan(16, caught), since_1970(seconds * a_second + fraction, a_second));
    rest = rest.subspan(16 + caught);
  }
}

struct interface {
  std::uint16_t link = 0;
  std::uint64_t a_second = 1'000'000;
};

interface read_interface(byte_view body, bool big) {
  reader r(body, big);
  interface out;
  out.link = r.u16(0);
  for (std::size_t at = 8; at + 4 <= body.size();) {
    const std::uint16_t code = r.u16(at);
    const std::uint16_t length = r.u16(at + 2);
    if (code == 0) break;
    if (code == 9 && length == 1) {
      const std::uint8_t resolution = r.u8(at + 4);
      const int power = std::min(resolution & 0x7F, (resolution & 0x80) != 0 ? 62 : 18);
      out.a_second = 1;
      for (int i = 0; i < power; ++i) out.a_second *= (resolution & 0x80) != 0 ? 2u : 10u;
    }
    at += 4 + (length + 3u) / 4 * 4;
  }
  return out;
}

void read_pcapng(byte_view file, dissector& to, capture_counts& counts) {
  constexpr std::uint32_t section = 0x0A0D0D0A;
  bool big = false;
  std::vector<interface> interfaces;
  byte_view rest = file;
  while (!rest.empty()) {
    // The type of a section reads the same in both orders, and its third word tells which it is.
    if (reader(rest).u32(0) == section) {
      big = reader(rest, true).u32(8) == 0x1A2B3C4D;
      interfaces.clear();
    }
    reader r(rest, big);
    const std::uint32_t type = r.u32(0);
    const std::size_t length = r.u32(4);
    if (!r.ok() || length < 12 || length % 4 != 0 || length > rest.size()) {
      counts.cut_off = true;
      return;
    }
    const byte_view body = rest.subspan(8, length - 12);
    reader b(body, big);
    if (type == 1 && interfaces.size() < 65'536) interfaces.push_back(read_interface(body, big));
    std::size_t of = interfaces.size();
    std::size_t head = 20;
    std::size_t caught = 0;
    std::uint64_t time = 0;
    if (type == 6) {  // Enhanced Packet
      of = b.u32(0);
      time = std::uint64_t{b.u32(4)} << 32 | b.u32(8);
      caught = b.u32(12);
    } else if (type == 3) {  // Simple Packet: without a time
      of = 0;
      head = 4;
      caught = std::min<std::size_t>(b.u32(0), body.size() - std::min<std::size_t>(4, body.size()));
    } else if (type == 2) {  // Packet, of old
      of = b.u16(0);
      time = std::uint64_t{b.u32(4)} << 32 | b.u32(8);
      caught = b.u32(12);
    }
    if (of < interfaces.size() && b.ok() && body.size() >= head && body.size() - head >= caught) {
      to.frame(interfaces[of].link, body.subspan(head, caught),
               since_1970(time, interfaces[of].a_second));
    }
    rest = rest.subspan(length);
  }
}

}  // namespace

std::string print(const endpoint& e) {
  const byte_view a = as_bytes(e.address);
  if (a.size() == 4) return fmt::format("{}.{}.{}.{}:{}", a[0], a[1], a[2], a[3], e.port);
  // As RFC 5952 has it, but for the longest run of zeros, of which the first is taken.
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i + 1 < a.size(); i += 2) {
    const int group = a[i] << 8 | a[i + 1];
    const bool next_too = i + 3 < a.size() && a[i + 2] == 0 && a[i + 3] == 0;
    if (!gap && group == 0 && next_too) {
      gap = true;
      while (i + 3 < a.size() && a[i + 2] == 0 && a[i + 3] == 0) i += 2;
      out += out.empty() ? "::" : ":";
      continue;
    }
    out += fmt::format("{:x}{}", group, i + 2 < a.size() ? ":" : "");
  }
  return fmt::format("[{}]:{}", out, e.port);
}

result<capture_counts, std::string> read_capture(byte_view file,
                                                 const std::function<void(const segment&)>& take) {
  capture_counts counts;
  dissector to(take, counts);
  reader r(file);
  const std::uint32_t magic = r.u32(0);
  constexpr std::uint64_t micro = 1'000'000;
  constexpr std::uint64_t nano = 1'000'000'000;
  switch (magic) {
    case 0xA1B2C3D4:
    case 0xD4C3B2A1:
      read_pcap(file, magic == 0xA1B2C3D4, micro, to, counts);
      return counts;
    case 0xA1B23C4D:
    case 0x4D3CB2A1:
      read_pcap(file, magic == 0xA1B23C4D, nano, to, counts);
      return counts;
    case 0x0A0D0D0A:
      read_pcapng(file, to, counts);
      return counts;
    default:
      return unexpected(std::string("this is no capture: pcap and pcapng are known"));
  }
}

}  // namespace mqttspec::observe
