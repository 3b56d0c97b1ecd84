#pragma once
// A scenario file as it is written: guards undecided, calls and loops not written out.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "script/lexer.h"
#include "script/scenario.h"
#include "script/source.h"

namespace mqttspec::script {

struct word {
  std::string text;
  place where;
};

enum class value_kind : std::uint8_t {
  number,
  text,
  octets,
  name,
  variable,
  list,
  pairs,
  duration
};

struct value_node {
  value_kind kind = value_kind::number;
  std::uint64_t number = 0;
  duration length{};
  std::string name;               // name, variable
  text_template text;             // text, octets
  std::vector<value_node> items;  // list; pairs: name, value, name, value ...
  std::string spelling;           // as written, for row names
  place where;
};

struct range_node {
  value_node first;
  value_node last;
  place where;
};

struct guard_node {
  bool negated = false;
  word name;
  place where;
};

struct tag_node {
  std::optional<wire::protocol_version> version;
  std::string id;
  place where;
};

struct field_node {
  word name;
  match_kind kind = match_kind::equals;
  std::vector<value_node> values;   // equals, one_of, none_of; matches_regex: the pattern
  std::optional<range_node> range;  // in_range
  word variable;                    // captured
  std::vector<tag_node> tags;       // that stand at the field, without a space between
  place where;
};

struct packet_node {
  word name;
  std::vector<field_node> fields;
};

enum class window_kind : std::uint8_t { none, within, between, lasting };
struct window_node {
  window_kind kind = window_kind::none;
  value_node first;
  value_node second;                    // between
  std::optional<value_node> tolerated;  // or until
  std::optional<word> since;
  place where;
};

// A transform behind a packet: an edit of its octets, or split, repeat, join.
struct edit_node {
  word name;
  std::optional<word> field;
  std::vector<value_node> operands;
  std::optional<value_node> every;
};

struct send_node {
  word client;
  send_kind kind = send_kind::packet;
  packet_node packet;
  value_node octets;
  std::vector<edit_node> edits;
};

struct alternative_node {
  std::optional<guard_node> guard;
  awaited what = awaited::packet;
  packet_node packet;
  std::string note;
  bool ends = false;  // `ends` in place of `note`
  std::vector<tag_node> tags;
  place where;  // of what is awaited
};

struct expect_node {
  word client;
  group_kind group = group_kind::single;
  std::vector<alternative_node> alternatives;
  window_node window;
  std::vector<tag_node> tags;  // of the line; a single expectation's tags stand here
};

struct ask_node {
  word client;
  packet_node what;  // a command and its fields
  word number;       // `as NAME`; may be empty
};

struct tell_node {
  word client;
  bool none = false;
  packet_node what;  // an event and its fields
  window_node window;
  std::vector<tag_node> tags;
};

struct client_node {
  word client;
  client_action action{};
};

struct line_node;
struct loop_node {
  word variable;
  range_node range;
  std::vector<line_node> body;
};
struct call_node {
  word name;
  std::vector<value_node> arguments;
  place where;
};
struct let_node {
  word name;
  value_node value;
};
struct mark_node {
  word name;
};
struct wait_node {
  value_node length;
};
struct hook_node {
  broker_action action{};
};

struct line_node {
  std::optional<guard_node> guard;
  std::variant<send_node, expect_node, ask_node, tell_node, client_node, loop_node, call_node,
               let_node, mark_node, wait_node, hook_node>
      what;
  place where;
};

struct step_node {
  std::optional<guard_node> guard;
  std::string title;
  std::vector<line_node> lines;
  place where;
};

struct clients_node {
  std::vector<word> names;
  std::string transport;
  std::string node;
  std::optional<wire::protocol_version> speaks;
};

struct need_node {
  word capability;
  comparison op = comparison::exists;
  std::uint64_t number = 0;
};

struct matrix_node {
  word name;
  std::optional<range_node> range;
  std::vector<value_node> values;
};

struct table_node {
  std::vector<word> columns;
  std::vector<std::vector<value_node>> rows;
  place where;
};

// In file order: each may use the variables of those before it.
using variation = std::variant<let_node, matrix_node, table_node>;

struct scenario_node {
  word name;
  std::string title;
  side plays = side::client;
  bool pings_shown = false;
  std::vector<wire::protocol_version> versions;  // never empty after parsing
  requirement_level level = requirement_level::must;
  requirement_level v311_level = requirement_level::must;
  std::vector<word> purposes;
  std::vector<clients_node> clients;
  std::vector<need_node> needs;
  std::vector<word> tags;
  std::vector<word> apart;
  std::vector<variation> variations;
  std::vector<std::string> references;
  std::vector<step_node> steps;
  place where;
};

struct def_node {
  word name;
  std::vector<word> parameters;
  side plays = side::client;
  std::vector<line_node> lines;
  place where;
};

struct import_node {
  std::string path;
  place where;
};

// What a source line is, for the formatter.
enum class line_role : std::uint8_t { none, top, header, table_row, step, line };
struct line_layout {
  line_role role = line_role::none;
  std::uint32_t depth = 0;  // of loops and groups around it
};

struct file_node {
  std::shared_ptr<const source_text> source;
  std::vector<source_line> lines;   // all tokens
  std::vector<line_layout> layout;  // by line number - 1
  std::vector<import_node> imports;
  std::vector<def_node> defs;
  std::vector<scenario_node> scenarios;
};

}  // namespace mqttspec::script
