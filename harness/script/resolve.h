#pragma once
// Values with their variables put in: what stands behind NAME= after tables, loops and parameters
// are decided. Only captured values stay open.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "script/ast.h"

namespace mqttspec::script {

enum class shape : std::uint8_t {
  number,
  text,    // |text|; may contain open variables
  octets,  // likewise, written as hex(..)
  name,    // a bare word: a client, a reason
  list,
  pairs,  // |items|: name, value, name, value ...
  duration,
  open,     // the captured variable |name|
  unknown,  // a parameter of a def that is looked at on its own
};

struct resolved {
  shape kind = shape::number;
  std::uint64_t number = 0;
  text_template text;
  std::string name;
  duration length{};
  std::vector<resolved> items;

  static resolved of_number(std::uint64_t n);
  static resolved of_text(std::string text);
  static resolved of_open(std::string variable);

  // Whether nothing in it waits for a capture.
  bool closed() const;
};

// What a variable means; nullptr when there is none of that name.
using environment = std::map<std::string, resolved, std::less<>>;

struct resolve_error {
  enum class reason : std::uint8_t { unknown_variable, not_text, too_long, nested_list } why{};
  std::string variable;  // unknown_variable, not_text
};

// |node| under |known|; variables are looked up by |lookup|, which may note their use.
template <class Lookup>
std::optional<resolved> resolve(const value_node& node, Lookup&& lookup, resolve_error& error);

// Text longer than this is refused: variables in variables double quickly.
inline constexpr std::size_t longest_text = 1u << 20;

// The plain text of |value| where text can stand: numbers are written in decimal.
std::optional<text_template> as_template(const resolved& value);

// The form that the scenario player evaluates; a name is its text.
expression to_expression(const resolved& value);

// For messages: "a number", "text", ...
std::string_view shape_name(shape kind);

// ---- implementation of resolve ----

namespace detail {

std::size_t size_of(const text_template& text);
void append(text_template& out, const text_template& pieces);

template <class Lookup>
std::optional<text_template> resolve_text(const text_template& pieces, Lookup& lookup,
                                          resolve_error& error) {
  text_template out;
  for (const text_piece& piece : pieces) {
    if (!piece.is_variable) {
      append(out, {piece});
      continue;
    }
    const resolved* value = lookup(piece.text);
    if (value == nullptr) {
      error = {resolve_error::reason::unknown_variable, piece.text};
      return std::nullopt;
    }
    const auto text = as_template(*value);
    if (!text) {
      error = {resolve_error::reason::not_text, piece.text};
      return std::nullopt;
    }
    append(out, *text);
    if (size_of(out) > longest_text) {
      error = {resolve_error::reason::too_long, ""};
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace detail

template <class Lookup>
std::optional<resolved> resolve(const value_node& node, Lookup&& lookup, resolve_error& error) {
  resolved out;
  switch (node.kind) {
    case value_kind::number:
      return resolved::of_number(node.number);
    case value_kind::duration:
      out.kind = shape::duration;
      out.length = node.length;
      return out;
    case value_kind::name:
      out.kind = shape::name;
      out.name = node.name;
      return out;
    case value_kind::variable: {
      const resolved* value = lookup(node.name);
      if (value == nullptr) {
        error = {resolve_error::reason::unknown_variable, node.name};
        return std::nullopt;
      }
      return *value;
    }
    case value_kind::text:
    case value_kind::octets: {
      out.kind = node.kind == value_kind::text ? shape::text : shape::octets;
      auto text = detail::resolve_text(node.text, lookup, error);
      if (!text) return std::nullopt;
      out.text = std::move(*text);
      return out;
    }
    case value_kind::list:
    case value_kind::pairs:
      out.kind = node.kind == value_kind::list ? shape::list : shape::pairs;
      for (const value_node& item : node.items) {
        auto value = resolve(item, lookup, error);
        if (!value) return std::nullopt;
        if (value->kind == shape::list || value->kind == shape::pairs) {
          error = {resolve_error::reason::nested_list, ""};
          return std::nullopt;
        }
        out.items.push_back(std::move(*value));
      }
      return out;
  }
  return std::nullopt;
}

}  // namespace mqttspec::script
