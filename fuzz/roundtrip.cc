// A packet of any type with any of its fields and properties, built from the input's decisions,
// goes through the encoder and the decoder and comes back the same. Then one craft edit damages
// it, and the decoder must give exactly the error that the table knows for that damage.

#include <fmt/format.h>

#include <array>
#include <optional>

#include "fuzz/packets.h"
#include "fuzz/target.h"
#include "wire/encode.h"
#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;

// An edit, and what the decoder has to say to it. |accepted|: it is legal.
struct damage {
  edit what;
  std::optional<wire_error> error;
  bool accepted = false;
};

edit on_field(edit_kind kind, std::string_view field, byte_buffer bytes = {},
              std::uint64_t number = 0) {
  return {kind, std::string(field), number, 0, std::move(bytes)};
}

const field_position* find_position(const encoded& e, std::string_view name) {
  for (const field_position& f : e.fields) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

std::optional<damage> wrong_flags(const packet& p, unsigned n) {
  damage d{{edit_kind::flags, {}, n, 0, {}}, {}, false};
  if (p.type != packet_type::publish) {
    if (n == packet_of(p.type).flags) return std::nullopt;
    d.error = wire_error::reserved_flags;
    return d;
  }
  const unsigned qos = n >> 1 & 3;
  if (qos == 3) {
    d.error = wire_error::invalid_qos;
  } else if (qos == 0 && (n & 8) != 0) {
    d.error = wire_error::dup_without_qos;
  } else {
    return std::nullopt;  // another PUBLISH, perhaps
  }
  return d;
}

std::optional<damage> overlong(const packet& p, const encoded& e, bool of_properties,
                               unsigned choice) {
  const std::string_view name = of_properties ? "properties_length" : "length";
  const field_position* at = find_position(e, name);
  if (at == nullptr) return std::nullopt;
  const std::uint64_t width = at->length + 1 + choice % (5 - at->length);
  damage d{on_field(edit_kind::overlong, name, {}, width), {}, false};
  // A longer properties_length may need a longer Remaining Length, which is mended.
  if (width == 5) {
    d.error = wire_error::length_too_large;
  } else if (p.version == protocol_version::v5) {
    d.error = wire_error::length_overlong;  // [v5:MQTT-1.5.5-1]
  } else {
    d.accepted = true;
  }
  return d;
}

std::optional<damage> doubled_property(const packet& p, const encoded& e, unsigned choice) {
  if (p.properties.empty()) return std::nullopt;
  const property& which = p.properties[choice % p.properties.size()];
  const property_spec& spec = *property_of(which.id);
  damage d{on_field(edit_kind::duplicate, spec.name), {}, false};
  if (find_position(e, spec.name) == nullptr) return std::nullopt;
  if (spec.repeatable && p.type != packet_type::subscribe) {
    d.accepted = true;
  } else if (which.id == property_id::user_property) {
    d.accepted = true;
  } else {
    d.error = wire_error::duplicate_property;
  }
  return d;
}

std::optional<damage> foreign_property(const packet& p, const encoded& e, unsigned choice) {
  if (find_position(e, "properties_length") == nullptr) return std::nullopt;
  const auto id = static_cast<std::uint8_t>(choice);
  const property_spec* spec = property_of(id);
  damage d{{edit_kind::property, {}, 0, 0, {id, 0, 0, 0, 0}}, {}, false};
  if (spec == nullptr) {
    d.error = wire_error::unknown_property;
  } else if (!contains(spec->in, p.type)) {
    d.error = wire_error::misplaced_property;
  } else {
    return std::nullopt;
  }
  return d;
}

// Text that is none, in some text field of the packet or of its properties.
std::optional<damage> broken_text(const packet& p, const encoded& e, unsigned choice, bool null) {
  const byte_buffer text = null ? byte_buffer{0, 1, 0} : byte_buffer{0, 2, 0xC3, 0x28};
  damage d{{}, null ? wire_error::null_in_text : wire_error::ill_formed_text, false};
  std::array<std::string_view, 8> names{};
  std::size_t count = 0;
  for (const std::string_view name : {"topic", "client_id", "will_topic", "user_name", "filter"}) {
    if (find_position(e, name) != nullptr) names[count++] = name;
  }
  for (const property& each : p.properties) {
    if (property_of(each.id)->type == property_type::utf8_string && count < names.size()) {
      names[count++] = property_of(each.id)->name;
    }
  }
  if (count == 0) return std::nullopt;
  const std::string_view name = names[choice % count];
  byte_buffer octets;
  for (const property& each : p.properties) {
    if (property_of(each.id)->name == name) octets.push_back(static_cast<std::uint8_t>(each.id));
  }
  octets.insert(octets.end(), text.begin(), text.end());
  d.what = on_field(edit_kind::put, name, std::move(octets));
  return d;
}

std::optional<damage> unknown_reason(const packet& p, const encoded& e, unsigned choice) {
  const bool list = p.type == packet_type::suback || p.type == packet_type::unsuback;
  const std::string_view name = list ? "reasons" : "reason";
  if (find_position(e, name) == nullptr) return std::nullopt;
  const auto code = static_cast<std::uint8_t>(choice);
  if (reason_allowed(p.type, p.version, code)) return std::nullopt;
  return damage{on_field(edit_kind::put, name, {code}), wire_error::unknown_reason, false};
}

std::optional<damage> broken_structure(const packet& p, const encoded& e, unsigned choice) {
  const auto put = [](std::string_view name, byte_buffer bytes, wire_error error) {
    return damage{on_field(edit_kind::put, name, std::move(bytes)), error, false};
  };
  switch (choice % 9) {
    case 0:
      return put("id", {0, 0}, wire_error::zero_packet_id);
    case 1:
      return put("protocol_name", {0, 4, 'M', 'Q', 'T', 't'}, wire_error::bad_protocol_name);
    case 2:
      return put("protocol_level", {6}, wire_error::unsupported_protocol_level);
    case 3: {
      const field_position* flags = find_position(e, "connect_flags");
      if (flags == nullptr) return std::nullopt;
      return put("connect_flags", {static_cast<std::uint8_t>(e.bytes[flags->offset] | 1)},
                 wire_error::reserved_connect_flag);
    }
    case 4: {
      const bool bits = p.version == protocol_version::v5;
      return put("subscription_options", {static_cast<std::uint8_t>(bits ? 0x40 : 0x04)},
                 wire_error::reserved_subscription_options);
    }
    case 5:
      return put("topic", {0, 3, 'a', '/', '#'}, wire_error::bad_topic_name);
    case 6:
      return put("filter", {0, 2, 'a', '#'}, wire_error::bad_topic_filter);
    case 7: {
      const bool list = find_position(e, "filter") != nullptr;
      if (!list && find_position(e, "reasons") == nullptr) return std::nullopt;
      return damage{on_field(edit_kind::truncate, list ? "filter" : "reasons"),
                    wire_error::empty_list, false};
    }
    default:
      return damage{
          {edit_kind::set, {}, 0, e.bytes[0] & 15u, {}}, wire_error::reserved_packet_type, false};
  }
}

std::optional<damage> read_damage(input_reader& input, const packet& p, const encoded& e) {
  const unsigned kind = input.below(12);
  const unsigned choice = input.octet();
  switch (kind) {
    case 0:
      return wrong_flags(p, choice & 15);
    case 1:
      return overlong(p, e, false, choice);
    case 2:
      return overlong(p, e, true, choice);
    case 3:
      return doubled_property(p, e, choice);
    case 4:
      return foreign_property(p, e, choice);
    case 5:
      return broken_text(p, e, choice, false);
    case 6:
      return broken_text(p, e, choice, true);
    case 7:
      return unknown_reason(p, e, choice);
    case 8:
      return damage{
          {edit_kind::keep, {}, choice % e.bytes.size(), 0, {}}, wire_error::truncated, false};
    case 9:
      return damage{
          {edit_kind::append, {}, 0, 0, {input.octet()}}, wire_error::trailing_bytes, false};
    case 10:
      return broken_structure(p, e, choice);
    default: {
      random_source random(choice | input.number(2) << 8);
      return damage{sample_edit(random, e), std::nullopt, false};
    }
  }
}

void check_damage(const packet& p, encoded e, const damage& d, sender from) {
  if (!apply(d.what, e)) return;  // the packet does not have that field
  const auto back = decode(e.bytes, {p.version, from});
  const auto tell = [&](std::string_view what) {
    violated(fmt::format("{}: {} {} of {}: {}", what, edit_name(d.what.kind), d.what.field,
                         print(p), back ? "accepted" : print(back.error())));
  };
  if (d.error) {
    if (back || back.error().error != *d.error) {
      tell(fmt::format("expected {}", error_name(*d.error)));
    }
    return;
  }
  if (d.accepted && !back) tell("a legal packet is refused");
  if (!back) return;
  byte_buffer again;
  if (!encode_to(*back, again)) tell("an accepted packet cannot be encoded");
  const auto stable = decode(again, {back->version, from});
  if (!stable || *stable != *back) tell("an accepted packet is not stable");
}

}  // namespace

int fuzz_roundtrip(byte_view data) {
  input_reader input(data);
  const std::uint8_t settings = input.octet();
  const auto version = (settings & 0x80) != 0 ? protocol_version::v311 : protocol_version::v5;
  const unsigned types = version == protocol_version::v5 ? packet_count : packet_count - 1;
  const packet_spec& spec = packet_of(static_cast<packet_type>(1 + (settings & 31) % types));
  const bool server = spec.sender == packet_direction::from_server ||
                      (spec.sender == packet_direction::both && (settings & 0x40) != 0);
  const sender from = server ? sender::server : sender::client;

  // The damage stands in front, where a mutation of fields does not move it.
  const byte_view damage_octets = data.subspan(std::min<std::size_t>(data.size(), 1))
                                      .first(std::min<std::size_t>(data.size() - !data.empty(), 4));
  input.take(4);
  input_choices choices(input);
  const packet p = sample_packet(choices, spec.type, version, from);
  const auto e = encode(p);
  if (!e) violated(fmt::format("{} cannot be encoded: {}", print(p), print(e.error())));
  const auto back = decode(e->bytes, {version, from});
  if (!back) {
    // 3.1.1 has no DISCONNECT from a server and the like: who may send what is not encode's.
    violated(fmt::format("{} is refused: {}", print(p), print(back.error())));
  }
  if (*back != p) violated(fmt::format("{} comes back as {}", print(p), print(*back)));
  const auto parsed = parse_packet(print(p), version);
  if (!parsed || *parsed != p) violated(fmt::format("{} is not what it prints", print(p)));
  input_reader how(damage_octets);
  if (const auto d = read_damage(how, p, *e)) check_damage(p, *e, *d, from);
  return 0;
}

// Every octet is a decision: blind mutations are good ones.
std::size_t mutate_roundtrip(const mutation& m) {
  return m.plain(m.data, m.size, m.most);
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(roundtrip);
