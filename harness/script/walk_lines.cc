// What the lines of steps and defs do.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/spelling.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

bool is_version_guard(const guard_node& guard) {
  return guard.name.text == "v5" || guard.name.text == "v311";
}

location locate(const source_text& source, const place& where) {
  return {source.name(), where.line, where.column};
}

}  // namespace

void walker::walk(const scenario_node& node, script::scenario* out) {
  out_ = out;
  for (const step_node& step : node.steps) {
    if (over_budget_) return;
    if (step.guard && !runs(*step.guard, settings_.version)) {
      if (settings_.examined != nullptr) {
        settings_.examined->left_out.insert_or_assign(locate(source(), step.where),
                                                      std::pair{&source(), step.where});
      }
      continue;
    }
    if (settings_.examined != nullptr) {
      settings_.examined->reached.insert(locate(source(), step.where));
    }
    if (out != nullptr) {
      step_ = static_cast<std::uint32_t>(out->steps.size());
      out->steps.push_back(step.title);
    }
    lines(step.lines, step.guard && is_version_guard(*step.guard));
  }
}

void walker::walk_def(const def_node& def) {
  abstract_ = true;
  frame& f = top();
  f.def = &def;
  for (const word& parameter : def.parameters) {
    resolved unknown;
    unknown.kind = shape::unknown;
    unknown.name = parameter.text;
    f.variables.insert_or_assign(parameter.text, unknown);
    f.arguments.insert_or_assign(parameter.text, unknown);
  }
  lines(def.lines, false);
}

void walker::lines(const std::vector<line_node>& list, bool guarded) {
  for (const line_node& l : list) {
    if (over_budget_) return;
    line(l, guarded);
  }
}

bool walker::spend_line() {
  budget_.lines -= 1;
  if (budget_.lines >= 0 && budget_.instructions >= 0 && budget_.text >= 0) return true;
  if (!over_budget_) {
    // Told at the scenario's own line, whatever def it is in.
    const frame& f = frames_.front();
    const place where = frames_.size() > 1 ? frames_[1].call->where : place{};
    diagnostic d;
    d.message = fmt::format("too much to expand: more than {} instructions or {} octets",
                            most_instructions, most_text);
    d.where = f.file->tree.source->span(where);
    d.help = "make loops, tables or matrices smaller";
    problems_.add(std::move(d));
  }
  over_budget_ = true;
  return false;
}

bool walker::runs(const guard_node& guard, wire::protocol_version version) {
  bool holds = false;
  if (is_version_guard(guard)) {
    holds = guard.name.text == wire::version_tag(version);
  } else if (settings_.examined != nullptr) {
    return true;
  } else if (settings_.capability != nullptr) {
    const auto found = settings_.capability->find(guard.name.text);
    holds = found != settings_.capability->end() && found->second != 0;
  }
  return holds != guard.negated;
}

std::optional<walker::client_of_line> walker::client(const word& name) {
  std::string actual = name.text;
  for (std::size_t i = frames_.size(); i-- > 0;) {
    frame& f = frames_[i];
    if (f.def == nullptr) break;
    const auto argument = f.arguments.find(actual);
    f.used.insert(actual);
    if (argument == f.arguments.end()) {
      std::vector<std::string_view> names;
      for (const word& p : f.def->parameters) names.emplace_back(p.text);
      error(name.where, {fmt::format("'{}' is no parameter of def '{}'", actual, f.def->name.text),
                         "unknown client", suggest(actual, names)});
      return std::nullopt;
    }
    if (argument->second.kind == shape::unknown) return client_of_line{actual, std::nullopt, false};
    if (argument->second.kind != shape::name) {
      error(name.where, {fmt::format("parameter '{}' must be a client, not {}", actual,
                                     shape_name(argument->second.kind)),
                         "not a client", ""});
      return std::nullopt;
    }
    actual = argument->second.name;
  }
  const auto found = clients_.find(actual);
  if (found == clients_.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, declaration] : clients_) names.emplace_back(known);
    error(name.where, {fmt::format("unknown client '{}'", actual), "unknown client",
                       names.empty() ? "declare it with: clients NAME" : suggest(actual, names)});
    return std::nullopt;
  }
  if (settings_.examined != nullptr) settings_.examined->used_clients.insert(actual);
  return found->second;
}

// The version that decides a guard of |l|: its client's, or the scenario's. nullopt: reported.
std::optional<wire::protocol_version> walker::version_for_guard(const line_node& l) {
  const word* name = nullptr;
  if (const auto* s = std::get_if<send_node>(&l.what)) name = &s->client;
  if (const auto* e = std::get_if<expect_node>(&l.what)) name = &e->client;
  if (const auto* a = std::get_if<ask_node>(&l.what)) name = &a->client;
  if (const auto* t = std::get_if<tell_node>(&l.what)) name = &t->client;
  if (name == nullptr) return settings_.version;
  const auto who = client(*name);
  if (!who) return std::nullopt;
  return who->version.value_or(settings_.version);
}

void walker::line(const line_node& l, bool guarded) {
  if (!spend_line()) return;
  if (l.guard) {
    const auto version = version_for_guard(l);
    if (!version) return;
    if (!runs(*l.guard, *version)) {
      if (settings_.examined != nullptr && frames_.size() == 1 && !abstract_) {
        settings_.examined->left_out.insert_or_assign(locate(source(), l.where),
                                                      std::pair{&source(), l.where});
      }
      return;
    }
    guarded = guarded || is_version_guard(*l.guard);
  }
  if (settings_.examined != nullptr && frames_.size() == 1) {
    settings_.examined->reached.insert(locate(source(), l.where));
  }
  if (const auto* s = std::get_if<send_node>(&l.what)) return send(l, *s, guarded);
  if (const auto* e = std::get_if<expect_node>(&l.what)) return expect(l, *e, guarded);
  if (const auto* a = std::get_if<ask_node>(&l.what)) return ask(l, *a);
  if (const auto* t = std::get_if<tell_node>(&l.what)) return tell(l, *t, guarded);
  if (const auto* c = std::get_if<client_node>(&l.what)) return client_line_of(l, *c);
  if (const auto* n = std::get_if<loop_node>(&l.what)) return loop(*n, guarded);
  if (const auto* c = std::get_if<call_node>(&l.what)) return call(*c, guarded);
  if (const auto* n = std::get_if<let_node>(&l.what)) return let(l, *n);
  if (const auto* n = std::get_if<wait_node>(&l.what)) return wait(l, *n);
  if (const auto* n = std::get_if<mark_node>(&l.what)) {
    return emit(l, mark_line{mark_name(frames_.size() - 1, n->name.text, true, n->name)});
  }
  emit(l, hook_line{std::get<hook_node>(l.what).action});
}

namespace {

std::size_t text_size(const expression& e) {
  std::size_t size = sizeof(expression);
  if (const auto* text = std::get_if<text_template>(&e.value)) {
    for (const text_piece& piece : *text) size += piece.text.size();
  } else if (const auto* list = std::get_if<std::vector<expression>>(&e.value)) {
    for (const expression& item : *list) size += text_size(item);
  } else if (const auto* pairs = std::get_if<template_pairs>(&e.value)) {
    for (const auto& [first, second] : *pairs) {
      for (const text_piece& piece : first) size += piece.text.size();
      for (const text_piece& piece : second) size += piece.text.size();
    }
  }
  return size;
}

std::size_t text_size(const std::vector<field_clause>& fields) {
  std::size_t size = 0;
  for (const field_clause& c : fields) {
    for (const expression& e : c.values) size += text_size(e);
  }
  return size;
}

}  // namespace

void walker::emit(const line_node& l, decltype(instruction::what) what) {
  std::size_t size = 0;
  if (const auto* s = std::get_if<send_line>(&what)) {
    size = text_size(s->packet.fields) + s->octets.size();
  } else if (const auto* e = std::get_if<expect_line>(&what)) {
    for (const alternative& a : e->alternatives) size += text_size(a.packet.fields);
  } else if (const auto* ask = std::get_if<ask_line>(&what)) {
    size = text_size(ask->fields);
  } else if (const auto* v = std::get_if<let_line>(&what)) {
    size = text_size(v->value);
  }
  budget_.instructions -= weight_;
  budget_.text -= weight_ * static_cast<double>(size);
  if (out_ == nullptr) return;
  if (budget_.instructions < 0 || budget_.text < 0) return;  // the next line reports it
  instruction i;
  i.what = std::move(what);
  i.where = source().span(l.where);
  i.source = source().line(l.where.line);
  if (const auto* e = std::get_if<expect_node>(&l.what); e != nullptr) {
    if (e->group != group_kind::single && !e->alternatives.empty()) {
      const std::uint32_t last = e->alternatives.back().where.line;
      for (std::uint32_t n = l.where.line + 1; n <= last; ++n) {
        i.source += '\n';
        i.source += source().line(n);
      }
    }
  }
  for (const auto& [name, number] : loops_) {
    if (!i.loop.empty()) i.loop += ' ';
    i.loop += fmt::format("{}={}", name, number);
  }
  i.step = step_;
  out_->lines.push_back(std::move(i));
}

void walker::send(const line_node& l, const send_node& s, bool guarded) {
  const auto who = client(s.client);
  if (settings_.plays == side::server && s.kind == send_kind::open) {
    return error(l.where, {"a server opens no connection", "not possible here",
                           "the client does: c asks connect"});
  }
  send_line out;
  out.kind = s.kind;
  packet_pattern nothing;
  if (s.kind == send_kind::packet) {
    const auto version = who && who->version ? *who->version : settings_.version;
    auto pattern = packet(s.packet, version, true, guarded || (who && who->fixed));
    if (!pattern) return;
    out.packet = std::move(*pattern);
  } else if (s.kind == send_kind::octets) {
    auto bytes = octets(s.octets);
    if (!bytes) return;
    out.octets = std::move(*bytes);
  } else if (!s.edits.empty()) {
    error(s.edits[0].name.where, {"a transform without a packet", "nothing to transform",
                                  "transforms stand behind a packet or hex(..)"});
    return;
  }
  edits(s, out.packet, out);
  if (!who) return;
  out.client = who->name;
  emit(l, std::move(out));
}

namespace {

bool may_stay_silent(const expect_node& e) {
  const auto is_nothing = [](const alternative_node& a) { return a.what == awaited::nothing; };
  return e.group != group_kind::all_of &&
         std::any_of(e.alternatives.begin(), e.alternatives.end(), is_nothing);
}

}  // namespace

timing walker::window(const window_node& w, bool may_last) {
  timing t;
  if (w.kind == window_kind::none) return t;
  if (w.kind == window_kind::lasting && !may_last) {
    error(w.where, {"'for' belongs to 'nothing'", "not a window for something to come",
                    "write within DURATION, or between A and B"});
    return t;
  }
  const auto first = length(w.first);
  if (w.kind == window_kind::between) {
    const auto second = length(w.second);
    if (first && second && *first > *second) {
      error(w.where,
            {"the window ends before it begins", "the first is longer than the second", ""});
    }
    t.earliest = first;
    t.latest = second;
  } else {
    t.latest = first;
  }
  if (w.tolerated) {
    t.tolerated = length(*w.tolerated);
    if (t.tolerated && t.latest && *t.tolerated <= *t.latest) {
      error(w.tolerated->where, {"the tolerated lateness ends with the window or before it",
                                 "not later than the window", "give a longer duration"});
    }
  }
  if (t.latest && *t.latest == duration::zero()) {
    error(w.where, {"the window is empty", "zero long", "give what is awaited time to come"});
  }
  if (w.since) {
    t.since = mark_name(frames_.size() - 1, w.since->text, false, *w.since);
  }
  return t;
}

void walker::expect(const line_node& l, const expect_node& e, bool guarded) {
  has_expectation_ = true;
  const auto found = client(e.client);
  const client_of_line who = found.value_or(client_of_line{});
  const auto version = who.version.value_or(settings_.version);
  expect_line out;
  out.client = who.name;
  out.group = e.group;
  bool complete = found.has_value();
  std::vector<std::vector<citation>> by_alternative;
  if (e.group == group_kind::single && e.alternatives.size() == 1 &&
      e.alternatives[0].what == awaited::nothing && e.window.kind != window_kind::lasting) {
    error(e.alternatives[0].where,
          {"'nothing' needs to know for how long", "for how long?", "write: nothing for DURATION"});
  }
  if (e.group == group_kind::any_of && e.alternatives.size() == 1) {
    if (frames_.size() == 1 && settings_.examined != nullptr) {
      problems_.warning(
          source(), l.where,
          {"'any of' with one alternative", "no choice", "write it on the line itself"});
    }
  }
  for (const alternative_node& a : e.alternatives) {
    bool a_guarded = guarded || who.fixed;
    if (a.guard) {
      if (!runs(*a.guard, version)) continue;
      a_guarded = a_guarded || is_version_guard(*a.guard);
    }
    alternative made;
    made.what = a.what;
    made.note = a.note;
    made.ends = a.ends;
    made.where = source().span(a.where);
    if (e.group == group_kind::all_of && a.what == awaited::nothing) {
      error(a.where, {"'nothing' inside 'all of'", "cannot come together with others",
                      "write it on a line of its own"});
      complete = false;
    }
    if (e.group == group_kind::all_of && !a.note.empty()) {
      error(a.where, {"a note inside 'all of'", "not an alternative",
                      "only an alternative of 'any of' has a note"});
      complete = false;
    }
    if (a.what == awaited::packet) {
      auto pattern = packet(a.packet, version, false, a_guarded);
      if (pattern) {
        made.packet = std::move(*pattern);
        for (std::size_t i = 0; found && i < a.packet.fields.size(); ++i) {
          field_clause& clause = made.packet.fields[i];
          const auto cited = tags(a.packet.fields[i].tags, who, a_guarded);
          clause.statements = references(cited);
          check_citations(cited, [&](const statement_entry& s) {
            return script::fits(s, made.packet.type, clause);
          });
        }
      } else {
        complete = false;
      }
    }
    if (found) {
      by_alternative.push_back(tags(a.tags, who, a_guarded));
      made.statements = references(by_alternative.back());
    }
    out.alternatives.push_back(std::move(made));
  }
  if (out.alternatives.empty() && !e.alternatives.empty()) {
    error(l.where, {fmt::format("no alternative is left for MQTT {}", wire::version_name(version)),
                    "all are behind guards", "guard the line itself"});
    complete = false;
  }
  out.window = window(e.window, may_stay_silent(e));
  if (found) {
    const auto cited = tags(e.tags, who, guarded || who.fixed);
    out.statements = references(cited);
    if (complete) check_line(out, cited, by_alternative);
  }
  if (complete) emit(l, std::move(out));
}

void walker::wait(const line_node& l, const wait_node& n) {
  const auto d = length(n.length);
  if (d) emit(l, wait_line{*d});
}

}  // namespace mqttspec::script
