#pragma once
// The record of a case: what was sent and received, kept as octets and written out as text only
// when somebody will read it.

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "results/results.h"
#include "wire/types.h"

namespace mqttspec::play {

struct trace_entry {
  std::string client;
  instant at{};
  results::trace_direction direction{};
  wire::protocol_version version{};
  byte_buffer octets;  // of the packet, at most 4 KiB; empty for events
  std::uint64_t size = 0;
  std::string text;  // events, and sends that are not one decodable packet: as to be shown
  bool marked = false;
  std::uint64_t number = 0;  // given by trace::add
};

class trace {
 public:
  // Entries beyond |most| push out the oldest, but for the first |most| / 4.
  // |secrets| are shown nowhere, whatever packet they have got into.
  explicit trace(std::size_t most, std::vector<std::string> secrets = {})
      : most_(most), secrets_(std::move(secrets)) {}

  // Returns the entry's number, for mark().
  std::uint64_t add(trace_entry entry);
  void mark(std::uint64_t number);
  std::vector<results::trace_line> render(instant start) const;

 private:
  results::trace_line render_one(const trace_entry& e, instant start) const;

  std::size_t most_;
  std::vector<std::string> secrets_;
  std::uint64_t next_number_ = 1;
  std::size_t dropped_ = 0;
  std::vector<trace_entry> first_;  // the beginning, always kept
  std::deque<trace_entry> last_;
};

}  // namespace mqttspec::play
