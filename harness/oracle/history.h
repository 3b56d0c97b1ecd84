#pragma once
// What the trace has shown so far, as facts: connections, sessions, subscriptions, messages and
// their deliveries. Draws no conclusion about right or wrong; the rules do.

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "oracle/watch.h"

namespace mqttspec::oracle {

using wire::packet;
using wire::packet_type;
using wire::protocol_version;

constexpr bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

using event_number = std::uint64_t;  // counts what went in and out
inline constexpr event_number no_event = ~event_number{0};

// A packet of a client that asks for an answer.
struct request {
  packet_type type{};
  std::uint16_t id = 0;
  std::size_t entries = 0;  // filters
  event_number number = 0;
  instant at{};
  bool answered = false;
};

struct subscription {
  wire::subscription_request asked;
  std::string filter;  // what is matched: without $share/NAME/
  std::optional<std::uint32_t> identifier;
  bool shared = false;
  bool existed = false;  // the same filter was subscribed to already
  event_number asked_number = 0;
  connection_id link = 0;
  std::uint16_t packet_id = 0;
  std::optional<std::uint8_t> granted;  // SUBACK's code; nullopt until it comes
  event_number granted_number = no_event;
  instant granted_at = never;
  event_number removed_number = no_event;   // UNSUBACK came
  event_number replaced_number = no_event;  // SUBACK of the same filter came

  bool refused() const { return granted && *granted > 2; }
  // The largest QoS that the server may use.
  std::uint8_t qos() const { return granted && *granted <= 2 ? *granted : asked.max_qos; }
};

// An application message that a client sent, or its will.
struct message {
  connection_id publisher = 0;
  std::string client_id;
  protocol_version version{};
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  wire::property_list properties;
  bool is_will = false;
  std::uint16_t packet_id = 0;
  event_number number = 0;
  instant at{};
  std::optional<std::uint8_t> reason;  // of PUBACK or PUBREC
  event_number answered_number = no_event;
  instant answered_at = never;
  event_number released_number = no_event;  // PUBREL
  bool completed = false;                   // PUBCOMP or PUBACK came

  bool refused() const { return reason && *reason >= 0x80; }
};

// A QoS 1 or 2 message from the server under its Packet Identifier.
struct exchange {
  enum class stage : std::uint8_t {
    published,  // PUBLISH came
    recorded,   // PUBREC was sent
    released,   // PUBREL came
    done,       // PUBACK, PUBCOMP or a refusing PUBREC was sent
  };
  std::uint16_t id = 0;
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  std::size_t size = 0;
  connection_id link = 0;  // where it was seen last
  stage at_stage{};
  event_number said_number = 0;  // of our last acknowledgement
  instant said_at{};
  bool heard = false;  // the server has read that: it answered something sent later
};

// What was delivered to a session under one topic and payload.
struct deliveries {
  std::size_t copies = 0;    // DUP 0
  std::size_t retained = 0;  // of these, with RETAIN 1
  std::uint8_t highest_qos = 0;
};

struct session {
  std::string client_id;
  protocol_version version{};
  bool complete = false;  // seen from its beginning, on well-behaved connections
  event_number began = 0;
  std::vector<connection_id> links;
  std::vector<subscription> subscriptions;
  std::map<std::uint16_t, exchange> exchanges;
  std::unordered_map<std::string, deliveries> delivered;  // by message key
  bool forgot = false;  // messages that may still come to it are forgotten (forgetting.cc)

  connection_id newest() const { return links.back(); }
};

struct owed {
  std::uint16_t id = 0;
  bool release = false;  // PUBREL; else PUBLISH
  bool paid = false;
};

struct link;

// Of one Client Identifier.
struct client_record {
  session* newest = nullptr;
  const link* newest_link = nullptr;
  std::map<std::uint16_t, std::size_t> outbound;  // its newest message by Packet Identifier
};

struct link {
  connection_id id = 0;
  std::string client;
  protocol_version version{};
  std::unique_ptr<const packet> connect;  // the first one
  instant connect_at{};
  event_number connect_number = 0;
  std::unique_ptr<const packet> connack;
  instant connack_at{};
  event_number connack_number = no_event;
  std::string client_id;
  std::uint32_t v311_session_expiry = wire::never_expires;  // as in watch_options
  bool own = false;
  // No other CONNECT of this client id was under way: the server took it when it seems to have.
  bool alone = true;
  // The client sent what is malformed or out of place; what the server may do then is its affair.
  bool odd = false;
  bool odd_before_connack = false;
  std::unique_ptr<const packet> goodbye;  // DISCONNECT of the client
  event_number goodbye_number = no_event;
  instant goodbye_at{};
  bool server_said_goodbye = false;
  instant server_goodbye_at{};
  bool client_aborted = false;
  event_number ended_number = no_event;  // by whomever
  instant client_ended_at = never;
  instant server_ended_at = never;
  event_number server_ended_number = no_event;
  bool was_reset = false;
  instant last_sent_at{};
  instant last_received_at{};
  event_number last_received_number = 0;
  event_number last_answered_request = 0;  // the newest request that has had its answer
  client_record* who = nullptr;
  session* of = nullptr;
  session* before = nullptr;       // what the client id had when CONNECT was sent
  const link* previous = nullptr;  // the connection of this client id before
  bool forgot_previous = false;    // there was one
  std::map<std::uint16_t, std::string> client_aliases;
  std::map<std::uint16_t, std::string> server_aliases;
  std::vector<request> requests;
  std::vector<std::uint16_t> window;    // QoS 1 and 2 that came here and are not acknowledged
  std::vector<owed> owes;               // at the resume
  std::vector<std::uint16_t> recorded;  // ids that PUBREC was sent for

  bool accepted() const { return connack && connack->reason == 0; }
  bool refused() const { return connack && connack->reason != 0; }
  bool open() const { return client_ended_at == never && server_ended_at == never; }
  std::uint32_t asked_number(wire::property_id id_of, std::uint32_t absent) const;
  // The interval that holds for its session when the connection ends; never_expires in 3.1.1 with
  // Clean Session 0. What DISCONNECT says counts.
  std::uint32_t interval() const;
  // Without that: the last that the server has agreed to.
  std::uint32_t granted_interval() const;
  std::uint32_t keep_alive() const;
};

struct last_delivery;

class history {
 public:
  explicit history(watch_options o) : options(std::move(o)) {}

  watch_options options;
  event_number number = 0;
  instant now{};
  bool restarted = false;
  bool stood_still = false;
  bool unknown_messages = false;  // something was sent that may be a message, and is not understood
  instant unknown_at{};           // the last time
  bool others_publish = false;    // a message came that nobody sent here

  mutable std::shared_ptr<last_delivery> last;  // delivery.cc

  std::map<connection_id, link> links;
  std::list<session> sessions;
  std::deque<message> messages;

  link& open(connection_id id, const std::string& client, protocol_version version);
  void sent(link& on, const packet& p);
  void sent_odd(link& on, byte_view octets);
  void received(link& on, const packet& p, std::size_t size);
  void ended(link& on, end_of_link how);

  // Octets that may be a message and are not understood.
  void sent_unknown() {
    unknown_messages = true;
    unknown_at = now;
  }
  // forgetting.cc: lets go of what is over. Pointers into the history do not outlive it.
  bool is_long() const;
  void forget();

  bool is_own(std::string_view name) const { return name.starts_with(options.own); }
  // Messages with this topic and payload; empty when there is none.
  std::vector<const message*> candidates(const std::string& topic,
                                         const std::string& payload) const;
  // The topic of a PUBLISH from the server, its alias resolved; nullopt when that is not known.
  std::optional<std::string> topic_of(const link& on, const packet& p) const;
  // Messages with this topic and payload were forgotten, and others were not.
  bool is_blind(std::string_view topic, std::string_view payload) const;
  // More sessions are to last than every server has room for: it may have ended some.
  bool many_sessions() const;
  const link& link_of(connection_id id) const { return links.at(id); }
  // Whether silence since |since| means something on |on|.
  bool waited_in_vain(const link& on, instant since) const {
    return on.open() && !on.odd && !restarted && now - since >= options.patience;
  }

 private:
  void connect(link& on, const packet& p);
  void connack(link& on, const packet& p);
  void publish_sent(link& on, const packet& p);
  void publish_received(link& on, const packet& p, std::size_t size);
  void acknowledge(link& on, const packet& p);
  void answer(link& on, packet_type asked, const packet& p);
  void subscribe(link& on, const packet& p);
  void suback(link& on, const packet& p);
  bool is_of_others(const link& on, const packet& p, const std::string& topic) const;
  void unsuback(link& on, const packet& p);
  void heard(link& on, event_number up_to);
  // The newest QoS 1 or 2 message of the client of |on| with this Packet Identifier, or nullptr.
  message* outbound(const link& on, std::uint16_t id);
  std::size_t add(message m);
  void forget_sessions();
  void forget_messages(instant horizon);

  std::unordered_map<std::string, client_record> clients_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_key_;
  std::unordered_set<std::string> blind_keys_;
  std::size_t requests_ = 0;  // that are kept, and PUBRECs
  std::map<std::pair<connection_id, std::uint16_t>, std::vector<packet>> unsubscribes_;
};

std::string key_of(std::string_view topic, std::string_view payload);
bool filter_matches(std::string_view filter, std::string_view topic);
// Subscriptions of |s| that match |topic| and were not refused, whether they still stand or not.
std::vector<const subscription*> matching(const session& s, std::string_view topic);

}  // namespace mqttspec::oracle
