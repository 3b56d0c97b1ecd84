// Playing the server of client libraries: they connect when they want to, are asked for things, and
// tell what their application learns.

#include <fmt/format.h>

#include <algorithm>

#include "play/scenario_state.h"

namespace mqttspec::play {

using wire::packet_type;

void scenario_player::state::start_libraries() {
  if (!serves()) return;
  for (const script::client_declaration& c : scenario.clients) {
    libraries[c.name];
    actions.push_back(start_client{c.name});
  }
}

bool scenario_player::state::all_ready() const {
  return std::all_of(libraries.begin(), libraries.end(),
                     [](const auto& entry) { return entry.second.ready; });
}

bool scenario_player::state::begin_ask(const script::ask_line& l, instant now) {
  library& by = libraries[l.client];
  adapter::message command{l.command, {}};
  for (const script::field_clause& clause : l.fields) {
    auto v = script::evaluate(clause.values.front(), known);
    if (!v) {
      conclude(ending::faulty, "a variable of this line has no value", now);
      return false;
    }
    command.fields[clause.name] = std::move(*v);
  }
  record.noted(l.client, "asks " + adapter::print(command), now);
  command.fields["n"] = ++by.asked;
  if (l.command == "connect") {
    command.fields["version"] = std::string(wire::version_name(version_of(l.client)));
  }
  if (!l.number.empty()) known[l.number] = by.asked;
  actions.push_back(ask_client{l.client, std::move(command)});
  return true;
}

// A kill is done at once; a start when the adapter says that it is ready.
void scenario_player::state::begin_client_line(const script::client_line& l, instant now) {
  library& by = libraries[l.client];
  if (l.action == script::client_action::kill) {
    by.told.clear();
    record.forgot(now);
    actions.push_back(kill_client{l.client});
  } else {
    by.ready = false;
    actions.push_back(start_client{l.client});
  }
}

bool scenario_player::state::awaits_connect(const script::expect_line& l) {
  return std::any_of(l.alternatives.begin(), l.alternatives.end(), [](const auto& a) {
    return a.what == script::awaited::packet && a.packet.type == packet_type::connect;
  });
}

void scenario_player::state::take_connection(const std::string& client) {
  auto& waiting = libraries[client].waiting;
  if (current.contains(client) || waiting.empty()) return;
  current[client] = waiting.front();
  waiting.pop_front();
}

bool scenario_player::state::continue_tell(const script::tell_line& l, instant now) {
  judgement j = awaiting_word->judge(libraries[l.client].told, now);
  if (j.is == judgement::state::pending) {
    if (!l.none) give_up_on_refusal(l.client, now);
    return false;
  }
  awaiting_word.reset();
  return take(std::move(j), l.client, now);
}

void scenario_player::state::give_up_on_refusal(const std::string& client, instant now) {
  if (!serves()) return;
  const auto& told = libraries[client].told;
  const auto refusal = std::find_if(told.begin(), told.end(),
                                    [](const told_event& e) { return e.what.name == "refused"; });
  if (refusal == told.end()) return;
  const std::string why = refusal->what.text("why");
  record.trace().mark(refusal->trace_number);
  if (why == "unknown") {
    conclude(ending::unknown, "the adapter does not know a command of this case", now);
  } else {
    unplayable(client, "the library refused what it was asked: " + why, now);
  }
}

// PINGREQ is answered, and no line sees it, unless the case is about it.
bool scenario_player::state::answers_ping(connection& on, const inbound& item, instant now) {
  const bool is_ping =
      item.kind == inbound_kind::packet && item.packet.type == packet_type::pingreq;
  if (!serves() || !is_ping) return false;
  if (on.state == link_state::open) {
    write(on, {static_cast<std::uint8_t>(packet_type::pingresp) << 4, 0}, now);
  }
  return !scenario.pings_shown;
}

void scenario_player::accepted(connection_id id, const std::string& client, instant now) {
  state& s = *state_;
  if (s.judged) return s.actions.push_back(close_connection{id, false});
  connection& on =
      s.connections.emplace(id, connection(id, client, s.version_of(client), wire::sender::client))
          .first->second;
  on.state = link_state::open;
  s.record.opened(id, client, on.version(), now);
  s.libraries[client].waiting.push_back(id);
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::told(const std::string& client, const adapter::message& event, instant now) {
  state& s = *state_;
  if (s.judged) return;
  state::library& by = s.libraries[client];
  const std::uint64_t number = s.record.noted(client, "tells " + adapter::print(event), now);
  if (event.name == "ready") {
    by.ready = true;
  } else if (event.name != "log") {
    by.told.push_back({event, now, number});
  }
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::client_ended(const std::string& client, const std::string& how, instant now) {
  state& s = *state_;
  if (s.judged) return;
  s.record.noted(client, "the adapter " + how, now);
  s.conclude(ending::faulty, fmt::format("the adapter of {} {}", client, how), now);
  s.leave(now);
}

}  // namespace mqttspec::play
