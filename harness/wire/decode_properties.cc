// Properties: their validation, and the range that reads them again.

#include <array>

#include "wire/decode_cursor.h"
#include "wire/table_data.h"

namespace mqttspec::wire {

namespace {

// What the loop needs of a property_spec, by identifier, in one cache line for four of them.
struct compact_spec {
  property_type type{};
  std::uint8_t width = 0;  // of a number in octets; 0: variable, or no number
  bool repeatable = false;
  packet_set in = 0;  // 0: no such property
  number_range range{};
};

constexpr std::uint8_t width_of(property_type type) {
  switch (type) {
    case property_type::byte:
      return 1;
    case property_type::two_byte_integer:
      return 2;
    case property_type::four_byte_integer:
      return 4;
    default:
      return 0;
  }
}

constexpr std::array<compact_spec, 64> compact_specs = [] {
  std::array<compact_spec, 64> specs{};
  for (const property_spec& spec : data::property_specs) {
    specs[static_cast<std::uint8_t>(spec.id)] = {spec.type, width_of(spec.type), spec.repeatable,
                                                 spec.in, spec.range};
  }
  return specs;
}();

std::uint32_t load_two(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 8 | at[1];
}
std::uint32_t load_four(const std::uint8_t* at) {
  return load_two(at) << 16 | load_two(at + 2);
}

// Text or binary data at the cursor, inside the properties.
bool property_text(cursor& c, const std::uint8_t* id_octet, std::string_view& out) {
  if (c.left() < 2 || c.left() - 2 < load_two(c.at)) {
    return c.fail(wire_error::property_length_mismatch, id_octet, data::general_property);
  }
  return c.binary(out);
}

inline bool property_number(cursor& c, const std::uint8_t* id_octet, unsigned width,
                            std::uint32_t& out) {
  if (width == 0) [[unlikely]] {
    if (c.variable_integer(out, wire_error::property_length_mismatch)) return true;
    if (c.fault.error == wire_error::property_length_mismatch) {
      c.fail(c.fault.error, id_octet, data::general_property);
    }
    return false;
  }
  if (c.left() < width) {
    return c.fail(wire_error::property_length_mismatch, id_octet, data::general_property);
  }
  out = width == 1 ? c.at[0] : width == 2 ? load_two(c.at) : load_four(c.at);
  c.at += width;
  return true;
}

// A property that the packet has, but not from this sender, or not twice.
bool misplaced_by_sender(cursor& c, const std::uint8_t* where, property_id id, packet_type type) {
  if (id == property_id::subscription_identifier && type == packet_type::publish &&
      c.from == sender::client) {
    return !c.fail(wire_error::misplaced_property, where, "MQTT-3.3.4-6");
  }
  if (id == property_id::session_expiry_interval && type == packet_type::disconnect &&
      c.from == sender::server) {
    return !c.fail(wire_error::misplaced_property, where, "MQTT-3.14.2-2");
  }
  return false;
}

}  // namespace

bool cursor::properties(property_range& out, packet_type type, bool of_will, std::uint64_t& seen) {
  const std::uint8_t* length_octet = at;
  if (at == end) return truncated("MQTT-2.2.2-1");
  std::uint32_t length = 0;
  if (*at < 0x80) [[likely]] {
    length = *at++;
  } else if (!variable_integer(length)) {
    return false;
  }
  if (length > left()) return fail(wire_error::truncated, length_octet, {});
  out = property_range({at, length});
  if (length == 0) return true;

  const packet_set here = of_will ? in_will : packets(type);
  const std::uint8_t* packet_end = end;
  end = at + length;
  while (at != end) {
    const std::uint8_t* id_octet = at;
    const std::uint8_t number = *at++;
    const compact_spec& spec = compact_specs[number & 63];
    if (number >= 64 || spec.in == 0) {
      return fail(wire_error::unknown_property, id_octet, data::general_property);
    }
    const auto id = static_cast<property_id>(number);
    if ((spec.in & here) == 0) {
      return fail(wire_error::misplaced_property, id_octet, data::general_property);
    }
    if (misplaced_by_sender(*this, id_octet, id, type)) return false;
    const std::uint64_t bit = std::uint64_t{1} << number;
    // A Subscription Identifier may stand twice in PUBLISH only [v5-3.8.2.1.2-a].
    if ((seen & bit) != 0 && (!spec.repeatable || type == packet_type::subscribe) &&
        id != property_id::user_property) {
      return fail(wire_error::duplicate_property, id_octet,
                  property_statement(*property_of(id), type, of_will));
    }
    seen |= bit;

    std::string_view first;
    switch (spec.type) {
      case property_type::binary_data:
        if (!property_text(*this, id_octet, first)) return false;
        break;
      case property_type::utf8_pair:
        if (!property_text(*this, id_octet, first) || !well_formed(first)) return false;
        [[fallthrough]];
      case property_type::utf8_string:
        if (!property_text(*this, id_octet, first) || !well_formed(first)) return false;
        if (id == property_id::response_topic) {
          if (first.empty()) return fail(wire_error::bad_topic_name, id_octet, "MQTT-4.7.3-1");
          if (!topic_name(first, id_octet, "MQTT-3.3.2-14")) return false;
        }
        break;
      default: {
        std::uint32_t value = 0;
        if (!property_number(*this, id_octet, spec.width, value)) return false;
        if (value < spec.range.smallest || value > spec.range.largest) {
          const bool is_alias = id == property_id::topic_alias;  // [v5:MQTT-3.3.2-8]
          return fail(
              wire_error::property_out_of_range, id_octet + 1,
              is_alias ? "MQTT-3.3.2-8" : property_statement(*property_of(id), type, of_will));
        }
      }
    }
  }
  end = packet_end;
  return true;
}

property_range::iterator::iterator(byte_view rest) : rest_(rest) {
  read();
}

property_range::iterator& property_range::iterator::operator++() {
  read();
  return *this;
}

// The octets have been validated when they come out of a view; a range over other octets ends at
// the first that are no property.
void property_range::iterator::read() {
  const auto finish = [&] {
    rest_ = rest_.subspan(rest_.size());
    current_ = {};
    at_end_ = true;
  };
  if (rest_.empty()) return finish();
  const compact_spec& spec = compact_specs[rest_[0] & 63];
  if (rest_[0] >= 64 || spec.in == 0) return finish();
  cursor c{rest_.data() + 1, rest_.data() + rest_.size(), rest_.data(), protocol_version::v5,
           sender::server};
  current_ = {static_cast<property_id>(rest_[0]), 0, {}, {}};
  bool good = true;
  switch (spec.type) {
    case property_type::utf8_pair:
      good = c.binary(current_.text) && c.binary(current_.value);
      break;
    case property_type::utf8_string:
    case property_type::binary_data:
      good = c.binary(current_.text);
      break;
    default:
      good = property_number(c, c.start, spec.width, current_.number);
  }
  if (!good) return finish();
  rest_ = {c.at, c.left()};
}

property_range::iterator property_range::begin() const {
  return iterator(bytes_);
}
property_range::iterator property_range::end() const {
  return iterator(bytes_.subspan(bytes_.size()));
}

}  // namespace mqttspec::wire
