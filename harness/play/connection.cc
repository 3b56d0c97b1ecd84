#include "play/connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::play {

namespace {

constexpr std::size_t most_octets_kept = 4096;

byte_buffer head_of(byte_view octets) {
  const auto kept = octets.first(std::min(octets.size(), most_octets_kept));
  return {kept.begin(), kept.end()};
}

std::string_view type_name(byte_view octets) {
  if (octets.empty() || octets[0] >> 4 == 0) return "packet of the reserved type 0";
  return wire::packet_of(static_cast<wire::packet_type>(octets[0] >> 4)).name;
}

// What an answer takes from its request.
bool is_repeated(wire::wire_error e) {
  return e == wire::wire_error::zero_packet_id || e == wire::wire_error::empty_list;
}

}  // namespace

std::string describe(const inbound& item) {
  switch (item.kind) {
    case inbound_kind::packet:
      return wire::print(item.packet, {120, true});
    case inbound_kind::malformed:
      return fmt::format(
          "malformed {}: {}; hex({})", type_name(item.octets), print(item.fault),
          to_hex(byte_view(item.octets).first(std::min<std::size_t>(item.octets.size(), 48))));
    case inbound_kind::close:
      return item.how == close_kind::reset ? "close (reset)" : "close";
  }
  return {};
}

std::size_t connection::receive(byte_view octets, instant now) {
  if (lost_framing_ || close_arrived_) return 0;
  pending_.insert(pending_.end(), octets.begin(), octets.end());
  std::size_t count = 0;
  std::size_t used = 0;
  const auto add = [&](inbound item) {
    item.at = now;
    queue.push_back(std::move(item));
    ++count;
  };
  while (!lost_framing_ && used < pending_.size()) {
    const byte_view rest = byte_view(pending_).subspan(used);
    const auto frame = wire::split(rest, version_, packet_limit);
    inbound item;
    if (!frame) {
      item.kind = inbound_kind::malformed;
      item.fault = frame.error();
      if (item.fault.error == wire::wire_error::packet_too_large) {
        item.fault.statement = "MQTT-3.1.2-24";
      }
      item.octets = head_of(rest);
      item.size = rest.size();
      lost_framing_ = true;
      add(std::move(item));
      break;
    }
    if (!*frame) break;
    const byte_view whole = (*frame)->bytes;
    auto decoded = wire::decode(whole, {version_, wire::sender::server});
    item.octets = head_of(whole);
    item.size = whole.size();
    if (decoded) {
      item.packet = std::move(*decoded);
    } else {
      item.kind = inbound_kind::malformed;
      item.fault = decoded.error();
      item.repeats_our_fault =
          whole[0] >> 4 != static_cast<int>(wire::packet_type::publish) &&
          is_repeated(item.fault.error) &&
          std::find(faults_sent.begin(), faults_sent.end(), item.fault.error) != faults_sent.end();
      if (item.repeats_our_fault) item.fault.statement = {};
    }
    used += whole.size();
    add(std::move(item));
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
  return count;
}

void connection::close(close_kind how, instant now) {
  if (close_arrived_) return;
  close_arrived_ = true;
  state = link_state::closed;
  inbound item;
  item.kind = inbound_kind::close;
  item.at = now;
  item.how = how;
  queue.push_back(std::move(item));
}

}  // namespace mqttspec::play
