#pragma once
// Field values without a packet type: what the notation writes behind NAME= and what a capture
// holds; and the two functions that connect names and packets.
//
//   set_field(p, "session_expiry_interval", value{300});
//   get_field(p, "topic")  ->  value{"a/b"}

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wire/packet.h"

namespace mqttspec::wire {

using text_pairs = std::vector<std::pair<std::string, std::string>>;

// Numbers and flags; text and octets; lists of reason codes, of repeated numbers
// (subscription_identifier more than once); lists of text (filters); user properties.
using value = std::variant<std::uint64_t, std::string, std::vector<std::uint64_t>,
                           std::vector<std::string>, text_pairs>;

// The value of field |name| (a notation name of p.type), or nullopt when it is absent: an optional
// field or property that the packet does not carry, or a name its type does not have.
// A property carried more than once (subscription_identifier) gives a list of numbers.
// A PUBLISH without a Packet Identifier has no "id". SUBSCRIBE gives "filter" and the options of a
// single request as such, and "filters" for several.
std::optional<value> get_field(const packet& p, std::string_view name);

// Sets field |name|. Will fields create the will. A repeated property (user_property,
// subscription_identifier given as a list) appends one an entry; any other property replaces.
// false when the type does not have the field or the value is of another kind or out of range.
bool set_field(packet& p, std::string_view name, const value& v);

// `300`, `"text"`, `[0 1]`, `["a" "b"]`, `{"a": "b"}`; text that is not printable UTF-8 as hex(..).
std::string print(const value& v);

}  // namespace mqttspec::wire
