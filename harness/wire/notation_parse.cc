#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/spelling.h"
#include "wire/notation.h"
#include "wire/table.h"
#include "wire/value.h"

namespace mqttspec::wire {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view describe(field_kind kind) {
  switch (kind) {
    case field_kind::flag:
    case field_kind::number:
      return "a number";
    case field_kind::reason:
      return "a reason code";
    case field_kind::text:
      return "text";
    case field_kind::binary:
      return "text or hex(..)";
    case field_kind::user_properties:
      return "pairs, {\"name\": \"value\"}";
    case field_kind::reason_list:
      return "a list of reason codes";
    case field_kind::filter_list:
      return "a list of filters";
  }
  return "a value";
}

class packet_parser {
 public:
  packet_parser(std::string_view text, protocol_version version) : text_(text), version_(version) {}

  result<packet, notation_error> run() {
    if (!parse()) return unexpected(std::move(error_));
    return std::move(packet_);
  }

 private:
  bool fail(std::size_t from, std::size_t to, std::string message, std::string help = {}) {
    error_ = {from, std::max<std::size_t>(1, to - std::min(from, to)), std::move(message),
              std::move(help)};
    return false;
  }

  bool at_end() const { return at_ == text_.size(); }
  char next() const { return at_end() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!at_end() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view take_name() {
    const std::size_t from = at_;
    while (!at_end() && is_name_character(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }

  bool parse() {
    skip_space();
    const std::size_t from = at_;
    const std::string_view name = take_name();
    const packet_spec* spec = find_packet(name);
    if (spec == nullptr || !contains(spec->versions, version_)) return unknown_packet(from, name);
    packet_ = make(spec->type, version_);
    while (true) {
      const std::size_t gap = at_;
      skip_space();
      if (at_end()) return true;
      if (gap == at_) return fail(at_, at_ + 1, "a space is needed between fields");
      if (!parse_field()) return false;
    }
  }

  bool unknown_packet(std::size_t from, std::string_view name) {
    std::vector<std::string_view> names;
    for (const packet_spec& spec : packet_table) {
      if (contains(spec.versions, version_)) names.push_back(spec.name);
    }
    if (name.empty()) return fail(from, from + 1, "a packet name is missing", suggest("", names));
    return fail(from, at_, fmt::format("MQTT {} has no packet '{}'", version_name(version_), name),
                suggest(name, names));
  }

  bool parse_field() {
    const std::size_t from = at_;
    const std::string_view name = take_name();
    const std::string_view packet_name = packet_of(packet_.type).name;
    if (name.empty()) return fail(from, from + 1, "a field name is missing");
    const std::optional<named_field> found = find_field(packet_.type, name);
    if (!found) {
      std::vector<std::string_view> names;
      for (const named_field& f : fields_of(packet_.type, version_)) names.push_back(f.name);
      return fail(from, at_, fmt::format("{} has no field '{}'", packet_name, name),
                  suggest(name, names));
    }
    if (!contains(found->versions, version_)) {
      return fail(from, at_,
                  fmt::format("{} has no field '{}' in MQTT {}", packet_name, name,
                              version_name(version_)));
    }
    field_ = *found;
    const std::size_t name_end = at_;
    if (!take('=')) return fail(at_, at_ + 1, fmt::format("'=' is missing behind '{}'", name));
    const std::size_t value_from = at_;
    value v;
    if (!parse_value(v)) return false;
    if (was_given(v)) {
      return fail(from, name_end, fmt::format("'{}' stands twice", name));
    }
    if (!set_field(packet_, name, v)) return unfit(value_from, v);
    return true;
  }

  // Fields that append may stand several times: the order of properties is part of a packet.
  bool was_given(const value& v) {
    const bool appends =
        std::holds_alternative<text_pairs>(v) ||
        (field_.property != nullptr && std::holds_alternative<std::vector<std::uint64_t>>(v));
    if (appends) return false;
    if (std::find(given_.begin(), given_.end(), field_.name) != given_.end()) return true;
    given_.push_back(field_.name);
    return false;
  }

  bool unfit(std::size_t from, const value& v) {
    const bool is_number = field_.kind == field_kind::flag || field_.kind == field_kind::number ||
                           field_.kind == field_kind::reason;
    if (is_number && (std::holds_alternative<std::uint64_t>(v) ||
                      std::holds_alternative<std::vector<std::uint64_t>>(v))) {
      return fail(from, at_, fmt::format("'{}' does not take {}", field_.name, print(v)),
                  fmt::format("valid here: {} to {}", field_.range.smallest, field_.range.largest));
    }
    return fail(from, at_, fmt::format("'{}' does not take {}", field_.name, print(v)),
                fmt::format("it takes {}", describe(field_.kind)));
  }

  bool parse_value(value& v) {
    const char c = next();
    if (is_digit(c)) return parse_number(v.emplace<std::uint64_t>());
    if (c == '"') return parse_string(v.emplace<std::string>());
    if (c == '[') return parse_list(v);
    if (c == '{') return parse_pairs(v.emplace<text_pairs>());
    if (is_name_character(c)) return parse_word(v);
    return fail(at_, at_ + 1, fmt::format("a value is missing behind '{}='", field_.name));
  }

  bool parse_number(std::uint64_t& out) {
    const std::size_t from = at_;
    const std::string_view word = take_name();
    const bool is_hex = word.starts_with("0x");
    const std::string_view digits = is_hex ? word.substr(2) : word;
    out = 0;
    bool good = !digits.empty() && digits.size() <= (is_hex ? 16u : 19u);
    for (const char c : digits) {
      const int digit = hex_digit(c);
      good = good && digit >= 0 && (is_hex || digit < 10);
      out = out * (is_hex ? 16u : 10u) + static_cast<std::uint64_t>(std::max(digit, 0));
    }
    return good || fail(from, at_, fmt::format("'{}' is not a number", word));
  }

  bool parse_escape(std::string& out) {
    const std::size_t from = at_ - 1;
    const char c = next();
    if (!at_end()) ++at_;
    switch (c) {
      case '"':
      case '\\':
        out += c;
        return true;
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 'x':
        if (text_.size() - at_ >= 2 && hex_digit(text_[at_]) >= 0 &&
            hex_digit(text_[at_ + 1]) >= 0) {
          out += static_cast<char>(hex_digit(text_[at_]) << 4 | hex_digit(text_[at_ + 1]));
          at_ += 2;
          return true;
        }
        [[fallthrough]];
      default:
        return fail(from, at_, "this is no escape", R"(valid here: \" \\ \n \t \r \xNN)");
    }
  }

  bool parse_string(std::string& out) {
    const std::size_t from = at_;
    if (!take('"')) return fail(at_, at_ + 1, "a text between quotation marks is missing");
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!parse_escape(out)) {
        return false;
      }
    }
    return fail(from, at_, "the text has no closing quotation mark");
  }

  // The part behind "hex".
  bool parse_hex(std::string& out, std::size_t from) {
    if (!take('(')) return fail(at_, at_ + 1, "'(' is missing behind 'hex'");
    while (!at_end()) {
      if (take(')')) return true;
      const char c = next();
      if (is_space(c) || c == ':') {
        ++at_;
      } else if (c == '"') {
        if (!parse_string(out)) return false;
      } else if (text_.size() - at_ >= 2 && hex_digit(c) >= 0 && hex_digit(text_[at_ + 1]) >= 0) {
        out += static_cast<char>(hex_digit(c) << 4 | hex_digit(text_[at_ + 1]));
        at_ += 2;
      } else {
        return fail(at_, at_ + 1, "this is no pair of hex digits");
      }
    }
    return fail(from, at_, "')' is missing behind the octets");
  }

  bool parse_reason_name(std::uint64_t& out, std::size_t from, std::string_view name) {
    const std::optional<named_reason> found = find_reason(packet_.type, version_, name);
    if (found && found->allowed) {
      out = found->code;
      return true;
    }
    const auto names = reason_names(packet_.type, version_);
    const std::string_view packet_name = packet_of(packet_.type).name;
    return fail(from, at_,
                found
                    ? fmt::format("{} may not carry the reason code '{}'", packet_name, name)
                    : fmt::format("MQTT {} has no reason code '{}'", version_name(version_), name),
                suggest(name, {names.begin(), names.end()}));
  }

  bool takes_reasons() const {
    return field_.kind == field_kind::reason || field_.kind == field_kind::reason_list;
  }

  bool parse_word(value& v) {
    const std::size_t from = at_;
    const std::string_view word = take_name();
    if (word == "hex" && next() == '(') return parse_hex(v.emplace<std::string>(), from);
    if (takes_reasons()) return parse_reason_name(v.emplace<std::uint64_t>(), from, word);
    return fail(from, at_, fmt::format("'{}' is no value for '{}'", word, field_.name),
                fmt::format("it takes {}", describe(field_.kind)));
  }

  bool parse_list(value& v) {
    const std::size_t from = at_;
    ++at_;
    std::vector<std::uint64_t> numbers;
    std::vector<std::string> texts;
    while (true) {
      skip_space();
      if (at_end()) return fail(from, at_, "']' is missing behind the list");
      if (take(']')) break;
      const std::size_t entry_from = at_;
      value entry;
      if (next() == '[' || next() == '{') {
        return fail(at_, at_ + 1, "a list holds numbers, reason codes or texts");
      }
      if (!parse_value(entry)) return false;
      if (const auto* number = std::get_if<std::uint64_t>(&entry)) numbers.push_back(*number);
      if (auto* text = std::get_if<std::string>(&entry)) texts.push_back(std::move(*text));
      if (!numbers.empty() && !texts.empty()) {
        return fail(entry_from, at_, "a list does not mix numbers and texts");
      }
    }
    if (texts.empty()) {
      v = std::move(numbers);
    } else {
      v = std::move(texts);
    }
    return true;
  }

  bool parse_pairs(text_pairs& out) {
    const std::size_t from = at_;
    ++at_;
    while (true) {
      skip_space();
      if (at_end()) return fail(from, at_, "'}' is missing behind the pairs");
      if (take('}')) return true;
      auto& [name, text] = out.emplace_back();
      if (!parse_string(name)) return false;
      skip_space();
      if (!take(':')) return fail(at_, at_ + 1, "':' is missing between name and value");
      skip_space();
      if (!parse_string(text)) return false;
    }
  }

  std::string_view text_;
  protocol_version version_;
  std::size_t at_ = 0;
  packet packet_;
  named_field field_;
  std::vector<std::string_view> given_;
  notation_error error_;
};

}  // namespace

result<packet, notation_error> parse_packet(std::string_view text, protocol_version version) {
  return packet_parser(text, version).run();
}

}  // namespace mqttspec::wire
