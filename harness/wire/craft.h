#pragma once
// Malformed packets, made on purpose by edits of a legal one.
//
//   encoded e = *encode(p);
//   apply(edit::flags(0x3), e);                    // reserved bits
//   apply(edit::truncate("filter"), e);            // ends in front of the field, length mended
//
// The notation writes an edit behind a packet: `c > SUBSCRIBE id=1 filter="a" max_qos=0 | flags
// 0x3`.
//
//   flags N               the low four bits of the first octet become N
//   length N              Remaining Length becomes N (encoded minimally), whatever follows
//   overlong FIELD N      the variable byte integer FIELD (length, properties_length,
//                         will_properties_length, subscription_identifier) takes N octets (2 to 5)
//   truncate FIELD        the packet ends in front of FIELD's first octet; lengths are mended
//   drop FIELD            FIELD's octets are left out; lengths are mended
//   duplicate FIELD       FIELD's octets stand twice; lengths are mended
//   put FIELD hex(..)     FIELD's octets become these; lengths are mended
//   property hex(..)      these octets are appended to the properties; lengths are mended
//   will_property hex(..) likewise, to the will properties
//   keep N, cut N         only the first N octets, or all but the last N; nothing is mended
//   set OFFSET N          the octet at OFFSET becomes N; nothing is mended
//   insert OFFSET hex(..), append hex(..)    nothing is mended
//
// Edits are applied from left to right; the field map follows them, so that they combine.
// (`split`, `repeat` and `join` of the notation concern writing and belong to the scenario player.)

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "wire/encode.h"

namespace mqttspec::wire {

enum class edit_kind : std::uint8_t {
  flags,
  length,
  overlong,
  truncate,
  drop,
  duplicate,
  put,
  property,
  will_property,
  keep,
  cut,
  set,
  insert,
  append,
};

struct edit {
  edit_kind kind{};
  std::string field;         // overlong, truncate, drop, duplicate, put
  std::uint64_t first = 0;   // flags, length, overlong, keep, cut; set and insert: the offset
  std::uint64_t second = 0;  // set: the value
  byte_buffer bytes;         // put, property, will_property, insert, append

  friend bool operator==(const edit&, const edit&) = default;
};

// Applies |e| to |target|. field_not_in_packet when it names a field that the packet does not
// have, truncated when an offset lies outside.
wire_result<void> apply(const edit& e, encoded& target);

std::string_view edit_name(edit_kind kind);
// As the notation writes it: `truncate filter`, `put topic hex(00 01 61)`.
std::string print(const edit& e);

}  // namespace mqttspec::wire
