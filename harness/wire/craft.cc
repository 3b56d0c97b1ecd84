#include "wire/craft.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "wire/table_data.h"

namespace mqttspec::wire {

namespace {

// The packet as a row of pieces: its fields, and octets without a name that an edit put between
// them. An edit changes pieces; offsets are worked out again at the end.
struct piece {
  std::string_view name;  // "": not a field
  byte_buffer octets;
};
using piece_list = std::vector<piece>;

// What `property` and `will_property` append is a field under these names.
constexpr std::string_view added_property = "property";
constexpr std::string_view added_will_property = "will_property";

piece_list take_apart(const encoded& e) {
  piece_list pieces;
  std::size_t at = 0;
  const auto take_until = [&](std::size_t end, std::string_view name) {
    const auto from = e.bytes.begin() + static_cast<std::ptrdiff_t>(at);
    pieces.push_back({name, byte_buffer(from, e.bytes.begin() + static_cast<std::ptrdiff_t>(end))});
    at = end;
  };
  for (const field_position& f : e.fields) {
    const std::size_t offset = std::clamp<std::size_t>(f.offset, at, e.bytes.size());
    if (offset > at) take_until(offset, {});
    take_until(std::clamp<std::size_t>(offset + f.length, at, e.bytes.size()), f.name);
  }
  if (at < e.bytes.size()) take_until(e.bytes.size(), {});
  return pieces;
}

encoded put_together(const piece_list& pieces) {
  encoded e;
  for (const piece& p : pieces) {
    if (!p.name.empty()) {
      e.fields.push_back({p.name, static_cast<std::uint32_t>(e.bytes.size()),
                          static_cast<std::uint32_t>(p.octets.size())});
    }
    e.bytes.insert(e.bytes.end(), p.octets.begin(), p.octets.end());
  }
  return e;
}

bool is_will_property(std::string_view name) {
  return name == added_will_property ||
         (!name.empty() && std::find(data::will_names.begin(), data::will_names.end(), name) !=
                               data::will_names.end());
}

bool is_property(std::string_view name) {
  return name == added_property ||
         (!is_will_property(name) &&
          std::any_of(data::property_specs.begin(), data::property_specs.end(),
                      [&](const property_spec& spec) { return spec.name == name; }));
}

piece* find(piece_list& pieces, std::string_view name) {
  if (name.empty()) return nullptr;
  const auto found =
      std::find_if(pieces.begin(), pieces.end(), [&](const piece& p) { return p.name == name; });
  return found == pieces.end() ? nullptr : &*found;
}

// ---- variable byte integers, also in forms that encode() never makes

struct variable_form {
  std::uint64_t value = 0;
  std::size_t width = 0;  // 0: the octets are none
};

variable_form read_variable(byte_view bytes) {
  variable_form form;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 5); ++i) {
    form.value |= static_cast<std::uint64_t>(bytes[i] & 0x7F) << (7 * i);
    if ((bytes[i] & 0x80) == 0) {
      form.width = i + 1;
      return form;
    }
  }
  return {};
}

std::size_t minimal_width(std::uint64_t value) {
  std::size_t width = 1;
  while ((value >>= 7) != 0) ++width;
  return width;
}

byte_buffer variable_octets(std::uint64_t value, std::size_t width) {
  byte_buffer out;
  for (std::size_t i = 1; i <= width; ++i, value >>= 7) {
    out.push_back(static_cast<std::uint8_t>((value & 0x7F) | (i < width ? 0x80u : 0u)));
  }
  return out;
}

// ---- mending

struct sizes {
  std::int64_t properties = 0;
  std::int64_t will_properties = 0;
  std::int64_t body = 0;  // all that Remaining Length counts
};

sizes measure(const piece_list& pieces) {
  sizes s;
  for (const piece& p : pieces) {
    const auto size = static_cast<std::int64_t>(p.octets.size());
    if (is_property(p.name)) s.properties += size;
    if (is_will_property(p.name)) s.will_properties += size;
    if (p.name != "flags" && p.name != "length") s.body += size;
  }
  return s;
}

// Adds |change| to a length as it stands, so that an earlier `length` or `overlong` still shows.
void mend_one(piece_list& pieces, std::string_view name, std::int64_t change) {
  piece* length = find(pieces, name);
  if (length == nullptr || change == 0) return;
  const variable_form old = read_variable(length->octets);
  if (old.width != length->octets.size()) return;
  const auto value = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, static_cast<std::int64_t>(old.value) + change));
  const bool was_overlong = old.width > minimal_width(old.value);
  length->octets =
      variable_octets(value, std::max(minimal_width(value), was_overlong ? old.width : 1));
}

void mend(piece_list& pieces, const sizes& before) {
  const sizes after = measure(pieces);
  mend_one(pieces, "properties_length", after.properties - before.properties);
  mend_one(pieces, "will_properties_length", after.will_properties - before.will_properties);
  mend_one(pieces, "length", measure(pieces).body - before.body);
}

// ---- the edits

wire_result<void> refuse(wire_error error, std::size_t offset = 0) {
  return unexpected(wire_fault{error, static_cast<std::uint32_t>(offset), {}, {}});
}

wire_result<void> set_flags(piece_list& pieces, std::uint64_t flags) {
  piece* first = find(pieces, "flags");
  if (first == nullptr || first->octets.empty()) return refuse(wire_error::field_not_in_packet);
  if (flags > 15) return refuse(wire_error::reserved_flags);
  first->octets[0] = static_cast<std::uint8_t>((first->octets[0] & 0xF0) | flags);
  return {};
}

wire_result<void> set_length(piece_list& pieces, std::uint64_t value) {
  piece* length = find(pieces, "length");
  if (length == nullptr) return refuse(wire_error::field_not_in_packet);
  if (value > largest_variable_integer) return refuse(wire_error::length_too_large, 1);
  length->octets = variable_octets(value, minimal_width(value));
  return {};
}

wire_result<void> make_overlong(piece_list& pieces, std::string_view name, std::uint64_t width) {
  piece* field = find(pieces, name);
  const bool is_identifier = name == "subscription_identifier";
  if (field == nullptr || (!is_identifier && name != "length" && name != "properties_length" &&
                           name != "will_properties_length")) {
    return refuse(wire_error::field_not_in_packet);
  }
  // A property begins with its identifier octet.
  const std::size_t skip = is_identifier && !field->octets.empty() ? 1 : 0;
  const variable_form old = read_variable(byte_view(field->octets).subspan(skip));
  if (old.width == 0) return refuse(wire_error::truncated);
  if (width < 2 || width > 5 || width < minimal_width(old.value)) {
    return refuse(wire_error::length_too_large);
  }
  const byte_buffer form = variable_octets(old.value, static_cast<std::size_t>(width));
  field->octets.resize(skip);
  field->octets.insert(field->octets.end(), form.begin(), form.end());
  return {};
}

wire_result<void> add_property(piece_list& pieces, const byte_buffer& octets, bool of_will) {
  const std::string_view length = of_will ? "will_properties_length" : "properties_length";
  if (find(pieces, length) == nullptr) return refuse(wire_error::field_not_in_packet);
  const auto last = std::find_if(pieces.rbegin(), pieces.rend(), [&](const piece& p) {
    return p.name == length || (of_will ? is_will_property(p.name) : is_property(p.name));
  });
  pieces.insert(last.base(), {of_will ? added_will_property : added_property, octets});
  return {};
}

wire_result<void> edit_field(piece_list& pieces, const edit& e) {
  piece* field = find(pieces, e.field);
  if (field == nullptr) return refuse(wire_error::field_not_in_packet);
  const auto at = pieces.begin() + (field - pieces.data());
  switch (e.kind) {
    case edit_kind::truncate:
      pieces.erase(at, pieces.end());
      break;
    case edit_kind::drop:
      pieces.erase(at);
      break;
    case edit_kind::duplicate: {
      const piece copy = *field;
      pieces.insert(at + 1, copy);
      break;
    }
    default:
      field->octets = e.bytes;
      break;
  }
  return {};
}

std::size_t total_size(const piece_list& pieces) {
  std::size_t size = 0;
  for (const piece& p : pieces) size += p.octets.size();
  return size;
}

wire_result<void> keep_first(piece_list& pieces, std::uint64_t count) {
  const std::size_t size = total_size(pieces);
  if (count > size) return refuse(wire_error::truncated, size);
  auto left = static_cast<std::size_t>(count);
  for (auto p = pieces.begin(); p != pieces.end(); ++p) {
    if (left == 0) {
      pieces.erase(p, pieces.end());
      break;
    }
    p->octets.resize(std::min(left, p->octets.size()));
    left -= p->octets.size();
  }
  return {};
}

wire_result<void> set_octet(piece_list& pieces, std::uint64_t offset, std::uint64_t octet) {
  if (octet > 0xFF) return refuse(wire_error::property_out_of_range);
  std::uint64_t left = offset;
  for (piece& p : pieces) {
    if (left < p.octets.size()) {
      p.octets[static_cast<std::size_t>(left)] = static_cast<std::uint8_t>(octet);
      return {};
    }
    left -= p.octets.size();
  }
  return refuse(wire_error::truncated, total_size(pieces));
}

// Inside a field the octets become part of it, between two fields of neither.
wire_result<void> insert_octets(piece_list& pieces, std::uint64_t offset,
                                const byte_buffer& octets) {
  std::uint64_t left = offset;
  for (auto p = pieces.begin();; ++p) {
    if (left == 0) {
      pieces.insert(p, {{}, octets});
      return {};
    }
    if (p == pieces.end()) return refuse(wire_error::truncated, total_size(pieces));
    if (left < p->octets.size()) {
      p->octets.insert(p->octets.begin() + static_cast<std::ptrdiff_t>(left), octets.begin(),
                       octets.end());
      return {};
    }
    left -= p->octets.size();
  }
}

wire_result<void> apply_to(piece_list& pieces, const edit& e) {
  const sizes before = measure(pieces);
  wire_result<void> done;
  switch (e.kind) {
    case edit_kind::flags:
      return set_flags(pieces, e.first);
    case edit_kind::length:
      return set_length(pieces, e.first);
    case edit_kind::keep:
      return keep_first(pieces, e.first);
    case edit_kind::cut: {
      const std::size_t size = total_size(pieces);
      if (e.first > size) return refuse(wire_error::truncated, size);
      return keep_first(pieces, size - e.first);
    }
    case edit_kind::set:
      return set_octet(pieces, e.first, e.second);
    case edit_kind::insert:
      return insert_octets(pieces, e.first, e.bytes);
    case edit_kind::append:
      pieces.push_back({{}, e.bytes});
      return {};
    case edit_kind::overlong:
      done = make_overlong(pieces, e.field, e.first);
      break;
    case edit_kind::property:
      done = add_property(pieces, e.bytes, false);
      break;
    case edit_kind::will_property:
      done = add_property(pieces, e.bytes, true);
      break;
    case edit_kind::truncate:
    case edit_kind::drop:
    case edit_kind::duplicate:
    case edit_kind::put:
      done = edit_field(pieces, e);
      break;
  }
  if (done) mend(pieces, before);
  return done;
}

}  // namespace

wire_result<void> apply(const edit& e, encoded& target) {
  piece_list pieces = take_apart(target);
  const wire_result<void> done = apply_to(pieces, e);
  if (done) target = put_together(pieces);
  return done;
}

std::string_view edit_name(edit_kind kind) {
  switch (kind) {
    case edit_kind::flags:
      return "flags";
    case edit_kind::length:
      return "length";
    case edit_kind::overlong:
      return "overlong";
    case edit_kind::truncate:
      return "truncate";
    case edit_kind::drop:
      return "drop";
    case edit_kind::duplicate:
      return "duplicate";
    case edit_kind::put:
      return "put";
    case edit_kind::property:
      return "property";
    case edit_kind::will_property:
      return "will_property";
    case edit_kind::keep:
      return "keep";
    case edit_kind::cut:
      return "cut";
    case edit_kind::set:
      return "set";
    case edit_kind::insert:
      return "insert";
    case edit_kind::append:
      return "append";
  }
  return "unknown";
}

std::string print(const edit& e) {
  const std::string_view name = edit_name(e.kind);
  const auto octets = [&] { return fmt::format("hex({})", to_hex(e.bytes)); };
  switch (e.kind) {
    case edit_kind::flags:
    case edit_kind::length:
    case edit_kind::keep:
    case edit_kind::cut:
      return fmt::format("{} {}", name, e.first);
    case edit_kind::overlong:
      return fmt::format("{} {} {}", name, e.field, e.first);
    case edit_kind::truncate:
    case edit_kind::drop:
    case edit_kind::duplicate:
      return fmt::format("{} {}", name, e.field);
    case edit_kind::put:
      return fmt::format("{} {} {}", name, e.field, octets());
    case edit_kind::property:
    case edit_kind::will_property:
    case edit_kind::append:
      return fmt::format("{} {}", name, octets());
    case edit_kind::set:
      return fmt::format("{} {} {}", name, e.first, e.second);
    case edit_kind::insert:
      return fmt::format("{} {} {}", name, e.first, octets());
  }
  return {};
}

}  // namespace mqttspec::wire
