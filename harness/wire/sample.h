#pragma once
// Random legal packets, the same for the same seed: for round-trip tests and for fuzzing.
//
//   random_source random(7);
//   packet p = sample_packet(random, packet_type::publish, protocol_version::v5, sender::server);
//   encode(p)   // always succeeds

#include "base/random.h"
#include "wire/decode.h"
#include "wire/packet.h"

namespace mqttspec::wire {

// A legal packet of |type| as |from| may send it; every member, property and reason code that it
// may have turns up sooner or later. |type| must exist in |version|.
packet sample_packet(random_source& random, packet_type type, protocol_version version,
                     sender from);

// A type that |version| has, and one side that may send it.
struct sample_kind {
  packet_type type{};
  sender from{};
};
sample_kind sample_type(random_source& random, protocol_version version);

}  // namespace mqttspec::wire
