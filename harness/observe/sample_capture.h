#pragma once
// Captures as tcpdump would write them, for tests and seeds.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace mqttspec::observe {

enum tcp_flag : int { fin = 1, syn = 2, rst = 4, ack = 16 };

// A pcap file, big-endian with microseconds, of raw IP unless |link| says otherwise.
class sample_capture {
 public:
  explicit sample_capture(std::uint32_t link = 101) {
    put32(0xA1B2C3D4);
    put32(0x00020004);
    put32(0);
    put32(0);
    put32(262'144);
    put32(link);
  }

  // From port |from| to port |to| of 127.0.0.1, or with |v6| of ::1. |before|: of the link layer.
  // |caught|: octets of the frame that are caught, at most.
  struct how {
    std::string before = {};
    bool v6 = false;
    std::size_t caught = 65'536;
  };
  void segment(std::uint16_t from, std::uint16_t to, int flags, std::uint32_t sequence,
               std::uint32_t acknowledged, std::string_view payload, const how& h) {
    std::string tcp = big16(from) + big16(to) + big32(sequence) + big32(acknowledged);
    tcp += big16(static_cast<std::uint16_t>(0x5000 | flags)) + big16(65'535) + big32(0);
    tcp += payload;
    std::string ip;
    if (h.v6) {
      ip = big32(0x60000000) + big16(static_cast<std::uint16_t>(tcp.size())) + "\x06\x40";
      for (int i = 0; i < 2; ++i) ip += std::string(15, '\0') + "\x01";
    } else {
      ip = big16(0x4500) + big16(static_cast<std::uint16_t>(20 + tcp.size())) + big32(0x00014000);
      ip += big32(0x40060000) + big32(0x7F000001) + big32(0x7F000001);
    }
    const std::string frame = h.before + ip + tcp;
    put32(static_cast<std::uint32_t>(at_ / 1'000'000));
    put32(static_cast<std::uint32_t>(at_ % 1'000'000));
    put32(static_cast<std::uint32_t>(std::min(frame.size(), h.caught)));
    put32(static_cast<std::uint32_t>(frame.size()));
    file_ += frame.substr(0, h.caught);
    at_ += 1000;
  }
  void segment(std::uint16_t from, std::uint16_t to, int flags, std::uint32_t sequence,
               std::uint32_t acknowledged, std::string_view payload = "") {
    segment(from, to, flags, sequence, acknowledged, payload, {});
  }
  void wait(std::uint64_t seconds) { at_ += seconds * 1'000'000; }

  byte_view file() const { return as_bytes(file_); }

 private:
  static std::string big16(std::uint16_t n) {
    return {static_cast<char>(n >> 8), static_cast<char>(n & 0xFF)};
  }
  static std::string big32(std::uint32_t n) {
    return big16(static_cast<std::uint16_t>(n >> 16)) +
           big16(static_cast<std::uint16_t>(n & 0xFFFF));
  }
  void put32(std::uint32_t n) { file_ += big32(n); }

  std::string file_;
  std::uint64_t at_ = 1'700'000'000'000'000;
};

}  // namespace mqttspec::observe
