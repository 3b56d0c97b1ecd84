#pragma once
// Captures: pcap and pcapng files, and the TCP segments in them. Everything in a file is hostile;
// nothing is read past its end.
//
//   const auto read = read_capture(octets, [&](const segment& s) { flows.take(s); });
//   if (!read) on.error(read.error());
//
// Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; link types as tcpdump.org lists them:
// NULL, Ethernet (with VLAN tags), raw IP, LOOP, Linux cooked v1 and v2, IPv4, IPv6.

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"

namespace mqttspec::observe {

struct endpoint {
  std::string address;  // 4 or 16 octets
  std::uint16_t port = 0;

  friend auto operator<=>(const endpoint&, const endpoint&) = default;
};
std::string print(const endpoint& e);  // "127.0.0.1:1883", "[::1]:1883"

struct segment {
  endpoint from;
  endpoint to;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  bool syn = false;
  bool fin = false;
  bool rst = false;
  bool ack = false;
  byte_view payload;       // what was caught
  std::size_t length = 0;  // of the payload on the wire
  instant at{};            // since 1970; never earlier than that of the segment before
};

struct capture_counts {
  std::size_t frames = 0;
  std::size_t segments = 0;
  std::size_t fragments = 0;      // of IP, which are not put together
  bool cut_off = false;           // the file ends amid a frame
  std::size_t unknown_links = 0;  // frames of link types that are not known
};

// The error is a sentence: no capture at all.
result<capture_counts, std::string> read_capture(byte_view file,
                                                 const std::function<void(const segment&)>& take);

}  // namespace mqttspec::observe
