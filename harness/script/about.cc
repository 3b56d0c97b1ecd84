#include "script/about.h"

#include <algorithm>
#include <charconv>

#include "script/catalogue.h"
#include "wire/table.h"

namespace mqttspec::script {

using wire::packet_type;
using wire::protocol_version;

namespace {

const catalogue& built_in() {
  static const catalogue all = [] {
    catalogue c;
    for (const auto& [name, text] : catalogue_files()) c.add_statements(text);
    return c;
  }();
  return all;
}

const statement_entry* find(const statement_reference& s) {
  return built_in().find(s.version, s.id);
}

template <class Test>
bool has(const statement_entry& s, Test test) {
  return std::any_of(s.about.begin(), s.about.end(), test);
}
template <class Test>
bool may(const statement_reference& s, Test test) {
  const statement_entry* found = find(s);
  return found == nullptr || found->about.empty() || has(*found, test);
}

auto is(subject::kind kind) {
  return [kind](const subject& a) { return a.is == kind; };
}
auto is(subject::kind kind, packet_type type) {
  return [kind, type](const subject& a) { return a.is == kind && a.type == type; };
}
auto is_field(packet_type type, std::string_view field, std::optional<std::uint64_t> got) {
  return [=](const subject& a) {
    return a.is == subject::kind::field && a.type == type && a.field == field &&
           (!a.got || !got || a.got == got);
  };
}

bool is_reason(std::string_view field) {
  return field == "reason" || field == "reasons";
}

std::optional<packet_type> type_named(std::string_view name) {
  for (int n = 1; n <= 15; ++n) {
    const auto type = static_cast<packet_type>(n);
    if (wire::packet_of(type).name == name) return type;
  }
  return std::nullopt;
}

// A close, or a refusal in its place.
bool ends(const alternative& a) {
  if (a.what == awaited::close) return true;
  if (a.what != awaited::packet) return false;
  return a.packet.type == packet_type::disconnect ||
         std::any_of(a.packet.fields.begin(), a.packet.fields.end(),
                     [](const field_clause& c) { return is_reason(c.name); });
}

}  // namespace

std::optional<subject> parse_subject(std::string_view text) {
  subject out;
  out.text = text;
  static constexpr std::pair<std::string_view, subject::kind> words[] = {
      {"close", subject::kind::close},
      {"order", subject::kind::order},
      {"window", subject::kind::window},
      {"form", subject::kind::form}};
  for (const auto& [word, kind] : words) {
    if (text != word) continue;
    out.is = kind;
    return out;
  }
  const bool intrudes = text.starts_with("no ");
  if (intrudes) text.remove_prefix(3);
  const auto dot = text.find('.');
  const auto type = type_named(text.substr(0, dot));
  if (!type || (intrudes && dot != std::string_view::npos)) return std::nullopt;
  out.type = *type;
  out.is = intrudes                        ? subject::kind::intrudes
           : dot == std::string_view::npos ? subject::kind::comes
                                           : subject::kind::field;
  if (out.is != subject::kind::field) return out;
  text.remove_prefix(dot + 1);
  out.always = text.ends_with('!');
  if (out.always) text.remove_suffix(1);
  if (const auto equals = text.find('='); equals != std::string_view::npos) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data() + equals + 1, end, value).ptr != end) return std::nullopt;
    out.got = value;
    text = text.substr(0, equals);
  }
  if (text.empty()) return std::nullopt;
  out.field = text;
  return out;
}

bool can_accuse(const statement_entry& s) {
  return s.who != "client" && (!s.comment || s.level == "MAY");
}
bool can_accuse(const statement_reference& s) {
  const statement_entry* found = find(s);
  return found == nullptr || can_accuse(*found);
}

bool about_close(const statement_reference& s) {
  return may(s, is(subject::kind::close));
}
bool about_order(const statement_reference& s) {
  const statement_entry* found = find(s);
  return found != nullptr && has(*found, is(subject::kind::order));
}
bool about_coming(const statement_reference& s, packet_type type) {
  return may(s, is(subject::kind::comes, type)) ||
         (type == packet_type::publish && may(s, is(subject::kind::window)));
}
bool about_intruding(const statement_reference& s, packet_type type) {
  return may(s, is(subject::kind::intrudes, type));
}
bool about_content(const statement_reference& s, packet_type type) {
  return may(s, is(subject::kind::comes, type)) || about_intruding(s, type) ||
         (type == packet_type::publish && about_order(s));
}
bool about_field(const statement_reference& s, packet_type type, std::string_view field,
                 std::optional<std::uint64_t> got) {
  return may(s, is_field(type, field, got)) || (is_reason(field) && about_close(s));
}

bool field_has_statements(protocol_version version, packet_type type, std::string_view field,
                          std::optional<std::uint64_t> got) {
  const auto all = built_in().statements();
  return std::any_of(all.begin(), all.end(), [&](const statement_entry* s) {
    return s->version == version && has(*s, is_field(type, field, got));
  });
}

std::optional<statement_reference> statement_of_field(protocol_version version, packet_type type,
                                                      std::string_view field,
                                                      std::optional<std::uint64_t> got) {
  const auto spoken = is_field(type, field, got);
  for (const statement_entry* s : built_in().statements()) {
    if (s->version != version) continue;
    if (has(*s, [&](const subject& a) { return a.always && spoken(a); })) return {{version, s->id}};
  }
  return std::nullopt;
}

bool fits(const statement_entry& s, packet_type type, const field_clause& clause) {
  return has(s, [&](const subject& a) {
    if (!is_field(type, clause.name, std::nullopt)(a)) return false;
    if (!a.got || clause.kind != match_kind::equals || clause.values.size() != 1) return true;
    const auto* number = std::get_if<std::uint64_t>(&clause.values.front().value);
    return number == nullptr || *number != *a.got;
  });
}

bool fits(const statement_entry& s, const std::vector<const alternative*>& alternatives) {
  return std::any_of(alternatives.begin(), alternatives.end(), [&](const alternative* a) {
    // A fence, or nothing at all, is there for what may come in front of it.
    const bool quiet = a->what == awaited::nothing ||
                       (a->what == awaited::packet && a->packet.type == packet_type::pingresp);
    return has(s, [&](const subject& about) {
      switch (about.is) {
        case subject::kind::close:
          return ends(*a) || quiet;
        case subject::kind::intrudes:
          return true;
        case subject::kind::order:
        case subject::kind::window:
          return quiet || a->packet.type == packet_type::publish;
        case subject::kind::form:
          return a->what == awaited::packet;
        case subject::kind::comes:
          return a->what == awaited::packet && about.type == a->packet.type;
        case subject::kind::field:
          return a->what == awaited::packet &&
                 std::any_of(a->packet.fields.begin(), a->packet.fields.end(),
                             [&](const field_clause& c) { return fits(s, a->packet.type, c); });
      }
      return false;
    });
  });
}

}  // namespace mqttspec::script
