#pragma once
// Encoding of legal packets, with a map of where each field went.
//
//   encoded e = *encode(p);            // e.bytes, e.fields
//   encode_to(p, buffer);              // appends; without the map
//
// What the table does not allow is refused with the same errors as decoding: a malformed packet
// is made from a legal one by craft.h.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/error.h"
#include "wire/packet.h"

namespace mqttspec::wire {

// Where a field stands in the packet, in octets from its start. The name is the notation's, and
// for structure: "flags" (the first octet), "length" (Remaining Length), "properties_length",
// "will_properties_length", "protocol_name", "connect_flags", "subscription_options". Entries of
// lists repeat the name. A property's span includes its identifier octet; a string's its length.
struct field_position {
  std::string_view name;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  friend bool operator==(const field_position&, const field_position&) = default;
};

struct encoded {
  byte_buffer bytes;
  std::vector<field_position> fields;
};

wire_result<encoded> encode(const packet& p);
wire_result<void> encode_to(const packet& p, byte_buffer& out);

}  // namespace mqttspec::wire
