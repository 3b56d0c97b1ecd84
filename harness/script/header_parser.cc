#include "script/header_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/spelling.h"
#include "wire/table.h"

namespace mqttspec::script {

namespace {

void read_versions(scenario_node& s, line_parser& p) {
  do {
    const token* t = p.peek();
    if (t == nullptr) return p.expected("5 or 3.1.1");
    const auto v = p.version(t->text, t->where);
    if (!p.failed() && std::find(s.versions.begin(), s.versions.end(), v) != s.versions.end()) {
      p.fail(t->where, {fmt::format("version {} stands twice", t->text), "second one", ""});
    }
    if (p.failed()) return;
    s.versions.push_back(v);
    p.accept(t->text);
  } while (!p.at_end());
}

requirement_level read_level(line_parser& p) {
  static constexpr requirement_level levels[] = {requirement_level::must, requirement_level::should,
                                                 requirement_level::may, requirement_level::info};
  const word name = p.name("must, should, may or info");
  for (const requirement_level l : levels) {
    if (level_name(l) == name.text) return l;
  }
  p.fail(name.where, {fmt::format("unknown level '{}'", name.text), "unknown level",
                      suggest(name.text, {"must", "should", "may", "info"})});
  return requirement_level::must;
}

// One level for both versions, and perhaps another one for 3.1.1.
void read_levels(scenario_node& s, line_parser& p) {
  s.level = s.v311_level = read_level(p);
  if (p.failed() || p.at_end()) return;
  p.expect("3.1.1");
  s.v311_level = read_level(p);
}

void read_clients(scenario_node& s, line_parser& p) {
  clients_node c;
  while (!p.at_end()) {
    if (!c.names.empty() && p.accept("over")) {
      const word transport = p.name("tcp, tls, ws or wss");
      static const std::vector<std::string_view> known = {"tcp", "tls", "ws", "wss"};
      if (std::find(known.begin(), known.end(), transport.text) == known.end()) {
        p.fail(transport.where, {fmt::format("unknown transport '{}'", transport.text),
                                 "unknown transport", suggest(transport.text, known)});
      }
      c.transport = transport.text;
    } else if (!c.names.empty() && p.accept("at")) {
      c.node = p.name("the name of a node").text;
    } else if (!c.names.empty() && p.accept("speaks")) {
      const token* t = p.peek();
      if (t == nullptr) return p.expected("5 or 3.1.1");
      c.speaks = p.version(t->text, t->where);
      if (t->kind == token_kind::string) {
        p.plain_text("5 or 3.1.1");
      } else {
        p.accept(t->text);
      }
    } else {
      const word name = p.name("the name of a client");
      if (!p.failed()) c.names.push_back(name);
    }
  }
  if (c.names.empty()) p.expected("the name of a client");
  s.clients.push_back(std::move(c));
}

need_node read_need(line_parser& p) {
  need_node n;
  n.capability = p.name("a capability");
  static constexpr std::pair<std::string_view, comparison> operators[] = {
      {"==", comparison::equal},         {"!=", comparison::not_equal},
      {"<=", comparison::less_or_equal}, {">=", comparison::greater_or_equal},
      {"<", comparison::less},           {">", comparison::greater}};
  for (const auto& [text, op] : operators) {
    if (!p.accept(text)) continue;
    n.op = op;
    const place where = p.here();
    n.number = p.integer();
    if (n.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      p.fail(where, {"the number is too large", "out of range", ""});
    }
    break;
  }
  return n;
}

// By clients, in any packet.
bool is_sent(std::string_view field) {
  using wire::packet_type;
  static constexpr packet_type sent[] = {packet_type::connect,    packet_type::publish,
                                         packet_type::puback,     packet_type::pubrec,
                                         packet_type::pubrel,     packet_type::pubcomp,
                                         packet_type::subscribe,  packet_type::unsubscribe,
                                         packet_type::disconnect, packet_type::auth};
  return std::any_of(std::begin(sent), std::end(sent),
                     [&](packet_type type) { return wire::find_field(type, field).has_value(); });
}

}  // namespace

side read_side(line_parser& p) {
  const word name = p.name("client or server");
  if (name.text == "server") return side::server;
  if (name.text != "client") {
    p.fail(name.where, {fmt::format("the suite cannot play '{}'", name.text), "unknown side",
                        suggest(name.text, {"client", "server"})});
  }
  return side::client;
}

void read_header(scenario_node& s, std::string_view key, line_parser& p) {
  if (key == "title") {
    std::string title = p.plain_text("the title");
    if (!p.failed()) s.title = std::move(title);
  } else if (key == "versions") {
    read_versions(s, p);
  } else if (key == "level") {
    read_levels(s, p);
  } else if (key == "purpose") {
    do {
      const word purpose = p.name("the id of a purpose");
      if (!p.failed()) s.purposes.push_back(purpose);
    } while (!p.at_end());
  } else if (key == "clients") {
    read_clients(s, p);
  } else if (key == "plays") {
    s.plays = read_side(p);
  } else if (key == "pings") {
    p.expect("shown");
    s.pings_shown = true;
  } else if (key == "needs") {
    do {
      const need_node need = read_need(p);
      if (!p.failed()) s.needs.push_back(need);
    } while (p.accept(","));
  } else if (key == "tags") {
    do {
      const word tag = p.name("a tag");
      if (!p.failed()) s.tags.push_back(tag);
    } while (!p.at_end());
  } else if (key == "apart") {
    do {
      const word field = p.name("a field that clients send");
      if (!p.failed() && !is_sent(field.text)) {
        p.fail(field.where, {fmt::format("clients send no field '{}'", field.text), "unknown field",
                             "write the name of a field of a packet that clients send"});
      }
      if (!p.failed()) s.apart.push_back(field);
    } while (!p.at_end());
  } else if (key == "let") {
    let_node let;
    let.name = p.name("a name");
    p.expect("=");
    let.value = p.value();
    if (!p.failed()) s.variations.emplace_back(std::move(let));
  } else if (key == "matrix") {
    matrix_node m;
    m.name = p.name("a name");
    p.expect("=");
    value_node first = p.value();
    if (p.accept("..")) {
      value_node last = p.value();
      const place where = p.failed() ? first.where : joined(first.where, last.where);
      m.range = range_node{std::move(first), std::move(last), where};
    } else {
      m.values.push_back(std::move(first));
      while (p.accept(",")) m.values.push_back(p.value());
    }
    if (!p.failed()) s.variations.emplace_back(std::move(m));
  } else {
    s.references.push_back(p.plain_text("a link or a title"));
  }
}

}  // namespace mqttspec::script
