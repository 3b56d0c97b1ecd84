#pragma once
// Which statements a difference breaks. A line cites for its own subject; what it sees may differ
// in something else. The catalogue tells what each statement is about (script/about.h): a field
// that differs is blamed by those of the line's statements that are about that field, else by the
// field's own; a packet that does not come by those that are about its coming; one that comes where
// it may not by those about that. What is left over is a premise: nobody is accused.
//
//   blame({{v5, "MQTT-4.4.0-1"}}, publish, {"dup"})   -> {MQTT-3.3.1-1}
//
// Source: MQTT 5.0 and 3.1.1, the sections that the statements are named after.

#include <string_view>
#include <vector>

#include "play/matcher.h"
#include "script/scenario.h"
#include "wire/decode.h"

namespace mqttspec::play {

using statements = std::vector<script::statement_reference>;

// |got| is of the type that the line awaits, and |faults| are its mismatches with what |cited| is
// cited for.
statements blame_fields(const statements& cited, const wire::packet& got,
                        const std::vector<match_fault>& faults,
                        wire::sender from = wire::sender::server);

// What a line awaits, or what came instead.
struct arrival {
  std::optional<wire::packet_type> type;  // nullopt: the end of the connection

  bool is_close() const { return !type; }
};
// None of |awaited| came, but |came|, or nothing at all (nullopt).
statements blame_arrival(const statements& cited, wire::protocol_version version,
                         const std::vector<arrival>& awaited, const std::optional<arrival>& came);

// |got| came instead of a close or of a packet of another type, for which the line blames |cited|.
// A CONNACK of 3.1.1 that refuses shows that the fault was noticed: what is left is that a CONNECT
// with a fault gets no CONNACK. A DISCONNECT of 3.1.1 never comes from a server.
statements blame_instead(const statements& cited, const wire::packet& got);

}  // namespace mqttspec::play
