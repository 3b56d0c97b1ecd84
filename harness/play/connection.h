#pragma once
// What came in on one network connection, cut into packets, each with the instant of its arrival.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "play/machine.h"
#include "play/repeats.h"
#include "wire/decode.h"

namespace mqttspec::play {

enum class inbound_kind : std::uint8_t { packet, malformed, close };

struct inbound {
  inbound_kind kind = inbound_kind::packet;
  instant at{};
  wire::packet packet;     // packet
  byte_buffer octets;      // packet, malformed: at most the first 4 KiB
  std::uint64_t size = 0;  // of the packet
  wire::wire_fault fault;  // malformed
  // malformed: an acknowledgement of Packet Identifier 0 or with an empty list, as our request had.
  // It repeats what it must repeat; that the request was served at all is for the line to judge.
  bool repeats_our_fault = false;
  close_kind how{};  // close
  // The server may send it, and no line has to wait for it: a DISCONNECT behind ours, a repeat by a
  // timer in 3.1.1.
  bool is_by_the_way = false;
  std::uint64_t trace_number = 0;
};

// "PUBACK": of a packet or of what should have been one.
std::string type_name(const inbound& item);

// The text that a failure shows: the packet in the notation, `close (reset)`, or the fault.
std::string describe(const inbound& item);

enum class pinged_by : std::uint8_t { line, harness };

enum class link_state : std::uint8_t {
  connecting,
  open,
  shut,    // we sent FIN, the broker may still send
  closed,  // by either side
};

class connection {
 public:
  // |peer|: who sends what is received.
  connection(connection_id id, std::string client, wire::protocol_version version,
             wire::sender peer = wire::sender::server)
      : id_(id), client_(std::move(client)), version_(version), peer_(peer) {}

  connection_id id() const { return id_; }
  const std::string& client() const { return client_; }
  wire::protocol_version version() const { return version_; }

  link_state state = link_state::connecting;
  bool disconnect_sent = false;
  std::vector<wire::wire_error> faults_sent;  // in what we sent
  repeats seen;
  bool keep_alive_is_the_cases = false;  // its CONNECT says it
  duration keep_alive{};                 // that the harness looks after; 0: none
  instant last_sent{};
  bool amid_a_packet = false;     // what was sent last was cut short
  std::deque<pinged_by> pings{};  // that are not answered yet
  // Our Maximum Packet Size: a larger packet is as wrong as a malformed one.
  std::uint32_t packet_limit = wire::largest_variable_integer + 5;
  std::vector<action> deferred;  // until the connection stands

  // Appends what |octets| complete to |queue|; returns those new items' count.
  std::size_t receive(byte_view octets, instant now);
  void close(close_kind how, instant now);

  std::deque<inbound> queue;
  bool close_arrived() const { return close_arrived_; }
  std::size_t unparsed() const { return pending_.size(); }

 private:
  connection_id id_;
  std::string client_;
  wire::protocol_version version_;
  wire::sender peer_;
  byte_buffer pending_;
  bool lost_framing_ = false;
  bool close_arrived_ = false;
};

}  // namespace mqttspec::play
