#include "play/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::play {

namespace {

constexpr std::size_t most_hex_octets = 256;
constexpr std::size_t longest_shown_text = 160;

// Which octets belong to user name and password of |packet|.
std::vector<bool> credential_octets(std::size_t size, const wire::packet& packet) {
  std::vector<bool> hidden(size, false);
  if (packet.type != wire::packet_type::connect) return hidden;
  const auto mapped = wire::encode(packet);
  if (!mapped) return std::vector<bool>(size, true);
  for (const wire::field_position& f : mapped->fields) {
    if (f.name != "user_name" && f.name != "password") continue;
    const std::size_t end = std::min<std::size_t>(size, f.offset + f.length);
    for (std::size_t i = f.offset + 2; i < end; ++i) hidden[i] = true;
  }
  return hidden;
}

// Short secrets would hide ordinary text; they are looked for only where they were put.
bool is_looked_for(const std::string& secret, bool in_connect) {
  return !secret.empty() && (in_connect || secret.size() >= 4);
}

// CONNACK is shown as a whole, since it tells what the server can do.
std::string hex_of(byte_view octets, const std::vector<bool>& hidden) {
  std::string out;
  const bool whole = octets[0] >> 4 == static_cast<int>(wire::packet_type::connack);
  const std::size_t shown = whole ? octets.size() : std::min(octets.size(), most_hex_octets);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += ' ';
    out += hidden[i] ? "**" : to_hex(octets.subspan(i, 1));
  }
  return out;
}

}  // namespace

results::trace_line trace::render_one(const trace_entry& e, instant start) const {
  results::trace_line line;
  line.client = e.client;
  line.at = e.at - start;
  line.direction = e.direction;
  line.size = e.size;
  line.marked = e.marked;
  line.text = e.text;
  if (e.octets.empty()) return line;
  const auto from =
      e.direction == results::trace_direction::sent ? wire::sender::client : wire::sender::server;
  const auto packet = e.octets.size() == e.size
                          ? wire::decode(e.octets, {e.version, from})
                          : wire::wire_result<wire::packet>(tl::unexpect, wire::wire_fault{});
  if (packet && line.text.empty()) line.text = wire::print(*packet, {longest_shown_text, true});
  std::vector<bool> hidden = packet ? credential_octets(e.octets.size(), *packet)
                                    : std::vector<bool>(e.octets.size(), false);
  // A CONNECT that was damaged may show them in another field.
  for (const std::string& secret : secrets_) {
    if (!is_looked_for(secret, e.octets[0] >> 4 == 1)) continue;
    const std::string escaped = escape_text(secret);
    for (auto at = line.text.find(escaped); at != std::string::npos;
         at = line.text.find(escaped, at + 3)) {
      line.text.replace(at, escaped.size(), "***");
    }
    const byte_view wanted = as_bytes(secret);
    for (auto at = e.octets.begin();; ++at) {
      at = std::search(at, e.octets.end(), wanted.begin(), wanted.end());
      if (at == e.octets.end()) break;
      const auto begin = hidden.begin() + (at - e.octets.begin());
      std::fill(begin, begin + static_cast<std::ptrdiff_t>(wanted.size()), true);
    }
  }
  line.hex = hex_of(e.octets, hidden);
  if (line.text.empty()) line.text = fmt::format("hex({})", line.hex);
  return line;
}

std::uint64_t trace::add(trace_entry entry) {
  entry.number = next_number_++;
  const std::uint64_t number = entry.number;
  if (first_.size() < most_ / 4) {
    first_.push_back(std::move(entry));
    return number;
  }
  last_.push_back(std::move(entry));
  if (first_.size() + last_.size() > most_) {
    last_.pop_front();
    ++dropped_;
  }
  return number;
}

void trace::mark(std::uint64_t number) {
  const auto mark_in = [number](auto& entries) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const trace_entry& e) { return e.number == number; });
    if (found != entries.end()) found->marked = true;
  };
  mark_in(first_);
  mark_in(last_);
}

std::vector<results::trace_line> trace::render(instant start) const {
  std::vector<results::trace_line> out;
  out.reserve(first_.size() + last_.size() + 1);
  for (const trace_entry& e : first_) out.push_back(render_one(e, start));
  if (dropped_ != 0) {
    results::trace_line gap;
    gap.at = last_.front().at - start;
    gap.direction = results::trace_direction::event;
    gap.text = fmt::format("({} lines left out)", dropped_);
    out.push_back(gap);
  }
  for (const trace_entry& e : last_) out.push_back(render_one(e, start));
  return out;
}

}  // namespace mqttspec::play
