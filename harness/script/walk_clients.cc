// What is asked of a client library, and what it tells.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/spelling.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

template <class Specs>
std::string suggest_one(const std::string& name, const Specs& all) {
  std::vector<std::string_view> names;
  for (const auto& each : all) names.push_back(each.name);
  return suggest(name, names);
}

std::string suggest_field(const std::string& name, const adapter::message_spec& spec, bool asking) {
  std::vector<std::string_view> names;
  for (const adapter::field_spec& f : spec.fields) {
    if (!asking || f.by != adapter::filled_by::suite) names.push_back(f.name);
  }
  return suggest(name, names);
}

}  // namespace

std::optional<std::vector<field_clause>> walker::fields_of(const packet_node& p,
                                                           const adapter::message_spec& spec,
                                                           bool asking) {
  std::vector<field_clause> out;
  bool complete = true;
  for (const field_node& f : p.fields) {
    const adapter::field_spec* found = spec.find(f.name.text);
    if (found == nullptr || (asking && found->by == adapter::filled_by::suite)) {
      error(f.name.where, {fmt::format("'{}' has no field '{}'", spec.name, f.name.text),
                           "unknown field", suggest_field(f.name.text, spec, asking)});
      complete = false;
      continue;
    }
    if (!f.tags.empty()) {
      error(f.tags.front().where, {"a statement at a field of the application", "not possible here",
                                   "cite it at the end of the line"});
      complete = false;
    }
    wire::named_field named;
    named.name = found->name;
    named.kind = found->kind;
    named.versions = wire::version_set::both;
    named.range = {0, found->kind == wire::field_kind::flag ? 1 : 0xFFFFFFFF};
    auto clause = field(f, named, {}, asking, true);
    if (clause) {
      out.push_back(std::move(*clause));
    } else {
      complete = false;
    }
  }
  if (!complete) return std::nullopt;
  return out;
}

void walker::ask(const line_node& l, const ask_node& a) {
  const auto who = client(a.client);
  const adapter::message_spec* spec = adapter::find_command(a.what.name.text);
  if (spec == nullptr) {
    return error(a.what.name.where,
                 {fmt::format("there is no command '{}'", a.what.name.text), "unknown command",
                  suggest_one(a.what.name.text, adapter::commands())});
  }
  auto fields = fields_of(a.what, *spec, true);
  if (!fields) return;
  for (const adapter::field_spec& f : spec->fields) {
    if (f.by != adapter::filled_by::always) continue;
    const auto has = [&](const field_clause& c) { return c.name == f.name; };
    if (std::any_of(fields->begin(), fields->end(), has)) continue;
    error(a.what.name.where, {fmt::format("'{}' needs the field '{}'", spec->name, f.name),
                              fmt::format("without '{}'", f.name), ""});
    return;
  }
  ask_line out;
  out.command = a.what.name.text;
  out.fields = std::move(*fields);
  if (!a.number.text.empty()) {
    out.number = capture(frames_.size() - 1, a.number.text, a.number);
  }
  if (!who) return;
  out.client = who->name;
  emit(l, std::move(out));
}

void walker::tell(const line_node& l, const tell_node& t, bool guarded) {
  has_expectation_ = true;
  const auto who = client(t.client);
  const adapter::message_spec* spec = adapter::find_event(t.what.name.text);
  if (spec == nullptr) {
    return error(t.what.name.where,
                 {fmt::format("there is no event '{}'", t.what.name.text), "unknown event",
                  suggest_one(t.what.name.text, adapter::events())});
  }
  auto fields = fields_of(t.what, *spec, false);
  if (!fields) return;
  if (t.none && t.window.kind != window_kind::lasting) {
    return error(t.what.name.where,
                 {fmt::format("'no {}' needs to know for how long", spec->name), "for how long?",
                  fmt::format("write: no {} for DURATION", spec->name)});
  }
  tell_line out;
  out.event = t.what.name.text;
  out.none = t.none;
  out.fields = std::move(*fields);
  out.window = window(t.window, t.none);
  if (!who) return;
  out.client = who->name;
  const auto cited = tags(t.tags, *who, guarded || who->fixed);
  out.statements = references(cited);
  check_citations(cited, [](const statement_entry&) { return true; });
  emit(l, std::move(out));
}

void walker::client_line_of(const line_node& l, const client_node& n) {
  if (const auto who = client(n.client)) emit(l, client_line{who->name, n.action});
}

}  // namespace mqttspec::script
