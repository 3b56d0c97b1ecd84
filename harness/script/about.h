#pragma once
// What a statement is about: the packets and fields in which a server shows whether it keeps it.
// The column "about" of the catalogue (cases/statements/README.md), in one of these forms:
//
//   CONNACK                     that it comes, and which one
//   no PUBLISH                  that it does not come where nobody awaits it
//   CONNACK.session_present     a value of a field; `=0`: that value; `!` behind it: a wrong value
//                               breaks the statement whatever a line is about
//   close, order, window        the end of the connection; what comes first; how much is open
//   form                        how packets are written: the decoder tells
//
// Who judges asks the catalogue that is part of the program. A statement that it does not know (of
// a test, of another catalogue) may be about anything.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "script/scenario.h"
#include "wire/types.h"

namespace mqttspec::script {

struct statement_entry;

struct subject {
  enum class kind : std::uint8_t { comes, intrudes, field, close, order, window, form };
  kind is = kind::close;
  wire::packet_type type{};          // comes, intrudes, field
  std::string text;                  // as it is written
  std::string field;                 // field: its notation name
  std::optional<std::uint64_t> got;  // field: the value that shows it; nullopt: any
  bool always = false;               // field: whatever a line is about
};
std::optional<subject> parse_subject(std::string_view text);

// Rules for clients, and what only a comment demands, accuse no broker. (A permission may: a target
// that declares what it made of it is held to that.)
bool can_accuse(const statement_entry& s);
bool can_accuse(const statement_reference& s);

// Each is true where |s| is about that.
bool about_close(const statement_reference& s);
bool about_order(const statement_reference& s);
// A packet of |type| is missing. Of PUBLISH the statements on the window say so too.
bool about_coming(const statement_reference& s, wire::packet_type type);
// A packet of |type| comes where another one, or nothing, is awaited.
bool about_intruding(const statement_reference& s, wire::packet_type type);
// A packet of |type| comes, and it is another one than awaited.
bool about_content(const statement_reference& s, wire::packet_type type);
// |got|: the value that came, where it is a number. A refusal stands for a close, so who is about
// that is about the reasons of packets too.
bool about_field(const statement_reference& s, wire::packet_type type, std::string_view field,
                 std::optional<std::uint64_t> got);

// Some statement of |version| is about that field and value: a difference accuses by no others.
bool field_has_statements(wire::protocol_version version, wire::packet_type type,
                          std::string_view field, std::optional<std::uint64_t> got);
// The statement that such a value breaks whatever a line is about.
std::optional<statement_reference> statement_of_field(wire::protocol_version version,
                                                      wire::packet_type type,
                                                      std::string_view field,
                                                      std::optional<std::uint64_t> got);

// Whether |s| has to do with what |line| awaits: with one of |alternatives|, or with what must not
// come there.
bool fits(const statement_entry& s, const std::vector<const alternative*>& alternatives);
// ... with this field.
bool fits(const statement_entry& s, wire::packet_type type, const field_clause& clause);

}  // namespace mqttspec::script
