#include "adapter/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/spelling.h"
#include "base/utf8.h"

namespace mqttspec::adapter {

namespace {

using json = nlohmann::ordered_json;
using wire::field_kind;
using wire::value;

constexpr std::string_view in_hex = "_hex";

void put(json& into, const std::string& name, const value& v) {
  if (const auto* number = std::get_if<std::uint64_t>(&v)) {
    into[name] = *number;
  } else if (const auto* text = std::get_if<std::string>(&v)) {
    if (check_utf8(*text).fault == utf8_fault::none) {
      into[name] = *text;
    } else {
      into[name + std::string(in_hex)] = to_hex(as_bytes(*text), "");
    }
  } else if (const auto* pairs = std::get_if<wire::text_pairs>(&v)) {
    into[name] = json::array();
    for (const auto& [key, said] : *pairs) into[name].push_back({key, said});
  }
}

// A scalar of `facts` as text; a list with commas between.
std::string plain(const json& v) {
  if (v.is_string()) return v.get<std::string>();
  if (v.is_boolean()) return v.get<bool>() ? "1" : "0";
  if (!v.is_array()) return v.dump();
  std::string out;
  for (const json& item : v) out += (out.empty() ? "" : ",") + plain(item);
  return out;
}

std::optional<value> pairs_in(const json& v) {
  wire::text_pairs out;
  if (v.is_object()) {
    for (const auto& [key, text] : v.items()) out.emplace_back(key, plain(text));
    return value{std::move(out)};
  }
  if (!v.is_array()) return std::nullopt;
  for (const json& item : v) {
    if (!item.is_array() || item.size() != 2) return std::nullopt;
    out.emplace_back(plain(item[0]), plain(item[1]));
  }
  return value{std::move(out)};
}

std::optional<value> value_in(const json& v, field_kind kind) {
  switch (kind) {
    case field_kind::flag:
      if (v.is_boolean()) return value{std::uint64_t{v.get<bool>()}};
      [[fallthrough]];
    case field_kind::number:
    case field_kind::reason:
      if (!v.is_number_unsigned() && !(v.is_number_integer() && v.get<std::int64_t>() >= 0)) {
        return std::nullopt;
      }
      return value{v.get<std::uint64_t>()};
    case field_kind::text:
    case field_kind::binary:
      if (!v.is_string()) return std::nullopt;
      return value{v.get<std::string>()};
    case field_kind::user_properties:
      return pairs_in(v);
    case field_kind::reason_list:
    case field_kind::filter_list:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string line_of(const message& command) {
  json out;
  out["cmd"] = command.name;
  for (const auto& [name, v] : command.fields) put(out, name, v);
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

result<std::optional<message>, std::string> event_in(std::string_view line) {
  if (!line.starts_with('{')) return std::nullopt;
  const json parsed = json::parse(line, nullptr, false);
  if (!parsed.is_object()) return unexpected(std::string("a line is no JSON object"));
  const auto name = parsed.find("ev");
  if (name == parsed.end() || !name->is_string()) {
    return unexpected(std::string("an event has no \"ev\""));
  }
  message out{name->get<std::string>(), {}};
  const message_spec* spec = find_event(out.name);
  if (spec == nullptr) return unexpected(fmt::format("there is no event '{}'", out.name));
  for (const auto& [key, v] : parsed.items()) {
    if (key == "ev" || v.is_null()) continue;
    const field_spec* field = spec->find(key);
    if (field == nullptr && key.ends_with(in_hex)) {
      const std::string shorter = key.substr(0, key.size() - in_hex.size());
      const auto octets = v.is_string() ? from_hex(v.get<std::string>()) : std::nullopt;
      if (spec->find(shorter) == nullptr || !octets) {
        return unexpected(fmt::format("'{}' of the event '{}' is no hex", key, out.name));
      }
      out.fields[shorter] = std::string(as_text(*octets));
      continue;
    }
    if (field == nullptr) {
      return unexpected(fmt::format("the event '{}' has no '{}'", out.name, key));
    }
    auto found = value_in(v, field->kind);
    if (!found) {
      return unexpected(fmt::format("'{}' of the event '{}' cannot be {}", key, out.name,
                                    v.dump(-1, ' ', false, json::error_handler_t::replace)));
    }
    out.fields[key] = std::move(*found);
  }
  for (const field_spec& f : spec->fields) {
    if (f.by == filled_by::always && !out.fields.contains(std::string(f.name))) {
      return unexpected(fmt::format("the event '{}' lacks '{}'", out.name, f.name));
    }
  }
  return out;
}

}  // namespace mqttspec::adapter
