#include "play/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text_pattern.h"
#include "base/utf8.h"
#include "wire/table.h"

namespace mqttspec::play {

namespace {

using script::field_clause;
using script::match_kind;
using wire::value;

bool is_reason(const wire::packet& p, std::string_view field) {
  const auto found = wire::find_field(p.type, field);
  return found &&
         (found->kind == wire::field_kind::reason || found->kind == wire::field_kind::reason_list);
}

std::string reason_text(const wire::packet& p, std::uint64_t code) {
  const std::string_view name =
      code <= 0xFF ? wire::reason_name(p.type, p.version, static_cast<std::uint8_t>(code)) : "";
  return name.empty() ? fmt::format("0x{:02X}", code) : fmt::format("{} (0x{:02X})", name, code);
}

std::string shortened(const value& v) {
  constexpr std::size_t longest = 120;
  if (const auto* text = std::get_if<std::string>(&v); text && text->size() > longest) {
    return fmt::format("\"{}...\" ({} bytes)", escape_text(text->substr(0, longest)), text->size());
  }
  return wire::print(v);
}

// A value as the failure message shows it: reasons by name, long text cut.
std::string show(const wire::packet& p, std::string_view field, const value& v) {
  if (is_reason(p, field)) {
    if (const auto* number = std::get_if<std::uint64_t>(&v)) return reason_text(p, *number);
    if (const auto* list = std::get_if<std::vector<std::uint64_t>>(&v)) {
      std::string out = "[";
      for (const std::uint64_t code : *list) {
        if (out.size() > 1) out += ' ';
        out += reason_text(p, code);
      }
      return out + "]";
    }
  }
  return shortened(v);
}

// A number and a list with that one number mean the same, as do text and a list of one.
bool same(const value& a, const value& b) {
  if (a == b) return true;
  const auto single = [](const value& v) -> value {
    if (const auto* n = std::get_if<std::vector<std::uint64_t>>(&v); n && n->size() == 1) {
      return n->front();
    }
    if (const auto* t = std::get_if<std::vector<std::string>>(&v); t && t->size() == 1) {
      return t->front();
    }
    return v;
  };
  return single(a) == single(b);
}

bool found_in(const std::string& text, const std::string& pattern) {
  constexpr std::size_t longest_subject = 4096;
  if (text.size() > longest_subject) return false;
  const auto compiled = text_pattern::compile(pattern);
  return compiled && compiled->found_in(text);
}

// What is compared: named values, and how they are shown.
struct subject {
  std::string_view name;
  std::function<std::optional<value>(std::string_view field)> get;
  std::function<std::string(std::string_view field, const value& v)> show;
};

// Clause by clause.
class comparison {
 public:
  comparison(subject of, const script::bindings& known, match_result& out)
      : of_(std::move(of)), known_(known), out_(out) {}

  void compare(const field_clause& clause) {
    const std::optional<value> actual = of_.get(clause.name);
    const std::string got = actual ? of_.show(clause.name, *actual) : "nothing";
    switch (clause.kind) {
      case match_kind::present:
        if (!actual) fault(clause, "it to be present", "no such field");
        return;
      case match_kind::absent:
        if (actual) fault(clause, "it to be absent", got);
        return;
      case match_kind::captured:
        if (!actual) {
          fault(clause, "it to be present", "no such field");
        } else {
          out_.captures[clause.variable] = *actual;
        }
        return;
      case match_kind::in_range: {
        const auto* number = actual ? std::get_if<std::uint64_t>(&*actual) : nullptr;
        if (number == nullptr || *number < clause.smallest || *number > clause.largest) {
          fault(clause, fmt::format("{}..{}", clause.smallest, clause.largest), got);
        }
        return;
      }
      case match_kind::matches_regex: {
        const auto* text = actual ? std::get_if<std::string>(&*actual) : nullptr;
        if (text == nullptr || !found_in(*text, clause.pattern)) {
          fault(clause, fmt::format("a match of \"{}\"", escape_text(clause.pattern)), got);
        }
        return;
      }
      case match_kind::equals:
      case match_kind::one_of:
        compare_values(clause, actual, got);
        return;
      case match_kind::none_of:
        compare_excluded(clause, actual, got);
        return;
    }
  }

 private:
  void fault(const field_clause& clause, const std::string& expected, const std::string& got) {
    out_.faults.push_back({{fmt::format("{}.{}", of_.name, clause.name), expected, got},
                           clause.where,
                           clause.name,
                           clause.statements});
  }

  void compare_values(const field_clause& clause, const std::optional<value>& actual,
                      const std::string& got) {
    std::string expected;
    for (const script::expression& e : clause.values) {
      const std::optional<value> wanted = script::evaluate(e, known_);
      if (wanted && actual && same(*wanted, *actual)) return;
      if (!expected.empty()) expected += " or ";
      expected += wanted ? of_.show(clause.name, *wanted) : "a value that was not captured";
    }
    fault(clause, expected, got);
  }

  void compare_excluded(const field_clause& clause, const std::optional<value>& actual,
                        const std::string& got) {
    if (!actual) return fault(clause, "it to be present", "no such field");
    for (const script::expression& e : clause.values) {
      const std::optional<value> unwanted = script::evaluate(e, known_);
      if (unwanted && !same(*unwanted, *actual)) continue;
      return fault(clause, unwanted ? "another than " + got : "a value that was not captured", got);
    }
  }

  subject of_;
  const script::bindings& known_;
  match_result& out_;
};

bool lists(const script::packet_pattern& pattern, std::string_view name) {
  return std::any_of(pattern.fields.begin(), pattern.fields.end(),
                     [&](const field_clause& c) { return c.name == name; });
}

void check_unlisted_reason(const script::packet_pattern& pattern, const wire::packet& p,
                           std::string_view name, match_result& out) {
  if (p.type == wire::packet_type::disconnect || lists(pattern, name)) return;
  if (!wire::find_field(p.type, name)) return;
  const std::optional<value> actual = wire::get_field(p, name);
  if (!actual) return;
  std::vector<std::uint64_t> codes;
  if (const auto* one = std::get_if<std::uint64_t>(&*actual)) codes = {*one};
  if (const auto* list = std::get_if<std::vector<std::uint64_t>>(&*actual)) codes = *list;
  for (const std::uint64_t code : codes) {
    if (wire::is_success(p.type, p.version, static_cast<std::uint8_t>(code))) continue;
    out.faults.push_back({{fmt::format("{}.{}", wire::packet_of(p.type).name, name), "success",
                           reason_text(p, code)},
                          {},
                          std::string(name),
                          {},
                          true});
  }
}

}  // namespace

match_result match(const script::packet_pattern& pattern, const wire::packet& received,
                   const script::bindings& known) {
  match_result out;
  const std::string_view name = wire::packet_of(received.type).name;
  if (pattern.type != received.type) {
    out.faults.push_back(
        {{"", std::string(wire::packet_of(pattern.type).name), std::string(name)}, {}});
    return out;
  }
  out.same_type = true;
  comparison by({name, [&](std::string_view field) { return wire::get_field(received, field); },
                 [&](std::string_view field, const value& v) { return show(received, field, v); }},
                known, out);
  for (const field_clause& clause : pattern.fields) by.compare(clause);
  check_unlisted_reason(pattern, received, "reason", out);
  check_unlisted_reason(pattern, received, "reasons", out);
  return out;
}

match_result match(const std::vector<field_clause>& fields, const adapter::message& told,
                   const script::bindings& known) {
  match_result out;
  out.same_type = true;
  const auto get = [&](std::string_view field) -> std::optional<value> {
    const auto found = told.fields.find(std::string(field));
    if (found == told.fields.end()) return std::nullopt;
    return found->second;
  };
  comparison by({told.name, get, [](std::string_view, const value& v) { return shortened(v); }},
                known, out);
  for (const field_clause& clause : fields) by.compare(clause);
  return out;
}

}  // namespace mqttspec::play
