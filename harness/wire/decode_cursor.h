#pragma once
// The reading half of the decoder: a position in one packet and the first fault found there.
// Every read tells by its result whether it worked; after the first fault nothing more is read.
// Private to the decoder.

#include <cstdint>
#include <string_view>

#include "base/utf8.h"
#include "wire/decode.h"
#include "wire/topic.h"

namespace mqttspec::wire {

struct cursor {
  const std::uint8_t* at;
  const std::uint8_t* end;
  const std::uint8_t* start;  // of the packet; offsets count from here
  protocol_version version;
  sender from;
  wire_fault fault{};

  bool is_v5() const { return version == protocol_version::v5; }
  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  std::string_view pick(std::string_view v5, std::string_view v311) const {
    return is_v5() ? v5 : v311;
  }

  bool fail(wire_error error, const std::uint8_t* where, std::string_view statement) {
    fault = {error, static_cast<std::uint32_t>(where - start), version, statement};
    return false;
  }

  // No statement has a number for a field that does not fit; |statement| is of those that demand
  // the field itself.
  bool truncated(std::string_view statement = {}) {
    return fail(wire_error::truncated, at, statement);
  }

  bool octet(std::uint8_t& out) {
    if (at == end) return truncated();
    out = *at++;
    return true;
  }

  bool two_octets(std::uint16_t& out) {
    if (left() < 2) return truncated();
    out = static_cast<std::uint16_t>(at[0] << 8 | at[1]);
    at += 2;
    return true;
  }

  // Binary data, or text that is not checked here.
  bool binary(std::string_view& out, std::string_view statement = {}) {
    if (left() < 2) return truncated(statement);
    const std::size_t length = static_cast<std::size_t>(at[0]) << 8 | at[1];
    if (left() - 2 < length) return truncated(statement);
    out = as_text({at + 2, length});
    at += 2 + length;
    return true;
  }

  bool well_formed(std::string_view text) {
    const utf8_check check = check_utf8(text);
    if (check.fault == utf8_fault::none) [[likely]] {
      return true;
    }
    const auto* where = reinterpret_cast<const std::uint8_t*>(text.data()) + check.offset;
    if (check.fault == utf8_fault::null_character) {
      return fail(wire_error::null_in_text, where, pick("MQTT-1.5.4-2", "MQTT-1.5.3-2"));
    }
    return fail(wire_error::ill_formed_text, where, pick("MQTT-1.5.4-1", "MQTT-1.5.3-1"));
  }

  bool text(std::string_view& out, std::string_view statement = {}) {
    return binary(out, statement) && well_formed(out);
  }

  // A variable byte integer. The minimal form is a rule of 5.0 only [v5:MQTT-1.5.5-1].
  bool variable_integer(std::uint32_t& out, wire_error when_short = wire_error::truncated,
                        bool may_be_overlong = false) {
    const std::uint8_t* first = at;
    std::uint32_t result = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      if (at == end) return fail(when_short, first, {});
      const std::uint8_t next = *at++;
      result |= static_cast<std::uint32_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        if (next == 0 && shift != 0 && is_v5() && !may_be_overlong) {
          return fail(wire_error::length_overlong, first, "MQTT-1.5.5-1");
        }
        out = result;
        return true;
      }
    }
    return fail(wire_error::length_too_large, first, pick("v5-1.5.5-a", "v311-2.2.3-a"));
  }

  bool topic_name(std::string_view topic, const std::uint8_t* where, std::string_view statement) {
    if (!has_wildcard(topic)) [[likely]] {
      return true;
    }
    return fail(wire_error::bad_topic_name, where, statement);
  }

  bool filter(std::string_view& out) {
    const std::uint8_t* first = at;
    if (!text(out)) return false;
    const std::string_view broken = broken_filter_rule(out, version);
    return broken.empty() || fail(wire_error::bad_topic_filter, first, broken);
  }

  // The properties of |type|, or the will's; the bits 1 << id of those present go to |seen|.
  bool properties(property_range& out, packet_type type, bool of_will, std::uint64_t& seen);
};

}  // namespace mqttspec::wire
