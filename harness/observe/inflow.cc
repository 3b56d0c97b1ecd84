#include "observe/inflow.h"

#include <algorithm>

namespace mqttspec::observe {

void inflow::add_hole(std::size_t length) {
  if (lost_ || length > longest_packet) return lose();
  holes_.emplace_back(pending_.size(), pending_.size() + length);
  pending_.resize(pending_.size() + length);
}

void inflow::lose() {
  lost_ = true;
  pending_ = {};
  holes_.clear();
  taken_ = 0;
}

// Where the first hole within |length| octets of what is not taken begins.
std::optional<std::size_t> inflow::hole_within(std::size_t length) const {
  for (const auto& [begin, end] : holes_) {
    if (end <= taken_) continue;
    const std::size_t at = std::max(begin, taken_) - taken_;
    if (at < length) return at;
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<passed_packet> inflow::next(wire::protocol_version version) {
  if (lost_) {
    pending_.clear();
    return std::nullopt;
  }
  if (taken_ == pending_.size()) {
    pending_.clear();
    holes_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  const auto frame = wire::split(rest(), version, longest_packet);
  const std::size_t header =
      frame && *frame ? (*frame)->header_length : std::min<std::size_t>(rest().size(), 5);
  const bool unknown_header = hole_within(header).has_value();
  const bool too_long = !frame && frame.error().error == wire::wire_error::packet_too_large;
  if (unknown_header || too_long) {
    lose();
    return std::nullopt;
  }
  if (!frame) {
    lost_ = true;
    return passed_packet{rest(), std::nullopt, frame.error()};
  }
  if (!*frame) {
    // What was taken is let go of when it is much.
    if (taken_ > 65'536 || taken_ > pending_.size() / 2) {
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(taken_));
      std::erase_if(holes_, [&](const auto& h) { return h.second <= taken_; });
      for (auto& [begin, end] : holes_) {
        begin -= std::min(begin, taken_);
        end -= taken_;
      }
      taken_ = 0;
    }
    return std::nullopt;
  }
  const byte_view whole = (*frame)->bytes;
  passed_packet out{whole, hole_within(whole.size()), std::nullopt};
  taken_ += whole.size();
  return out;
}

}  // namespace mqttspec::observe
