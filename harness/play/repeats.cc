#include "play/repeats.h"

namespace mqttspec::play {

using wire::packet_type;

namespace {

// An acknowledgement and a repeat may have passed each other on their way.
constexpr duration longest_way = std::chrono::seconds(1);

}  // namespace

bool repeats::is_open(const exchange& e, instant now) {
  return e.ended == never || now - e.ended <= longest_way;
}

bool repeats::is_one(const wire::packet& p, instant now) {
  if (p.version != wire::protocol_version::v311) return false;
  const bool release = p.type == packet_type::pubrel;
  if (!release && (p.type != packet_type::publish || p.qos == 0)) return false;
  auto& all = release ? released_ : published_;
  const exchange* before = all.contains(p.packet_id) ? &all.at(p.packet_id) : nullptr;
  const bool again = before != nullptr && is_open(*before, now) && (release || p.dup) &&
                     before->topic == p.topic && before->payload == p.payload;
  if (!again) all[p.packet_id] = {p.topic, p.payload, never};
  return again;
}

void repeats::sent(const wire::packet& p, instant now) {
  const bool completes = p.type == packet_type::pubcomp;
  if (!completes && p.type != packet_type::puback && p.type != packet_type::pubrec) return;
  auto& all = completes ? released_ : published_;
  const auto found = all.find(p.packet_id);
  if (found != all.end() && found->second.ended == never) found->second.ended = now;
}

}  // namespace mqttspec::play
