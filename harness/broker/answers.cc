// Answers of 5.0 that say more than they must.

#include "broker/state.h"
#include "wire/encode.h"

namespace mqttspec::broker {

using wire::packet_type;
using wire::property_id;

namespace {

bool has_reason(packet_type type) {
  switch (type) {
    case packet_type::connack:
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp:
    case packet_type::suback:
    case packet_type::unsuback:
    case packet_type::disconnect:
      return true;
    default:
      return false;
  }
}

// Writes out the reason code 0 and the empty property list that the encoder leaves out of
// acknowledgements and DISCONNECT.
void spell_out(byte_buffer& octets, const wire::packet& p) {
  if (p.type == packet_type::connack || p.type == packet_type::suback ||
      p.type == packet_type::unsuback || !p.properties.empty()) {
    return;
  }
  const std::uint8_t full = p.type == packet_type::disconnect ? 2 : 4;
  while (octets[1] < full) {
    octets.push_back(0);
    ++octets[1];
  }
}

wire::packet with_explanation(wire::packet p) {
  p.properties.push_back(
      wire::text_property(property_id::reason_string, "the server has its reasons"));
  p.properties.push_back(wire::user_property("why", "because"));
  p.properties.push_back(wire::user_property("why", "and again"));
  return p;
}

}  // namespace

bool broker::state::encode_at_length(const connection& c, const wire::packet& p) {
  if (c.version != wire::protocol_version::v5 || !has_reason(p.type)) return false;
  // [v5:MQTT-3.1.2-29]: only CONNACK, DISCONNECT and PUBLISH may explain to whom that is unwelcome.
  const bool welcome =
      c.problems_wanted || p.type == packet_type::connack || p.type == packet_type::disconnect;
  if (options.answers == answer_form::wordy && welcome) {
    if (!wire::encode_to(with_explanation(p), scratch)) return false;
  } else {
    if (!wire::encode_to(p, scratch)) return false;
    spell_out(scratch, p);
  }
  return scratch.size() <= c.packet_limit;
}

}  // namespace mqttspec::broker
