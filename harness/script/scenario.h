#pragma once
// A scenario ready to run: one version, one row of its tables, guards decided, calls and loops
// written out. What the expander makes of a file and the scenario player executes line by line.
//
// Only values that come from the broker (captures) are still open: an `expression` may refer to
// variables that a line before it captures.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "adapter/protocol.h"
#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/instant.h"
#include "wire/craft.h"
#include "wire/packet.h"
#include "wire/value.h"

namespace mqttspec::script {

// Text with captured variables in it: "{ns}-{cid}" after expansion is "t48c7-" + {cid}.
struct text_piece {
  std::string text;
  bool is_variable = false;  // |text| is the name then

  friend bool operator==(const text_piece&, const text_piece&) = default;
};
using text_template = std::vector<text_piece>;

struct expression;
struct variable_reference {
  std::string name;
  friend bool operator==(const variable_reference&, const variable_reference&) = default;
};
using template_pairs = std::vector<std::pair<text_template, text_template>>;

// Reason names are numbers here already (the checker knows the packet).
struct expression {
  std::variant<std::uint64_t, text_template, variable_reference, std::vector<expression>,
               template_pairs>
      value;
};

using bindings = std::map<std::string, wire::value>;

// The value of |e| under |known|; nullopt when a variable has none.
std::optional<wire::value> evaluate(const expression& e, const bindings& known);

enum class match_kind : std::uint8_t {
  equals,
  one_of,
  none_of,
  in_range,
  matches_regex,
  captured,
  present,
  absent
};

// A statement of the catalogue, of one version: {v5, "MQTT-3.2.2-3"} or {v311, "v311-4.1-b"}.
struct statement_reference {
  wire::protocol_version version{};
  std::string id;

  friend auto operator<=>(const statement_reference&, const statement_reference&) = default;
};
// "v5:MQTT-3.2.2-3"
std::string print(const statement_reference& s);

struct field_clause {
  std::string name;  // a notation name of the packet
  match_kind kind = match_kind::equals;
  std::vector<expression> values;  // equals: one; one_of, none_of: the list
  std::uint64_t smallest = 0;      // in_range
  std::uint64_t largest = 0;
  std::string pattern;   // matches_regex: base/text_pattern.h, searched anywhere
  std::string variable;  // captured
  source_span where;
  std::vector<statement_reference> statements = {};  // that a mismatch of this field breaks
};

struct packet_pattern {
  wire::packet_type type{};
  wire::protocol_version version{};
  std::vector<field_clause> fields;
};

// Which of the two the suite plays. Arrows point from the client to the server in both books.
enum class side : std::uint8_t { client, server };

enum class awaited : std::uint8_t { packet, close, nothing };

// One thing that may or must come.
struct alternative {
  awaited what = awaited::packet;
  packet_pattern packet;
  std::string note;   // not empty: a pass by this alternative is a pass with note
  bool ends = false;  // the case is over with it: what is below has lost its premise
  std::vector<statement_reference> statements;
  source_span where;
};

enum class group_kind : std::uint8_t { single, any_of, all_of };

// The window of an expectation, as the standard gives it. Without one: the run's time-out.
struct timing {
  std::optional<duration> earliest;  // between A and ...
  std::optional<duration> latest;    // within B, between ... and B; `nothing for B`
  std::string since;                 // name of a mark; empty: the client's previous line
  // `or until C`: what comes after |latest| and up to C is tolerated, with a note how late it was.
  std::optional<duration> tolerated = std::nullopt;
};

// Writing behaviour of a send that is not an edit of the packet.
struct write_manner {
  std::uint64_t split = 0;     // octets a write; 0: all at once
  duration every{};            // pause between the writes
  std::uint64_t repeat = 1;    // how many times the packet is sent
  bool join_next = false;      // one write with the next send of this client
  bool text = false;           // over WebSocket: a text frame
  std::uint64_t fragment = 0;  // over WebSocket: octets a frame of one message; 0: one frame

  friend bool operator==(const write_manner&, const write_manner&) = default;
};

enum class send_kind : std::uint8_t { packet, octets, open, close, shutdown, abort };

struct send_line {
  std::string client;
  send_kind kind = send_kind::packet;
  packet_pattern packet;  // clauses are all `equals`
  byte_buffer octets;
  std::vector<wire::edit> edits;
  write_manner manner;
};

struct expect_line {
  std::string client;
  group_kind group = group_kind::single;
  std::vector<alternative> alternatives;  // single: exactly one
  timing window;
  std::vector<statement_reference>
      statements;  // of the line; alternatives and fields add their own
};

// `c asks publish topic="a" qos=1 as m1`
struct ask_line {
  std::string client;
  std::string command;
  std::vector<field_clause> fields;  // all `equals`
  std::string number;                // the variable that takes the command's number; may be empty
};
// `c tells message payload="m1" within 2s`. Each kind of event is a queue of its own.
struct tell_line {
  std::string client;
  std::string event;
  bool none = false;  // `c tells no message for 300ms`
  std::vector<field_clause> fields;
  timing window;
  std::vector<statement_reference> statements;
};
enum class client_action : std::uint8_t { kill, start };
// `client kill c`
struct client_line {
  std::string client;
  client_action action{};
};

struct let_line {
  std::string name;
  expression value;
};
struct mark_line {
  std::string name;
};
struct wait_line {
  duration length{};
};
enum class broker_action : std::uint8_t { restart, kill, stop, start };
struct hook_line {
  broker_action action{};
};

// A long loop is kept as one: the lines between the two are run once a round, with |variable| bound
// to the round's number. Short ones, and those whose lines differ by round in more than values, are
// written out.
struct loop_begin {
  std::string variable;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // at least |first|
  std::uint32_t end = 0;   // index of the loop_end
};
struct loop_end {
  std::uint32_t begin = 0;  // index of the loop_begin
};

struct instruction {
  std::variant<send_line, expect_line, ask_line, tell_line, client_line, let_line, mark_line,
               wait_line, hook_line, loop_begin, loop_end>
      what;
  source_span where;       // the line in its own file (a def's lines point into the def)
  std::string source;      // its text
  std::string loop;        // "n=3", "" outside loops; outermost first: "r=1 n=3"
  std::uint32_t step = 0;  // index into scenario::steps
};

enum class requirement_level : std::uint8_t { must, should, may, info };
std::string_view level_name(requirement_level level);

struct client_declaration {
  std::string name;
  std::string transport;  // "", "tcp", "tls", "ws", "wss"
  std::string node;       // "" or a node of the target
  wire::protocol_version version{};
};

enum class comparison : std::uint8_t {
  exists,
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal
};
// `needs queue_limit >= 100`; `needs retain`
struct need {
  std::string capability;
  comparison op = comparison::exists;
  std::int64_t number = 0;
  source_span where;
};

struct scenario {
  std::string file;  // as given, for diagnostics: cases/queue/order.mqs
  std::string path;  // "queue/order/queued-qos1-survives-reconnect"
  std::string name;  // "queued-qos1-survives-reconnect"
  std::string id;    // path + "[v5]", with a row: "[v5,flags=0x3]"; unique in a run
  std::string row;   // "flags=0x3" or ""
  std::string title;
  wire::protocol_version version{};
  side plays = side::client;
  bool pings_shown = false;  // `plays server`: lines see PINGREQ
  requirement_level level = requirement_level::must;
  std::vector<std::string> purposes;
  std::vector<std::string> tags;
  std::vector<std::string> apart;  // fields: no other case that sends one is under way meanwhile
  std::vector<std::string> references;
  std::vector<need> needs;
  std::vector<client_declaration> clients;
  std::vector<std::string> steps;
  std::vector<instruction> lines;
  bindings constants;   // ns, version, port, let, table and matrix values
  source_span where;    // the line of `scenario NAME`
  duration shortest{};  // sum of waits, `nothing for` and lower bounds: for scheduling
};

// All statements that the lines of |s| cite, sorted, each once.
// Of its alternatives and their fields too; one that several name comes as often.
std::vector<statement_reference> statements_of(const alternative& a);
std::vector<statement_reference> statements_of(const expect_line& line);
std::vector<statement_reference> statements_of(const instruction& line);
std::vector<statement_reference> statements_of(const scenario& s);

}  // namespace mqttspec::script
