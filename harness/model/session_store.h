#pragma once
// All sessions of a server, their subscriptions, the retained messages, and what is due when: the
// session model as a state machine without I/O or a clock.
//
//   session_store store({}, sound_rules());
//   auto c = store.connect({.client_id = "a", .asked_interval = 300}, now);   // c.session_present
//   store.subscribe(*c.who, {"a/b", 1}, std::nullopt, now);
//   store.disconnect(*c.who, {close_cause::peer_closed}, now);
//   store.publish(some_message, now);                  // queued for "a"
//   store.advance(store.next_deadline());              // a will, or the end of a session
//
// Instants given to one store must not go back.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/deadlines.h"
#include "model/retained_store.h"
#include "model/session.h"
#include "model/subscription_index.h"

namespace mqttspec::model {

struct store_options {
  outbox_limits outbox{};
  std::uint32_t session_expiry_max = wire::never_expires;
  std::uint32_t v311_session_expiry = wire::never_expires;
  std::uint8_t maximum_qos = 2;
  std::size_t most_subscriptions = 10'000;  // of one session
  std::size_t most_sessions = 0;            // 0: any number; else the one absent longest ends
  duration sweep_interval{};                // what is due is done at its multiples; 0: on time
};

struct connect_request {
  std::string client_id;
  protocol_version version = protocol_version::v5;
  bool clean_start = false;
  std::optional<std::uint32_t> asked_interval;  // nullopt: absent
  std::uint32_t receive_maximum = 65535;
  std::optional<wire::will_message> will;
  bool took_over = false;  // the caller has disconnected the old connection for this CONNECT
};

struct connect_outcome {
  session* who = nullptr;
  bool resumed = false;
  bool session_present = false;
  std::uint32_t interval = 0;
  bool announce_interval = false;
  connect_facts facts;
};

struct closing {
  close_cause cause{};
  std::uint8_t reason = 0;                       // of DISCONNECT
  std::optional<std::uint32_t> interval_update;  // in DISCONNECT, already found to be allowed
};

class session_store {
 public:
  session_store(store_options options, const rules& r);

  // The session of |client_id|; nullptr when none is held.
  session* find(std::string_view client_id);
  bool holds(std::string_view client_id) { return find(client_id) != nullptr; }

  // A CONNECT that was accepted. A session that is connected is taken over.
  connect_outcome connect(connect_request request, instant now);

  // The network connection of |who| is gone. |who| may be gone too afterwards.
  void disconnect(session& who, const closing& how, instant now);

  // A reason code: the granted QoS, or quota_exceeded. Adds the retained messages that are due.
  std::uint8_t subscribe(session& who, const wire::subscription_request& request,
                         std::optional<std::uint32_t> identifier, instant now);
  std::uint8_t unsubscribe(session& who, std::string_view filter);

  // Takes |m| over: retained, queued and sent where it belongs. True when somebody gets it.
  bool publish(message m, instant now);

  // Does what is due until |now|, each at its own instant.
  void advance(instant now);
  instant next_deadline() const;

  // Connected sessions that may have something to send since the last call, or whose queue has
  // overflowed.
  std::vector<session*> take_touched();
  void touch(session& who);

  // The state of |client_id| goes as if its session had ended, without its will.
  void discard(std::string_view client_id, discard_cause cause, instant now);

  // The server is back. Without a clean stop, sessions that were connected are told before.
  void restarted(bool killed, instant stopped_at, instant now);

  // Connected sessions, by age.
  std::vector<session*> connected_sessions();
  std::size_t session_count() const { return by_id_.size(); }
  std::size_t retained_count() const { return retained_.size(); }
  const store_options& options() const { return options_; }

 private:
  void discard(session& who, discard_cause cause, instant now);
  void resume_parts(session& who, const connect_facts& c);
  void close_will(session& who, const closing& how, bool session_ends, instant now,
                  std::optional<message>& due_now);
  void old_will(session& who, const will_connect_facts& f, instant now);
  void publish_waiting_will(session& who, instant now);
  void expire(session& who, instant now);
  void make_room(instant now);
  void remove_live(session& who);
  void deliver(const message_pointer& m, matched& found, instant now);
  acceptance deliver_copies(const message_pointer& m, std::vector<subscriber>& to,
                            bool another_served, instant now);
  void deliver_to_member(const message_pointer& m, const subscriber& s, instant now);
  void pass_on(const delivery& copy, instant now);
  share_facts facts_of(const share_group& group) const;
  std::map<std::uint64_t, subscriber>::iterator next_member(share_group& group);
  void deliver_shares(const message_pointer& m, const matched& found, instant now);
  match_facts facts_of(const message& m, const subscriber& to) const;
  void send_retained(session& who, const std::string& filter, const subscription_options& options,
                     instant now);
  acceptance hand_over(session& who, delivery copy, instant now);

  store_options options_;
  const rules* rules_;
  std::map<std::string, std::unique_ptr<session>, std::less<>> by_id_;
  std::map<std::uint64_t, session*> by_serial_;
  std::uint64_t last_serial_ = 0;
  subscription_index index_;
  retained_store retained_;
  deadlines<std::uint64_t> ends_;
  deadlines<std::uint64_t> wills_;
  std::vector<session*> touched_;
};

}  // namespace mqttspec::model
