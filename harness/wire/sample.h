#pragma once
// Legal packets made from decisions: random ones, the same for the same seed, or those that a fuzz
// input makes. For round-trip tests and for fuzzing.
//
//   random_source random(7);
//   packet p = sample_packet(random, packet_type::publish, protocol_version::v5, sender::server);
//   encode(p)   // always succeeds

#include "base/random.h"
#include "wire/craft.h"
#include "wire/decode.h"
#include "wire/packet.h"

namespace mqttspec::wire {

// Where decisions come from. One that answers 0 and false for ever gives a plain packet.
class choice_source {
 public:
  virtual ~choice_source() = default;
  virtual std::uint64_t below(std::uint64_t limit) = 0;  // 0 .. |limit| - 1
  virtual bool chance(std::uint64_t one_in) = 0;
};

// A legal packet of |type| as |from| may send it; every member, property and reason code that it
// may have turns up sooner or later. |type| must exist in |version|.
packet sample_packet(random_source& random, packet_type type, protocol_version version,
                     sender from);
packet sample_packet(choice_source& choices, packet_type type, protocol_version version,
                     sender from);

// A type that |version| has, and one side that may send it.
struct sample_kind {
  packet_type type{};
  sender from{};
};
sample_kind sample_type(random_source& random, protocol_version version);

// Some edit of |e|, malformed or not, that can mostly be applied.
edit sample_edit(random_source& random, const encoded& e);

}  // namespace mqttspec::wire
