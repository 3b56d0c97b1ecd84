#pragma once
// All that a server keeps of one client: the seven kinds of state of 5.0 section 4.1.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/inbox.h"
#include "model/outbox.h"

namespace mqttspec::model {

// A will whose connection is gone, waiting for its instant.
struct pending_will {
  wire::will_message content;
  instant due{};
};

struct session {
  session(std::string id, std::uint64_t number, const outbox_limits& limits, const rules& r)
      : client_id(std::move(id)), serial(number), out(limits, r) {}

  std::string client_id;
  std::uint64_t serial;  // never given twice; orders sessions by age

  bool exists = true;  // false: it ended, but rules left some of its state behind
  std::map<std::string, subscription_options, std::less<>> subscriptions;
  outbox out;                              // queued, and sent but unacknowledged
  inbox in;                                // received, incomplete QoS 2
  std::optional<wire::will_message> will;  // of the present connection
  std::optional<pending_will> waiting_will;
  instant end = never;  // when it ends, unless it is resumed

  // The present or last connection.
  bool connected = false;
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  std::uint32_t interval = 0;       // Session Expiry Interval in force
  std::uint32_t sent_interval = 0;  // as CONNECT carried it; absent is 0
  instant connected_at{};
  instant absent_since{};  // when it was last disconnected
  // What CONNECT of the last connection said.
  std::uint32_t former_packet_limit = 0xFFFFFFFF;  // Maximum Packet Size
  std::uint16_t former_keep_alive = 0;             // seconds
  std::optional<wire::will_message> former_will;
  bool overflowed = false;  // the connection is to be closed: its queue is full
  bool touched = false;     // has something to send; see session_store
};

}  // namespace mqttspec::model
