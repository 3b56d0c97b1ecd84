#pragma once
// One direction of a connection as somebody sees it who looks on: octets in order, some of which
// may be missing, cut into packets.

#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "wire/decode.h"

namespace mqttspec::observe {

// A packet as it passed. |octets| stay until the next call of a member of inflow.
struct passed_packet {
  byte_view octets;
  std::optional<std::size_t> first_missing;  // octets from here on may not be what was sent
  std::optional<wire::wire_fault> broken;    // no packet: the framing is lost for good
};

class inflow {
 public:
  // Packets above it are not looked into.
  static constexpr std::uint32_t longest_packet = 16u << 20;

  void add(byte_view octets) {
    if (!lost_) pending_.insert(pending_.end(), octets.begin(), octets.end());
  }
  // |length| octets passed and were not caught.
  void add_hole(std::size_t length);

  // The next packet that is complete. nullopt: there is none, or lost() says that there will not
  // be one.
  std::optional<passed_packet> next(wire::protocol_version version);
  // Where packets begin is not known any more.
  bool lost() const { return lost_; }
  void lose();

  // All that is not taken yet, to find out what it is.
  byte_view rest() const { return byte_view(pending_).subspan(taken_); }

 private:
  std::optional<std::size_t> hole_within(std::size_t length) const;

  byte_buffer pending_;
  std::size_t taken_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> holes_;  // begin and end in |pending_|
  bool lost_ = false;
};

}  // namespace mqttspec::observe
