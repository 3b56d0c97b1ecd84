#include "script/line_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "script/parser.h"

namespace mqttspec::script {

std::optional<guard_node> line_parser::guard() {
  if (!next_is("[")) return std::nullopt;
  guard_node g;
  const place first = here();
  ++next_;
  g.negated = accept("!");
  g.name = name("v5, v311 or a capability");
  g.where = joined(first, here());
  expect("]");
  const auto lower = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!failed_ && !std::all_of(g.name.text.begin(), g.name.text.end(), lower)) {
    fail(g.name.where, {fmt::format("'{}' is not a guard", g.name.text), "unknown form",
                        "write [v5], [v311] or [capability] in lower case with underscores"});
  }
  return g;
}

bool line_parser::at_window() const {
  return next_is("within") || next_is("between") || next_is("for") || next_is("since");
}

bool line_parser::at_note() const {
  return (next_is("note") || next_is("ends")) && !next_is("=", 1);
}

packet_node line_parser::packet() {
  packet_node p;
  p.name = name("a packet");
  while (!at_end()) {
    const token& t = *peek();
    if (t.kind != token_kind::name || at_window() || at_note() || t.text == "as") break;
    p.fields.push_back(field());
    while (!at_end() && is_glued(*peek())) p.fields.back().tags.push_back(tag());
  }
  return p;
}

// a, b) behind the bracket
void line_parser::value_list(field_node& f) {
  do {
    f.values.push_back(value());
  } while (accept(","));
  f.where = joined(f.where, here());
  expect(")");
}

field_node line_parser::field() {
  field_node f;
  f.name = name("a field");
  f.where = f.name.where;
  if (accept("=")) {
    f.values.push_back(value());
    f.where = joined(f.where, f.values.back().where);
  } else if (accept("not")) {
    f.kind = match_kind::none_of;
    expect("in");
    expect("(");
    value_list(f);
  } else if (accept("in")) {
    if (accept("(")) {
      f.kind = match_kind::one_of;
      value_list(f);
    } else {
      f.kind = match_kind::in_range;
      f.range = range();
      f.where = joined(f.where, f.range->where);
    }
  } else if (accept("~")) {
    f.kind = match_kind::matches_regex;
    const token* t = peek();
    if (t == nullptr || (t->kind != token_kind::regex && t->kind != token_kind::string)) {
      expected("a pattern", "write ~ /pattern/ or ~ \"pattern\"");
      return f;
    }
    ++next_;
    value_node pattern;
    pattern.kind = value_kind::text;
    pattern.text = t->pieces;
    pattern.where = t->where;
    f.where = joined(f.where, t->where);
    f.values.push_back(std::move(pattern));
  } else if (accept("as")) {
    f.kind = match_kind::captured;
    f.variable = name("a name for the captured value");
    f.where = joined(f.where, f.variable.where);
  } else if (accept("present")) {
    f.kind = match_kind::present;
  } else if (accept("absent")) {
    f.kind = match_kind::absent;
  } else {
    expected(fmt::format("'=' behind '{}'", f.name.text),
             "a field is NAME=value, NAME in (..), NAME ~ /../, NAME as NAME, NAME present or "
             "NAME absent");
  }
  return f;
}

// `dup=1@MQTT-3.3.1-1`: the statement of a field stands at it, that of the line apart.
bool line_parser::is_glued(const token& t) const {
  const place& before = line_.tokens[next_ - 1].where;
  return t.kind == token_kind::tag && t.where.column == before.column + before.length;
}

tag_node line_parser::tag() {
  const token& t = *peek();
  ++next_;
  tag_node g;
  g.where = t.where;
  std::string_view text = t.text.substr(1);
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view version_part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    if (version_part == "v5") {
      g.version = wire::protocol_version::v5;
    } else if (version_part == "v311") {
      g.version = wire::protocol_version::v311;
    } else {
      fail(t.where, {fmt::format("'{}' is not a version", version_part), "unknown version",
                     "write @v5:ID or @v311:ID"});
    }
  }
  g.id = text;
  if (g.id.empty()) fail(t.where, {"a statement id is missing", "expected @ID", ""});
  return g;
}

std::vector<tag_node> line_parser::tags() {
  std::vector<tag_node> list;
  while (!at_end() && peek()->kind == token_kind::tag) list.push_back(tag());
  return list;
}

window_node line_parser::window() {
  window_node w;
  const place first = here();
  if (accept("within")) {
    w.kind = window_kind::within;
    w.first = value();
  } else if (accept("between")) {
    w.kind = window_kind::between;
    w.first = value();
    expect("and");
    w.second = value();
  } else if (accept("for")) {
    w.kind = window_kind::lasting;
    w.first = value();
  } else if (next_is("since")) {
    fail(rest(), {"'since' without a window", "of what length?",
                  "write within A since MARK, between A and B since MARK or for A since MARK"});
  }
  if ((w.kind == window_kind::within || w.kind == window_kind::between) && accept("or")) {
    expect("until");
    w.tolerated = value();
  }
  if (w.kind != window_kind::none && accept("since")) w.since = name("a mark");
  if (!failed_ && next_ > 0) w.where = joined(first, line_.tokens[next_ - 1].where);
  return w;
}

wire::protocol_version line_parser::version(std::string_view spelling, const place& where) {
  if (spelling == "5" || spelling == "\"5\"") return wire::protocol_version::v5;
  if (spelling == "3.1.1" || spelling == "\"3.1.1\"") return wire::protocol_version::v311;
  fail(where, {fmt::format("'{}' is not a version of MQTT", spelling), "unknown version",
               "write 5 or 3.1.1"});
  return wire::protocol_version::v5;
}

value_node line_parser::number_operand() {
  const token* t = peek();
  if (t == nullptr || (t->kind != token_kind::number && t->text != "{")) {
    expected("a number");
    return {};
  }
  return value();
}

value_node line_parser::byte_operand() {
  const token* t = peek();
  const bool fits =
      t != nullptr && (t->text == "hex" || t->text == "{" || t->kind == token_kind::string);
  if (!fits) {
    expected("octets", "write hex(..) or \"text\"");
    return {};
  }
  return value();
}

edit_node line_parser::edit() {
  // Operands: f a field's name, n a number, b octets.
  static constexpr std::pair<std::string_view, std::string_view> shapes[] = {
      {"flags", "n"},         {"length", "n"},    {"overlong", "fn"}, {"truncate", "f"},
      {"drop", "f"},          {"duplicate", "f"}, {"put", "fb"},      {"property", "b"},
      {"will_property", "b"}, {"keep", "n"},      {"cut", "n"},       {"set", "nn"},
      {"insert", "nb"},       {"append", "b"},    {"split", "n"},     {"repeat", "n"},
      {"join", ""},           {"text", ""},       {"fragments", "n"},
  };
  edit_node e;
  e.name = name("a transform");
  if (failed_) return e;
  const auto* shape = std::find_if(std::begin(shapes), std::end(shapes),
                                   [&](const auto& s) { return s.first == e.name.text; });
  if (shape == std::end(shapes)) {
    std::vector<std::string_view> names;
    for (const auto& s : shapes) names.push_back(s.first);
    fail(e.name.where, {fmt::format("unknown transform '{}'", e.name.text), "unknown transform",
                        suggest(e.name.text, names)});
    return e;
  }
  for (const char operand : shape->second) {
    if (operand == 'f') e.field = name("a field");
    if (operand == 'n') e.operands.push_back(number_operand());
    if (operand == 'b') e.operands.push_back(byte_operand());
  }
  if (e.name.text == "split" && accept("every")) e.every = value();
  return e;
}

send_node line_parser::send(word client) {
  send_node s;
  s.client = std::move(client);
  static constexpr std::pair<std::string_view, send_kind> actions[] = {
      {"open", send_kind::open},
      {"close", send_kind::close},
      {"shutdown", send_kind::shutdown},
      {"abort", send_kind::abort}};
  for (const auto& [text, kind] : actions) {
    if (!accept(text)) continue;
    s.kind = kind;
    return s;
  }
  if (next_is("hex") && next_is("(", 1)) {
    s.kind = send_kind::octets;
    s.octets = value();
  } else {
    s.packet = packet();
  }
  if (at_window()) {
    fail(rest(), {"a send has no window", "only expectations have one", ""});
  }
  while (accept("|")) s.edits.push_back(edit());
  return s;
}

alternative_node line_parser::alternative() {
  alternative_node a;
  const place first = here();
  if (accept("close")) {
    a.what = awaited::close;
  } else if (accept("nothing")) {
    a.what = awaited::nothing;
  } else {
    a.packet = packet();
  }
  if (a.what != awaited::packet && !at_end() && peek()->kind == token_kind::name && !at_window() &&
      !at_note()) {
    const std::string_view what = a.what == awaited::close ? "close" : "nothing";
    fail(rest(), {fmt::format("'{}' has no fields", what), "not possible here",
                  what == "close" ? "a DISCONNECT in front of it is a line of its own"
                                  : "write: nothing for DURATION"});
  }
  if (!failed_ && next_ > 0) a.where = joined(first, line_.tokens[next_ - 1].where);
  return a;
}

expect_node line_parser::expectation(word client) {
  expect_node e;
  e.client = std::move(client);
  if ((next_is("any") || next_is("all")) && next_is("of", 1)) {
    e.group = next_is("any") ? group_kind::any_of : group_kind::all_of;
    next_ += 2;
  } else {
    e.alternatives.push_back(alternative());
    if (at_note()) {
      fail(here(), {"a note outside of 'any of'", "not possible here",
                    "only an alternative that is tolerated has a note"});
    }
  }
  e.window = window();
  e.tags = tags();
  return e;
}

// Names of commands and events are words like those of packets.
ask_node line_parser::ask(word client) {
  ask_node a;
  a.client = std::move(client);
  a.what = packet();
  if (accept("as")) a.number = name("a name for the command");
  return a;
}

tell_node line_parser::tell(word client) {
  tell_node t;
  t.client = std::move(client);
  t.none = accept("no");
  t.what = packet();
  t.window = window();
  t.tags = tags();
  return t;
}

client_node line_parser::client() {
  client_node c;
  if (accept("kill")) {
    c.action = client_action::kill;
  } else {
    expect("start");
    c.action = client_action::start;
  }
  c.client = name("a client");
  return c;
}

line_node line_parser::line(side plays) {
  line_node l;
  l.where = rest();
  const token* first = peek();
  if (first == nullptr || first->kind != token_kind::name) {
    expected("a line",
             "a line is CLIENT > PACKET, CLIENT < PACKET, for, do, let, mark, wait or broker");
    return l;
  }
  if (next_is(">", 1) || next_is("<", 1)) {
    word client = name("a client");
    const bool ours = next_is(">") == (plays == side::client);
    ++next_;
    if (ours) {
      l.what = send(std::move(client));
    } else {
      l.what = expectation(std::move(client));
    }
  } else if (next_is("asks", 1) || next_is("tells", 1)) {
    word client = name("a client");
    if (plays == side::client) {
      fail(here(), {fmt::format("'{}' where the suite plays the client", peek()->text),
                    "there is nobody to ask", "add the header: plays server"});
    } else if (accept("asks")) {
      l.what = ask(std::move(client));
    } else {
      expect("tells");
      l.what = tell(std::move(client));
    }
  } else if (plays == side::server && accept("client")) {
    l.what = client();
  } else if (accept("for")) {
    loop_node loop;
    loop.variable = name("a variable");
    expect("in");
    loop.range = range();
    l.what = std::move(loop);
  } else if (accept("do")) {
    call_node call;
    const place begin = here();
    call.name = name("the name of a def");
    expect("(");
    while (!at_end() && !next_is(")")) {
      call.arguments.push_back(value());
      if (!next_is(")")) expect(",");
    }
    call.where = joined(begin, here());
    expect(")");
    l.what = std::move(call);
  } else if (accept("let")) {
    let_node let;
    let.name = name("a name");
    expect("=");
    let.value = value();
    l.what = std::move(let);
  } else if (accept("mark")) {
    l.what = mark_node{name("a name")};
  } else if (accept("wait")) {
    l.what = wait_node{value()};
  } else if (accept("broker")) {
    static constexpr std::pair<std::string_view, broker_action> actions[] = {
        {"restart", broker_action::restart},
        {"kill", broker_action::kill},
        {"stop", broker_action::stop},
        {"start", broker_action::start}};
    const word action = name("restart, kill, stop or start");
    const auto* found = std::find_if(std::begin(actions), std::end(actions),
                                     [&](const auto& a) { return a.first == action.text; });
    if (found == std::end(actions)) {
      fail(action.where, {fmt::format("unknown broker action '{}'", action.text), "unknown action",
                          suggest(action.text, {"restart", "kill", "stop", "start"})});
    } else {
      l.what = hook_node{found->second};
    }
  } else if (next_is("def")) {
    fail(rest(), {"a def inside a block", "not possible here",
                  "defs stand at the beginning of a file, without indentation"});
  } else {
    fail(first->where,
         {fmt::format("'{}' does not begin a line", first->text), "unknown line",
          next_ + 1 < line_.tokens.size() && line_.tokens[next_ + 1].kind == token_kind::name
              ? suggest(first->text, {"for", "do", "let", "mark", "wait", "broker"})
              : "write CLIENT > PACKET to send, CLIENT < PACKET to expect"});
  }
  return l;
}

}  // namespace mqttspec::script
