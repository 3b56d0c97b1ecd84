#include "script/workarounds.h"

#include <algorithm>
#include <set>

namespace mqttspec::script {

namespace {

using wire::packet_type;
using wire::protocol_version;

template <class Clauses>
auto find_clause(Clauses& all, std::string_view name) {
  return std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
}

bool is_number(const expression& e, std::uint64_t n, const bindings& known) {
  return evaluate(e, known) == wire::value(n);
}

send_line* connect_of(instruction& i) {
  auto* send = std::get_if<send_line>(&i.what);
  const bool is = send != nullptr && send->kind == send_kind::packet &&
                  send->packet.type == packet_type::connect;
  return is ? send : nullptr;
}

// Clean Start of the first CONNECT with each Client Identifier, from |was| to another.
scenario begun_otherwise(scenario s, std::uint64_t was) {
  std::set<std::string> seen;
  for (instruction& i : s.lines) {
    send_line* connect = connect_of(i);
    if (connect == nullptr || connect->packet.version != protocol_version::v5) continue;
    auto& fields = connect->packet.fields;
    const auto id = find_clause(fields, "client_id");
    const auto value =
        id == fields.end() ? std::nullopt : evaluate(id->values.front(), s.constants);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    if (text == nullptr || !seen.insert(*text).second) continue;
    const auto clean = find_clause(fields, "clean_start");
    const auto interval = find_clause(fields, "session_expiry_interval");
    const bool lasts =
        interval != fields.end() && !is_number(interval->values.front(), 0, s.constants);
    if (!lasts || clean == fields.end() || !is_number(clean->values.front(), was, s.constants)) {
      continue;
    }
    clean->values.front() = {1 - was};
  }
  return s;
}

}  // namespace

scenario begun_without_clean_start(scenario s) {
  return begun_otherwise(std::move(s), 1);
}

scenario begun_with_clean_start(scenario s) {
  return begun_otherwise(std::move(s), 0);
}

scenario without_session_present(scenario s) {
  bool claims_follow = false;
  for (auto i = s.lines.rbegin(); i != s.lines.rend(); ++i) {
    const bool claims = !statements_of(*i).empty();
    auto* line = std::get_if<expect_line>(&i->what);
    if (line != nullptr && line->group == group_kind::single && (claims_follow || !claims)) {
      alternative& a = line->alternatives.front();
      std::erase_if(a.packet.fields, [&](const field_clause& c) {
        return a.packet.type == packet_type::connack && c.name == "session_present" &&
               c.kind == match_kind::equals && is_number(c.values.front(), 1, s.constants);
      });
    }
    claims_follow = claims_follow || claims;
  }
  return s;
}

scenario left_by_disconnect(scenario s) {
  std::set<std::string> polite;      // clients whose connection may end by DISCONNECT
  std::vector<std::uint32_t> moved;  // where each line is now
  std::vector<instruction> lines;
  for (instruction& i : s.lines) {
    if (const send_line* connect = connect_of(i)) {
      const bool will =
          find_clause(connect->packet.fields, "will_topic") != connect->packet.fields.end();
      if (will || !connect->edits.empty()) {
        polite.erase(connect->client);
      } else {
        polite.insert(connect->client);
      }
    } else if (const auto* send = std::get_if<send_line>(&i.what)) {
      const bool ends = send->kind == send_kind::close || send->kind == send_kind::shutdown ||
                        send->kind == send_kind::abort;
      const bool says_so =
          send->kind == send_kind::packet && send->packet.type == packet_type::disconnect;
      const bool crafted = send->kind == send_kind::octets || !send->edits.empty();
      if (ends && polite.contains(send->client)) {
        const auto client = std::find_if(s.clients.begin(), s.clients.end(),
                                         [&](const auto& c) { return c.name == send->client; });
        send_line goodbye;
        goodbye.client = send->client;
        goodbye.packet = {
            packet_type::disconnect, client == s.clients.end() ? s.version : client->version, {}};
        lines.push_back(
            {std::move(goodbye), i.where, send->client + " > DISCONNECT", i.loop, i.step});
      }
      if (ends || says_so || crafted) polite.erase(send->client);
    }
    moved.push_back(static_cast<std::uint32_t>(lines.size()));
    lines.push_back(std::move(i));
  }
  // Loops name their lines by number.
  for (instruction& i : lines) {
    if (auto* begin = std::get_if<loop_begin>(&i.what)) begin->end = moved[begin->end];
    if (auto* end = std::get_if<loop_end>(&i.what)) end->begin = moved[end->begin];
  }
  s.lines = std::move(lines);
  return s;
}

}  // namespace mqttspec::script
