#include "robustness/notation.h"

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

}  // namespace mqttspec::robustness
