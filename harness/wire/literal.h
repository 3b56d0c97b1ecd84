#pragma once
// The notation's literals for text and octets, as print() of values and of packets writes them.

#include <string>
#include <string_view>

namespace mqttspec::wire {

// "a\x00b": always between quotation marks.
std::string quoted(std::string_view text);

// "hello" when |octets| are UTF-8 that a terminal shows as it is, else hex(00 ff).
std::string octets_literal(std::string_view octets);

}  // namespace mqttspec::wire
