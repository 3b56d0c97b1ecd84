#include "trace/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::trace {

namespace {

constexpr std::size_t most_hex_octets = 256;
constexpr std::size_t longest_shown_text = 160;

// Marks the octets of user name and password of |packet|.
void mark_credentials(const wire::packet& packet, std::vector<bool>& hidden) {
  if (packet.type != wire::packet_type::connect) return;
  const auto mapped = wire::encode(packet);
  if (!mapped) return hidden.assign(hidden.size(), true);
  for (const wire::field_position& f : mapped->fields) {
    if (f.name != "user_name" && f.name != "password") continue;
    const std::size_t end = std::min<std::size_t>(hidden.size(), f.offset + f.length);
    for (std::size_t i = f.offset + 2; i < end; ++i) hidden[i] = true;
  }
}

std::string hex_of(byte_view octets, const std::vector<bool>& hidden) {
  std::string out;
  const std::size_t shown = std::min(octets.size(), most_hex_octets);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += ' ';
    out += hidden[i] ? "**" : to_hex(octets.subspan(i, 1));
  }
  return out;
}

// The packet that was meant, and what was done to it: `SUBSCRIBE id=1 ... | truncate filter`.
std::string text_of(const making& m, const std::string& without_packet) {
  std::string out = m.of ? wire::print(*m.of, {longest_shown_text, true}) : without_packet;
  for (const wire::edit& e : m.edits) out += " | " + wire::print(e);
  if (m.repeat != 1) out += fmt::format(" | repeat {}", m.repeat);
  if (m.split != 0) out += fmt::format(" | split {}", m.split);
  if (m.split != 0 && m.every != duration::zero()) out += " every " + print_duration(m.every);
  if (m.text) out += " | text";
  if (m.fragment != 0) out += fmt::format(" | fragments {}", m.fragment);
  return out;
}

}  // namespace

line print(const entry& e, const secrets& hidden) {
  line out{e.client, e.at, e.way, hidden.hide(e.text), "", e.size, e.marked};
  if (e.octets.empty() && !e.cut) return out;
  const auto packet = packet_of(e);
  if (packet && out.text.empty()) {
    out.text = hidden.hide(wire::print(*packet, {longest_shown_text, true}));
  }
  std::vector<bool> masked(e.octets.size(), false);
  if (packet) mark_credentials(*packet, masked);
  hidden.mark(e.octets, masked);
  out.hex = hex_of(e.octets, masked);
  if (out.text.empty()) out.text = fmt::format("hex({})", out.hex);
  if (e.made) out.text = hidden.hide(text_of(*e.made, out.text));
  return out;
}

std::vector<line> print(const std::vector<entry>& all, const secrets& hidden) {
  std::vector<line> out;
  out.reserve(all.size());
  for (const entry& e : all) out.push_back(print(e, hidden));
  return out;
}

}  // namespace mqttspec::trace
