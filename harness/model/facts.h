#pragma once
// What a server's decisions may depend on: one small structure a kind of decision (rules.h). The
// members are plain values, so that a decision can be asked, printed and tested alone.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"
#include "wire/error.h"
#include "wire/packet.h"

namespace mqttspec::model {

using wire::protocol_version;

// The parts of a session's state that can be let go one by one.
enum class state_part : std::uint8_t { subscriptions, queue, in_flight, received_ids, will };

// Why a network connection ended.
enum class close_cause : std::uint8_t {
  disconnect,      // DISCONNECT from the client, any reason code
  peer_closed,     // FIN or reset without DISCONNECT
  keep_alive,      // the server closed a silent client
  protocol_error,  // the server closed for a malformed packet or a Protocol Error
  takeover,        // another connection with the same Client Identifier
  server_stop,     // the server was shut down or killed
  server_limit,    // the server closed for a limit of its own (queue full, packet too large)
};

// Why a session's state is let go.
enum class discard_cause : std::uint8_t { clean_start, close, takeover, expiry, restart };

// A CONNECT that passed all checks, and the session held under its Client Identifier.
struct connect_facts {
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  bool stored = false;     // a session is held, after a takeover has ended the old connection
  bool took_over = false;  // the session was connected when CONNECT came
  bool resumed = false;    // the answer of resume_session; false while that is asked
  protocol_version stored_version = protocol_version::v5;  // of the session's last connection
  std::uint32_t stored_interval = 0;                       // its Session Expiry Interval
};

// A part of a stored session that is about to be resumed.
struct resume_facts {
  state_part part{};
  protocol_version version = protocol_version::v5;
  protocol_version stored_version = protocol_version::v5;
  bool took_over = false;
  bool shared = false;   // subscriptions, one by one: to a share
  std::uint8_t qos = 0;  // subscriptions: the granted one
};

// A part of a session, at the start of a server that was stopped or killed.
struct restart_facts {
  state_part part{};
  bool killed = false;
  bool clean_start = false;  // of its last CONNECT
  protocol_version version = protocol_version::v5;
};

struct restart_end_facts {
  instant end{};  // as it was before the server stopped
  instant stopped_at{};
  instant started_at{};
};

struct discard_facts {
  state_part part{};
  discard_cause cause{};
  protocol_version version = protocol_version::v5;
};

struct takeover_facts {
  protocol_version old_version = protocol_version::v5;
  protocol_version new_version = protocol_version::v5;
  bool clean_start = false;
};

// A CONNECT that is refused with |reason|.
struct refusal_facts {
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  bool stored = false;
  std::uint8_t reason = 0;
};

struct client_id_facts {
  protocol_version version = protocol_version::v5;
  std::string_view client_id;
  bool clean_start = false;
  bool empty_refused = false;    // the operator's option
  bool interval_asked = false;   // a Session Expiry Interval above 0 is
  std::uint64_t connection = 0;  // its number; no two connections have the same
};

struct credential_facts {
  protocol_version version = protocol_version::v5;
  bool required = false;
  bool user_name_given = false;
  bool known_user = false;
  bool password_right = false;
  bool known_method = false;  // the Authentication Method is one that the operator has set up
};

// An exchange of AUTH packets, or one that an AUTH of the client would begin.
struct authentication_facts {
  bool under_way = false;     // the server asked, and the client's answer is due
  bool again = false;         // behind CONNACK: re-authentication
  bool other_method = false;  // than in CONNECT
  bool right = false;         // the answer is
  std::uint8_t reason = 0;    // of the client's AUTH
};

// What a topic or filter asks for, and what the operator lets clients have.
struct access_facts {
  protocol_version version = protocol_version::v5;
  wire::packet_type packet{};
  bool denied = false;  // the access rules say no
};

// An entry of SUBSCRIBE, and what the server announced.
struct filter_facts {
  protocol_version version = protocol_version::v5;
  bool wildcard = false;
  bool shared = false;
  bool has_identifier = false;
  bool wildcards_available = true;
  bool shares_available = true;
  bool identifiers_available = true;
};

// A packet from a client, as it was written.
struct form_facts {
  wire::packet_type packet{};
  protocol_version version = protocol_version::v5;
  std::size_t length = 0;  // behind the fixed header
};

struct connect_limit_facts {
  protocol_version version = protocol_version::v5;
  bool has_will = false;
  std::uint8_t will_qos = 0;
  bool will_retain = false;
  std::uint8_t maximum_qos = 2;
  bool retain_available = true;
};

struct level_facts {
  std::uint8_t level = 0;
};

// Session Expiry Interval: asked, granted, changed.
struct expiry_facts {
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  std::optional<std::uint32_t> asked{};  // nullopt: the property is absent
  std::uint32_t granted = 0;             // what is in force; 0 while granted_interval is asked
  std::uint32_t maximum = wire::never_expires;
  std::uint32_t v311_interval = wire::never_expires;  // the operator's, for Clean Session 0
  bool resumed = false;
  std::uint32_t former = 0;  // of the session's connection before
};

struct expiry_update_facts {
  std::uint32_t sent_in_connect = 0;  // absent counts as 0
  std::uint32_t granted = 0;          // in force until now
  std::uint32_t update = 0;           // in DISCONNECT
  std::uint32_t maximum = wire::never_expires;
  std::uint8_t reason = 0;  // of DISCONNECT
};

struct end_facts {
  std::uint32_t interval = 0;
  instant connected_at{};
  instant closed_at{};
  instant latest_end{};  // of the other stored sessions
  close_cause cause{};
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  bool has_subscriptions = false;
};

struct keep_alive_facts {
  protocol_version version = protocol_version::v5;
  std::uint16_t asked = 0;
  std::uint16_t server = 0;    // 0: the client's value rules
  std::uint16_t in_force = 0;  // 0 while keep_alive_in_force is asked
  std::uint16_t former = 0;    // asked for by the session's connection before
  wire::packet_type packet{};  // keep_alive_restarts: what the client sent
};

// The will of a connection that ended.
struct will_facts {
  close_cause cause{};
  protocol_version version = protocol_version::v5;
  std::uint8_t disconnect_reason = 0;  // cause disconnect only
  bool session_ends = false;           // at this close
  std::uint32_t delay = 0;
  std::uint32_t interval = 0;  // Session Expiry Interval in force
  bool published_before = false;
  instant latest_due{};  // of other wills that wait
};

struct will_connect_facts {
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  bool resumed = false;
  bool took_over = false;
  bool pending = false;  // the old will waits for its delay
  bool has_new_will = false;
};

// When the Message Expiry Interval of a will begins.
struct will_expiry_facts {
  instant connected_at{};
  instant published_at{};
};

struct will_message_facts {
  std::uint8_t qos = 0;
  bool retain = false;
};

// A fault in a packet from a client, found by the decoder.
struct fault_facts {
  wire::wire_error error{};
  wire::packet_type packet{};
  protocol_version version = protocol_version::v5;
  bool connected = true;        // CONNECT was accepted
  std::uint8_t octet = 0;       // at the fault; property_out_of_range: the property identifier
  std::uint8_t next_octet = 0;  // behind the fault
};

// The server is about to close a connection for |reason|.
struct close_facts {
  protocol_version version = protocol_version::v5;
  std::uint8_t reason = 0;
  bool connected = true;
};

// A packet that a client may not send: one of a server, or AUTH.
struct unexpected_facts {
  wire::packet_type packet{};
  protocol_version version = protocol_version::v5;
};

// A PUBLISH from a client.
struct publish_facts {
  protocol_version version = protocol_version::v5;
  std::uint8_t qos = 0;
  bool dup = false;
  bool retain = false;
  bool empty_payload = false;
  bool id_open = false;              // QoS 2: PUBLISH was received with this id, PUBREL was not
  bool resumed = false;              // the id was opened on an earlier connection
  bool matched = true;               // somebody subscribes to it
  std::uint32_t repeats = 0;         // how often PUBLISH came for the open id before
  std::uint32_t unacknowledged = 0;  // QoS 1 and 2 of this connection
  std::uint32_t left_behind = 0;     // QoS 2 of earlier connections, not released
  std::uint32_t receive_maximum = 65535;
  std::uint8_t maximum_qos = 2;
  bool retain_available = true;
  bool denied = false;  // by the access rules
};

struct alias_facts {
  std::uint16_t alias = 0;
  std::uint16_t maximum = 0;
  bool topic_given = false;
  bool known = false;
  std::uint8_t qos = 0;
};

struct release_facts {
  protocol_version version = protocol_version::v5;
  bool id_open = false;
  std::uint8_t reason = 0;  // PUBREL's
};

struct retained_facts {
  bool retain = false;
  bool empty_payload = false;
  std::uint8_t qos = 0;
  bool stored = false;
};

struct subscribe_facts {
  protocol_version version = protocol_version::v5;
  std::uint8_t requested_qos = 0;
  std::uint8_t maximum_qos = 2;
  bool existed = false;
  bool shared = false;
  bool wildcard = false;
  std::uint8_t retain_handling = 0;
};

// One filter of SUBSCRIBE or UNSUBSCRIBE.
struct list_facts {
  wire::packet_type packet{};
  std::size_t place = 0;
};

struct unsubscribe_facts {
  protocol_version version = protocol_version::v5;
  bool existed = false;
  bool shared = false;
  bool resumed = false;  // made on an earlier connection
};

// One subscription that matches a message.
struct match_facts {
  protocol_version version = protocol_version::v5;  // of the subscriber's last connection
  std::uint8_t published_qos = 0;
  std::uint8_t granted_qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  bool published_retain = false;
  bool stored_retained = false;  // a retained message sent because of SUBSCRIBE
  bool own_message = false;      // published by the subscriber's Client Identifier
  bool shared = false;
  bool connected = true;
  bool resumed = false;
  bool has_identifier = false;
  bool first_match = true;      // the first of several subscriptions of this session
  bool wildcard = false;        // stored_retained: the filter has one
  bool another_served = false;  // an older session was handed the message
  std::size_t place = 0;        // stored_retained: among those that this SUBSCRIBE brings
  std::uint32_t times_subscribed = 1;
};

struct share_facts {
  bool connected = true;      // the member that is looked at
  bool any_connected = true;  // some member is
  bool in_flight = false;     // share_passes_on: it was sent, and not acknowledged
  bool has_own = false;       // share_is_apart_from_own: the member gets the message anyway
  std::uint8_t qos = 0;       // share_passes_on
  std::size_t members = 1;
  bool another_served = false;  // a share of another name was handed the message
};

struct queue_facts {
  std::uint8_t qos = 0;
  bool connected = false;
  bool qos0_queued = false;
  std::size_t size = 0;
  std::size_t limit = 0;
  std::uint32_t quota = 0;  // slots of the window that are free
};

enum class overflow_action : std::uint8_t { drop_newest, drop_oldest, disconnect };

struct overflow_facts {
  overflow_action policy{};
  bool connected = false;
  std::uint8_t qos = 0;
  std::size_t in_flight = 0;
};

// A copy that waits for delivery, or is being delivered.
struct copy_facts {
  protocol_version version = protocol_version::v5;
  std::uint8_t qos = 0;
  bool published_dup = false;
  bool sent_before = false;  // on an earlier connection
  bool released = false;     // PUBREL was sent
  std::optional<std::uint32_t> expiry_interval{};
  duration waited{};
  std::uint32_t quota = 0;  // slots of the window that are free
};

struct window_facts {
  protocol_version version = protocol_version::v5;
  std::uint32_t asked = 65535;       // the client's Receive Maximum, of this connection
  std::uint32_t previous = 65535;    // of the session's connection before
  std::uint32_t server = 65535;      // the operator's option
  std::uint32_t unacknowledged = 0;  // on the connection before
  bool resumed = false;
};

// An acknowledgement from the client.
struct acknowledge_facts {
  protocol_version version = protocol_version::v5;
  wire::packet_type packet{};
  std::uint8_t reason = 0;
  bool known = false;     // the answer of acknowledgement_fits; false while that is asked
  std::uint8_t qos = 0;   // of the message that is in flight under the id
  bool released = false;  // PUBREL was sent for it
};

// PUBACK, PUBREC, PUBREL or PUBCOMP from a client, as far as it may be an error.
struct answer_facts {
  protocol_version version = protocol_version::v5;
  wire::packet_type packet{};
  std::uint8_t reason = 0;
  bool known = false;  // an exchange goes on under its Packet Identifier
};

struct packet_id_facts {
  std::uint16_t candidate = 0;
  bool in_flight = false;
};

struct packet_size_facts {
  std::size_t size = 0;
  std::uint32_t limit = 0;     // of the connection that it is for
  std::uint32_t previous = 0;  // of the session's connection before
  wire::packet_type packet{};
};

// A packet of the server, encoded.
struct sent_facts {
  wire::packet_type packet{};
  protocol_version version = protocol_version::v5;
  byte_view octets;
};

// Octets that came in one read, or in one frame of WebSocket.
struct read_facts {
  protocol_version version = protocol_version::v5;
  std::size_t left = 0;  // behind the last packet that was taken
};

struct order_facts {
  protocol_version version = protocol_version::v5;
  std::size_t size = 0;
  std::uint8_t qos = 0;
};

}  // namespace mqttspec::model
