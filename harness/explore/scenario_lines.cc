// One entry of a trace after the other, as lines.

#include "explore/scenario_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::protocol_version;

namespace {

void replace_all(std::string& in, std::string_view what, std::string_view by) {
  for (std::size_t i = in.find(what); i != std::string::npos; i = in.find(what, i + by.size())) {
    in.replace(i, what.size(), by);
  }
}

std::string with_namespace(std::string text, const std::string& ns) {
  replace_all(text, ns, "{ns}");
  return text;
}

// All that is made malformed is the reserved flag of a CONNECT, behind two octets of fixed header
// and seven of name and level. The flags of credentials are the target's.
void unmake(moment& m) {
  constexpr std::size_t at = 9;
  if (m.e.octets.size() <= at) return;
  m.edit = fmt::format(" | set {} {}", at, m.e.octets[at] & 0x3F);
  m.e.octets[at] &= 0xFE;
  m.p = trace::packet_of(m.e);
}

}  // namespace

std::vector<moment> moments_of(const std::vector<trace::entry>& all) {
  std::vector<moment> out;
  for (const trace::entry& e : all) {
    moment m{e, trace::packet_of(e), ""};
    if (is_sent(m) && !m.p) unmake(m);
    // Nobody waits for anything between the two, but for CONNACK.
    if (is_sent(m) && !out.empty() && is_sent(out.back()) && is(out.back(), packet_type::connect) &&
        out.back().e.connection == e.connection) {
      out.back().edit += " | join";
    }
    out.push_back(std::move(m));
  }
  return out;
}

std::string group(const std::string& who, std::string_view kind,
                  const std::vector<std::string>& alternatives) {
  std::string out = fmt::format("    {} < {}\n", who, kind);
  for (const std::string& a : alternatives) out += fmt::format("      {}\n", a);
  return out;
}

scenario_lines::scenario_lines(std::string ns, const std::vector<moment>& all)
    : ns_(std::move(ns)) {
  find_literal_ids(all);
}

// Client Identifiers that mean something by their letters or length stay as they were.
void scenario_lines::find_literal_ids(const std::vector<moment>& all) {
  std::map<std::string, std::set<std::string>> by_lower;
  for (const moment& m : all) {
    if (!is_sent(m) || !is(m, packet_type::connect)) continue;
    const std::string& id = m.p->client_id;
    std::string lower = id;
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    by_lower[lower].insert(id);
    if (id.size() == 23) literal_ids_.insert(id);
  }
  for (const auto& [lower, spelled] : by_lower) {
    if (spelled.size() > 1) literal_ids_.insert(spelled.begin(), spelled.end());
  }
}

std::string scenario_lines::with_captures(const std::string& client,
                                          const std::string& expected) const {
  if (!expected.starts_with("PUBREL") && !expected.starts_with("PUBLISH")) return expected;
  const std::size_t at = expected.find(" id=");
  if (at == std::string::npos) return expected;
  const auto id = static_cast<std::uint16_t>(std::stoul(expected.substr(at + 4)));
  const auto captured = captures_.find({client.front(), id});
  if (captured == captures_.end()) return expected;
  const std::size_t end = std::min(expected.find(' ', at + 1), expected.size());
  return expected.substr(0, at + 4) + "{" + captured->second + "}" + expected.substr(end);
}

std::string scenario_lines::other_identifier(const std::string& client) const {
  std::string list;
  for (const auto& [key, name] : captures_) {
    if (key.first != client.front()) continue;
    list += (list.empty() ? "{" : ", {") + name + "}";
  }
  return list.empty() ? list : " id not in (" + list + ")";
}

std::string scenario_lines::line(const moment& m) {
  const std::string& who = m.e.client;
  const play::connection_id c = m.e.connection;
  if (is_sent(m)) {
    const bool first = connected_.insert(c).second;
    if (is(m, packet_type::disconnect)) goodbye_.insert(c);
    return fmt::format(
        "{}    {} > {}{}\n",
        first && !is(m, packet_type::connect) ? fmt::format("    {} > open\n", who) : "", who,
        sent(m), m.edit);
  }
  if (is_received(m)) {
    return is(m, packet_type::disconnect) ? ending(m)
                                          : fmt::format("    {} < {}\n", who, received(m));
  }
  switch (m.e.what) {
    case trace::event_kind::waited:
      return fmt::format("    wait {}\n", print_duration(m.e.length));
    case trace::event_kind::restarted:
      return "    broker restart\n";
    case trace::event_kind::shut:
      shut_.insert(c);
      return fmt::format("    {} > shutdown\n", who);
    case trace::event_kind::aborted:
      return fmt::format("    {} > abort\n", who);
    case trace::event_kind::closed:
      return fmt::format("    {} > close\n", who);
    case trace::event_kind::ended:
    case trace::event_kind::reset:
      return ending(m);
    default:
      return {};
  }
}

// The broker ends a connection; in 5.0 it may say why, but not behind our own DISCONNECT.
std::string scenario_lines::ending(const moment& m) {
  const play::connection_id c = m.e.connection;
  if (!told_.insert(c).second) return {};
  const bool silent = m.e.version == protocol_version::v311 || goodbye_.contains(c);
  if (silent) {
    return fmt::format("    {} < close{}\n", m.e.client, shut_.contains(c) ? "" : " within 12s");
  }
  return group(m.e.client, "any of within 12s",
               {"close",
                "DISCONNECT reason in (protocol_error, malformed_packet, session_taken_over, "
                "keep_alive_timeout, topic_alias_invalid)"});
}

std::string scenario_lines::identifier(const moment& m) {
  const auto captured = captures_.find({m.e.client.front(), m.p->packet_id});
  if (captured == captures_.end()) return fmt::format("{}", m.p->packet_id);
  return "{" + captured->second + "}";
}

std::string scenario_lines::sent(const moment& m) {
  if (!m.p) return "hex(" + to_hex(m.e.octets) + ")";
  wire::packet p = *m.p;
  const std::string name(wire::packet_of(p.type).name);
  if (p.type == packet_type::puback || p.type == packet_type::pubrec ||
      p.type == packet_type::pubcomp) {
    std::string out = name + " id=" + identifier(m);
    if (p.reason != 0) {
      out += fmt::format(" reason={}", wire::reason_name(p.type, p.version, p.reason));
    }
    return out;
  }
  p.user_name.reset();
  p.password.reset();
  const bool literal = literal_ids_.contains(p.client_id);
  std::string out = literal ? wire::print(p) : with_namespace(wire::print(p), ns_);
  for (const char* usual :
       {" dup=0", " retain=0", " no_local=0", " retain_as_published=0", " retain_handling=0",
        " keep_alive=0", " will_retain=0", " reason=success", " reason=normal_disconnection"}) {
    replace_all(out, usual, "");
  }
  return out;
}

std::string scenario_lines::received(const moment& m) {
  if (!m.p) return "hex(" + to_hex(m.e.octets) + ")";
  const wire::packet& p = *m.p;
  const std::string name(wire::packet_of(p.type).name);
  switch (p.type) {
    case packet_type::connack:
      if (p.reason != 0) {
        return fmt::format("CONNACK session_present={} reason={}", p.session_present ? 1 : 0,
                           wire::reason_name(p.type, p.version, p.reason));
      }
      return fmt::format("CONNACK session_present={}", p.session_present ? 1 : 0);
    case packet_type::publish:
      return published(m);
    case packet_type::pubrel:
      return "PUBREL id=" + identifier(m);
    case packet_type::pingresp:
      return name;
    case packet_type::pubcomp:
      if (p.reason != 0) {
        return fmt::format("PUBCOMP id={} reason={}", p.packet_id,
                           wire::reason_name(p.type, p.version, p.reason));
      }
      [[fallthrough]];
    default:
      return fmt::format("{} id={}", name, p.packet_id);
  }
}

std::string scenario_lines::published(const moment& m) {
  const wire::packet& p = *m.p;
  std::string out =
      fmt::format("PUBLISH topic=\"{}\" qos={} dup={} retain={} payload=\"{}\"",
                  with_namespace(p.topic, ns_), p.qos, p.dup ? 1 : 0, p.retain ? 1 : 0, p.payload);
  if (p.qos == 0) return out;
  const std::pair<char, std::uint16_t> key{m.e.client.front(), p.packet_id};
  if (p.dup && captures_.contains(key)) return out + " id={" + captures_[key] + "}";
  captures_[key] = fmt::format("id{}", ++captured_);
  return out + " id as " + captures_[key];
}

}  // namespace mqttspec::explore
