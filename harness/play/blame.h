#pragma once
// Which statements a difference breaks. A line cites for its own subject; what it sees may differ
// in something else. A field with a rule of its own (Session Present, DUP, QoS, RETAIN,
// identifiers, reasons) is blamed by those of the line's statements that speak of that field, else
// by the field's own; a packet that does not come by those that do not merely speak of a field.
// What is left over is a premise: nobody is accused.
//
//   blame({{v5, "MQTT-4.4.0-1"}}, publish, {"dup"})   -> {MQTT-3.3.1-1}
//
// Source: MQTT 5.0 and 3.1.1, the sections that the statements are named after.

#include <string_view>
#include <vector>

#include "play/matcher.h"
#include "script/scenario.h"

namespace mqttspec::play {

using statements = std::vector<script::statement_reference>;

// |got| is of the type that the line awaits, and |faults| are its mismatches with what |cited| is
// cited for.
statements blame_fields(const statements& cited, const wire::packet& got,
                        const std::vector<match_fault>& faults);

// Nothing came in the time of the line, or something else did (|silence| false): of |awaited|, or
// a close where it is nullopt.
statements blame_arrival(const statements& cited, wire::protocol_version version,
                         std::optional<wire::packet_type> awaited, bool silence);

// |got| came instead of a close or of a packet of another type, for which the line blames |cited|.
// A CONNACK of 3.1.1 that refuses shows that the fault was noticed: what is left is that a CONNECT
// with a fault gets no CONNACK. A DISCONNECT of 3.1.1 never comes from a server.
statements blame_instead(const statements& cited, const wire::packet& got);

}  // namespace mqttspec::play
