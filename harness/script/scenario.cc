#include "script/scenario.h"

#include <algorithm>

namespace mqttspec::script {

namespace {

std::optional<std::string> text_of(const text_template& pieces, const bindings& known) {
  std::string out;
  for (const text_piece& piece : pieces) {
    if (!piece.is_variable) {
      out += piece.text;
      continue;
    }
    const auto found = known.find(piece.text);
    if (found == known.end()) return std::nullopt;
    if (const auto* text = std::get_if<std::string>(&found->second)) {
      out += *text;
    } else if (const auto* number = std::get_if<std::uint64_t>(&found->second)) {
      out += std::to_string(*number);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<wire::value> list_of(const std::vector<expression>& items, const bindings& known) {
  std::vector<std::uint64_t> numbers;
  std::vector<std::string> texts;
  for (const expression& item : items) {
    auto v = evaluate(item, known);
    if (!v) return std::nullopt;
    if (const auto* number = std::get_if<std::uint64_t>(&*v)) {
      numbers.push_back(*number);
    } else if (auto* text = std::get_if<std::string>(&*v)) {
      texts.push_back(std::move(*text));
    } else {
      return std::nullopt;
    }
  }
  if (texts.empty()) return wire::value{std::move(numbers)};
  if (!numbers.empty()) return std::nullopt;
  return wire::value{std::move(texts)};
}

std::optional<wire::value> pairs_of(const template_pairs& pairs, const bindings& known) {
  wire::text_pairs out;
  for (const auto& [name, text] : pairs) {
    auto first = text_of(name, known);
    auto second = text_of(text, known);
    if (!first || !second) return std::nullopt;
    out.emplace_back(std::move(*first), std::move(*second));
  }
  return wire::value{std::move(out)};
}

}  // namespace

std::optional<wire::value> evaluate(const expression& e, const bindings& known) {
  if (const auto* number = std::get_if<std::uint64_t>(&e.value)) return wire::value{*number};
  if (const auto* text = std::get_if<text_template>(&e.value)) {
    auto plain = text_of(*text, known);
    if (!plain) return std::nullopt;
    return wire::value{std::move(*plain)};
  }
  if (const auto* variable = std::get_if<variable_reference>(&e.value)) {
    const auto found = known.find(variable->name);
    if (found == known.end()) return std::nullopt;
    return found->second;
  }
  if (const auto* list = std::get_if<std::vector<expression>>(&e.value)) {
    return list_of(*list, known);
  }
  return pairs_of(std::get<template_pairs>(e.value), known);
}

std::string print(const statement_reference& s) {
  return std::string(wire::version_tag(s.version)) + ":" + s.id;
}

std::string_view level_name(requirement_level level) {
  switch (level) {
    case requirement_level::must:
      return "must";
    case requirement_level::should:
      return "should";
    case requirement_level::may:
      return "may";
    case requirement_level::info:
      return "info";
  }
  return "";
}

std::vector<statement_reference> statements_of(const alternative& a) {
  std::vector<statement_reference> all = a.statements;
  for (const field_clause& c : a.packet.fields) {
    all.insert(all.end(), c.statements.begin(), c.statements.end());
  }
  return all;
}

std::vector<statement_reference> statements_of(const expect_line& line) {
  std::vector<statement_reference> all = line.statements;
  for (const alternative& a : line.alternatives) {
    const auto more = statements_of(a);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<statement_reference> statements_of(const instruction& line) {
  if (const auto* expect = std::get_if<expect_line>(&line.what)) return statements_of(*expect);
  if (const auto* tell = std::get_if<tell_line>(&line.what)) return tell->statements;
  return {};
}

std::vector<statement_reference> statements_of(const scenario& s) {
  std::vector<statement_reference> all;
  for (const instruction& line : s.lines) {
    const auto of_line = statements_of(line);
    all.insert(all.end(), of_line.begin(), of_line.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace mqttspec::script
