#pragma once
// The record of a case: what was sent and received, kept as octets and written out as text only
// when somebody will read it.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "results/results.h"
#include "wire/types.h"

namespace mqttspec::engine {

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
  explicit trace(std::size_t most = 1000) : most_(most) {}

  // Returns the entry's number, for mark().
  std::uint64_t add(trace_entry entry);
  void mark(std::uint64_t number);
  std::vector<results::trace_line> render(instant start) const;

 private:
  std::size_t most_;
  std::uint64_t next_number_ = 1;
  std::size_t dropped_ = 0;
  std::vector<trace_entry> first_;  // the beginning, always kept
  std::deque<trace_entry> last_;
};

}  // namespace mqttspec::engine
