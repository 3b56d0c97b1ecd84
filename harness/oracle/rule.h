#pragma once
// One rule: sees every event before the history takes it up, so that it can compare the two.

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "oracle/history.h"

namespace mqttspec::oracle {

// Statement ids of one demand in both versions; "" where a version does not make it.
struct demand {
  std::string_view v5;
  std::string_view v311;
};

class rule {
 public:
  rule(std::string_view name, std::string_view sentence, std::vector<demand> demands)
      : name_(name), sentence_(sentence), demands_(std::move(demands)) {}
  virtual ~rule() = default;

  virtual void received(const link&, const packet&, std::size_t) {}
  virtual void received_malformed(const link&, const wire::wire_fault&, std::string_view) {}
  virtual void finish() {}

  rule_description describe() const;

  // Set by the watch before anything else.
  const history* seen = nullptr;
  std::vector<finding>* findings = nullptr;
  bool* in_doubt = nullptr;

 protected:
  // Cites those of |demands| that |on|'s version makes; without any of its own the rule's all.
  void report(const link& on, std::string message, std::initializer_list<demand> demands = {});
  void report(const link& on, std::string message, std::vector<statement> statements);
  // What silence or a clock tells: proves nothing when the harness stood still, but is worth
  // another try (watch::in_doubt).
  void report_by_time(const link& on, std::string message,
                      std::initializer_list<demand> demands = {});

 private:
  std::string_view name_;
  std::string_view sentence_;
  std::vector<demand> demands_;
};

using rule_list = std::vector<std::unique_ptr<rule>>;

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
