#include <fmt/format.h>

#include "play/scenario_state.h"
#include "script/company.h"

namespace mqttspec::play {

namespace {

constexpr std::size_t most_unread = 20'000;  // packets on one connection

}  // namespace

scenario_player::scenario_player(const script::scenario& scenario, run_options options)
    : state_(std::make_unique<state>(scenario, std::move(options))) {
  state_->evidence.measures = state_->measures();
  results::case_result& r = state_->evidence.seen;
  r.id = scenario.id;
  r.path = scenario.path;
  r.name = scenario.name;
  r.version = std::string(wire::version_name(scenario.version));
  r.row = scenario.row;
  r.title = scenario.title;
  r.file = scenario.file;
  r.line = scenario.where.line;
  r.level = std::string(script::level_name(scenario.level));
  r.purposes = scenario.purposes;
  r.tags = scenario.tags;
}

scenario_player::~scenario_player() = default;

void scenario_player::start(instant now) {
  state& s = *state_;
  s.started = now;
  s.start_libraries();
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::connected(connection_id id, instant now) {
  state& s = *state_;
  connection* live = s.find_live(id);
  if (live == nullptr || live->state != link_state::connecting) return;
  connection& on = *live;
  on.state = link_state::open;
  for (action& a : on.deferred) {
    if (std::holds_alternative<shut_down>(a)) on.state = link_state::shut;
    s.actions.push_back(std::move(a));
  }
  on.deferred.clear();
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::connect_failed(connection_id id, const std::string& why, instant now) {
  state& s = *state_;
  connection* on = s.find_live(id);
  if (on == nullptr) return;
  s.record.noted(id, trace::event_kind::refused, "cannot connect: " + why, now);
  on->close(close_kind::reset, now);
  s.conclude(ending::faulty, "cannot connect: " + why, now);
  s.leave(now);
}

void scenario_player::received(connection_id id, byte_view octets, instant now) {
  state& s = *state_;
  connection* live = s.find_live(id);
  if (live == nullptr) return;
  connection& on = *live;
  const std::size_t added = on.receive(octets, now);
  for (std::size_t i = on.queue.size() - added; i < on.queue.size();) {
    inbound& item = on.queue[i];
    if (item.kind == inbound_kind::malformed) {
      item.trace_number = s.record.received_malformed(id, item.octets, item.size, item.fault,
                                                      describe(item), !item.repeats_our_fault, now);
    } else {
      item.is_by_the_way =
          (on.disconnect_sent && item.packet.type == wire::packet_type::disconnect) ||
          on.seen.is_one(item.packet, now);
      if (item.packet.type == wire::packet_type::connack) s.begin_keep_alive(on, item.packet);
      if (!s.serves()) s.left.received(id, item.packet);
      item.trace_number = s.record.received(id, item.octets, item.size, item.packet, now);
    }
    if (s.is_for_the_harness(on, item) || s.answers_ping(on, item, now)) {
      on.queue.erase(on.queue.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    ++i;
  }
  s.run_lines(now);
  if (!s.judged && on.queue.size() > most_unread) {
    s.conclude(ending::faulty,
               fmt::format("the {} flooded {} with {} packets that nobody asked for",
                           s.serves() ? "client" : "broker", on.client(), on.queue.size()),
               now);
  }
  s.leave(now);
}

void scenario_player::closed(connection_id id, close_kind how, instant now) {
  state& s = *state_;
  connection* live = s.find_live(id);
  if (live == nullptr) return;
  connection& on = *live;
  if (on.state == link_state::closed) return;  // by us
  std::string text = fmt::format("closed by the {}{}", s.serves() ? "client" : "broker",
                                 how == close_kind::reset ? " (reset)" : "");
  if (on.unparsed() != 0) {
    text += fmt::format(" in the middle of a packet, {} bytes unread", on.unparsed());
  }
  const std::uint64_t number = s.record.ended(
      id, how == close_kind::reset ? trace::event_kind::reset : trace::event_kind::ended,
      std::move(text), now);
  on.close(how, now);
  on.queue.back().trace_number = number;
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::noted(connection_id id, const std::string& what, instant now) {
  if (state_->find_live(id) != nullptr) {
    state_->record.noted(id, trace::event_kind::noted, what, now);
  }
}

void scenario_player::hook_done(bool ok, const std::string& why, instant now) {
  state& s = *state_;
  if (s.judged) return;
  s.hook_pending = false;
  if (!ok) s.conclude(ending::faulty, why, now);
  s.run_lines(now);
  s.leave(now);
}

void scenario_player::time_passed(instant now) {
  state& s = *state_;
  if (!s.judged) {
    const instant due = next_deadline();
    const bool told = !s.standstills.empty() && s.standstills.back().until >= due;
    if (due != never && now - due > s.options.late_tolerance && !told) {
      s.standstills.push_back({now, now - due});
      s.record.stood_still();
    }
    if (now >= s.ends_at_the_latest()) {
      s.conclude(
          ending::faulty,
          fmt::format("the case did not end within {}", print_duration(s.options.case_deadline)),
          now);
    }
    s.run_lines(now);
    if (!s.judged) s.send_pings(now);
  }
  s.leave(now);
}

void scenario_player::stalled(duration length, instant now) {
  state_->standstills.push_back({now, length});
  state_->record.stood_still();
  // What is awaited may come later by as much; then silence is silence.
  if (state_->awaiting) state_->awaiting->extend(length);
  if (state_->awaiting_word) state_->awaiting_word->extend(length);
}

void scenario_player::broke_below(connection_id id, const std::string& what,
                                  std::string_view statement, instant now) {
  state& s = *state_;
  const auto found = s.connections.find(id);
  if (statement.empty() || found == s.connections.end()) {
    return end_at_once(ending::faulty, what, now);
  }
  if (!s.judged) {
    const std::vector<script::statement_reference> broken{
        {found->second.version(), std::string(statement)}};
    s.evidence.seen.fault = s.failure_at(found->second.client(), what);
    s.evidence.seen.fault->statements = s.describe_checks(broken, results::check_outcome::violated);
  }
  end_at_once(ending::broke_below, "", now);
}

void scenario_player::abandon(abandonment why, const std::string& reason, instant now) {
  if (!state_->judged) state_->evidence.abandoned_for = why;
  if (!state_->judged && why == abandonment::broker_lost) state_->stand_where_it_stands(reason);
  end_at_once(ending::abandoned, reason, now);
}

void scenario_player::end_at_once(ending how, const std::string& why, instant now) {
  state_->conclude(how, why, now);
  state_->leave(now);
}

// When its lines have ended every connection goes; a DISCONNECT spares the watchers of retained
// wills.
void scenario_player::state::leave(instant now) {
  if (!judged || left_broker) return;
  left_broker = true;
  end_pieces(now);
  for (auto& [id, on] : connections) {
    if (on.close_arrived() || on.state == link_state::closed) continue;
    if (removes_traces() && on.state == link_state::open) {
      actions.push_back(write_octets{id, left.goodbye(id)});
    }
    actions.push_back(close_connection{id, false});
    on.state = link_state::closed;
  }
}

bool scenario_player::stops_broker() const {
  return script::stops_broker(state_->scenario);
}

bool scenario_player::went_well() const {
  return state_->evidence.lines == ending::held;
}

left_things scenario_player::take_made() {
  return state_->removes_traces() ? state_->left.take_news() : left_things{};
}

leftovers scenario_player::left_behind() const {
  const state& s = *state_;
  leftovers out;
  if (!s.removes_traces()) return out;
  out.what = s.left.all();
  out.client_id = (s.ns().empty() ? s.scenario.name : s.ns()) + "-clean-up";
  out.version = s.scenario.version;
  out.user_name = s.options.user_name;
  out.password = s.options.password;
  out.keep_alive = s.options.keep_alive;
  return out;
}

std::optional<action> scenario_player::next_action() {
  if (state_->actions.empty()) return std::nullopt;
  action a = std::move(state_->actions.front());
  state_->actions.pop_front();
  return a;
}

instant scenario_player::next_deadline() const {
  const state& s = *state_;
  if (s.judged) return never;
  instant due = s.ends_at_the_latest();
  if (s.awaiting) due = std::min(due, s.awaiting->deadline());
  if (s.awaiting_word) due = std::min(due, s.awaiting_word->deadline());
  due = std::min(due, s.waiting_until);
  if (!s.to_write.empty()) due = std::min(due, s.to_write.front().at);
  return std::min(due, s.next_ping());
}

bool scenario_player::judged() const {
  return state_->judged;
}
const script::scenario& scenario_player::scenario() const {
  return state_->scenario;
}
const run_options& scenario_player::options() const {
  return state_->options;
}

trial scenario_player::take_trial() {
  state& s = *state_;
  results::case_result& seen = s.evidence.seen;
  seen.took = s.judged_at - s.started;
  seen.statements =
      s.describe_checks({s.checked.begin(), s.checked.end()}, results::check_outcome::checked);
  if (s.evidence.lines != ending::held || !seen.findings.empty() || s.options.trace_passed ||
      s.measures()) {
    seen.trace = s.record.trace().entries(s.started);
  }
  return std::move(s.evidence);
}

}  // namespace mqttspec::play
