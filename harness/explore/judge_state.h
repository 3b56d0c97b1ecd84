#pragma once
// What the judge knows of one history: sessions with what may and what must come, connections with
// what is owed, messages. Plain values; the rules are in judge_*.cc.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "explore/action.h"
#include "explore/statements.h"
#include "play/machine.h"
#include "wire/packet.h"

namespace mqttspec::explore {

using connection_id = play::connection_id;
inline constexpr connection_id no_connection = 0xFFFFFFFF;
// Packet Identifiers from here on are of what cut quota_high sends; PUBLISH has few and small ones.
inline constexpr std::uint16_t first_id_above_quota = 200;
using message_id = std::uint16_t;
inline constexpr message_id no_message = 0xFFFF;

// Identifiers 1 to 15 of subscriptions and the seven filters fit into the bits of a number.
using identifier_set = std::uint16_t;
using filter_set = std::uint16_t;
inline constexpr filter_set share_bit = 0x100;

constexpr identifier_set bit_of(std::uint8_t identifier) {
  return identifier == 0 ? identifier_set{0} : static_cast<identifier_set>(1u << identifier);
}

struct subscription {
  std::uint8_t filter = 0;
  std::uint8_t share = 0;
  std::uint8_t qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t identifier = 0;
  bool resumed = false;  // made on an earlier connection
  message_id since = 0;  // messages from here on were published behind its SUBSCRIBE

  filter_set bit() const {
    return static_cast<filter_set>((1u << filter) | (share != 0 ? share_bit : 0u));
  }
};

// One form in which a message may come.
struct variant {
  std::uint8_t qos = 0;
  bool retain = false;
  identifier_set identifiers = 0;
  bool used = false;

  friend bool operator==(const variant&, const variant&) = default;
};

inline void add_form(std::vector<variant>& to, const variant& v) {
  if (std::find(to.begin(), to.end(), v) == to.end()) to.push_back(v);
}

// A message that may come to a session. With |must| it has to come, at |top_qos|.
struct copy {
  message_id message = no_message;
  filter_set filters = 0;  // of the subscriptions that match
  std::vector<variant> variants;
  std::uint8_t top_qos = 0;
  bool must = false;
  bool taken = false;       // it has come at |top_qos|
  bool any_taken = false;   // in some form
  bool maybe_sent = false;  // a connection ended while it could be under way: DUP is free
  bool maybe_lost = false;  // the queue was full, or a share took it back
  bool retained = false;    // because of SUBSCRIBE
  bool overlapping = false;
  bool settled = false;
  std::uint16_t token = 0xFFFF;  // of a share: an index in |tokens|
  const rule* why = nullptr;
};

// A message for a share: it may come to each member, but to one only.
struct share_token {
  message_id message = no_message;
  std::vector<std::uint8_t> members;  // clients
  int taken_by = -1;
  bool strict = false;  // no member has gone since
  bool must = false;
};

enum class delivery_state : std::uint8_t {
  published,  // PUBLISH came; PUBACK or PUBREC is ours to send
  recorded,   // PUBREC was sent; the broker owes PUBREL
  released,   // PUBREL came; PUBCOMP is ours to send
};

// A QoS 1 or 2 message that the broker has begun to deliver.
struct delivery {
  std::uint16_t id = 0;
  message_id message = no_message;
  std::uint8_t qos = 0;
  bool retain = false;
  delivery_state state = delivery_state::published;
  bool here = true;     // its packet has come on the present connection
  bool counted = true;  // takes a slot of Receive Maximum: PUBLISH came on this connection
  bool unsure = false;  // PUBREC may not have arrived
  bool wild = false;    // an acknowledgement of the wrong kind was sent: everything may follow
  bool ordered = true;
};

struct inbound {  // QoS 2: PUBLISH was sent with this id, PUBREL was not
  std::uint16_t id = 0;
  message_id message = no_message;
};

struct session {
  bool kept = false;       // it exists, unless its time has come
  bool seen = false;       // its client has connected before
  bool unnoticed = false;  // the broker may send to a connection that was reset
  connection_id connection = no_connection;
  wire::protocol_version version = wire::protocol_version::v5;
  std::uint32_t interval = 0;  // Session Expiry Interval in force
  instant ends_earliest = never;
  instant ends_latest = never;
  std::vector<subscription> subscriptions;
  std::vector<subscription> given_up;  // by UNSUBSCRIBE
  std::vector<copy> copies;
  std::vector<delivery> deliveries;
  std::vector<inbound> received;
  message_id waiting_will = no_message;
  instant will_earliest = never;
  instant will_latest = never;

  // Of the session that was there before, to tell what comes back although it should not.
  const rule* ended_by = nullptr;
  filter_set former_filters = 0;
  std::vector<message_id> former_messages;
  filter_set unsubscribed = 0;

  // Of a CONNECT of somebody else that has nothing to do with it: whose statement it is when it
  // has.
  const rule* probed = nullptr;
  connection_id probed_on = no_connection;
};

enum class link_state : std::uint8_t { opening, asked, up, ending, gone };

// What the broker has to answer.
struct debt {
  wire::packet_type packet{};
  std::uint16_t id = 0;
  const rule* why = nullptr;
  message_id message = no_message;
  // SUBACK: what was asked for, a code each.
  struct request {
    filter_set filter = 0;
    std::uint8_t qos = 0;
  };
  std::vector<request> requests{};
  instant since{};  // PINGRESP
};

struct link {
  std::uint8_t client = 0;
  wire::protocol_version version = wire::protocol_version::v5;
  link_state state = link_state::opening;
  bool clean = false;
  std::uint32_t asked_interval = 0;
  std::uint16_t receive_maximum = 65535;
  std::uint16_t keep_alive = 0;
  message_id will = no_message;
  std::uint32_t will_delay = 0;
  bool small_packets = false;
  std::optional<probe_kind> probe;
  bool taken_over = false;
  enum class presence : std::uint8_t { no, maybe, yes } expected = presence::no;
  std::vector<debt> owed;
  const rule* close_owed = nullptr;
  bool close_allowed = false;
  bool loose = false;     // PUBREL for an unknown identifier is no fault
  bool unfenced = false;  // something was sent that is not answered
  std::optional<cut_kind> cut;
  std::optional<std::uint32_t> cut_expiry;
  instant cut_at{};
  instant last_sent{};
  bool will_came = false;        // although nothing has ended it that we know of
  bool was_silent = false;       // for longer than Keep Alive allows
  std::uint8_t last_reason = 0;  // of the broker's DISCONNECT
  std::vector<std::uint16_t> refused;
};

enum class message_stage : std::uint8_t {
  planned,  // a will that waits, or that was discarded
  open,     // it may be forwarded (QoS 2 before PUBREL, a will whose time is near)
  settled,  // it must have been
  failed,   // the broker refused it
};

struct message {
  std::uint8_t topic = 0;
  std::uint8_t qos = 0;
  bool retain = false;
  bool empty = false;
  bool big = false;
  bool too_large = false;  // for somebody, while it could be sent
  bool properties = false;
  bool will = false;
  std::uint8_t publisher = 0;
  message_stage stage = message_stage::planned;
  bool ordered = true;
  bool repeated = false;
  bool shared = false;  // a share matched it
  bool seen = false;    // somebody has received it
  bool read = false;    // something sent behind it was answered
  connection_id connection = no_connection;
  std::optional<std::uint32_t> lifetime;
  instant published{};
  const rule* discarded = nullptr;  // why a will must not come
  const rule* why = nullptr;        // why it must come
};

// What the broker said in CONNACK.
struct broker_facts {
  std::uint8_t maximum_qos = 2;
  bool retain = true;
  bool wildcards = true;
  bool shares = true;
  bool identifiers = true;
  std::uint16_t receive_maximum = 65535;
  std::uint16_t keep_alive = 0;
  std::uint16_t topic_alias_maximum = 0;
  std::uint32_t longest_interval = 0;  // that it has granted
};

}  // namespace mqttspec::explore
