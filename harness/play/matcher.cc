#include "play/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

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
  constexpr std::size_t longest = 120;
  if (const auto* text = std::get_if<std::string>(&v); text && text->size() > longest) {
    return fmt::format("\"{}...\" ({} bytes)", escape_text(text->substr(0, longest)), text->size());
  }
  return wire::print(v);
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
  try {
    return std::regex_search(text, std::regex(pattern));
  } catch (const std::regex_error&) {  // too complex for this subject
    return false;
  }
}

class comparison {
 public:
  comparison(const script::packet_pattern& pattern, const wire::packet& received,
             const script::bindings& known)
      : pattern_(pattern), packet_(received), known_(known) {}

  match_result run() {
    const wire::packet_spec& spec = wire::packet_of(packet_.type);
    if (pattern_.type != packet_.type) {
      out_.faults.push_back(
          {{"", std::string(wire::packet_of(pattern_.type).name), std::string(spec.name)}, {}});
      return std::move(out_);
    }
    out_.same_type = true;
    for (const field_clause& clause : pattern_.fields) compare(clause);
    check_unlisted_reason("reason");
    check_unlisted_reason("reasons");
    return std::move(out_);
  }

 private:
  std::string name_of(std::string_view field) const {
    return fmt::format("{}.{}", wire::packet_of(packet_.type).name, field);
  }

  void fault(const field_clause& clause, const std::string& expected, const std::string& got) {
    out_.faults.push_back(
        {{name_of(clause.name), expected, got}, clause.where, clause.name, clause.statements});
  }

  void compare(const field_clause& clause) {
    const std::optional<value> actual = wire::get_field(packet_, clause.name);
    const std::string got = actual ? show(packet_, clause.name, *actual) : "nothing";
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

  void compare_values(const field_clause& clause, const std::optional<value>& actual,
                      const std::string& got) {
    std::string expected;
    for (const script::expression& e : clause.values) {
      const std::optional<value> wanted = script::evaluate(e, known_);
      if (wanted && actual && same(*wanted, *actual)) return;
      if (!expected.empty()) expected += " or ";
      expected += wanted ? show(packet_, clause.name, *wanted) : "a value that was not captured";
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

  bool listed(std::string_view name) const {
    return std::any_of(pattern_.fields.begin(), pattern_.fields.end(),
                       [&](const field_clause& c) { return c.name == name; });
  }

  void check_unlisted_reason(std::string_view name) {
    if (packet_.type == wire::packet_type::disconnect || listed(name)) return;
    if (!wire::find_field(packet_.type, name)) return;
    const std::optional<value> actual = wire::get_field(packet_, name);
    if (!actual) return;
    std::vector<std::uint64_t> codes;
    if (const auto* one = std::get_if<std::uint64_t>(&*actual)) codes = {*one};
    if (const auto* list = std::get_if<std::vector<std::uint64_t>>(&*actual)) codes = *list;
    for (const std::uint64_t code : codes) {
      if (wire::is_success(packet_.type, packet_.version, static_cast<std::uint8_t>(code)))
        continue;
      out_.faults.push_back({{name_of(name), "success", reason_text(packet_, code)},
                             {},
                             std::string(name),
                             {},
                             true});
    }
  }

  const script::packet_pattern& pattern_;
  const wire::packet& packet_;
  const script::bindings& known_;
  match_result out_;
};

}  // namespace

match_result match(const script::packet_pattern& pattern, const wire::packet& received,
                   const script::bindings& known) {
  return comparison(pattern, received, known).run();
}

}  // namespace mqttspec::play
