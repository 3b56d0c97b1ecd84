#pragma once
// The inside of the broker: connections on top of the session model. Not for other folders.

#include <unordered_map>

#include "base/random.h"
#include "broker/broker.h"
#include "model/session_store.h"
#include "wire/decode.h"

namespace mqttspec::broker {

// A client that does not send CONNECT is dropped after this long. [v311:v311-3.1.4-a]
inline constexpr duration connect_patience = std::chrono::seconds(10);

// The Authentication Method that clients may name where the operator allows it (authenticating.cc).
inline constexpr std::string_view test_method = "mqttspec";

enum class phase : std::uint8_t {
  awaiting_connect,
  authenticating,  // CONNECT came, and AUTH packets go to and fro
  connected,
  lingering,  // refused or said goodbye, but rules go on reading
  closed,
};

struct connection {
  connection_id id = 0;
  phase now_in = phase::awaiting_connect;
  wire::protocol_version version = wire::protocol_version::v5;
  model::session* who = nullptr;  // null before CONNECT, and behind a takeover that closed nothing
  byte_buffer incomplete;         // the beginning of the next packet
  std::uint32_t packet_limit = 0xFFFFFFFF;         // the client's Maximum Packet Size
  std::uint32_t former_packet_limit = 0xFFFFFFFF;  // of the session's connection before
  bool surplus = false;         // one connection too many: only CONNACK remains to be said
  bool problems_wanted = true;  // Request Problem Information
  std::uint16_t asked_keep_alive = 0;
  std::uint16_t keep_alive = 0;                 // in force
  bool forgotten = false;                       // its end was told and not made: it stays open
  std::string method;                           // of authentication; empty: none
  bool challenged = false;                      // an answer by AUTH is due
  std::optional<wire::packet> waiting_connect;  // until the exchange ends
  std::unordered_map<std::uint16_t, std::string> aliases;
};

struct broker::state {
  state(broker_options o, std::uint64_t seed, const model::rules& r);

  // broker.cc: the life of connections.
  connection_id accept(instant now);
  void receive(connection_id from, byte_view octets, instant now);
  void peer_closed(connection_id from, instant now);
  void advance(instant now);
  instant next_deadline() const;
  void stop(bool clean, instant now);
  void start(instant now);

  connection* find(connection_id id);
  void consume(connection& c, byte_view octets, instant now);
  void handle(connection& c, byte_view whole_packet, instant now);
  void handle(connection& c, const wire::packet& p, instant now);
  void handle_without_connect(connection& c, wire::packet_type type);
  // The connection is gone: its session is told, and |c| is dead when the public call returns.
  void finish(connection& c, const model::closing& how, instant now);
  // The server ends the connection for |reason|, with DISCONNECT where there is one.
  void close_for(connection& c, wire::reason_code reason, model::close_cause cause, instant now);
  void close_for(connection& c, std::uint8_t reason, model::close_cause cause, instant now);
  void leave_open(connection& c, const model::closing& how, instant now);
  std::vector<connection_id> ids_in_order() const;
  void close_all(instant now);
  void fault(connection& c, const wire::wire_fault& f, byte_view octets, instant now);
  bool tolerate(connection& c, const wire::wire_fault& f, byte_view octets, instant now);
  void restart_keep_alive(connection& c, wire::packet_type packet, instant now);
  void silent(connection& c, instant now);
  model::store_options store_options() const;

  // connecting.cc: CONNECT and CONNACK.
  void handle_connect(connection& c, const wire::packet& p, instant now);
  bool refused(connection& c, const wire::packet& p, const std::string& key, instant now);
  bool credentials_refused(connection& c, const wire::packet& p, const std::string& key,
                           instant now);
  void refuse(connection& c, const wire::packet& p, const std::string& key, std::uint8_t reason,
              instant now);
  bool take_over(const wire::packet& p, const std::string& key, instant now);
  void begin(connection& c, const wire::packet& p, const std::string& key, bool took_over,
             instant now);
  bool send_connack(connection& c, const wire::packet& p, const model::connect_outcome& o);
  void answer_bad_connect(connection& c, const wire::wire_fault& f, byte_view octets, instant now);
  model::client_id_facts client_id_of(const connection& c, const wire::packet& p) const;
  std::string assign_client_id(const model::client_id_facts& f);

  // authenticating.cc: AUTH.
  bool begin_authentication(connection& c, const wire::packet& connect, instant now);
  void handle_auth(connection& c, const wire::packet& p, instant now);
  void challenge(connection& c, instant now);
  void fail_authentication(connection& c, std::uint8_t reason, instant now);
  void accept_connect(connection& c, const wire::packet& p, std::string key, instant now);

  // messaging.cc: everything behind CONNECT, and what is sent.
  void handle_publish(connection& c, const wire::packet& p, instant now);
  bool resolve_alias(connection& c, const wire::packet& p, std::string& topic, instant now);
  void handle_qos2(connection& c, const wire::packet& p, model::publish_facts f, model::message m,
                   instant now);
  void acknowledge(connection& c, const wire::packet& p, const model::publish_facts& f,
                   instant now);
  bool may_go_on(connection& c, const wire::packet& p, bool known, instant now);
  void handle_acknowledgement(connection& c, const wire::packet& p, instant now);
  void handle_release(connection& c, const wire::packet& p, instant now);
  void handle_subscribe(connection& c, const wire::packet& p, instant now);
  model::filter_facts filter_of(const connection& c, const wire::subscription_request& r,
                                bool has_identifier) const;
  bool denied(const connection& c, wire::packet_type packet, std::string_view topic) const;
  void handle_unsubscribe(connection& c, const wire::packet& p, instant now);
  void handle_disconnect(connection& c, const wire::packet& p, instant now);
  void flush(instant now);
  void flush(connection& c, instant now);
  void send_outgoing(connection& c, const model::outgoing& o);
  // False when the packet is larger than the client accepts; nothing is sent then.
  bool send(connection& c, const wire::packet& p);
  // Into |scratch|, in the form of options.answers; false when that is not possible or too large.
  bool encode_at_length(const connection& c, const wire::packet& p);
  // A packet that the client needs: when it is too large for it, the connection is useless.
  void send_or_close(connection& c, const wire::packet& p, instant now);

  broker_options options;
  const model::rules* rules;
  random_source random;
  model::session_store store;
  std::unordered_map<connection_id, std::unique_ptr<connection>> connections;
  std::unordered_map<std::uint64_t, connection_id> by_session;  // serial of the session
  // Of clients whose connection is gone; stays empty with sound rules.
  std::unordered_map<std::string, std::unordered_map<std::uint16_t, std::string>> old_aliases;
  std::vector<std::unique_ptr<connection>> dead;  // until the public call returns
  model::deadlines<connection_id> silence;        // CONNECT or keep alive
  model::deadlines<connection_id> retries;
  connection_id last_id = 0;
  std::vector<output> outputs;
  byte_buffer scratch;
  bool running = true;
  bool killed = false;
  instant stopped_at{};
};

}  // namespace mqttspec::broker
