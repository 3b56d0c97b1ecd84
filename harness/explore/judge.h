#pragma once
// The oracle of a history. The standard leaves a broker much freedom, so the judge does not foresee
// one answer: for every session it keeps what may come and what must come. What a client does
// widens these, what comes narrows them; a packet that nothing permits, or a debt that is not paid,
// is a violation of the statement whose rule left no room.
//
//   judge j({.prefix = "t4/"});
//   connection_id c = j.connect(client, action, now);
//   j.received(c, packet, now);
//   if (j.found()) ...          // and nothing more is judged
//   while (j.owes()) ...        // the broker still owes something
//
// Free, and therefore never accused: QoS 0 for whomever; QoS 2 forwarded at PUBLISH or at PUBREL;
// one or several copies for overlapping subscriptions; which member of a share; messages behind
// UNSUBSCRIBE that waited before; the second around every deadline, and |lateness| behind the end
// of a session; everything about an identifier that was acknowledged in a wrong way; how many
// messages above |window| are in flight at once. Where the judge is not sure it widens.

#include "explore/judge_state.h"
#include "wire/decode.h"

namespace mqttspec::explore {

struct judge_options {
  std::string prefix;  // of all topics: "t4/"
  duration slack = std::chrono::seconds(1);
  duration lateness = std::chrono::seconds(12);  // most that a session may outlive its interval
  std::uint16_t window = 10;        // brokers may keep fewer in flight than Receive Maximum allows
  std::uint8_t maximum_qos = 2;     // where CONNACK does not tell
  std::size_t queue_limit = 65535;  // of a session; which messages go behind it is free
};

struct violation {
  connection_id connection = no_connection;
  std::string statements;   // with blanks between
  std::string what;         // a sentence
  std::string expected;     // in the notation: "PUBACK id=1", "close"; topics begin with {ns}
  std::string seen;         // in the notation, or "nothing"
  bool unexpected = false;  // something came where nothing may; |expected| is then empty
  message_id message = no_message;
  std::string rule;   // a trace rule says so; else the judge
  bool late = false;  // something did not come in its time

  // The same for the same kind of violation, whatever the numbers.
  std::string kind() const { return statements + ": " + what; }
};

class judge {
 public:
  explicit judge(judge_options options) : options_(std::move(options)) {
    facts_.maximum_qos = options_.maximum_qos;
  }

  // What the clients do.
  connection_id connect(std::uint8_t client, const action& a, instant now);
  void subscribe(connection_id c, const action& a, std::uint16_t id, instant now);
  void unsubscribe(connection_id c, const action& a, std::uint16_t id, instant now);
  message_id publish(connection_id c, const action& a, instant now);
  void repeat(connection_id c, std::uint16_t id, instant now);
  void release(connection_id c, std::uint16_t id, instant now);
  // |packet| for the |index|-th delivery of the session.
  void acknowledge(connection_id c, std::size_t index, wire::packet_type packet,
                   std::uint8_t reason, instant now);
  void acknowledged_again(connection_id c, instant now);
  // A fence of the harness itself is not judged.
  void ping(connection_id c, instant now, bool own_fence);
  // An odd CONNECT on a connection of its own; |id| is what it says about a session.
  connection_id probe(std::uint8_t client, const action& a, instant now);
  // A message that nobody must get: it stands behind what has to end the connection.
  message_id futile(std::uint8_t client, std::uint8_t topic, const rule& why);
  void restart(instant now);
  void cut(connection_id c, cut_kind how, std::optional<std::uint32_t> expiry, instant now);

  // What the broker does.
  void received(connection_id c, const wire::packet_view& p, instant now);
  void malformed(connection_id c, const wire::wire_fault& fault, instant now);
  void ended(connection_id c, instant now);

  // Time passes: sessions end, wills fall due.
  void advance(instant now);

  bool owes() const;
  // The oldest debt is taken for a violation: nothing came.
  void overdue(instant now);
  // Debts on |c|, in the notation, for a scenario that goes on after a violation.
  std::vector<std::string> debts_of(connection_id c) const;
  // What may come on |c| besides, and need not: messages, in the notation.
  std::vector<std::string> may_come(connection_id c) const;
  connection_id debtor() const;

  const std::optional<violation>& found() const { return found_; }
  // What is found unless a connection turns out to have ended: nothing else is done until then.
  bool suspects() const { return suspected_.has_value(); }
  // Not empty: why this history cannot be judged (the broker refused something that it may refuse).
  const std::string& gave_up() const { return gave_up_; }

  const session& session_of(std::uint8_t client) const { return sessions_[client]; }
  const link& link_of(connection_id c) const { return links_[c]; }
  const message& message_of(message_id m) const { return messages_[m]; }
  std::size_t links() const { return links_.size(); }
  std::size_t messages() const { return messages_.size(); }
  const broker_facts& facts() const { return facts_; }
  std::string payload_of(message_id m) const;
  bool retained_left() const;
  bool is_retained(std::uint8_t topic) const { return !retained_[topic].empty(); }

  bool has_empty(std::uint8_t topic) const;

  // A small number for what the model holds, the same for states that differ in numbers only.
  std::uint32_t abstract_state() const;

  std::string topic_text(std::uint8_t topic) const {
    return options_.prefix + std::string(topic_names[topic]);
  }

 private:
  struct owed {
    connection_id connection = no_connection;
    const rule* why = nullptr;
    const debt* answer = nullptr;
    const copy* message = nullptr;
    const delivery* again = nullptr;
    bool close = false;
  };

  link::presence presence_of(const session& s, instant now) const;
  void detach(session& s, connection_id c, std::optional<cut_kind> how, instant earliest,
              instant now);
  static void give_back(session& s, delivery& d);
  void drop(session& s, const rule& why);
  void let_expire(instant now);
  void give_up(std::string why);
  static void touch(link& l, instant now);
  void accuse(connection_id c, const rule& why, std::string what, std::string expected,
              std::string seen, message_id m = no_message);

  // Messages.
  bool is_too_large(const session& s, const message& m) const;
  std::vector<copy> copies_for(std::uint8_t client, message_id m);
  void offer(message_id m, instant now);
  void offer_late(message_id m, instant now);
  void settle(message_id m, instant now);
  void fail(message_id m);
  void overflow(std::uint8_t client);
  void store_retained(message_id m);
  void offer_retained(std::uint8_t client, const subscription& to, bool held,
                      std::uint8_t handling);
  void publish_will(message_id m, instant now);
  void hold(std::uint8_t client, const subscription& made, std::uint8_t handling);
  void let_go(std::uint8_t client, std::uint8_t filter, std::uint8_t share);
  void break_tokens(std::uint8_t client);
  void forgive_tokens(std::uint8_t client);

  // Packets.
  void take_probe(connection_id c, const wire::packet_view& p);
  bool unaltered(connection_id c, const wire::packet_view& p, message_id m);
  void take_connack(connection_id c, const wire::packet_view& p, instant now);
  void take_publish(connection_id c, const wire::packet_view& p, instant now);
  void take_known(connection_id c, delivery& d, const wire::packet_view& p, message_id m);
  void take_new(connection_id c, const wire::packet_view& p, message_id m, identifier_set ids,
                instant now);
  void begin_delivery(connection_id c, const wire::packet_view& p, message_id m, bool ordered);
  void take_pubrel(connection_id c, const wire::packet_view& p);
  void take_answer(connection_id c, const wire::packet_view& p, instant now);
  void take_suback(connection_id c, const debt& d, const wire::packet_view& p);
  void take_disconnect(connection_id c, const wire::packet_view& p);
  void explain(connection_id c, const wire::packet_view& p, message_id m, identifier_set ids);
  const rule* explain_stray(const session& s, std::uint8_t client, const wire::packet_view& p,
                            message_id m) const;
  void suspect(message_id will);
  bool may_be_late(const session& s, const wire::packet_view& p, message_id m) const;
  static bool comes_twice(const session& s, message_id m);
  bool in_order(connection_id c, const wire::packet_view& p, message_id m, const copy& of);
  message_id identify(const wire::packet_view& p) const;
  void check_window(connection_id c, const wire::packet_view& p, message_id m);

  template <class Visit>  // bool(const owed&)
  bool visit_debts(const Visit& visit) const;
  static std::string notation(const wire::packet_view& p);
  std::string describe(const owed& o) const;
  std::string describe(const copy& c, bool owed_in_full = false) const;  // then at its highest QoS
  std::string text_of(message_id m) const;

  judge_options options_;
  broker_facts facts_;
  std::array<session, most_clients> sessions_;
  std::vector<link> links_;
  std::vector<message> messages_;
  std::vector<share_token> tokens_;
  // What may be retained for a topic; no_message stands for nothing. Empty: nothing is.
  std::array<std::vector<message_id>, std::size(topic_names)> retained_;
  bool lifetimes_ = false;             // some message has one
  std::vector<std::string> assigned_;  // Client Identifiers
  std::optional<violation> found_;
  std::optional<violation> suspected_;
  std::string gave_up_;
};

}  // namespace mqttspec::explore
