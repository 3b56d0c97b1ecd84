#include "script/company.h"

#include <algorithm>
#include <iterator>

#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::script {

namespace {

// What the line writes; nullopt when that is known in the run only.
std::optional<byte_buffer> octets_of(const send_line& l, const bindings& known) {
  wire::encoded e;
  if (l.kind == send_kind::octets) {
    e.bytes = l.octets;
  } else {
    wire::packet p = wire::make(l.packet.type, l.packet.version);
    for (const field_clause& clause : l.packet.fields) {
      const auto v = evaluate(clause.values.front(), known);
      if (!v || !wire::set_field(p, clause.name, *v)) return std::nullopt;
    }
    auto made = wire::encode(p);
    if (!made) return std::nullopt;
    e = std::move(*made);
  }
  for (const wire::edit& edit : l.edits) {
    if (!wire::apply(edit, e)) return std::nullopt;
  }
  return std::move(e.bytes);
}

bool is_of_servers(wire::packet_type type) {
  using wire::packet_type;
  return type == packet_type::connack || type == packet_type::suback ||
         type == packet_type::unsuback || type == packet_type::pingresp;
}

// A packet that has not ended yet may be completed by another line.
bool are_packets(byte_view octets, wire::protocol_version version) {
  while (!octets.empty()) {
    const auto frame = wire::split(octets, version);
    if (!frame) return false;
    if (!*frame) return true;
    const auto p = wire::decode((*frame)->bytes, {version, wire::sender::client});
    if (!p || is_of_servers(p->type)) return false;
    octets = octets.subspan((*frame)->bytes.size());
  }
  return true;
}

wire::protocol_version version_of(const scenario& s, const std::string& client) {
  const auto found = std::find_if(s.clients.begin(), s.clients.end(),
                                  [&](const auto& c) { return c.name == client; });
  return found == s.clients.end() ? s.version : found->version;
}

bool is_hostile(const scenario& s, const send_line& l) {
  const bool crafted = l.kind == send_kind::octets || !l.edits.empty();
  if (!crafted) return false;
  const auto octets = octets_of(l, s.constants);
  return !octets || !are_packets(*octets, version_of(s, l.client));
}

template <class Line, class Predicate>
bool any_line(const scenario& s, const Predicate& is) {
  return std::any_of(s.lines.begin(), s.lines.end(), [&](const instruction& i) {
    const auto* l = std::get_if<Line>(&i.what);
    return l != nullptr && is(*l);
  });
}

}  // namespace

bool runs_alone(const scenario& s) {
  return stops_broker(s) || std::find(s.tags.begin(), s.tags.end(), "exclusive") != s.tags.end();
}

bool stops_broker(const scenario& s) {
  return any_line<hook_line>(s, [](const hook_line&) { return true; });
}

bool sends_field(const scenario& s, std::string_view field) {
  return any_line<send_line>(s, [&](const send_line& l) {
    return std::any_of(l.packet.fields.begin(), l.packet.fields.end(),
                       [&](const field_clause& c) { return c.name == field; });
  });
}

bool is_hostile(const scenario& s) {
  return s.plays == side::client &&
         any_line<send_line>(s, [&](const send_line& l) { return is_hostile(s, l); });
}

std::size_t most_sessions(const scenario& s) {
  std::size_t all = 0;
  std::vector<std::uint64_t> rounds{1};
  for (const instruction& i : s.lines) {
    if (const auto* loop = std::get_if<loop_begin>(&i.what)) {
      rounds.push_back(rounds.back() * (loop->last - loop->first + 1));
    } else if (std::holds_alternative<loop_end>(i.what)) {
      rounds.pop_back();
    } else if (const auto* l = std::get_if<send_line>(&i.what)) {
      const bool connects =
          l->kind == send_kind::packet && l->packet.type == wire::packet_type::connect;
      if (connects) all += rounds.back();
    }
  }
  return all;
}

scenario with_bystander(scenario s) {
  const std::string name = "bystander";
  const auto ns = s.constants.find("ns");
  const auto* own = ns == s.constants.end() ? nullptr : std::get_if<std::string>(&ns->second);
  const bool taken = std::any_of(s.clients.begin(), s.clients.end(),
                                 [&](const auto& c) { return c.name == name; });
  if (own == nullptr || taken) return s;
  s.clients.push_back({name, "", "", s.version});

  const auto line = [&](auto what, const char* text, std::size_t step) {
    return instruction{std::move(what), s.where, name + text, "", static_cast<std::uint32_t>(step)};
  };
  const auto send = [&](wire::packet_type type, std::vector<field_clause> fields) {
    send_line l;
    l.client = name;
    l.packet = {type, s.version, std::move(fields)};
    return l;
  };
  const auto expect = [&](wire::packet_type type, std::vector<statement_reference> statements) {
    expect_line l;
    l.client = name;
    l.alternatives.push_back({awaited::packet, {type, s.version, {}}, "", false, {}, s.where});
    l.statements = std::move(statements);
    return l;
  };
  const auto field = [&](const char* of, expression value) {
    field_clause c;
    c.name = of;
    c.values.push_back(std::move(value));
    c.where = s.where;
    return c;
  };
  using wire::packet_type;
  const bool v5 = s.version == wire::protocol_version::v5;
  std::vector<instruction> before;
  before.push_back(line(
      send(packet_type::connect, {field("client_id", {text_template{{*own + "-" + name, false}}}),
                                  field(v5 ? "clean_start" : "clean_session", {std::uint64_t{1}})}),
      " > CONNECT", s.steps.size()));
  before.push_back(line(expect(packet_type::connack, {}), " < CONNACK", s.steps.size()));
  s.steps.emplace_back("another client is connected");
  // Loops name their lines by number.
  for (instruction& i : s.lines) {
    const auto shift = static_cast<std::uint32_t>(before.size());
    if (auto* begin = std::get_if<loop_begin>(&i.what)) begin->end += shift;
    if (auto* end = std::get_if<loop_end>(&i.what)) end->begin += shift;
  }
  s.lines.insert(s.lines.begin(), std::make_move_iterator(before.begin()),
                 std::make_move_iterator(before.end()));
  s.lines.push_back(line(send(packet_type::pingreq, {}), " > PINGREQ", s.steps.size()));
  // What one client does may not harm another; 3.1.1 only recommends that.
  std::vector<statement_reference> broken;
  if (v5) broken.push_back({s.version, "v5-4.13.1-c"});
  s.lines.push_back(
      line(expect(packet_type::pingresp, std::move(broken)), " < PINGRESP", s.steps.size()));
  s.steps.emplace_back("another client is still served");
  return s;
}

}  // namespace mqttspec::script
