#pragma once
// Strict decoding. First the packet's extent, then its content.
//
//   frame f = *split(bytes_so_far, limit);        // needs_more while the packet is not complete
//   wire_result<packet_view> v = decode_view(f.bytes, {protocol_version::v5, sender::server});
//   wire_result<packet> p = decode(f.bytes, {...});     // the owning form
//
// A view points into the caller's octets, allocates nothing, and has validated everything that a
// single packet can show: reserved bits, lengths, UTF-8, properties (known, allowed here, not
// doubled, in range), reason codes, topic names and filters. Nothing is read past the input.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "wire/error.h"
#include "wire/packet.h"

namespace mqttspec::wire {

// Who sent it. Some rules differ: a client may not send a Subscription Identifier in PUBLISH.
enum class sender : std::uint8_t { client, server };

struct decode_options {
  protocol_version version = protocol_version::v5;  // CONNECT: its own level rules instead
  sender from = sender::server;
};

struct frame {
  byte_view bytes;             // the whole packet
  std::uint8_t header_length;  // first octet and Remaining Length
};

// The first packet in |input|. nullopt: more octets are needed. An error when the Remaining Length
// is malformed, or the packet's total size is above |limit| octets (packet_too_large).
wire_result<std::optional<frame>> split(byte_view input, protocol_version version,
                                        std::uint32_t limit = largest_variable_integer + 5);

// Properties as they stand on the wire, already validated; iterate to read them.
struct property_view {
  property_id id{};
  std::uint32_t number = 0;
  std::string_view text;
  std::string_view value;
};

class property_range {
 public:
  property_range() = default;
  explicit property_range(byte_view bytes) : bytes_(bytes) {}

  class iterator {
   public:
    explicit iterator(byte_view rest);
    const property_view& operator*() const { return current_; }
    const property_view* operator->() const { return &current_; }
    iterator& operator++();
    friend bool operator==(const iterator& a, const iterator& b) {
      return a.rest_.data() == b.rest_.data() && a.at_end_ == b.at_end_;
    }

   private:
    void read();
    byte_view rest_;
    property_view current_;
    bool at_end_ = false;
  };
  iterator begin() const;
  iterator end() const;
  byte_view bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

 private:
  byte_view bytes_;
};

struct packet_view {
  packet_type type = packet_type::pingreq;
  protocol_version version = protocol_version::v5;
  bool dup = false;
  std::uint8_t qos = 0;
  bool retain = false;
  bool session_present = false;
  bool clean_start = false;
  std::uint8_t reason = 0;
  std::uint16_t packet_id = 0;
  std::uint16_t keep_alive = 0;
  std::uint8_t protocol_level = 0;
  bool has_will = false;
  bool has_user_name = false;
  bool has_password = false;
  std::uint8_t will_qos = 0;
  bool will_retain = false;
  std::string_view protocol_name;
  std::string_view client_id;
  std::string_view will_topic;
  std::string_view will_payload;
  std::string_view user_name;
  std::string_view password;
  std::string_view topic;
  std::string_view payload;
  byte_view list;  // validated entries of SUBSCRIBE, UNSUBSCRIBE, SUBACK, UNSUBACK as on the wire
  property_range properties;
  property_range will_properties;
};

wire_result<packet_view> decode_view(byte_view whole_packet, const decode_options& options);

// The owning form of a view.
packet to_packet(const packet_view& view);

wire_result<packet> decode(byte_view whole_packet, const decode_options& options);

}  // namespace mqttspec::wire
