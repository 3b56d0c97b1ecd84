#pragma once
// What happened on the connections of one play, as values: packets with their octets, and events.
// Text comes of it only where it leaves the program (trace/print.h).
//
//   trace::log seen(2000);
//   seen.add(trace::packet_entry("sub", 2, direction::received, version, octets, size, &packet),
//   now); for (const entry& e : seen.entries(began)) if (auto p = packet_of(e)) ...

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "wire/craft.h"
#include "wire/packet.h"
#include "wire/types.h"

namespace mqttspec::trace {

// By the client, from the client's end: the arrows of the notation, whichever side the suite plays.
enum class direction : std::uint8_t { sent, received, event };

enum class event_kind : std::uint8_t {
  noted,      // anything else, as |text| says
  opened,     // by us
  refused,    // the connection could not be made
  shut,       // by us: FIN, the peer may still send
  closed,     // by us
  aborted,    // by us, with RST
  ended,      // by the peer
  reset,      // by the peer, with RST
  waited,     // for |length|
  restarted,  // the broker
  left_out,   // entries that were too many
};

inline constexpr std::size_t most_octets = 4096;  // kept of a packet

// How a send came to its octets, where it is not one packet, encoded and written at once.
struct making {
  std::optional<wire::packet> of;  // nullopt: octets
  std::vector<wire::edit> edits;
  std::uint64_t repeat = 1;
  std::uint64_t split = 0;     // octets a write; 0: all at once
  duration every{};            // pause between the writes
  bool text = false;           // over WebSocket: a text frame
  std::uint64_t fragment = 0;  // over WebSocket: octets a frame; 0: one frame
};

struct entry {
  std::string client;
  std::uint32_t connection = 0;
  duration at{};  // since the play began
  direction way = direction::event;
  event_kind what = event_kind::noted;  // of events
  std::string text;                     // of events, and why received octets are no packet
  duration length{};                    // waited
  wire::protocol_version version{};
  byte_buffer octets;      // the first of a packet; none of an event
  std::uint64_t size = 0;  // of the whole packet
  bool marked = false;     // what the failure is about
  // A packet of which |octets| are the beginning only, or that were not kept. Not of a long
  // PUBLISH: its payload is what is long.
  std::shared_ptr<const wire::packet> cut;
  // Of the first packet, or the first octets, of a send; nullptr: as any client makes it.
  std::shared_ptr<const making> made;
};

// The packet of |e|; nullopt: an event, octets that are no packet, or a long PUBLISH.
std::optional<wire::packet> packet_of(const entry& e);

// An entry for one packet of |size| octets, or for octets that are none. |octets|: as many as the
// caller has. |packet|: what they decode to, nullptr: nothing; it is kept when they are too many.
entry packet_entry(std::string client, std::uint32_t connection, direction way,
                   wire::protocol_version version, byte_view octets, std::uint64_t size,
                   const wire::packet* packet);
entry event_entry(std::string client, std::uint32_t connection, event_kind what, std::string text);

class log {
 public:
  // Entries beyond |most| push out the oldest, but for the first |most| / 4.
  explicit log(std::size_t most) : most_(most) {}

  // Returns a number for mark(), above 0.
  std::uint64_t add(entry e, instant at);
  void mark(std::uint64_t number);
  // All that is left, with a `left_out` where some are missing; times count from |start|.
  std::vector<entry> entries(instant start) const;

 private:
  struct numbered {
    entry value;
    instant at{};
    std::uint64_t number = 0;
  };

  std::size_t most_;
  std::uint64_t next_number_ = 1;
  std::size_t dropped_ = 0;
  std::vector<numbered> first_;  // the beginning, always kept
  std::deque<numbered> last_;
};

}  // namespace mqttspec::trace
