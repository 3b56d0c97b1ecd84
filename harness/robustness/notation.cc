#include "robustness/notation.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "wire/notation.h"

namespace mqttspec::robustness {

namespace {

constexpr std::string_view ns_variable = "{ns}";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// In scenarios a brace in text begins a variable; two are one.
std::string braces_doubled(const std::string& text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (quoted && c == '{') out += c;
    out += c;
  }
  return out;
}

}  // namespace

std::string print_packet(const wire::packet& p) {
  return replaced(braces_doubled(wire::print(p)), ns_mark, ns_variable);
}

std::optional<wire::packet> read_packet(std::string_view text, wire::protocol_version version) {
  const std::string plain = replaced(replaced(std::string(text), ns_variable, ns_mark), "{{", "{");
  auto p = wire::parse_packet(plain, version);
  if (!p) return std::nullopt;
  return std::move(*p);
}

std::string print_edit(const wire::edit& e) {
  const std::string_view name = wire::edit_name(e.kind);
  const auto octets = [&] { return fmt::format("hex({})", to_hex(e.bytes)); };
  switch (e.kind) {
    case wire::edit_kind::flags:
    case wire::edit_kind::length:
    case wire::edit_kind::keep:
    case wire::edit_kind::cut:
      return fmt::format("{} {}", name, e.first);
    case wire::edit_kind::overlong:
      return fmt::format("{} {} {}", name, e.field, e.first);
    case wire::edit_kind::truncate:
    case wire::edit_kind::drop:
    case wire::edit_kind::duplicate:
      return fmt::format("{} {}", name, e.field);
    case wire::edit_kind::put:
      return fmt::format("{} {} {}", name, e.field, octets());
    case wire::edit_kind::property:
    case wire::edit_kind::will_property:
    case wire::edit_kind::append:
      return fmt::format("{} {}", name, octets());
    case wire::edit_kind::set:
      return fmt::format("{} {} {}", name, e.first, e.second);
    case wire::edit_kind::insert:
      return fmt::format("{} {} {}", name, e.first, octets());
  }
  return {};
}

}  // namespace mqttspec::robustness
