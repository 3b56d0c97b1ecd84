// Tokens and values of a line; what they make together stands in line_parser.cc.

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "script/line_parser.h"
#include "script/parser.h"

namespace mqttspec::script {

line_parser::line_parser(const source_text& source, const source_line& line, problem_list& problems)
    : source_(source), line_(line), problems_(problems) {}

const token* line_parser::peek(std::size_t ahead) const {
  if (failed_ || next_ + ahead >= line_.tokens.size()) return nullptr;
  return &line_.tokens[next_ + ahead];
}

bool line_parser::next_is(std::string_view text, std::size_t ahead) const {
  const token* t = peek(ahead);
  return t != nullptr && t->kind != token_kind::string && t->text == text;
}

bool line_parser::accept(std::string_view text) {
  if (!next_is(text)) return false;
  ++next_;
  return true;
}

void line_parser::expect(std::string_view text) {
  if (!accept(text)) expected(fmt::format("'{}'", text));
}

place line_parser::here() const {
  if (next_ < line_.tokens.size()) return line_.tokens[next_].where;
  if (line_.tokens.empty()) return {line_.number, line_.indent + 1, 1};
  const place& last = line_.tokens.back().where;
  return {last.line, last.column + last.length, 1};
}

place line_parser::rest() const {
  if (next_ >= line_.tokens.size()) return here();
  return joined(line_.tokens[next_].where, line_.tokens.back().where);
}

void line_parser::expected(std::string_view what, std::string help) {
  const token* t = peek();
  const std::string message = t == nullptr
                                  ? fmt::format("the line ends where {} was expected", what)
                                  : fmt::format("expected {}, found '{}'", what, t->text);
  fail(here(), {message, fmt::format("expected {}", what), std::move(help)});
}

void line_parser::fail(const place& where, complaint what) {
  // A line that the lexer gave up on was reported there.
  if (!failed_ && !line_.broken) problems_.error(source_, where, std::move(what));
  failed_ = true;
}

void line_parser::finish() {
  const token* t = peek();
  if (t == nullptr) return;
  if (t->kind == token_kind::tag) {
    return fail(t->where, {"a statement id cannot stand here", "only behind an expectation",
                           "sends and steps make no claim; the answer does"});
  }
  fail(rest(), {fmt::format("unexpected '{}'", t->text), "the line should end before this", ""});
}

word line_parser::name(std::string_view what) {
  const token* t = peek();
  if (t == nullptr || t->kind != token_kind::name) {
    expected(what);
    return {"", here()};
  }
  ++next_;
  return {std::string(t->text), t->where};
}

std::string line_parser::plain_text(std::string_view what) {
  const token* t = peek();
  if (t == nullptr || t->kind != token_kind::string) {
    expected(what);
    return {};
  }
  ++next_;
  std::string text;
  for (const text_piece& piece : t->pieces) {
    if (piece.is_variable) {
      fail(t->where, {fmt::format("{} is text without variables", what), "has a variable",
                      "a brace is written {{"});
    }
    text += piece.text;
  }
  return text;
}

std::uint64_t line_parser::integer() {
  const token* t = peek();
  const auto number =
      t != nullptr && t->kind == token_kind::number ? parse_integer(t->text) : std::nullopt;
  if (!number) {
    expected("a number");
    return 0;
  }
  ++next_;
  return *number;
}

value_node line_parser::value(std::uint32_t depth) {
  value_node v;
  v.where = here();
  const std::size_t begin = next_;
  const token* t = peek();
  if (depth > deepest_nesting) {
    fail(v.where, {"values are nested too deeply", "here", ""});
    return v;
  }
  if (t == nullptr) {
    expected("a value");
    return v;
  }
  if (t->kind == token_kind::number) {
    ++next_;
    if (const auto number = parse_integer(t->text)) {
      v.number = *number;
    } else if (const auto length = parse_duration(t->text)) {
      v.kind = value_kind::duration;
      v.length = *length;
    } else {
      fail(t->where, {fmt::format("'{}' is not a number", t->text), "bad number",
                      "write 300, 0x12C, or a duration such as 2s, 300ms"});
    }
  } else if (t->kind == token_kind::string) {
    ++next_;
    v.kind = value_kind::text;
    v.text = t->pieces;
  } else if (t->kind == token_kind::name && t->text == "hex" && next_is("(", 1)) {
    v = octets();
  } else if (t->kind == token_kind::name) {
    ++next_;
    v.kind = value_kind::name;
    v.name = t->text;
  } else if (t->text == "{") {
    v = braces(depth);
  } else if (accept("[")) {
    v.kind = value_kind::list;
    while (!at_end() && !next_is("]")) {
      v.items.push_back(value(depth + 1));
      accept(",");
    }
    expect("]");
  } else {
    expected("a value", "write a number, \"text\", {variable}, a name, hex(..) or [a list]");
  }
  if (!failed_ && next_ > begin) {
    v.where = joined(line_.tokens[begin].where, line_.tokens[next_ - 1].where);
    v.spelling = source_.line(line_.number).substr(v.where.column - 1, v.where.length);
  }
  return v;
}

// {name} or { "name": "value" }
value_node line_parser::braces(std::uint32_t depth) {
  value_node v;
  expect("{");
  if (const token* t = peek(); t != nullptr && t->kind == token_kind::name) {
    v.kind = value_kind::variable;
    v.name = name("a variable").text;
    expect("}");
    return v;
  }
  v.kind = value_kind::pairs;
  while (!at_end() && !next_is("}")) {
    v.items.push_back(value(depth + 1));
    expect(":");
    v.items.push_back(value(depth + 1));
    accept(",");
  }
  expect("}");
  return v;
}

value_node line_parser::octets() {
  value_node v;
  v.kind = value_kind::octets;
  expect("hex");
  expect("(");
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) v.text.push_back({std::move(plain), false});
    plain.clear();
  };
  while (!at_end() && !next_is(")")) {
    const token& t = *peek();
    if (t.kind == token_kind::string) {
      flush();
      v.text.insert(v.text.end(), t.pieces.begin(), t.pieces.end());
      ++next_;
    } else if (accept("{")) {
      flush();
      v.text.push_back({name("a variable").text, true});
      expect("}");
    } else if (t.kind == token_kind::name || t.kind == token_kind::number) {
      const auto bytes = from_hex(t.text);
      if (!bytes) {
        fail(t.where, {fmt::format("'{}' is not octets in hex", t.text), "bad hex",
                       "write two hex digits an octet, or \"text\""});
        break;
      }
      plain += as_text(*bytes);
      ++next_;
    } else {
      expected("octets in hex", "write two hex digits an octet, or \"text\"");
    }
  }
  expect(")");
  flush();
  return v;
}

range_node line_parser::range() {
  range_node r;
  const place first = here();
  r.first = value();
  expect("..");
  r.last = value();
  r.where = failed_ ? first : joined(first, r.last.where);
  return r;
}

}  // namespace mqttspec::script
