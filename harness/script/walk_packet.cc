// Packets of a line: fields and reasons against the packet table.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/spelling.h"
#include "base/text_pattern.h"
#include "base/utf8.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

using wire::field_kind;

wire::protocol_version other(wire::protocol_version v) {
  return v == wire::protocol_version::v5 ? wire::protocol_version::v311
                                         : wire::protocol_version::v5;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string suggest_packet(const std::string& name) {
  std::vector<std::string_view> names;
  for (const wire::packet_spec& spec : wire::packet_table) names.push_back(spec.name);
  return suggest(upper(name), names);
}

std::string suggest_field(wire::packet_type type, wire::protocol_version version,
                          std::string_view name) {
  std::vector<std::string_view> names;
  for (const wire::named_field& f : wire::fields_of(type, version)) {
    if (std::find(names.begin(), names.end(), f.name) == names.end()) names.push_back(f.name);
  }
  return suggest(name, names);
}

std::string_view kind_name(field_kind kind) {
  switch (kind) {
    case field_kind::flag:
      return "0 or 1";
    case field_kind::number:
      return "a number";
    case field_kind::reason:
      return "a reason";
    case field_kind::text:
      return "text";
    case field_kind::binary:
      return "text or octets";
    case field_kind::user_properties:
      return "pairs of text";
    case field_kind::reason_list:
      return "a list of reasons";
    case field_kind::filter_list:
      return "a list of filters";
  }
  return "";
}

std::string_view kind_help(field_kind kind) {
  switch (kind) {
    case field_kind::flag:
    case field_kind::number:
      return "";
    case field_kind::reason:
      return "write the name of a reason";
    case field_kind::text:
      return "write \"text\"";
    case field_kind::binary:
      return "write \"text\" or hex(..)";
    case field_kind::user_properties:
      return "write {\"name\": \"value\"}";
    case field_kind::reason_list:
      return "write [reason reason]";
    case field_kind::filter_list:
      return "write [\"a\" \"b\"]";
  }
  return "";
}

// A SUBSCRIBE with several filters has its options as lists.
bool may_be_number_list(const wire::named_field& field, wire::packet_type type) {
  if (field.property != nullptr) {
    return field.property->repeatable && type == wire::packet_type::publish;
  }
  if (type != wire::packet_type::subscribe || field.field == nullptr) return false;
  using wire::field_id;
  const field_id id = field.field->id;
  return id == field_id::max_qos || id == field_id::no_local ||
         id == field_id::retain_as_published || id == field_id::retain_handling;
}

}  // namespace

std::string walker::guard_help(wire::version_set only, bool guarded) const {
  const wire::protocol_version v = contains(only, wire::protocol_version::v5)
                                       ? wire::protocol_version::v5
                                       : wire::protocol_version::v311;
  if (guarded) return fmt::format("it belongs behind [{}]", wire::version_tag(v));
  if (settings_.both_versions) {
    return fmt::format("put [{}] in front of the line", wire::version_tag(v));
  }
  return fmt::format("this scenario runs as MQTT {} only", wire::version_name(settings_.version));
}

std::optional<packet_pattern> walker::packet(const packet_node& p, wire::protocol_version version,
                                             bool sending, bool guarded) {
  const wire::packet_spec* spec = wire::find_packet(p.name.text);
  if (spec == nullptr) {
    error(p.name.where, {fmt::format("unknown packet '{}'", p.name.text), "unknown packet",
                         suggest_packet(p.name.text)});
    return std::nullopt;
  }
  if (!contains(spec->versions, version)) {
    version_error(p.name.where,
                  {fmt::format("MQTT {} has no {}", wire::version_name(version), spec->name),
                   "only in the other version", guard_help(spec->versions, guarded)},
                  guarded);
    return std::nullopt;
  }
  if (!sending && settings_.plays == side::server) {
    if (spec->sender == wire::packet_direction::from_server) {
      error(p.name.where, {fmt::format("a client never sends {}", spec->name), "cannot be expected",
                           "expect what the standard lets a client send"});
      return std::nullopt;
    }
  } else if (!sending) {
    if (spec->sender == wire::packet_direction::from_client) {
      error(p.name.where, {fmt::format("a server never sends {}", spec->name), "cannot be expected",
                           "expect what the standard lets a server send"});
      return std::nullopt;
    }
    if (spec->type == wire::packet_type::disconnect && version == wire::protocol_version::v311) {
      version_error(p.name.where,
                    {"a server never sends DISCONNECT in MQTT 3.1.1", "cannot be expected",
                     guard_help(wire::version_set::v5, guarded)},
                    guarded);
      return std::nullopt;
    }
  }
  packet_pattern pattern;
  pattern.type = spec->type;
  pattern.version = version;
  bool complete = true;
  for (std::size_t i = 0; i < p.fields.size(); ++i) {
    const field_node& f = p.fields[i];
    const auto named = wire::find_field(spec->type, f.name.text);
    if (!named) {
      error(f.name.where, {fmt::format("{} has no field '{}'", spec->name, f.name.text),
                           "unknown field", suggest_field(spec->type, version, f.name.text)});
      complete = false;
      continue;
    }
    if (!contains(named->versions, version)) {
      version_error(f.name.where,
                    {fmt::format("{} has no field '{}' in MQTT {}", spec->name, f.name.text,
                                 wire::version_name(version)),
                     fmt::format("only in MQTT {}", wire::version_name(other(version))),
                     guard_help(named->versions, guarded)},
                    guarded);
      complete = false;
      continue;
    }
    const bool twice = std::any_of(
        p.fields.begin(), p.fields.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& g) {
          // A capture beside something else, and several patterns, say no less than one.
          const bool capture = g.kind == match_kind::captured || f.kind == match_kind::captured;
          const bool patterns =
              g.kind == match_kind::matches_regex && f.kind == match_kind::matches_regex;
          return g.name.text == f.name.text && !patterns && (!capture || g.kind == f.kind);
        });
    if (twice) {
      error(f.name.where, {fmt::format("field '{}' stands twice", f.name.text), "second one",
                           "several user properties are written {\"a\": \"1\" \"b\": \"2\"}"});
      complete = false;
      continue;
    }
    if (sending && !f.tags.empty()) {
      error(f.tags.front().where, {"a send claims nothing", "not in a send",
                                   "cite it in the line that shows what the broker does"});
      complete = false;
    }
    auto clause = field(f, *named, pattern, sending, guarded);
    if (clause) {
      pattern.fields.push_back(std::move(*clause));
    } else {
      complete = false;
    }
  }
  if (sending && complete) check_required(p, pattern);
  if (!complete) return std::nullopt;
  return pattern;
}

// A legal packet is encoded first, edits come after that.
void walker::check_required(const packet_node& p, const packet_pattern& pattern) {
  const auto has = [&](std::string_view name) {
    return std::any_of(p.fields.begin(), p.fields.end(),
                       [&](const field_node& f) { return f.name.text == name; });
  };
  const auto missing = [&](std::string_view name) {
    error(p.name.where, {fmt::format("{} needs the field '{}'", p.name.text, name),
                         fmt::format("without '{}'", name),
                         "to leave it out of the octets, set it and add: | drop FIELD"});
  };
  for (const wire::named_field& f : wire::fields_of(pattern.type, pattern.version)) {
    if (f.field == nullptr || f.field->has_default || has(f.name)) continue;
    if (f.name == "topic" && has("topic_alias")) continue;
    if (f.name == "filter" && has("filters")) continue;
    missing(f.name);
  }
  if (pattern.type != wire::packet_type::publish || has("id")) return;
  for (const field_clause& c : pattern.fields) {
    if (c.name != "qos") continue;
    const auto* qos = std::get_if<std::uint64_t>(&c.values[0].value);
    if (qos != nullptr && *qos > 0) missing("id");
  }
}

std::optional<field_clause> walker::field(const field_node& f, const wire::named_field& named,
                                          const packet_pattern& pattern, bool sending,
                                          bool guarded) {
  field_clause clause;
  clause.name = f.name.text;
  clause.kind = f.kind;
  clause.where = source().span(f.where);
  if (sending && f.kind != match_kind::equals) {
    error(f.where, {"a send sets fields, it does not compare them", "not in a send",
                    fmt::format("write {}=VALUE", f.name.text)});
    return std::nullopt;
  }
  switch (f.kind) {
    case match_kind::equals:
    case match_kind::one_of:
    case match_kind::none_of:
      for (const value_node& node : f.values) {
        auto v = fit(node, named, pattern, guarded);
        if (!v) return std::nullopt;
        clause.values.push_back(to_expression(*v));
      }
      return clause;
    case match_kind::in_range: {
      if (named.kind != field_kind::number && named.kind != field_kind::flag &&
          named.kind != field_kind::reason) {
        error(f.where, {fmt::format("'{}' is {}, not a number", f.name.text, kind_name(named.kind)),
                        "a range of numbers", fmt::format("write {} in (a, b)", f.name.text)});
        return std::nullopt;
      }
      const auto first = number(f.range->first);
      const auto last = number(f.range->last);
      if (!first || !last) return std::nullopt;
      if (*first > *last) {
        error(f.range->where, {"the range is empty", "the first is larger than the last", ""});
        return std::nullopt;
      }
      clause.smallest = *first;
      clause.largest = *last;
      return clause;
    }
    case match_kind::matches_regex: {
      if (named.kind != field_kind::text && named.kind != field_kind::binary) {
        error(f.where, {fmt::format("'{}' is {}, not text", f.name.text, kind_name(named.kind)),
                        "a pattern for text", ""});
        return std::nullopt;
      }
      const auto pattern_text = value(f.values[0]);
      if (!pattern_text) return std::nullopt;
      if (!pattern_text->closed()) {
        error(f.values[0].where, {"a captured value cannot stand in a pattern", "known too late",
                                  fmt::format("write {}={{variable}}", f.name.text)});
        return std::nullopt;
      }
      for (const text_piece& piece : pattern_text->text) clause.pattern += piece.text;
      constexpr std::size_t longest_pattern = 500;
      if (clause.pattern.size() <= longest_pattern && text_pattern::compile(clause.pattern)) {
        return clause;
      }
      error(f.values[0].where, {"the pattern is not a regular expression", "bad pattern",
                                "ECMAScript syntax without looking ahead, at most 500 octets"});
      return std::nullopt;
    }
    case match_kind::captured:
      clause.variable = capture(frames_.size() - 1, f.variable.text, f.variable);
      return clause;
    case match_kind::present:
    case match_kind::absent:
      return clause;
  }
  return std::nullopt;
}

std::optional<resolved> walker::fit(const value_node& node, const wire::named_field& field,
                                    const packet_pattern& pattern, bool guarded) {
  auto v = value(node);
  if (!v) return std::nullopt;
  if (v->kind == shape::open || v->kind == shape::unknown) return v;
  const auto wrong_kind = [&] {
    error(
        node.where,
        {fmt::format("'{}' is {}, not {}", field.name, kind_name(field.kind), shape_name(v->kind)),
         fmt::format("expected {}", kind_name(field.kind)), std::string(kind_help(field.kind))});
    return std::nullopt;
  };
  // A bare word is a reason, or stands for text only by way of a variable.
  if (v->kind == shape::name && node.kind == value_kind::name && field.kind != field_kind::reason) {
    return wrong_kind();
  }
  const bool wants_list = field.kind == field_kind::reason_list ||
                          field.kind == field_kind::filter_list ||
                          (v->kind == shape::list && may_be_number_list(field, pattern.type));
  if (wants_list) {
    if (field.kind == field_kind::filter_list && v->kind == shape::text) return v;
    if (v->kind != shape::list) return wrong_kind();
    for (std::size_t i = 0; i < v->items.size(); ++i) {
      const place where = node.kind == value_kind::list ? node.items[i].where : node.where;
      auto item = fit_scalar(v->items[i], where, field, pattern, guarded);
      if (!item) return std::nullopt;
      v->items[i] = std::move(*item);
    }
    return v;
  }
  if (field.kind == field_kind::user_properties) {
    if (v->kind != shape::pairs) return wrong_kind();
    return v;
  }
  return fit_scalar(*v, node.where, field, pattern, guarded);
}

std::optional<resolved> walker::fit_scalar(const resolved& v, const place& where,
                                           const wire::named_field& field,
                                           const packet_pattern& pattern, bool guarded) {
  if (v.kind == shape::open || v.kind == shape::unknown) return v;
  const auto wrong_kind = [&] {
    error(where,
          {fmt::format("'{}' is {}, not {}", field.name, kind_name(field.kind), shape_name(v.kind)),
           fmt::format("expected {}", kind_name(field.kind)), std::string(kind_help(field.kind))});
    return std::nullopt;
  };
  switch (field.kind) {
    case field_kind::reason:
    case field_kind::reason_list:
      if (v.kind != shape::name && v.kind != shape::number) return wrong_kind();
      return fit_reason(v, where, pattern, guarded);
    case field_kind::flag:
    case field_kind::number:
      if (v.kind != shape::number) return wrong_kind();
      if (v.number < field.range.smallest || v.number > field.range.largest) {
        error(where, {fmt::format("'{}' cannot be {}", field.name, v.number), "out of range",
                      fmt::format("{} to {}", field.range.smallest, field.range.largest)});
        return std::nullopt;
      }
      return v;
    case field_kind::text:
    case field_kind::binary:
    case field_kind::filter_list: {
      const auto text = as_template(v);
      if (!text || v.kind == shape::number || v.kind == shape::duration) return wrong_kind();
      resolved out = v;
      out.kind = shape::text;
      out.text = *text;
      if (field.kind == field_kind::binary) return out;
      for (const text_piece& piece : *text) {
        if (piece.is_variable || check_utf8(piece.text).fault == utf8_fault::none) continue;
        error(where,
              {fmt::format("'{}' is text and must be UTF-8 without U+0000", field.name),
               "not legal text",
               fmt::format("to send it all the same: {0}=\"x\" | put {0} hex(..)", field.name)});
        return std::nullopt;
      }
      return out;
    }
    case field_kind::user_properties:
      break;
  }
  return wrong_kind();
}

std::optional<resolved> walker::fit_reason(const resolved& v, const place& where,
                                           const packet_pattern& pattern, bool guarded) {
  const wire::packet_spec& spec = wire::packet_of(pattern.type);
  const auto names = wire::reason_names(pattern.type, pattern.version);
  const std::vector<std::string_view> valid(names.begin(), names.end());
  if (v.kind == shape::number) {
    if (v.number <= 0xFF &&
        wire::reason_allowed(pattern.type, pattern.version, static_cast<std::uint8_t>(v.number))) {
      return v;
    }
    version_error(where,
                  {fmt::format("0x{:02X} is no reason of {}", v.number, spec.name),
                   "not allowed here", suggest("", valid)},
                  true);
    return std::nullopt;
  }
  const auto found = wire::find_reason(pattern.type, pattern.version, v.name);
  if (found && found->allowed) return resolved::of_number(found->code);
  const auto elsewhere = wire::find_reason(pattern.type, other(pattern.version), v.name);
  if (elsewhere && elsewhere->allowed) {
    version_error(where,
                  {fmt::format("{} has no reason '{}' in MQTT {}", spec.name, v.name,
                               wire::version_name(pattern.version)),
                   fmt::format("only in MQTT {}", wire::version_name(other(pattern.version))),
                   guard_help(set_of(other(pattern.version)), guarded)},
                  guarded);
  } else if (found) {
    error(where, {fmt::format("{} does not allow the reason '{}'", spec.name, v.name),
                  "not allowed here", suggest(v.name, valid)});
  } else {
    error(where,
          {fmt::format("unknown reason '{}'", v.name), "unknown reason", suggest(v.name, valid)});
  }
  return std::nullopt;
}

}  // namespace mqttspec::script
