#include "wire/encode.h"

#include <algorithm>
#include <cstring>

#include "wire/decode.h"
#include "wire/table_data.h"

namespace mqttspec::wire {

namespace {

constexpr std::size_t longest_text = 0xFFFF;

// ---- what cannot be written at all; everything else is left to the decoder's judgement

constexpr std::uint32_t bit_of(field_id id) {
  return 1u << static_cast<unsigned>(id);
}

constexpr std::uint32_t members_of(packet_type type, protocol_version version) {
  std::uint32_t members = 0;
  for (const field_spec& spec : data::field_specs) {
    if (contains(spec.in, type) && contains(spec.versions, version)) members |= bit_of(spec.id);
  }
  // One member stands for both.
  if ((members & bit_of(field_id::clean_session)) != 0) members |= bit_of(field_id::clean_start);
  const bool has_properties =
      version == protocol_version::v5 && contains(data::with_user_property, type);
  return has_properties ? members | bit_of(field_id::property) : members;
}

constexpr auto allowed_members = [] {
  std::array<std::array<std::uint32_t, packet_count>, 2> allowed{};
  for (std::size_t i = 0; i < packet_count; ++i) {
    allowed[0][i] = members_of(static_cast<packet_type>(i + 1), protocol_version::v311);
    allowed[1][i] = members_of(static_cast<packet_type>(i + 1), protocol_version::v5);
  }
  return allowed;
}();

// The members of |p| that are not at their default.
std::uint32_t used_members(const packet& p) {
  std::uint32_t used = 0;
  const auto use = [&](bool is_used, field_id id) {
    if (is_used) used |= bit_of(id);
  };
  use(p.dup, field_id::dup);
  use(p.qos != 0, field_id::qos);
  use(p.retain, field_id::retain);
  use(p.session_present, field_id::session_present);
  use(p.clean_start, field_id::clean_start);
  use(p.packet_id != 0, field_id::packet_id);
  use(p.keep_alive != 0, field_id::keep_alive);
  use(p.reason != 0, field_id::reason);
  use(!p.protocol_name.empty(), field_id::protocol_name);
  use(p.protocol_level != 0, field_id::protocol_level);
  use(!p.client_id.empty(), field_id::client_id);
  use(p.will.has_value(), field_id::will_topic);
  use(p.user_name.has_value(), field_id::user_name);
  use(p.password.has_value(), field_id::password);
  use(!p.topic.empty(), field_id::topic);
  use(!p.payload.empty(), field_id::payload);
  use(!p.subscriptions.empty(), field_id::max_qos);
  use(!p.filters.empty(), field_id::filter);
  use(!p.reasons.empty(), field_id::reasons);
  use(!p.properties.empty(), field_id::property);
  for (const subscription_request& s : p.subscriptions) {
    use(s.no_local, field_id::no_local);
    use(s.retain_as_published, field_id::retain_as_published);
    use(s.retain_handling != 0, field_id::retain_handling);
  }
  return used;
}

std::uint32_t largest_of(property_type type) {
  switch (type) {
    case property_type::byte:
      return 0xFF;
    case property_type::two_byte_integer:
      return 0xFFFF;
    case property_type::variable_byte_integer:
      return largest_variable_integer;
    default:
      return 0xFFFFFFFF;
  }
}

wire_error unwritable(const property_list& list) {
  for (const property& p : list) {
    const property_spec* spec = property_of(p.id);
    if (spec == nullptr) return wire_error::unknown_property;
    const bool is_pair = spec->type == property_type::utf8_pair;
    const bool is_text = is_pair || spec->type == property_type::utf8_string ||
                         spec->type == property_type::binary_data;
    if ((is_text && p.number != 0) || (!is_text && !p.text.empty()) ||
        (!is_pair && !p.value.empty())) {
      return wire_error::field_not_in_packet;
    }
    if (p.number > largest_of(spec->type)) return wire_error::property_out_of_range;
    if (p.text.size() > longest_text || p.value.size() > longest_text) {
      return wire_error::field_too_long;
    }
  }
  return wire_error::none;
}

wire_error unwritable(const packet& p) {
  const auto index = static_cast<std::size_t>(p.type) - 1;
  if (index >= packet_count) return wire_error::reserved_packet_type;
  if (!contains(packet_of(p.type).versions, p.version)) return wire_error::reserved_packet_type;
  const bool v5 = p.version == protocol_version::v5;
  if ((used_members(p) & ~allowed_members[v5 ? 1 : 0][index]) != 0) {
    return wire_error::field_not_in_packet;
  }
  if (p.type == packet_type::publish && p.qos == 0 && p.packet_id != 0) {
    return wire_error::field_not_in_packet;  // [v5:MQTT-2.2.1-2] [v311:MQTT-2.3.1-5]
  }
  if (p.type == packet_type::connect && p.protocol_level != static_cast<unsigned>(p.version)) {
    return wire_error::unsupported_protocol_level;
  }
  if (p.qos > 3 || (p.will && p.will->qos > 3)) return wire_error::invalid_qos;
  const auto too_long = [](const std::string& text) { return text.size() > longest_text; };
  for (const subscription_request& s : p.subscriptions) {
    if (s.max_qos > 3 || s.retain_handling > 3) return wire_error::reserved_subscription_options;
    if (too_long(s.filter)) return wire_error::field_too_long;
  }
  if (too_long(p.client_id) || too_long(p.topic) || too_long(p.protocol_name) ||
      (p.user_name && too_long(*p.user_name)) || (p.password && too_long(*p.password)) ||
      std::any_of(p.filters.begin(), p.filters.end(), too_long)) {
    return wire_error::field_too_long;
  }
  if (p.will) {
    if (too_long(p.will->topic) || too_long(p.will->payload)) return wire_error::field_too_long;
    if (!v5 && !p.will->properties.empty()) return wire_error::field_not_in_packet;
    const wire_error error = unwritable(p.will->properties);
    if (error != wire_error::none) return error;
  }
  return unwritable(p.properties);
}

// ---- one description of each packet, run against three sinks: one that counts, one that writes,
// ---- one that writes and notes where the fields are

std::size_t variable_integer_size(std::size_t n) {
  return n < 128 ? 1 : n < 16'384 ? 2 : n < 2'097'152 ? 3 : 4;
}

struct counting_sink {
  std::size_t size = 0;

  void begin(std::string_view) {}
  void finish() {}
  void octet(std::uint8_t) { ++size; }
  void octets(std::string_view bytes) { size += bytes.size(); }
};

// Into room that has been measured before.
struct writing_sink {
  std::uint8_t* at;

  void begin(std::string_view) {}
  void finish() {}
  void octet(std::uint8_t o) { *at++ = o; }
  void octets(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  }
};

struct mapping_sink {
  encoded& target;

  void begin(std::string_view name) {
    target.fields.push_back({name, static_cast<std::uint32_t>(target.bytes.size()), 0});
  }
  void finish() {
    field_position& field = target.fields.back();
    field.length = static_cast<std::uint32_t>(target.bytes.size()) - field.offset;
  }
  void octet(std::uint8_t o) { target.bytes.push_back(o); }
  void octets(std::string_view bytes) {
    target.bytes.insert(target.bytes.end(), bytes.begin(), bytes.end());
  }
};

template <class Sink>
void put_number(Sink& sink, std::uint32_t number, unsigned width) {
  for (unsigned shift = width * 8; shift != 0; shift -= 8) {
    sink.octet(static_cast<std::uint8_t>(number >> (shift - 8)));
  }
}

template <class Sink>
void put_text(Sink& sink, std::string_view text) {
  put_number(sink, static_cast<std::uint32_t>(text.size()), 2);
  sink.octets(text);
}

template <class Sink>
void put_variable(Sink& sink, std::size_t number) {
  for (; number >= 128; number >>= 7) sink.octet(static_cast<std::uint8_t>(number | 0x80));
  sink.octet(static_cast<std::uint8_t>(number));
}

template <class Sink>
void number_field(Sink& sink, std::string_view name, std::uint32_t number, unsigned width) {
  sink.begin(name);
  put_number(sink, number, width);
  sink.finish();
}

template <class Sink>
void text_field(Sink& sink, std::string_view name, std::string_view text) {
  sink.begin(name);
  put_text(sink, text);
  sink.finish();
}

template <class Sink>
void put_property(Sink& sink, const property& p, bool of_will) {
  const std::size_t index = data::property_index[static_cast<std::uint8_t>(p.id)];
  const property_spec& spec = data::property_specs[index];
  // One that the will may not carry has no will name; the decoder refuses it below.
  sink.begin(of_will ? data::will_names[index] : spec.name);
  sink.octet(static_cast<std::uint8_t>(p.id));
  switch (spec.type) {
    case property_type::byte:
      put_number(sink, p.number, 1);
      break;
    case property_type::two_byte_integer:
      put_number(sink, p.number, 2);
      break;
    case property_type::four_byte_integer:
      put_number(sink, p.number, 4);
      break;
    case property_type::variable_byte_integer:
      put_variable(sink, p.number);
      break;
    case property_type::utf8_string:
    case property_type::binary_data:
      put_text(sink, p.text);
      break;
    case property_type::utf8_pair:
      put_text(sink, p.text);
      put_text(sink, p.value);
      break;
  }
  sink.finish();
}

template <class Sink>
void put_properties(Sink& sink, const property_list& list, bool of_will) {
  counting_sink count;
  for (const property& p : list) put_property(count, p, of_will);
  sink.begin(of_will ? "will_properties_length" : "properties_length");
  put_variable(sink, count.size);
  sink.finish();
  for (const property& p : list) put_property(sink, p, of_will);
}

template <class Sink>
void put_connect(Sink& sink, const packet& p, bool v5) {
  text_field(sink, "protocol_name", p.protocol_name);
  number_field(sink, "protocol_level", p.protocol_level, 1);
  unsigned flags = p.clean_start ? 0x02 : 0;
  if (p.will) flags |= 0x04u | unsigned{p.will->qos} << 3 | (p.will->retain ? 0x20u : 0u);
  if (p.password) flags |= 0x40;
  if (p.user_name) flags |= 0x80;
  number_field(sink, "connect_flags", flags, 1);
  number_field(sink, "keep_alive", p.keep_alive, 2);
  if (v5) put_properties(sink, p.properties, false);
  text_field(sink, "client_id", p.client_id);
  if (p.will) {
    if (v5) put_properties(sink, p.will->properties, true);
    text_field(sink, "will_topic", p.will->topic);
    text_field(sink, "will_payload", p.will->payload);
  }
  if (p.user_name) text_field(sink, "user_name", *p.user_name);
  if (p.password) text_field(sink, "password", *p.password);
}

// Reason code and properties in the shortest form that 5.0 allows: nothing for a plain success,
// the reason alone where |may_omit_properties|.
template <class Sink>
void put_outcome(Sink& sink, const packet& p, bool may_omit_properties) {
  if (p.reason == 0 && p.properties.empty()) return;
  number_field(sink, "reason", p.reason, 1);
  if (!p.properties.empty() || !may_omit_properties) put_properties(sink, p.properties, false);
}

template <class Sink>
void put_list(Sink& sink, const packet& p) {
  for (const subscription_request& s : p.subscriptions) {
    text_field(sink, "filter", s.filter);
    const unsigned options = s.max_qos | (s.no_local ? 4u : 0u) |
                             (s.retain_as_published ? 8u : 0u) | unsigned{s.retain_handling} << 4;
    number_field(sink, "subscription_options", options, 1);
  }
  for (const std::string& filter : p.filters) text_field(sink, "filter", filter);
  for (const std::uint8_t reason : p.reasons) number_field(sink, "reasons", reason, 1);
}

template <class Sink>
void put_body(Sink& sink, const packet& p) {
  const bool v5 = p.version == protocol_version::v5;
  switch (p.type) {
    case packet_type::connect:
      put_connect(sink, p, v5);
      break;
    case packet_type::connack:
      number_field(sink, "session_present", p.session_present ? 1 : 0, 1);
      number_field(sink, "reason", p.reason, 1);
      if (v5) put_properties(sink, p.properties, false);
      break;
    case packet_type::publish:
      text_field(sink, "topic", p.topic);
      if (p.qos != 0) number_field(sink, "id", p.packet_id, 2);
      if (v5) put_properties(sink, p.properties, false);
      sink.begin("payload");
      sink.octets(p.payload);
      sink.finish();
      break;
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp:
      number_field(sink, "id", p.packet_id, 2);
      if (v5) put_outcome(sink, p, true);
      break;
    case packet_type::subscribe:
    case packet_type::suback:
    case packet_type::unsubscribe:
    case packet_type::unsuback:
      number_field(sink, "id", p.packet_id, 2);
      if (v5) put_properties(sink, p.properties, false);
      put_list(sink, p);
      break;
    case packet_type::disconnect:
      if (v5) put_outcome(sink, p, true);
      break;
    case packet_type::auth:
      put_outcome(sink, p, false);
      break;
    case packet_type::pingreq:
    case packet_type::pingresp:
      break;
  }
}

template <class Sink>
void put_packet(Sink& sink, const packet& p, std::size_t remaining_length) {
  unsigned flags = packet_of(p.type).flags;
  if (p.type == packet_type::publish) {
    flags = (p.dup ? 8u : 0u) | unsigned{p.qos} << 1 | (p.retain ? 1u : 0u);
  }
  number_field(sink, "flags", static_cast<unsigned>(p.type) << 4 | flags, 1);
  sink.begin("length");
  put_variable(sink, remaining_length);
  sink.finish();
  put_body(sink, p);
}

// Of the two sides that may send a packet, the one with fewer restrictions: encode() does not know
// for whom it works.
sender lenient_sender(packet_type type) {
  return type == packet_type::disconnect || packet_of(type).sender == packet_direction::from_client
             ? sender::client
             : sender::server;
}

wire_result<void> check(byte_view bytes, const packet& p) {
  const auto view = decode_view(bytes, {p.version, lenient_sender(p.type)});
  if (!view) return unexpected(view.error());
  return {};
}

// The Remaining Length of |p|.
wire_result<std::size_t> measure(const packet& p) {
  const wire_error error = unwritable(p);
  if (error != wire_error::none) return unexpected(wire_fault{error, 0, p.version, {}});
  counting_sink count;
  put_body(count, p);
  if (count.size > largest_variable_integer) {
    return unexpected(wire_fault{wire_error::field_too_long, 0, p.version, {}});
  }
  return count.size;
}

}  // namespace

wire_result<encoded> encode(const packet& p) {
  const wire_result<std::size_t> length = measure(p);
  if (!length) return unexpected(length.error());
  encoded result;
  result.bytes.reserve(1 + variable_integer_size(*length) + *length);
  result.fields.reserve(16);
  mapping_sink sink{result};
  put_packet(sink, p, *length);
  const wire_result<void> good = check(result.bytes, p);
  if (!good) return unexpected(good.error());
  return result;
}

wire_result<void> encode_to(const packet& p, byte_buffer& out) {
  const wire_result<std::size_t> length = measure(p);
  if (!length) return unexpected(length.error());
  const std::size_t before = out.size();
  // Growing in steps, unlike an exact reserve, keeps many appends to one buffer linear.
  const std::size_t needed = before + 1 + variable_integer_size(*length) + *length;
  if (out.capacity() < needed) out.reserve(std::max(needed, 2 * out.capacity()));
  out.resize(needed);
  writing_sink sink{out.data() + before};
  put_packet(sink, p, *length);
  wire_result<void> good = check(byte_view(out).subspan(before), p);
  if (!good) out.resize(before);
  return good;
}

}  // namespace mqttspec::wire
