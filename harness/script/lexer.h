#pragma once
// Lines of tokens. Indentation and comments are kept, because the parser needs the one and the
// formatter both.
//
//   lex(source, problems)[0].tokens   of  `c > PINGREQ # ping`   ==   c, >, PINGREQ

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "script/scenario.h"
#include "script/source.h"

namespace mqttspec::script {

enum class token_kind : std::uint8_t {
  name,         // a word that begins with a letter or '_'
  number,       // a word that begins with a digit: 8, 0x3, 2s, 1.5s, 3.1.1, 0c
  string,       // "text", |pieces| is what it means
  regex,        // /text/ behind a '~', |pieces| is what it means
  tag,          // @v5:MQTT-3.2.2-3
  punctuation,  // > < | = == != <= >= ~ , ( ) [ ] { } : .. !
};

struct token {
  token_kind kind{};
  std::string_view text;  // as written; points into the source
  place where;
  text_template pieces;
};

struct source_line {
  std::uint32_t number = 0;
  std::uint32_t indent = 0;  // spaces in front
  std::vector<token> tokens;
  std::string_view comment;  // with its '#'; "" when there is none
  bool broken = false;       // an error was reported already
};

// All lines, empty ones too. Errors are reported to |problems|; a broken line has no tokens behind
// the error.
std::vector<source_line> lex(const source_text& source, problem_list& problems);

// 300, 0x12C. nullopt when it is not a number or does not fit.
std::optional<std::uint64_t> parse_integer(std::string_view text);

bool is_identifier(std::string_view text);

}  // namespace mqttspec::script
