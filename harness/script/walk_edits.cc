// Octets, and the edits that make a packet malformed.

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

// Parts of a packet that edits may name beside its fields.
constexpr std::string_view structural_names[] = {
    "flags",         "length",        "properties_length",   "will_properties_length",
    "protocol_name", "connect_flags", "subscription_options"};
constexpr std::string_view overlong_names[] = {"length", "properties_length",
                                               "will_properties_length", "subscription_identifier"};

}  // namespace

std::optional<byte_buffer> walker::octets(const value_node& node) {
  const auto v = value(node);
  if (!v || v->kind == shape::unknown) return std::nullopt;
  if (v->kind != shape::text && v->kind != shape::octets) {
    error(node.where, {fmt::format("expected octets, not {}", shape_name(v->kind)),
                       "expected octets", "write hex(..) or \"text\""});
    return std::nullopt;
  }
  byte_buffer out;
  for (const text_piece& piece : v->text) {
    if (piece.is_variable) {
      if (!abstract_) {
        error(node.where, {"a captured value cannot stand in octets", "known too late", ""});
      }
      return std::nullopt;
    }
    const byte_view bytes = as_bytes(piece.text);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

void walker::edits(const send_node& s, const packet_pattern& pattern, send_line& out) {
  using wire::edit_kind;
  static constexpr std::pair<std::string_view, edit_kind> kinds[] = {
      {"flags", edit_kind::flags},
      {"length", edit_kind::length},
      {"overlong", edit_kind::overlong},
      {"truncate", edit_kind::truncate},
      {"drop", edit_kind::drop},
      {"duplicate", edit_kind::duplicate},
      {"put", edit_kind::put},
      {"property", edit_kind::property},
      {"will_property", edit_kind::will_property},
      {"keep", edit_kind::keep},
      {"cut", edit_kind::cut},
      {"set", edit_kind::set},
      {"insert", edit_kind::insert},
      {"append", edit_kind::append}};
  for (const edit_node& e : s.edits) {
    std::vector<std::uint64_t> numbers;
    byte_buffer bytes;
    bool complete = true;
    for (const value_node& operand : e.operands) {
      // Octets stand last, numbers in front of them.
      const bool is_octets =
          operand.kind == value_kind::octets || operand.kind == value_kind::text ||
          e.name.text == "put" || e.name.text == "property" || e.name.text == "will_property" ||
          e.name.text == "append" || (e.name.text == "insert" && !numbers.empty());
      if (is_octets) {
        auto b = octets(operand);
        complete = complete && b.has_value();
        if (b) bytes = std::move(*b);
      } else {
        const auto n = number(operand);
        complete = complete && n.has_value();
        numbers.push_back(n.value_or(0));
      }
    }
    const std::uint64_t first = numbers.empty() ? 0 : numbers[0];
    const auto in_range = [&](std::size_t index, std::uint64_t smallest, std::uint64_t largest) {
      if (!complete || (numbers[index] >= smallest && numbers[index] <= largest)) return;
      error(e.operands[index].where,
            {fmt::format("'{}' cannot take {}", e.name.text, numbers[index]), "out of range",
             fmt::format("{} to {}", smallest, largest)});
      complete = false;
    };
    if (e.name.text == "split") {
      in_range(0, 1, wire::largest_variable_integer);
      out.manner.split = first;
      if (e.every) out.manner.every = length(*e.every).value_or(duration{});
      continue;
    }
    if (e.name.text == "repeat") {
      in_range(0, 1, most_iterations);
      out.manner.repeat = std::max<std::uint64_t>(1, first);
      continue;
    }
    if (e.name.text == "join") {
      out.manner.join_next = true;
      continue;
    }
    if (e.name.text == "text") {
      out.manner.text = true;
      continue;
    }
    if (e.name.text == "fragments") {
      in_range(0, 1, wire::largest_variable_integer);
      out.manner.fragment = first;
      continue;
    }
    const auto* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                    [&](const auto& k) { return k.first == e.name.text; });
    if (kind == std::end(kinds)) continue;
    if (s.kind != send_kind::packet) {
      error(e.name.where, {fmt::format("'{}' edits a packet", e.name.text), "nothing to edit",
                           "only split, repeat, join, text and fragments go with octets"});
      continue;
    }
    if (kind->second == edit_kind::flags) in_range(0, 0, 0xF);
    if (kind->second == edit_kind::length) in_range(0, 0, wire::largest_variable_integer);
    if (kind->second == edit_kind::overlong) in_range(0, 2, 5);
    if (kind->second == edit_kind::set) in_range(1, 0, 0xFF);
    wire::edit made;
    made.kind = kind->second;
    if (e.field) {
      made.field = e.field->text;
      const auto named = wire::find_field(pattern.type, made.field);
      const bool is_field = named && contains(named->versions, pattern.version);
      std::vector<std::string_view> valid;
      if (made.kind == edit_kind::overlong) {
        valid.assign(std::begin(overlong_names), std::end(overlong_names));
      } else {
        valid.assign(std::begin(structural_names), std::end(structural_names));
        for (const auto& f : wire::fields_of(pattern.type, pattern.version)) {
          valid.push_back(f.name);
        }
      }
      const bool known =
          std::find(valid.begin(), valid.end(), made.field) != valid.end() &&
          (is_field || std::find(std::begin(structural_names), std::end(structural_names),
                                 made.field) != std::end(structural_names));
      if (!known) {
        error(e.field->where,
              {fmt::format("{} has no part '{}' to edit", s.packet.name.text, made.field),
               "unknown field", suggest(made.field, valid)});
        continue;
      }
    }
    if (!complete) continue;
    made.first = first;
    made.second = numbers.size() > 1 ? numbers[1] : 0;
    made.bytes = std::move(bytes);
    out.edits.push_back(std::move(made));
  }
}

}  // namespace mqttspec::script
