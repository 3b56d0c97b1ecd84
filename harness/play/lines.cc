// Executing the lines of a case.

#include <fmt/format.h>

#include <algorithm>

#include "play/scenario_state.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::play {

using script::send_kind;
using wire::packet_type;

namespace {

constexpr std::size_t longest_write = std::size_t{512} << 20;

std::string client_of(const script::instruction& i) {
  if (const auto* send = std::get_if<script::send_line>(&i.what)) return send->client;
  if (const auto* expect = std::get_if<script::expect_line>(&i.what)) return expect->client;
  if (const auto* ask = std::get_if<script::ask_line>(&i.what)) return ask->client;
  if (const auto* tell = std::get_if<script::tell_line>(&i.what)) return tell->client;
  return "";
}

// All cases that do keep CONNECT shorter than 128 octets.
bool sets_connect_flags(const wire::edit& edit) {
  return edit.kind == wire::edit_kind::set && edit.first == 9;
}

}  // namespace

wire::protocol_version scenario_player::state::version_of(const std::string& client) const {
  const auto found = std::find_if(scenario.clients.begin(), scenario.clients.end(),
                                  [&](const auto& c) { return c.name == client; });
  return found == scenario.clients.end() ? scenario.version : found->version;
}

void scenario_player::state::run_lines(instant now) {
  if (!all_ready()) return;
  while (!judged) {
    if (line == scenario.lines.size()) {
      hold(now);
      return;
    }
    if (!line_begun) {
      line_begun = true;
      reached = now;
      if (!begin_line(now)) {
        if (judged || !continue_line(now)) return;
      }
    } else if (!continue_line(now)) {
      return;
    }
    if (!judged) finish_line(now);
  }
}

void scenario_player::state::finish_line(instant now) {
  if (const std::string client = client_of(current_line()); !client.empty()) {
    previous_line[client] = now;
  }
  ++line;
  line_begun = false;
}

bool scenario_player::state::begin_line(instant now) {
  const script::instruction& i = current_line();
  if (const auto* send = std::get_if<script::send_line>(&i.what)) return begin_send(*send, now);
  if (const auto* expect = std::get_if<script::expect_line>(&i.what)) {
    begin_expect(*expect, now);
    return false;
  }
  if (const auto* ask = std::get_if<script::ask_line>(&i.what)) return begin_ask(*ask, now);
  if (const auto* tell = std::get_if<script::tell_line>(&i.what)) {
    awaiting_word.emplace(*tell, window_at(tell->window, tell->client, now), known);
    return false;
  }
  if (const auto* client = std::get_if<script::client_line>(&i.what)) {
    begin_client_line(*client, now);
    return false;
  }
  if (const auto* let = std::get_if<script::let_line>(&i.what)) {
    const auto v = script::evaluate(let->value, known);
    if (!v) {
      conclude(ending::faulty, "a variable of this line has no value", now);
      return false;
    }
    known[let->name] = *v;
    return true;
  }
  if (const auto* mark = std::get_if<script::mark_line>(&i.what)) {
    marks[mark->name] = now;
    return true;
  }
  if (const auto* wait = std::get_if<script::wait_line>(&i.what)) {
    waiting_until = now + wait->length;
    return false;
  }
  if (const auto* loop = std::get_if<script::loop_begin>(&i.what)) {
    loops.push_back({line, loop->first});
    known[loop->variable] = loop->first;
    return true;
  }
  if (const auto* loop = std::get_if<script::loop_end>(&i.what)) {
    const auto& begin = std::get<script::loop_begin>(scenario.lines[loop->begin].what);
    if (loops.back().round == begin.last) {
      loops.pop_back();
    } else {
      known[begin.variable] = ++loops.back().round;
      line = loop->begin;
    }
    return true;
  }
  hook_pending = true;
  record.restarted(now);
  actions.push_back(run_hook{std::get<script::hook_line>(i.what).action});
  return false;
}

bool scenario_player::state::continue_line(instant now) {
  const script::instruction& i = current_line();
  if (const auto* expect = std::get_if<script::expect_line>(&i.what)) {
    return continue_expect(*expect, now);
  }
  if (const auto* tell = std::get_if<script::tell_line>(&i.what)) return continue_tell(*tell, now);
  if (std::holds_alternative<script::client_line>(i.what)) return all_ready();
  if (std::holds_alternative<script::wait_line>(i.what)) {
    if (now < waiting_until) return false;
    waiting_until = never;
    return true;
  }
  if (const auto* send = std::get_if<script::send_line>(&i.what)) {
    while (!to_write.empty() && to_write.front().at <= now) {
      connection* on = find_current(send->client);
      if (on == nullptr || on->close_arrived() || on->state == link_state::shut) {
        to_write.clear();  // the broker has heard enough; the next line tells what it said
        break;
      }
      write_piece(*on, std::move(to_write.front().octets), now);
      to_write.pop_front();
    }
    if (!to_write.empty()) return false;
    end_pieces(now);
    return true;
  }
  return !hook_pending;
}

connection* scenario_player::state::find_current(const std::string& client) {
  const auto found = current.find(client);
  return found == current.end() ? nullptr : &connections.at(found->second);
}

connection* scenario_player::state::find_live(connection_id id) {
  const auto found = connections.find(id);
  return found == connections.end() || judged ? nullptr : &found->second;
}

connection& scenario_player::state::open(const std::string& client, instant now) {
  if (connection* old = find_current(client); old != nullptr && !old->close_arrived()) {
    if (old->state != link_state::closed) {
      actions.push_back(close_connection{old->id(), false});
      record.ended(old->id(), trace::event_kind::closed, "close", now);
    }
    old->state = link_state::closed;
  }
  const connection_id id = next_connection++;
  const auto declared = std::find_if(scenario.clients.begin(), scenario.clients.end(),
                                     [&](const auto& c) { return c.name == client; });
  actions.push_back(open_connection{id, client,
                                    declared == scenario.clients.end() ? "" : declared->transport,
                                    declared == scenario.clients.end() ? "" : declared->node});
  record.opened(id, client, version_of(client), now);
  current[client] = id;
  return connections.emplace(id, connection(id, client, version_of(client))).first->second;
}

void scenario_player::state::do_or_defer(connection& on, action a) {
  if (on.state == link_state::connecting) {
    on.deferred.push_back(std::move(a));
  } else {
    actions.push_back(std::move(a));
  }
}

std::optional<byte_buffer> scenario_player::state::octets_of(const script::send_line& l,
                                                             connection& on, trace::making& how) {
  if (l.kind == send_kind::octets && l.edits.empty()) return l.octets;
  wire::encoded e;
  // Of what the harness adds to a CONNECT; a line that sets the Connect Flags knows nothing of it.
  std::uint64_t flags_of_credentials = 0;
  if (l.kind == send_kind::octets) {
    e.bytes = l.octets;
  } else {
    wire::packet p = wire::make(l.packet.type, on.version());
    for (const script::field_clause& clause : l.packet.fields) {
      const auto v = script::evaluate(clause.values.front(), known);
      if (!v || !wire::set_field(p, clause.name, *v)) {
        why_not = fmt::format("{}.{} cannot be set to this value", wire::packet_of(p.type).name,
                              clause.name);
        return std::nullopt;
      }
    }
    if (p.type == packet_type::connect) {
      const auto says_keep_alive = [](const script::field_clause& c) {
        return c.name == "keep_alive";
      };
      on.keep_alive_is_the_cases =
          std::any_of(l.packet.fields.begin(), l.packet.fields.end(), says_keep_alive);
      if (!on.keep_alive_is_the_cases) p.keep_alive = options.keep_alive;
      // A line that sets the flags of credentials wants none of the target's.
      const bool adds = std::none_of(l.edits.begin(), l.edits.end(), [](const wire::edit& edit) {
        return sets_connect_flags(edit) && (edit.second & 0xC0) != 0;
      });
      if (adds && !p.user_name && !options.user_name.empty()) {
        p.user_name = options.user_name;
        flags_of_credentials |= 0x80;
      }
      if (adds && !p.password && !options.password.empty() && p.user_name == options.user_name) {
        p.password = options.password;
        flags_of_credentials |= 0x40;
      }
    }
    auto made = wire::encode(p);
    if (!made) {
      why_not = fmt::format("{} cannot be encoded: {}", wire::packet_of(p.type).name,
                            print(made.error()));
      return std::nullopt;
    }
    e = std::move(*made);
    how.of = std::move(p);
  }
  for (wire::edit edit : l.edits) {
    if (sets_connect_flags(edit)) edit.second |= flags_of_credentials;
    if (const auto applied = wire::apply(edit, e); !applied) {
      why_not = fmt::format("'{}' cannot be applied: {}", wire::edit_name(edit.kind),
                            print(applied.error()));
      return std::nullopt;
    }
    how.edits.push_back(std::move(edit));
  }
  return std::move(e.bytes);
}

void scenario_player::state::write(connection& to, byte_buffer octets, instant now) {
  record_sent(to, octets, now, false);
  do_or_defer(to, write_octets{to.id(), std::move(octets)});
}

// Traced and remembered packet by packet, whatever the writes look like.
void scenario_player::state::record_sent(connection& to, byte_view octets, instant now,
                                         bool of_line) {
  to.last_sent = now;
  byte_view rest = octets;
  while (!rest.empty()) {
    const auto frame = wire::split(rest, to.version());
    const byte_view whole = frame && *frame ? (*frame)->bytes : rest;
    to.amid_a_packet = !frame || !*frame;
    const auto p =
        wire::decode(whole, {to.version(), serves() ? wire::sender::server : wire::sender::client});
    if (p) {
      if (!serves()) left.sent(to.id(), *p);
      to.disconnect_sent |= p->type == packet_type::disconnect;
      to.seen.sent(*p, now);
      if (p->type == packet_type::pingreq) to.pings.push_back(pinged_by::line);
      if (p->type == (serves() ? packet_type::connack : packet_type::connect)) {
        to.packet_limit = wire::find_number(p->properties, wire::property_id::maximum_packet_size)
                              .value_or(to.packet_limit);
      }
    } else {
      to.faults_sent.push_back(p.error().error);
      if (!ns().empty()) left.sent_octets(ns());
    }
    std::shared_ptr<const trace::making> made;
    if (of_line) {
      // An edit of a length may hide where the next send of the line begins.
      const auto next = makings.begin();
      if (next != makings.end() && next->first <= line_octets_recorded) {
        made = makings.extract(next).mapped();
      }
      line_octets_recorded += whole.size();
    }
    record.sent(to.id(), whole, p ? &*p : nullptr, now, std::move(made));
    rest = rest.subspan(whole.size());
  }
}

// A packet that goes out in pieces is recorded when its last octet goes.
void scenario_player::state::write_piece(connection& to, byte_buffer octets, instant now) {
  pieces_to = to.id();
  to.last_sent = now;
  pieces.insert(pieces.end(), octets.begin(), octets.end());
  do_or_defer(to, write_octets{to.id(), std::move(octets)});
  for (;;) {
    const auto frame = wire::split(pieces, to.version());
    if (!frame || !*frame) return;
    const auto whole = static_cast<std::ptrdiff_t>((*frame)->bytes.size());
    record_sent(to, (*frame)->bytes, now, true);
    pieces.erase(pieces.begin(), pieces.begin() + whole);
  }
}

// What is left of them is no packet, and no more of it goes out.
void scenario_player::state::end_pieces(instant now) {
  to_write.clear();
  if (const byte_buffer rest = std::exchange(pieces, {}); !rest.empty()) {
    record_sent(connections.at(pieces_to), rest, now, true);
  }
}

bool scenario_player::state::begin_send(const script::send_line& l, instant now) {
  connection* on = find_current(l.client);
  const bool usable = on != nullptr && !on->close_arrived() &&
                      (on->state == link_state::open || on->state == link_state::connecting);
  const bool is_connect = l.kind == send_kind::packet && l.packet.type == packet_type::connect;
  if (l.kind == send_kind::open || (is_connect && !usable)) {
    on = &open(l.client, now);
    if (l.kind == send_kind::open) return true;
  } else if (l.kind == send_kind::close || l.kind == send_kind::shutdown ||
             l.kind == send_kind::abort) {
    if (on == nullptr || on->close_arrived() || on->state == link_state::closed) return true;
    const bool half = l.kind == send_kind::shutdown;
    const bool abort = l.kind == send_kind::abort;
    record.ended(on->id(),
                 half    ? trace::event_kind::shut
                 : abort ? trace::event_kind::aborted
                         : trace::event_kind::closed,
                 half    ? "shutdown"
                 : abort ? "abort"
                         : "close",
                 now);
    do_or_defer(*on,
                half ? action(shut_down{on->id()}) : action(close_connection{on->id(), abort}));
    if (on->state != link_state::connecting || !half) {
      on->state = half ? link_state::shut : link_state::closed;
    }
    return true;
  } else if (!usable) {
    unplayable(l.client,
               on == nullptr ? "there is no connection to send on"
                             : "the connection is closed, so this cannot be sent",
               now);
    return false;
  }

  auto how = std::make_shared<trace::making>();
  auto octets = octets_of(l, *on, *how);
  if (!octets) {
    conclude(ending::faulty, why_not, now);
    return false;
  }
  if (octets->size() > longest_write / l.manner.repeat) {
    conclude(ending::faulty,
             fmt::format("{} octets {} times are more than {} MiB", octets->size(), l.manner.repeat,
                         longest_write >> 20),
             now);
    return false;
  }
  byte_buffer whole = std::move(held_back[l.client]);
  held_back.erase(l.client);
  if (whole.empty()) {
    makings.clear();
    line_octets_recorded = 0;
  }
  how->repeat = l.manner.repeat;
  how->split = l.manner.split;
  how->every = l.manner.every;
  how->text = l.manner.text;
  how->fragment = l.manner.fragment;
  if (!how->edits.empty() || l.manner != script::write_manner{}) {
    makings[whole.size()] = std::move(how);
  }
  for (std::uint64_t n = 0; n < l.manner.repeat; ++n) {
    whole.insert(whole.end(), octets->begin(), octets->end());
  }
  if (l.manner.join_next) {
    held_back[l.client] = std::move(whole);
    return true;
  }
  if (l.manner.split == 0) {
    record_sent(*on, whole, now, true);
    do_or_defer(*on, write_octets{on->id(), std::move(whole), l.manner.text, l.manner.fragment});
    return true;
  }
  instant at = now;
  for (std::size_t i = 0; i < whole.size(); i += l.manner.split) {
    const std::size_t end = std::min<std::size_t>(whole.size(), i + l.manner.split);
    to_write.push_back({at, byte_buffer(whole.begin() + static_cast<std::ptrdiff_t>(i),
                                        whole.begin() + static_cast<std::ptrdiff_t>(end))});
    at += l.manner.every;
  }
  return false;
}

window scenario_player::state::window_at(const script::timing& t, const std::string& client,
                                         instant now) const {
  std::optional<instant> mark;
  if (!t.since.empty()) {
    if (const auto found = marks.find(t.since); found != marks.end()) mark = found->second;
  }
  const auto before = previous_line.find(client);
  return window_of(t, now, before == previous_line.end() ? now : before->second, mark,
                   {options.timeout, options.slack, patience()});
}

void scenario_player::state::begin_expect(const script::expect_line& l, instant now) {
  if (awaits_connect(l)) current.erase(l.client);
  awaiting.emplace(l, window_at(l.window, l.client, now), known,
                   serves() ? wire::sender::client : wire::sender::server);
}

bool scenario_player::state::continue_expect(const script::expect_line& l, instant now) {
  if (awaits_connect(l)) take_connection(l.client);
  connection* on = find_current(l.client);
  const link_end end = on != nullptr && on->close_arrived() ? link_end::closed_by_broker
                       : on == nullptr && awaits_connect(l) ? link_end::open
                       : on == nullptr || on->state == link_state::closed ? link_end::closed_by_us
                                                                          : link_end::open;
  judgement j = awaiting->judge(on == nullptr ? no_queue : on->queue, end, now);
  if (j.is == judgement::state::pending) {
    if (!awaiting->accepts_nothing()) give_up_on_refusal(l.client, now);
    return false;
  }
  awaiting.reset();
  return take(std::move(j), l.client, now);
}

// What came of a line that awaits something. True: it is finished.
bool scenario_player::state::take(judgement j, const std::string& client, instant now) {
  answers_took = std::min(answers_took + (now - reached), longest_answers);
  if (j.is == judgement::state::failed) {
    differ(client, std::move(j), now);
    return false;
  }
  for (auto& [name, v] : j.captures) known[name] = std::move(v);
  for (std::string& note : j.notes) {
    std::vector<std::string>& notes = evidence.seen.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) {
      notes.push_back(std::move(note));
    }
  }
  checked.insert(j.statements.begin(), j.statements.end());
  if (j.ends) hold(now);
  return true;
}

}  // namespace mqttspec::play
