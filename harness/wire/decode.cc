#include "wire/decode.h"

#include <algorithm>

#include "wire/decode_cursor.h"
#include "wire/table_data.h"

namespace mqttspec::wire {

namespace {

constexpr std::uint64_t bit_of(property_id id) {
  return std::uint64_t{1} << static_cast<std::uint8_t>(id);
}

// Which rule a Packet Identifier of 0 breaks depends on who had to choose it.
std::string_view identifier_rule(const cursor& c, packet_type type) {
  switch (type) {
    case packet_type::publish:
      if (c.from == sender::server) return c.pick("MQTT-2.2.1-4", "MQTT-2.3.1-4");
      [[fallthrough]];
    case packet_type::subscribe:
    case packet_type::unsubscribe:
      return c.pick("MQTT-2.2.1-3", "MQTT-2.3.1-1");
    case packet_type::suback:
    case packet_type::unsuback:
      return c.pick("MQTT-2.2.1-6", "MQTT-2.3.1-7");
    default:
      return c.pick("MQTT-2.2.1-5", "MQTT-2.3.1-6");
  }
}

std::string_view reason_rule(const cursor& c, packet_type type) {
  switch (type) {
    case packet_type::connack:
      return c.pick("MQTT-3.2.2-8", "MQTT-3.2.2-6");
    case packet_type::puback:
      return "MQTT-3.4.2-1";
    case packet_type::pubrec:
      return "MQTT-3.5.2-1";
    case packet_type::pubrel:
      return "MQTT-3.6.2-1";
    case packet_type::pubcomp:
      return "MQTT-3.7.2-1";
    case packet_type::suback:
      return c.pick("MQTT-3.9.3-2", "MQTT-3.9.3-2");
    case packet_type::unsuback:
      return "MQTT-3.11.3-2";
    case packet_type::disconnect:
      return "MQTT-3.14.2-1";
    default:
      return "MQTT-3.15.2-1";
  }
}

std::string_view empty_list_rule(const cursor& c, packet_type type) {
  switch (type) {
    case packet_type::subscribe:
      return c.pick("MQTT-3.8.3-2", "MQTT-3.8.3-3");
    case packet_type::unsubscribe:
      return "MQTT-3.10.3-2";
    case packet_type::suback:
      return c.pick("MQTT-3.8.4-6", "MQTT-3.8.4-5");
    default:
      return "MQTT-3.11.3-1";
  }
}

bool packet_identifier(cursor& c, packet_view& v) {
  if (!c.two_octets(v.packet_id)) return false;
  if (v.packet_id == 0) [[unlikely]] {
    return c.fail(wire_error::zero_packet_id, c.at - 2, identifier_rule(c, v.type));
  }
  return true;
}

bool check_reason(cursor& c, packet_type type, const std::uint8_t* where) {
  const auto& sets = c.is_v5() ? data::reason_sets_v5 : data::reason_sets_v311;
  if (contains(sets[*where], type)) [[likely]] {
    return true;
  }
  return c.fail(wire_error::unknown_reason, where, reason_rule(c, type));
}

bool reason(cursor& c, packet_view& v) {
  return c.octet(v.reason) && check_reason(c, v.type, c.at - 1);
}

bool finish(cursor& c) {
  return c.at == c.end || c.fail(wire_error::trailing_bytes, c.at, {});
}

bool connect_flags(cursor& c, packet_view& v) {
  std::uint8_t flags = 0;
  if (!c.octet(flags)) return false;
  const std::uint8_t* where = c.at - 1;
  if ((flags & 0x01) != 0) {
    return c.fail(wire_error::reserved_connect_flag, where, "MQTT-3.1.2-3");
  }
  v.clean_start = (flags & 0x02) != 0;
  v.has_will = (flags & 0x04) != 0;
  v.will_qos = static_cast<std::uint8_t>(flags >> 3 & 3);
  v.will_retain = (flags & 0x20) != 0;
  v.has_password = (flags & 0x40) != 0;
  v.has_user_name = (flags & 0x80) != 0;
  if (!v.has_will && v.will_qos != 0) {
    return c.fail(wire_error::will_flags_without_will, where,
                  c.pick("MQTT-3.1.2-11", "MQTT-3.1.2-13"));
  }
  if (!v.has_will && v.will_retain) {
    return c.fail(wire_error::will_flags_without_will, where,
                  c.pick("MQTT-3.1.2-13", "MQTT-3.1.2-15"));
  }
  if (v.will_qos == 3) {
    return c.fail(wire_error::invalid_qos, where, c.pick("MQTT-3.1.2-12", "MQTT-3.1.2-14"));
  }
  // 5.0 took this rule back.
  if (!c.is_v5() && v.has_password && !v.has_user_name) {
    return c.fail(wire_error::password_without_user_name, where, "MQTT-3.1.2-22");
  }
  return true;
}

bool will(cursor& c, packet_view& v) {
  std::uint64_t seen = 0;
  if (c.is_v5() && !c.properties(v.will_properties, v.type, true, seen)) return false;
  const std::uint8_t* topic_start = c.at;
  if (!c.text(v.will_topic, "MQTT-3.1.2-9")) return false;
  if (v.will_topic.empty()) {
    return c.fail(wire_error::bad_topic_name, topic_start, "MQTT-4.7.3-1");
  }
  return c.topic_name(v.will_topic, topic_start, c.pick("MQTT-4.7.0-1", "MQTT-4.7.1-1")) &&
         c.binary(v.will_payload, "MQTT-3.1.2-9");
}

bool connect(cursor& c, packet_view& v) {
  const std::uint8_t* name_start = c.at;
  if (!c.binary(v.protocol_name)) return false;
  if (v.protocol_name != "MQTT") {
    return c.fail(wire_error::bad_protocol_name, name_start, "MQTT-3.1.2-1");
  }
  if (!c.octet(v.protocol_level)) return false;
  if (v.protocol_level != 4 && v.protocol_level != 5) {
    return c.fail(wire_error::unsupported_protocol_level, c.at - 1, "MQTT-3.1.2-2");
  }
  v.version = c.version = static_cast<protocol_version>(v.protocol_level);
  // Only now it is known whether Remaining Length had to be minimal.
  const std::uint8_t* last_of_length = name_start - 1;
  if (c.is_v5() && *last_of_length == 0 && last_of_length != c.start + 1) {
    return c.fail(wire_error::length_overlong, c.start + 1, "MQTT-1.5.5-1");
  }
  if (!connect_flags(c, v) || !c.two_octets(v.keep_alive)) return false;
  const std::uint8_t* properties_start = c.at;
  if (c.is_v5()) {
    std::uint64_t seen = 0;
    if (!c.properties(v.properties, v.type, false, seen)) return false;
    if ((seen & bit_of(property_id::authentication_data)) != 0 &&
        (seen & bit_of(property_id::authentication_method)) == 0) {
      return c.fail(wire_error::authentication_data_without_method, properties_start,
                    "v5-3.1.2.11.10-a");
    }
  }
  if (!c.text(v.client_id, "MQTT-3.1.3-3")) return false;
  if (v.has_will && !will(c, v)) return false;
  if (v.has_user_name && !c.text(v.user_name, c.pick("MQTT-3.1.2-17", "MQTT-3.1.2-19"))) {
    return false;
  }
  if (v.has_password && !c.binary(v.password, c.pick("MQTT-3.1.2-19", "MQTT-3.1.2-21"))) {
    return false;
  }
  return finish(c);
}

bool connack(cursor& c, packet_view& v) {
  std::uint8_t flags = 0;
  if (!c.octet(flags)) return false;
  const std::uint8_t* flags_octet = c.at - 1;
  if ((flags & 0xFE) != 0) {
    return c.fail(wire_error::reserved_acknowledge_flags, flags_octet,
                  c.pick("MQTT-3.2.2-1", "v311-3.2.2.1-a"));
  }
  v.session_present = flags != 0;
  if (!reason(c, v)) return false;
  if (v.session_present && v.reason != 0) {
    return c.fail(wire_error::session_present_on_refusal, flags_octet,
                  c.pick("MQTT-3.2.2-6", "MQTT-3.2.2-4"));
  }
  std::uint64_t seen = 0;
  if (c.is_v5() && !c.properties(v.properties, v.type, false, seen)) return false;
  return finish(c);
}

bool publish(cursor& c, packet_view& v, std::uint8_t flags) {
  v.dup = (flags & 8) != 0;
  v.qos = static_cast<std::uint8_t>(flags >> 1 & 3);
  v.retain = (flags & 1) != 0;
  if (v.qos == 3) return c.fail(wire_error::invalid_qos, c.start, "MQTT-3.3.1-4");
  if (v.dup && v.qos == 0) return c.fail(wire_error::dup_without_qos, c.start, "MQTT-3.3.1-2");
  const std::uint8_t* topic_start = c.at;
  if (!c.text(v.topic, "MQTT-3.3.2-1") || !c.topic_name(v.topic, topic_start, "MQTT-3.3.2-2")) {
    return false;
  }
  if (v.qos != 0 && !packet_identifier(c, v)) return false;
  std::uint64_t seen = 0;
  if (c.is_v5() && !c.properties(v.properties, v.type, false, seen)) return false;
  if (v.topic.empty() && (seen & bit_of(property_id::topic_alias)) == 0) {
    return c.fail(wire_error::bad_topic_name, topic_start, c.pick("v5-3.3.2.1-a", "MQTT-4.7.3-1"));
  }
  v.payload = as_text({c.at, c.left()});
  return true;
}

// PUBACK, PUBREC, PUBREL, PUBCOMP. 5.0 may leave out properties, or reason code and properties
// [v5-3.4.2.1-a].
bool acknowledgement(cursor& c, packet_view& v) {
  if (!packet_identifier(c, v)) return false;
  if (!c.is_v5() || c.at == c.end) return finish(c);
  if (!reason(c, v)) return false;
  std::uint64_t seen = 0;
  if (c.at != c.end && !c.properties(v.properties, v.type, false, seen)) return false;
  return finish(c);
}

bool subscription_options(cursor& c, std::string_view filter) {
  std::uint8_t options = 0;
  if (!c.octet(options)) return false;
  const std::uint8_t* where = c.at - 1;
  const auto reserved = [&](std::string_view statement) {
    return c.fail(wire_error::reserved_subscription_options, where, statement);
  };
  if (!c.is_v5()) return options < 3 || reserved("MQTT-3.8.3-4");
  if ((options & 0xC0) != 0) return reserved("MQTT-3.8.3-5");
  if ((options & 0x03) == 3 || (options & 0x30) == 0x30) return reserved("v5-3.8.3.1-a");
  if ((options & 0x04) != 0 && is_shared(filter, c.version)) {
    return c.fail(wire_error::no_local_on_shared, where, "MQTT-3.8.3-4");
  }
  return true;
}

// SUBSCRIBE, UNSUBSCRIBE, SUBACK, UNSUBACK: identifier, properties, a list.
bool list_packet(cursor& c, packet_view& v) {
  if (!packet_identifier(c, v)) return false;
  std::uint64_t seen = 0;
  if (c.is_v5() && !c.properties(v.properties, v.type, false, seen)) return false;
  if (v.type == packet_type::unsuback && !c.is_v5()) return finish(c);
  if (c.at == c.end) return c.fail(wire_error::empty_list, c.at, empty_list_rule(c, v.type));
  v.list = {c.at, c.left()};
  while (c.at != c.end) {
    if (v.type == packet_type::suback || v.type == packet_type::unsuback) {
      if (!check_reason(c, v.type, c.at++)) return false;
      continue;
    }
    std::string_view filter;
    if (!c.filter(filter)) return false;
    if (v.type == packet_type::subscribe && !subscription_options(c, filter)) return false;
  }
  return true;
}

bool disconnect(cursor& c, packet_view& v) {
  if (!c.is_v5() || c.at == c.end) return finish(c);
  if (!reason(c, v)) return false;
  std::uint64_t seen = 0;
  if (c.at != c.end && !c.properties(v.properties, v.type, false, seen)) return false;
  return finish(c);
}

bool auth(cursor& c, packet_view& v) {
  if (c.at == c.end) return true;
  if (!reason(c, v)) return false;
  const std::uint8_t* properties_start = c.at;
  std::uint64_t seen = 0;
  if (!c.properties(v.properties, v.type, false, seen)) return false;
  if ((seen & bit_of(property_id::authentication_data)) != 0 &&
      (seen & bit_of(property_id::authentication_method)) == 0) {
    return c.fail(wire_error::authentication_data_without_method, properties_start,
                  "v5-3.15.2.2.2-a");
  }
  return finish(c);
}

bool header(cursor& c, packet_view& v) {
  if (c.at == c.end) return c.truncated();
  const unsigned type = *c.at >> 4;
  if (type == 0 || (type == 15 && !c.is_v5())) {
    return c.fail(wire_error::reserved_packet_type, c.at, c.pick("v5-2.1.2-a", "v311-2.2.1-a"));
  }
  v.type = static_cast<packet_type>(type);
  if (v.type != packet_type::publish) {
    const packet_spec& spec = data::packet_specs[type - 1];
    if ((*c.at & 15) != spec.flags) {
      return c.fail(wire_error::reserved_flags, c.at,
                    c.pick(spec.flags_statement_v5, spec.flags_statement_v311));
    }
  }
  ++c.at;
  const std::uint8_t* length_octet = c.at;
  std::uint32_t length = 0;
  if (c.at != c.end && *c.at < 0x80) [[likely]] {
    length = *c.at++;
  } else {
    // The protocol level of CONNECT, not the caller, decides whether the form must be minimal.
    if (!c.variable_integer(length, wire_error::truncated, v.type == packet_type::connect)) {
      return false;
    }
  }
  if (length > c.left()) return c.fail(wire_error::truncated, length_octet, {});
  if (length < c.left()) return c.fail(wire_error::trailing_bytes, c.at + length, {});
  return true;
}

bool content(cursor& c, packet_view& v) {
  switch (v.type) {
    case packet_type::connect:
      return connect(c, v);
    case packet_type::connack:
      return connack(c, v);
    case packet_type::publish:
      return publish(c, v, *c.start & 15);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp:
      return acknowledgement(c, v);
    case packet_type::subscribe:
    case packet_type::suback:
    case packet_type::unsubscribe:
    case packet_type::unsuback:
      return list_packet(c, v);
    case packet_type::pingreq:
    case packet_type::pingresp:
      return finish(c);
    case packet_type::disconnect:
      return disconnect(c, v);
    case packet_type::auth:
      return auth(c, v);
  }
  return false;
}

}  // namespace

wire_result<std::optional<frame>> split(byte_view input, protocol_version version,
                                        std::uint32_t limit) {
  if (input.size() < 2) return std::optional<frame>{};
  // A CONNECT tells its version later; decode_view holds it to its own.
  const bool is_connect = input[0] >> 4 == static_cast<unsigned>(packet_type::connect);
  cursor c{input.data() + 1, input.data() + std::min<std::size_t>(input.size(), 5), input.data(),
           version, sender::server};
  std::uint32_t length = 0;
  if (!c.variable_integer(length, wire_error::truncated, is_connect)) {
    if (c.fault.error == wire_error::truncated) return std::optional<frame>{};
    return unexpected(c.fault);
  }
  const auto header_length = static_cast<std::uint8_t>(c.at - c.start);
  const std::uint64_t total = std::uint64_t{length} + header_length;
  if (total > limit) {
    return unexpected(wire_fault{wire_error::packet_too_large, 1, version, {}});
  }
  if (input.size() < total) return std::optional<frame>{};
  return std::optional<frame>{frame{input.first(static_cast<std::size_t>(total)), header_length}};
}

wire_result<packet_view> decode_view(byte_view whole_packet, const decode_options& options) {
  wire_result<packet_view> result;
  cursor c{whole_packet.data(), whole_packet.data() + whole_packet.size(), whole_packet.data(),
           options.version, options.from};
  result->version = options.version;
  // One object is returned on every path, so that it is built where the caller wants it.
  if (!header(c, *result) || !content(c, *result)) result = unexpected(c.fault);
  return result;
}

}  // namespace mqttspec::wire
