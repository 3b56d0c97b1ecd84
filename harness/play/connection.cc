#include "play/connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/encode.h"
#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::play {

namespace {

constexpr std::size_t most_octets_kept = 4096;

byte_buffer head_of(byte_view octets) {
  const auto kept = octets.first(std::min(octets.size(), most_octets_kept));
  return {kept.begin(), kept.end()};
}

// What an answer takes from its request.
bool is_repeated(wire::wire_error e) {
  return e == wire::wire_error::zero_packet_id || e == wire::wire_error::empty_list;
}

// A server of both versions may refuse a level that neither has in the form of either.
bool answers_unknown_level(byte_view octets, const std::vector<wire::wire_error>& sent) {
  return octets[0] >> 4 == static_cast<int>(wire::packet_type::connack) &&
         std::any_of(sent.begin(), sent.end(), [](wire::wire_error e) {
           return e == wire::wire_error::unsupported_protocol_level ||
                  e == wire::wire_error::bad_protocol_name;
         });
}
wire::protocol_version form_of(byte_view connack, wire::protocol_version ours) {
  if (connack.size() == 4) return wire::protocol_version::v311;
  return connack[3] >= 0x80 ? wire::protocol_version::v5 : ours;
}

struct words_rule {
  wire::packet_type type;
  std::string_view reason_string;
  std::string_view user_property;
};
constexpr words_rule words[] = {
    {wire::packet_type::connack, "MQTT-3.2.2-19", "MQTT-3.2.2-20"},
    {wire::packet_type::puback, "MQTT-3.4.2-2", "MQTT-3.4.2-3"},
    {wire::packet_type::pubrec, "MQTT-3.5.2-2", "MQTT-3.5.2-3"},
    {wire::packet_type::pubrel, "MQTT-3.6.2-2", "MQTT-3.6.2-3"},
    {wire::packet_type::pubcomp, "MQTT-3.7.2-2", "MQTT-3.7.2-3"},
    {wire::packet_type::suback, "MQTT-3.9.2-1", "MQTT-3.9.2-2"},
    {wire::packet_type::unsuback, "MQTT-3.11.2-1", "MQTT-3.11.2-2"},
    {wire::packet_type::disconnect, "MQTT-3.14.2-3", "MQTT-3.14.2-4"},
    {wire::packet_type::auth, "MQTT-3.15.2-2", "MQTT-3.15.2-3"},
};

// What a packet above the client's limit breaks: where it would fit without its words, the
// statement that they are to be left out.
std::string_view too_large(byte_view octets, wire::protocol_version version, std::uint32_t limit) {
  constexpr std::string_view plainly = "MQTT-3.1.2-24";
  const auto frame = wire::split(octets, version);
  if (!frame || !*frame) return plainly;
  auto p = wire::decode((*frame)->bytes, {version, wire::sender::server});
  if (!p) return plainly;
  const auto rule = std::find_if(std::begin(words), std::end(words),
                                 [&](const words_rule& r) { return r.type == p->type; });
  if (rule == std::end(words)) return plainly;
  const bool reasoned = find_property(p->properties, wire::property_id::reason_string) != nullptr;
  std::erase_if(p->properties, [](const wire::property& each) {
    return each.id == wire::property_id::reason_string ||
           each.id == wire::property_id::user_property;
  });
  const auto bare = wire::encode(*p);
  if (!bare || bare->bytes.size() > limit) return plainly;
  return reasoned ? rule->reason_string : rule->user_property;
}

}  // namespace

std::string type_name(const inbound& item) {
  if (item.kind == inbound_kind::packet) return std::string(wire::packet_of(item.packet.type).name);
  if (item.octets.empty() || item.octets[0] >> 4 == 0) return "packet of the reserved type 0";
  return std::string(wire::packet_of(static_cast<wire::packet_type>(item.octets[0] >> 4)).name);
}

std::string describe(const inbound& item) {
  switch (item.kind) {
    case inbound_kind::packet:
      return wire::print(item.packet, {120, true});
    case inbound_kind::malformed:
      return fmt::format(
          "malformed {}: {}; hex({})", type_name(item), print(item.fault),
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
        item.fault.statement = peer_ == wire::sender::server
                                   ? too_large(rest, version_, packet_limit)
                                   : std::string_view("MQTT-3.2.2-15");
      }
      item.octets = head_of(rest);
      item.size = rest.size();
      lost_framing_ = true;
      add(std::move(item));
      break;
    }
    if (!*frame) break;
    const byte_view whole = (*frame)->bytes;
    const auto version =
        answers_unknown_level(whole, faults_sent) ? form_of(whole, version_) : version_;
    auto decoded = wire::decode(whole, {version, peer_});
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
