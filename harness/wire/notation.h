#pragma once
// Packets in the notation of scenario files, both ways.
//
//   print(p)  ==  "PUBLISH topic=\"a/b\" qos=1 dup=0 retain=0 id=7 payload=\"hello\""
//   parse_packet("PINGREQ", protocol_version::v5)
//
// print() shows every field that is present or has no default, so that parse_packet(print(p)) == p
// for every legal packet. Reason codes are printed by name, text is escaped (base/utf8.h), octets
// that are not printable text as hex(..).

#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/packet.h"

namespace mqttspec::wire {

struct print_options {
  std::size_t longest_text = 0;  // 0: whole; else longer text is cut, with its size told:
                                 // payload="aaaa..."(1048576 bytes); not parseable then
  bool mask_credentials = true;  // user_name and password as "***"
};

std::string print(const packet& p, const print_options& options = {0, false});

struct notation_error {
  std::size_t column = 0;  // 0-based octet in the text
  std::size_t length = 1;
  std::string message;
  std::string help;
};

// One packet: PACKET { NAME=value }. No variables.
result<packet, notation_error> parse_packet(std::string_view text, protocol_version version);

}  // namespace mqttspec::wire
