#include "wire/table.h"

#include <algorithm>

#include "wire/table_data.h"

namespace mqttspec::wire {

constexpr std::array<packet_spec, packet_count> packet_table = data::packet_specs;
constexpr std::array<property_spec, property_count> property_table = data::property_specs;

namespace {

constexpr field_kind kind_of(const property_spec& spec) {
  switch (spec.type) {
    case property_type::byte:
      return spec.id == property_id::maximum_qos ? field_kind::number : field_kind::flag;
    case property_type::two_byte_integer:
    case property_type::four_byte_integer:
    case property_type::variable_byte_integer:
      return field_kind::number;
    case property_type::utf8_string:
      return field_kind::text;
    case property_type::utf8_pair:
      return field_kind::user_properties;
    case property_type::binary_data:
      return field_kind::binary;
  }
  return field_kind::number;
}

// Every field of one packet type, of one version or (nullopt) of both.
struct field_set {
  std::array<named_field, 48> list{};
  std::size_t size = 0;

  constexpr void add(const field_spec& spec) {
    list[size++] = {&spec, nullptr, false, spec.name, spec.kind, spec.versions, spec.range};
  }
  constexpr void add_properties(packet_set where, bool of_will) {
    for (std::size_t i = 0; i < property_count; ++i) {
      const property_spec& spec = data::property_specs[i];
      if ((spec.in & where) == 0) continue;
      list[size++] = {
          nullptr,       &spec,           of_will,   of_will ? data::will_names[i] : spec.name,
          kind_of(spec), version_set::v5, spec.range};
    }
  }
  constexpr std::span<const named_field> view() const { return {list.data(), size}; }
};

constexpr field_set fields_in(packet_type type, version_set versions) {
  field_set set;
  const packet_spec& packet = data::packet_specs[static_cast<std::size_t>(type) - 1];
  const auto overlaps = [&](version_set other) {
    return (static_cast<unsigned>(versions) & static_cast<unsigned>(other)) != 0;
  };
  if (!overlaps(packet.versions)) return set;
  bool properties_done = !overlaps(version_set::v5);
  for (const field_spec& spec : data::field_specs) {
    if (!properties_done && spec.id > field_id::reason) {
      set.add_properties(packets(type), false);
      properties_done = true;
    }
    if (!contains(spec.in, type) || !overlaps(spec.versions)) continue;
    if (spec.id == field_id::will_topic && overlaps(version_set::v5)) {
      set.add_properties(in_will, true);
    }
    set.add(spec);
  }
  return set;
}

constexpr auto fields_by_type(version_set versions) {
  std::array<field_set, packet_count> sets{};
  for (std::size_t i = 0; i < packet_count; ++i) {
    sets[i] = fields_in(static_cast<packet_type>(i + 1), versions);
  }
  return sets;
}

constexpr auto all_fields = fields_by_type(version_set::both);
constexpr auto fields_v5 = fields_by_type(version_set::v5);
constexpr auto fields_v311 = fields_by_type(version_set::v311);

constexpr std::size_t index_of(packet_type type) {
  const auto number = static_cast<std::size_t>(type);
  return number >= 1 && number <= packet_count ? number - 1 : packet_count;
}

std::span<const data::reason_spec> reasons_of(protocol_version version) {
  if (version == protocol_version::v5) return data::reason_specs_v5;
  return data::reason_specs_v311;
}

struct name_set {
  std::array<std::string_view, data::reason_specs_v5.size()> list{};
  std::size_t size = 0;
};

template <std::size_t N>
constexpr auto names_by_type(const std::array<data::reason_spec, N>& specs) {
  std::array<name_set, packet_count> sets{};
  for (std::size_t i = 0; i < packet_count; ++i) {
    for (const data::reason_spec& spec : specs) {
      if (contains(spec.in, static_cast<packet_type>(i + 1))) {
        sets[i].list[sets[i].size++] = spec.name;
      }
    }
  }
  return sets;
}

constexpr auto reason_names_v5 = names_by_type(data::reason_specs_v5);
constexpr auto reason_names_v311 = names_by_type(data::reason_specs_v311);

}  // namespace

std::span<const field_spec> field_table() {
  return data::field_specs;
}

std::string_view property_statement(const property_spec& spec, packet_type type, bool of_will) {
  const packet_set where = of_will ? in_will : packets(type);
  for (const data::statement_exception& exception : data::statement_exceptions) {
    if (exception.id == spec.id && (exception.in & where) != 0) return exception.statement;
  }
  return spec.statement;
}

const packet_spec& packet_of(packet_type type) {
  return packet_table[std::min(index_of(type), packet_count - 1)];
}

const packet_spec* find_packet(std::string_view name) {
  const auto found = std::find_if(packet_table.begin(), packet_table.end(),
                                  [&](const packet_spec& spec) { return spec.name == name; });
  return found == packet_table.end() ? nullptr : &*found;
}

const property_spec* property_of(std::uint8_t id) {
  const std::uint8_t index = data::property_index[id];
  return index == data::no_property ? nullptr : &property_table[index];
}

std::optional<named_field> find_field(packet_type type, std::string_view name) {
  const std::size_t index = index_of(type);
  if (index == packet_count) return std::nullopt;
  for (const named_field& field : all_fields[index].view()) {
    if (field.name == name) return field;
  }
  return std::nullopt;
}

std::span<const named_field> fields_of(packet_type type, protocol_version version) {
  const std::size_t index = index_of(type);
  if (index == packet_count) return {};
  return version == protocol_version::v5 ? fields_v5[index].view() : fields_v311[index].view();
}

std::string_view reason_name(packet_type type, protocol_version version, std::uint8_t code) {
  for (const data::reason_spec& spec : reasons_of(version)) {
    if (spec.code == code && contains(spec.in, type)) return spec.name;
  }
  return {};
}

std::optional<named_reason> find_reason(packet_type type, protocol_version version,
                                        std::string_view name) {
  std::optional<named_reason> elsewhere;
  for (const data::reason_spec& spec : reasons_of(version)) {
    if (spec.name != name) continue;
    if (contains(spec.in, type)) return named_reason{spec.code, true};
    elsewhere = named_reason{spec.code, false};
  }
  if (name == "success") return named_reason{0, reason_allowed(type, version, 0)};
  return elsewhere;
}

bool reason_allowed(packet_type type, protocol_version version, std::uint8_t code) {
  const auto& sets =
      version == protocol_version::v5 ? data::reason_sets_v5 : data::reason_sets_v311;
  return contains(sets[code], type);
}

bool is_success(packet_type type, protocol_version version, std::uint8_t code) {
  if (version == protocol_version::v311 && type == packet_type::connack) return code == 0;
  return code < 0x80;
}

std::span<const std::string_view> reason_names(packet_type type, protocol_version version) {
  const std::size_t index = index_of(type);
  if (index == packet_count) return {};
  const name_set& set =
      version == protocol_version::v5 ? reason_names_v5[index] : reason_names_v311[index];
  return {set.list.data(), set.size};
}

}  // namespace mqttspec::wire
