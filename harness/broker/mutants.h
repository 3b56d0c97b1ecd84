#pragma once
// Small faults of a server that nobody chose: derived from the packet table and the broker's
// events, one a mutant, many a table. They ask the cases what their authors did not think of
// (docs/proving.md); what somebody did think of stands in defects.h.
//
//   for (const mutant& m : all_mutants()) ...
//   edge b({}, 1, model::sound_rules(), &m);      // edge.h: a broker that has it
//
// Names are stable: "v5/send/connack/session-present/flipped/resumed": version, where, which
// packet, which field, what is done with it, and when, if not always.

#include <cstdint>
#include <string>
#include <vector>

#include "model/rules.h"
#include "wire/error.h"
#include "wire/table.h"

namespace mqttspec::broker {

// Where it strikes.
enum class mutation_site : std::uint8_t {
  send,     // a packet that the broker sends
  receive,  // a packet that it receives
  refuse,   // a malformed packet that it has to refuse
  close,    // a connection that it ends
  leave,    // a connection whose client is gone
  decide,   // a decision of model/rules.h
};

// What is done with the field, or with the whole packet.
enum class mutation : std::uint8_t {
  // A field.
  flipped,
  plus_one,
  minus_one,
  zero,
  far_off,      // another number of the same width
  reserved,     // a value that the table does not allow
  failure,      // a reason code of 0x80 or above
  success,      // the reason code 0
  another,      // another reason code that the packet may carry
  of_previous,  // the value that the packet of this kind before it had
  changed,      // the last character is another one
  cut,          // without the last character
  longer,       // one character more
  empty,
  other_case,
  missing,  // of a list: its first entry
  doubled,
  added,  // where there was none
  reversed,
  last_missing,
  // The form of a packet.
  flags_set,  // reserved bits of the first octet
  length_plus_one,
  length_minus_one,
  trailing,   // an octet behind the last field
  misplaced,  // a property that does not belong there
  // A packet.
  dropped,
  twice,
  late,           // by 20 s
  before,         // in front of the packet before it, where both go out together
  behind_next,    // behind the packet that follows, or a second later
  to_another,     // to another client
  also_to_other,  // to another client too
  closed_behind,
  closed_instead,
  behind_goodbye,  // a packet follows DISCONNECT
  ignored,
  answered_only,  // and not acted on
  acted_only,     // and not answered
  left_open,      // told, and the connection stays
  as_disconnect,  // a connection that broke off ends as if DISCONNECT had come
  as_broken_off,  // DISCONNECT is taken for the end of the connection and no more
  decided,        // a decision is another one
};

// When it strikes: a fault that always shows is found at once.
enum class condition : std::uint8_t {
  always,
  resumed,  // on a connection that resumed a session
  second,   // the second packet of its kind on the connection; CONNECT, CONNACK: of the client
  qos_0,
  qos_1,
  qos_2,
  retained,    // RETAIN is 1
  will,        // to the topic of a will
  shared,      // of a shared subscription
  repeated,    // DUP is 1
  with_will,   // on a connection that has a will
  taken_over,  // on a connection that displaced another
};

struct mutant {
  std::string name;
  wire::protocol_version version{};
  mutation_site site{};
  wire::packet_type packet{};
  std::string field;  // the notation's name; "": the packet as a whole
  mutation what{};
  condition when{};
  wire::wire_error error{};   // refuse
  std::uint8_t property = 0;  // refuse: the identifier, where the error is about one; 0: any
  int reason = -1;            // close: of the DISCONNECT before it; -1: none is sent
  void (*plant)(model::rules& r) = nullptr;  // decide
};

// All of them, for both versions, by name.
const std::vector<mutant>& all_mutants();
const mutant* find_mutant(std::string_view name);

// Those of model/rules.h: each decision turned round, also only for some of its facts.
std::vector<mutant> mutants_of_decisions();

std::string_view mutation_name(mutation m);    // "plus-one"
std::string_view condition_name(condition c);  // "resumed"; "always" is left out of names

}  // namespace mqttspec::broker
