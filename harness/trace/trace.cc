#include "trace/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/decode.h"

namespace mqttspec::trace {

namespace {

constexpr std::size_t longest_cut = 1 << 20;  // octets of a packet that is kept decoded

}  // namespace

std::optional<wire::packet> packet_of(const entry& e) {
  if (e.cut) return *e.cut;
  if (e.octets.empty() || e.octets.size() != e.size) return std::nullopt;
  const auto from = e.way == direction::sent ? wire::sender::client : wire::sender::server;
  auto p = wire::decode(e.octets, {e.version, from});
  if (!p) return std::nullopt;
  return std::move(*p);
}

entry packet_entry(std::string client, std::uint32_t connection, direction way,
                   wire::protocol_version version, byte_view octets, std::uint64_t size,
                   const wire::packet* packet) {
  entry e;
  e.client = std::move(client);
  e.connection = connection;
  e.way = way;
  e.version = version;
  e.size = size;
  const byte_view kept = octets.first(std::min(octets.size(), most_octets));
  e.octets.assign(kept.begin(), kept.end());
  if (packet != nullptr && size > e.octets.size() && size <= longest_cut &&
      packet->type != wire::packet_type::publish) {
    e.cut = std::make_shared<wire::packet>(*packet);
  }
  return e;
}

entry event_entry(std::string client, std::uint32_t connection, event_kind what, std::string text) {
  entry e;
  e.client = std::move(client);
  e.connection = connection;
  e.what = what;
  e.text = std::move(text);
  return e;
}

std::uint64_t log::add(entry e, instant at) {
  const std::uint64_t number = next_number_++;
  if (first_.size() < most_ / 4) {
    first_.push_back({std::move(e), at, number});
    return number;
  }
  last_.push_back({std::move(e), at, number});
  if (first_.size() + last_.size() > most_) {
    last_.pop_front();
    ++dropped_;
  }
  return number;
}

void log::mark(std::uint64_t number) {
  const auto mark_in = [number](auto& entries) {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const numbered& n) { return n.number == number; });
    if (found != entries.end()) found->value.marked = true;
  };
  mark_in(first_);
  mark_in(last_);
}

std::vector<entry> log::entries(instant start) const {
  std::vector<entry> out;
  out.reserve(first_.size() + last_.size() + 1);
  const auto add = [&](const numbered& n) {
    out.push_back(n.value);
    out.back().at = n.at - start;
  };
  for (const numbered& n : first_) add(n);
  if (dropped_ != 0) {
    out.push_back(
        event_entry("", 0, event_kind::left_out, fmt::format("({} lines left out)", dropped_)));
    out.back().at = last_.front().at - start;
  }
  for (const numbered& n : last_) add(n);
  return out;
}

}  // namespace mqttspec::trace
