#pragma once
// Reads the tokens of one line: packets, values, windows, tags. The structure that indentation
// makes is the business of parser.cc.
//
// After the first error a line_parser is failed(): it reports nothing more and reads as if it stood
// at the end of the line.

#include <initializer_list>

#include "script/ast.h"

namespace mqttspec::script {

class line_parser {
 public:
  line_parser(const source_text& source, const source_line& line, problem_list& problems);

  bool failed() const { return failed_; }
  bool at_end() const { return failed_ || next_ >= line_.tokens.size(); }
  const token* peek(std::size_t ahead = 0) const;
  bool next_is(std::string_view text, std::size_t ahead = 0) const;
  bool accept(std::string_view text);
  void expect(std::string_view text);
  // Reports that |what| was expected at the next token.
  void expected(std::string_view what, std::string help = "");
  void fail(const place& where, complaint what);
  void finish();  // nothing may stand here any more
  // The rest of the line, from the next token on.
  place rest() const;
  place here() const;

  std::optional<guard_node> guard();
  word name(std::string_view what);
  std::string plain_text(std::string_view what);
  std::uint64_t integer();
  value_node value(std::uint32_t depth = 0);
  range_node range();
  packet_node packet();
  tag_node tag();
  bool is_glued(const token& t) const;
  std::vector<tag_node> tags();
  window_node window();
  wire::protocol_version version(std::string_view spelling, const place& where);

  // The part of a line behind its guard. A loop's and a group's blocks are empty then.
  line_node line(side plays);
  alternative_node alternative();

 private:
  ask_node ask(word client);
  tell_node tell(word client);
  client_node client();
  send_node send(word client);
  expect_node expectation(word client);
  edit_node edit();
  field_node field();
  void value_list(field_node& f);
  value_node octets();
  value_node braces(std::uint32_t depth);
  value_node number_operand();
  value_node byte_operand();
  bool at_window() const;
  bool at_note() const;  // or ends

  const source_text& source_;
  const source_line& line_;
  problem_list& problems_;
  std::size_t next_ = 0;
  bool failed_ = false;
};

}  // namespace mqttspec::script
