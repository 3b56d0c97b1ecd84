#pragma once
// One rule: sees every event before the history takes it up, so that it can compare the two.

#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "oracle/delivery.h"
#include "oracle/history.h"

namespace mqttspec::oracle {

// Statement ids of one demand in both versions; "" where a version does not make it.
struct demand {
  std::string_view v5;
  std::string_view v311;
};

class rule;

// What rules keep of one trace beside its history.
struct rule_memory {
  struct lower {
    const session* to;
    std::string key;
    std::uint8_t due;
    instant at;
  };
  // Of one session, publisher, topic, QoS that was sent and QoS that came.
  std::map<std::tuple<const session*, connection_id, std::string_view, std::uint8_t, std::uint8_t>,
           const message*>
      newest;
  std::vector<lower> lower_than_due;
  std::vector<std::pair<const link*, event_number>> wills_of_the_living;
  bool looking = false;
  std::set<std::pair<const rule*, connection_id>> told;  // by earlier looks
};

// One trace, as rules see it, and where they speak.
struct watching {
  const history& seen;
  rule_memory& memory;
  std::vector<finding>& findings;
  bool& in_doubt;
};

// Has no state of its own: one for all traces.
class rule {
 public:
  // |looks_at|: packets that received() is for; none: all.
  rule(std::string_view name, std::string_view sentence, std::vector<demand> demands,
       std::initializer_list<packet_type> looks_at = {})
      : name_(name), sentence_(sentence), demands_(std::move(demands)), looks_at_(looks_at) {}
  virtual ~rule() = default;

  virtual void received(watching&, const link&, const packet&, std::size_t) const {}
  virtual void received_malformed(watching&, const link&, const wire::wire_fault&,
                                  std::string_view) const {}
  virtual void finish(watching&) const {}

  bool looks_at(packet_type t) const;
  // Whether it compares with all messages that can have been sent.
  virtual bool needs_all_messages() const { return false; }
  // finish(), as often as there is something new to be told.
  void look(watching& w) const;

  rule_description describe() const;

 protected:
  // Cites those of |demands| that |on|'s version makes; without any of its own the rule's all.
  void report(watching& w, const link& on, std::string message,
              std::initializer_list<demand> demands = {}) const;
  void report(watching& w, const link& on, std::string message,
              std::vector<statement> statements) const;
  // What silence or a clock tells: proves nothing when the harness stood still, but is worth
  // another try (watch::in_doubt).
  void report_by_time(watching& w, const link& on, std::string message,
                      std::initializer_list<demand> demands = {}) const;

 private:
  std::string_view name_;
  std::string_view sentence_;
  std::vector<demand> demands_;
  std::vector<packet_type> looks_at_;
};

// Looks at a PUBLISH of the server of which the trace tells where it comes from.
class delivery_rule : public rule {
 public:
  delivery_rule(std::string_view name, std::string_view sentence, std::vector<demand> demands)
      : rule(name, sentence, std::move(demands), {packet_type::publish}) {}

  void received(watching& w, const link& on, const packet& p, std::size_t) const final {
    if (const delivery* d = explain(w.seen, on, p)) delivered(w, on, p, *d);
  }
  bool needs_all_messages() const override { return true; }
  virtual void delivered(watching&, const link&, const packet&, const delivery&) const = 0;
};

using rule_list = std::vector<std::unique_ptr<const rule>>;

// One function a file of rules.
void add_connect_rules(rule_list& to);   // CONNACK, Session Present, refusals
void add_answer_rules(rule_list& to);    // every answer has its question, and the other way round
void add_exchange_rules(rule_list& to);  // identifiers, DUP, PUBREL, what is owed on a resume
void add_limit_rules(rule_list& to);     // what the client said in CONNECT
void add_delivery_rules(rule_list& to);  // which messages come, how often, in which order
void add_option_rules(rule_list& to);    // subscription options, RETAIN, Subscription Identifiers
void add_property_rules(rule_list& to);  // what is passed on, Message Expiry Interval
void add_will_rules(rule_list& to);
void add_loss_rules(rule_list& to);    // what was accepted and never came
void add_ending_rules(rule_list& to);  // format, DISCONNECT, closing, Keep Alive

}  // namespace mqttspec::oracle
