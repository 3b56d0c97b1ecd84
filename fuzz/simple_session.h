#pragma once
// The session rules a second time, from the standards, in the plainest way: lists that are searched
// from the front, nothing indexed, nothing scheduled. For each packet of a client it says which
// packets the server owes to whom. Only what `model_pair` plays: no octets of strangers, no keep
// alive, no size limits, no shared subscriptions.
//
// Where the standards leave a choice it makes the embedded broker's: one copy for overlapping
// subscriptions, the newest or oldest message dropped from a full queue, QoS 0 for absent clients
// by option.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "wire/packet.h"

namespace mqttspec::fuzz {

struct simple_options {
  std::size_t queue_limit = 1000;
  bool drop_oldest = false;
  bool qos0_queued = false;
  bool forwarded_at_release = false;
  bool forgets_at_restart = false;
  std::uint32_t window = 65535;
  std::uint32_t receive_maximum = 100;
  std::uint32_t expiry_max = wire::never_expires;
  std::uint32_t v311_expiry = wire::never_expires;
  std::uint16_t alias_maximum = 16;
};

struct simple_message {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  std::optional<std::uint32_t> expiry;
  instant received{};
  std::size_t publisher = 0;
};

// What the server owes one client. |copy| names a new delivery with QoS above 0, whose Packet
// Identifier is the server's to choose: tell it by took_id().
struct owed_packet {
  std::size_t client = 0;
  wire::packet what;
  bool closes = false;  // no packet: the connection ends
  std::uint64_t copy = 0;
};

class simple_server {
 public:
  simple_server(simple_options options, std::vector<wire::protocol_version> versions);

  void receive(std::size_t client, const wire::packet& p, instant now);
  void lost(std::size_t client, instant now);  // the connection is gone, without a word
  void advance(instant now);
  void killed(instant now);
  void started(instant now);
  void took_id(std::uint64_t copy, std::uint16_t id);

  std::vector<owed_packet>& owed() { return owed_; }

 private:
  struct copy {
    simple_message content;
    std::uint8_t qos = 0;
    bool retain = false;
    std::vector<std::uint32_t> identifiers;
  };
  struct flight {
    std::uint64_t number = 0;
    std::uint16_t id = 0;
    copy what;
    bool released = false;
    bool waits = false;  // for its repetition
    bool slot = false;
  };
  struct subscription {
    std::string filter;
    std::uint8_t qos = 0;
    bool no_local = false;
    bool as_published = false;
    std::uint32_t identifier = 0;
  };
  struct received_id {
    std::uint16_t id = 0;
    bool here = false;  // on this connection
    std::optional<simple_message> held;
  };
  struct session {
    bool exists = false;
    bool connected = false;
    bool deaf = false;  // its server was killed, and has not noticed yet that it is gone
    std::uint64_t age = 0;
    std::vector<subscription> subscriptions;
    std::vector<copy> queue;
    std::vector<flight> flights;
    std::vector<received_id> ids;
    std::optional<wire::will_message> will;
    std::optional<simple_message> pending_will;
    instant will_due = never;
    instant end = never;
    std::uint32_t interval = 0;
    std::uint32_t sent_interval = 0;
    std::uint32_t window = 65535;
    std::map<std::uint16_t, std::string> aliases;
  };

  void connect(std::size_t client, const wire::packet& p, instant now);
  void disconnect(std::size_t client, const wire::packet& p, instant now);
  void publish(std::size_t client, const wire::packet& p, instant now);
  void release(std::size_t client, const wire::packet& p, instant now);
  void subscribe(std::size_t client, const wire::packet& p, instant now);
  void unsubscribe(std::size_t client, const wire::packet& p);
  void acknowledge(std::size_t client, const wire::packet& p, instant now);

  bool distribute(const simple_message& m, instant now);
  void deliver(session& s, copy c, instant now);
  void pump(session& s, instant now);
  void close(session& s, bool normal, instant now);
  void refuse(std::size_t client, std::uint8_t reason, instant now);
  void answer(std::size_t client, wire::packet_type type, std::uint16_t id, std::uint8_t reason);
  void owe_publish(session& s, const copy& c, std::uint16_t id, std::uint64_t number, bool dup,
                   instant now);
  bool is_v5(std::size_t client) const { return versions_[client] == wire::protocol_version::v5; }
  std::size_t index_of(const session& s) const {
    return static_cast<std::size_t>(&s - sessions_.data());
  }

  simple_options options_;
  std::vector<wire::protocol_version> versions_;
  std::vector<session> sessions_;  // by client
  std::vector<simple_message> retained_;
  std::vector<owed_packet> owed_;
  std::uint64_t last_age_ = 0;
  std::uint64_t last_copy_ = 0;
};

}  // namespace mqttspec::fuzz
