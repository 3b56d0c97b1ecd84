#pragma once
// What a mutant (mutants.h) makes of one packet.
//
//   mutated(m, packet, &the_one_before)   // the octets that go out instead; nullopt: no difference
//   misread(m, packet)                    // the packet that the broker takes instead
//   answer_to(packet)                     // "PUBACK", as if it had been acted on

#include <optional>

#include "base/bytes.h"
#include "broker/mutants.h"
#include "wire/packet.h"

namespace mqttspec::broker {

// For mutants of a field or of a packet's form. |previous|: the packet of its kind before; nullptr:
// none. What the table allows is encoded; else the octets of the field are put in place.
std::optional<byte_buffer> mutated(const mutant& m, const wire::packet& original,
                                   const wire::packet* previous);

// Legal packets only.
std::optional<wire::packet> misread(const mutant& m, const wire::packet& original);

std::optional<wire::packet> answer_to(const wire::packet& request);

// The same for a packet that cannot be decoded, as far as its kind and identifier can be read.
std::optional<wire::packet> answer_to(byte_view malformed, wire::protocol_version version);

}  // namespace mqttspec::broker
