#include "explore/player.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/encode.h"

namespace mqttspec::explore {

using std::chrono::milliseconds;
using wire::packet_type;
using wire::protocol_version;

namespace {

constexpr std::size_t longest_trace = 20'000;
constexpr duration late_tolerance = milliseconds(50);  // then the harness stood still

std::unique_ptr<oracle::watcher> rules_for(const player_options& o) {
  if (!o.trace_rules) return nullptr;
  return std::make_unique<oracle::watch>(
      oracle::watch_options{.own = o.ns, .slack = o.slack, .queue_limit = o.queue_limit});
}

violation violation_of(const oracle::finding& f, protocol_version version) {
  violation v;
  v.connection = f.connection;
  v.rule = f.rule;
  for (const oracle::statement& s : f.statements) {
    if (s.version != version || s.id == "format") continue;
    v.statements += (v.statements.empty() ? "" : " ") + std::string(s.id);
  }
  v.what = fmt::format("trace rule {} does not hold", f.rule);
  v.seen = f.message;
  v.unexpected = true;
  v.late = f.by_time;
  return v;
}

}  // namespace

player::player(player_options options)
    : options_(std::move(options)),
      judge_({options_.ns + "/", options_.slack, options_.lateness, options_.window,
              options_.maximum_qos, options_.queue_limit}),
      record_(options_.record ? longest_trace : 0, rules_for(options_)) {}

void player::start(instant now) {
  began_ = now;
  after_input(now);
}

std::vector<trace::entry> player::trace() const {
  // What was done to confirm it does not belong to it.
  const bool confirmed = until_suspected_ && judge_.suspects() && judge_.found();
  return confirmed ? *until_suspected_ : record_.trace().entries(began_);
}

// Its client's letter, with a number when a connection before may still say something (a
// takeover).
void player::take_name(line& l) {
  const std::string letter(1, client_letter(l.client));
  l.name = letter;
  const auto taken = [&] {
    return std::find(names_.begin(), names_.end(), l.name) != names_.end();
  };
  for (int n = 2; taken(); ++n) l.name = letter + std::to_string(n);
  names_.push_back(l.name);
}

void player::send(connection_id c, const wire::packet& p, instant now,
                  std::optional<octet_edit> edit) {
  byte_buffer octets;
  if (!wire::encode_to(p, octets)) {
    broken_ = "a packet cannot be encoded";
    return;
  }
  std::shared_ptr<trace::making> made;
  if (edit) {
    octets[edit->at] = edit->value;
    made = std::make_shared<trace::making>();
    made->of = p;
    made->edits.push_back({wire::edit_kind::set, "", edit->at, edit->value, {}});
  }
  record_.sent(c, octets, edit ? nullptr : &p, now, std::move(made));
  if (options_.clean_up) {
    if (edit) {
      left_.sent_octets(options_.ns);
    } else {
      left_.sent(c, p);
    }
  }
  actions_.emplace_back(play::write_octets{c, std::move(octets)});
}

// The last two packets go out as one write: the broker reads them together.
void player::join_last_writes() {
  const byte_buffer second = std::move(std::get<play::write_octets>(actions_.back()).octets);
  actions_.pop_back();
  byte_buffer& first = std::get<play::write_octets>(actions_.back()).octets;
  first.insert(first.end(), second.begin(), second.end());
}

void player::open(std::uint8_t client, const action& how, std::optional<probe_kind> probe) {
  const auto c = static_cast<connection_id>(lines_.size());
  line& l = lines_.emplace_back();
  l.client = client;
  l.how = how;
  l.probe = probe;
  opening_ = true;
  actions_.emplace_back(play::open_connection{c, std::string(1, client_letter(client)), "", ""});
}

void player::shut(connection_id c, instant now) {
  lines_[c].shut = true;
  record_.ended(c, trace::event_kind::shut, "shutdown", now);
  actions_.emplace_back(play::shut_down{c});
}

bool player::waits() const {
  if (opening_ || restarting_ || judge_.owes()) return true;
  connection_id c = 0;
  for (const line& l : lines_) {
    if (l.open && !l.deaf && judge_.link_of(c).state == link_state::ending) return true;
    ++c;
  }
  return false;
}

// Nothing is under way: an action may be added, or the history is over.
bool player::idle(bool waiting) const {
  return over() || (next_ == history_.size() && !busy_ && !waiting &&
                    (fenced_at_end_ || !options_.fence_at_end));
}

void player::after_input(instant now) {
  bool done = idle(go_on(now));
  while (done && more_ && !over()) {
    const auto next = more_();
    if (!next) break;
    add(*next);
    done = idle(go_on(now));
  }
  if (!finished_ && done) finish(now);
}

void player::finish(instant now) {
  finished_ = true;
  record_.finish(now);
  if (const oracle::watcher* rules = record_.rules()) {
    for (const oracle::finding& f : rules->findings()) {
      violation v = violation_of(f, version_of(f.connection));
      const bool told = std::any_of(rules_say_.begin(), rules_say_.end(),
                                    [&](const violation& o) { return o.kind() == v.kind(); });
      if (!told) rules_say_.push_back(std::move(v));
    }
  }
  if (options_.clean_up) leave();
}

bool player::go_on(instant now) {
  bool waiting = waits();
  if (!waiting) debt_since_ = debt_began_ = never;
  while (!over() && now >= resume_at_) {
    if (waiting) {
      if (debt_since_ == never) {
        debt_since_ = now;
        debt_began_ = std::min(debt_began_, now);
        fenced_ = false;
      }
      return true;
    }
    debt_since_ = debt_began_ = never;
    if (busy_ || next_ < history_.size()) {
      step(now);
    } else if (options_.fence_at_end && !fenced_at_end_) {
      fenced_at_end_ = true;
      for (std::uint8_t client = 0; client < most_clients; ++client) {
        if (const connection_id c = up(client); c != no_connection) ping(c, now);
      }
    } else {
      return false;
    }
    waiting = waits();
  }
  return waiting;
}

void player::step(instant now) {
  if (!busy_) {
    ++next_;
    possible_.push_back(false);
    rounds_ = 0;
    settled_ping_ = false;
  }
  busy_ = false;
  judge_.advance(now);
  const progress p = perform(history_[next_ - 1], now);
  if (p == progress::impossible) return;
  possible_.back() = true;
  busy_ = p == progress::more;
  if (busy_ && ++rounds_ > 500) broken_ = "an action does not end";
}

void player::connected(connection_id c, instant now) {
  if (finished_) return;
  opening_ = false;
  line& l = lines_[c];
  l.open = true;
  take_name(l);
  record_.opened(c, l.name, l.how.version, now);
  if (l.probe) {
    send_probe(c, now);
  } else {
    judge_.connect(l.client, l.how, now);
    send(c, connect_packet(l.client, l.how, judge_.link_of(c).will), now);
  }
  debt_since_ = never;
  after_input(now);
}

void player::connect_failed(connection_id, const std::string& why, instant now) {
  if (finished_) return;
  opening_ = false;
  broken_ = "cannot connect: " + why;
  after_input(now);
}

void player::received(connection_id c, byte_view octets, instant now) {
  line& l = lines_[c];
  if (l.deaf || finished_) return;
  l.octets.insert(l.octets.end(), octets.begin(), octets.end());
  byte_view rest = l.octets;
  bool answered = false;
  while (!rest.empty() && !over()) {
    const auto frame = wire::split(rest, l.how.version);
    if (!frame) {
      hear_malformed(c, rest, frame.error(), now);
      break;
    }
    if (!*frame) break;
    const byte_view whole = (*frame)->bytes;
    const auto p = wire::decode_view(whole, {l.how.version, wire::sender::server});
    if (!p) {
      hear_malformed(c, whole, p.error(), now);
      break;
    }
    const wire::packet came = wire::to_packet(*p);
    if (options_.clean_up) left_.received(c, came);
    record_.received(c, whole, whole.size(), came, now);
    answered |= p->type != packet_type::pingresp;
    judge_.received(c, *p, now);
    if (!judge_.suspects()) {
      until_suspected_.reset();
    } else if (!until_suspected_) {
      until_suspected_ = record_.trace().entries(began_);
    }
    rest = rest.subspan(whole.size());
    if (l.probe && !over() && p->type == packet_type::connack && p->reason == 0) end_probe(c, now);
  }
  l.octets.erase(l.octets.begin(), l.octets.end() - static_cast<std::ptrdiff_t>(rest.size()));
  // Something came: whatever is owed has its time anew. Not for what only keeps connections alive,
  // and not for ever: a broker may repeat itself without end.
  const bool endless = debt_began_ != never && now - debt_began_ > 10 * options_.patience;
  if (!fenced_ && answered && !endless) debt_since_ = never;
  after_input(now);
}

void player::hear_malformed(connection_id c, byte_view octets, const wire::wire_fault& fault,
                            instant now) {
  record_.received_malformed(c, octets, octets.size(), fault, print(fault), true, now);
  judge_.malformed(c, fault, now);
}

void player::closed(connection_id c, play::close_kind how, instant now) {
  if (finished_) return;
  const bool reset = how == play::close_kind::reset;
  end(c, reset ? trace::event_kind::reset : trace::event_kind::ended, now);
  after_input(now);
}

// |how|: by the broker, or by us where it leaves that to us.
void player::end(connection_id c, trace::event_kind how, instant now) {
  line& l = lines_[c];
  if (l.deaf) return;
  l.open = false;
  l.deaf = true;
  // Where the broker may say DISCONNECT first, a scenario does not wait for its close.
  if (l.shut || l.how.version == protocol_version::v311) std::erase(names_, l.name);
  record_.ended(c, how, how == trace::event_kind::closed ? "close" : "closed by the broker", now);
  judge_.ended(c, now);
  debt_since_ = never;
  actions_.emplace_back(play::close_connection{c, true});
}

void player::broke_below(connection_id c, const std::string& what, std::string_view, instant now) {
  if (finished_ || lines_[c].deaf) return;
  broken_ = what;
  after_input(now);
}

void player::hook_done(bool ok, const std::string& why, instant now) {
  if (finished_) return;
  restarting_ = false;
  if (!ok) broken_ = why;
  after_input(now);
}

void player::abandon(play::abandonment why, const std::string& reason, instant now) {
  if (finished_) return;
  cut_short_ = why == play::abandonment::interrupted || why == play::abandonment::out_of_time ||
               why == play::abandonment::broker_lost;
  broken_ = reason;
  after_input(now);
}

std::optional<play::action> player::next_action() {
  if (actions_.empty()) return std::nullopt;
  play::action a = std::move(actions_.front());
  actions_.pop_front();
  return a;
}

bool player::stops_broker() const {
  return options_.restarts && std::any_of(history_.begin(), history_.end(), [](const action& a) {
           return a.kind == action_kind::restart;
         });
}

// When the client of |c| has to say something, lest the broker close its connection.
instant player::keep_alive_due(connection_id c) const {
  if (c >= judge_.links() || !lines_[c].open) return never;
  if (opening_ && lines_.back().client == lines_[c].client) return never;  // it is taken over next
  const link& l = judge_.link_of(c);
  if (l.state != link_state::up || l.keep_alive == 0) return never;
  return saturating_add(l.last_sent, milliseconds(l.keep_alive * 1000));
}

instant player::next_deadline() const {
  if (finished_) return never;
  instant first = own_deadline();
  if (first == never) return never;
  connection_id c = 0;
  for (const line& l : lines_) {
    if (l.open) first = std::min(first, keep_alive_due(c));
    ++c;
  }
  return first;
}

instant player::own_deadline() const {
  if (debt_since_ == never) {
    return next_ < history_.size() || busy_ || resume_at_ > instant{} ? resume_at_ : never;
  }
  duration patience = options_.patience + (fenced_ ? options_.grace : duration{});
  for (connection_id c = 0; c < lines_.size(); ++c) {
    if (c >= judge_.links()) break;
    const link& l = judge_.link_of(c);
    if (l.state == link_state::ending && l.cut == cut_kind::silence) {
      patience += milliseconds(l.keep_alive * 1500) + options_.lateness;
    }
  }
  return saturating_add(debt_since_, patience);
}

void player::time_passed(instant now) {
  if (finished_) return;
  if (now - next_deadline() > late_tolerance) record_.stood_still();
  for (connection_id c = 0; c < lines_.size(); ++c) {
    if (keep_alive_due(c) <= now) ping(c, now);
  }
  if (debt_since_ != never && now >= own_deadline()) press(now);
  after_input(now);
}

// What is owed has not come in its time: it is asked for once, and then it is a violation.
void player::press(instant now) {
  if (restarting_) {
    debt_since_ = now;
    return;
  }
  const connection_id c = judge_.debtor();
  if (c == no_connection) {
    if (opening_) {
      broken_ = not_connected;
      return;
    }
    // The broker does not close behind our FIN or DISCONNECT; nothing demands that.
    for (connection_id i = 0; i < lines_.size(); ++i) {
      if (lines_[i].open && judge_.link_of(i).state == link_state::ending) {
        return end(i, trace::event_kind::closed, now);
      }
    }
    return;
  }
  if (!fenced_) {
    fenced_ = true;
    const link& l = judge_.link_of(c);
    if (l.state == link_state::up && !l.probe) {
      wire::packet p = wire::make(packet_type::pingreq, l.version);
      send(c, p, now);
      judge_.ping(c, now, true);
    }
    return;
  }
  judge_.overdue(now);
  if (!over()) debt_since_ = now - options_.patience;
}

void player::stalled(duration length, instant now) {
  record_.stood_still();
  if (debt_since_ != never) debt_since_ = std::min(now, saturating_add(debt_since_, length));
}

connection_id player::up(std::uint8_t client) const {
  const connection_id c = judge_.session_of(client).connection;
  if (c == no_connection || judge_.link_of(c).state != link_state::up) return no_connection;
  return c;
}

void player::ping(connection_id c, instant now) {
  send(c, wire::make(packet_type::pingreq, lines_[c].how.version), now);
  judge_.ping(c, now, false);
}

// True: a PINGREQ was sent, so that the broker has read everything before the next thing is done.
bool player::fence_first(connection_id c, instant now) {
  if (!judge_.link_of(c).unfenced) return false;
  ping(c, now);
  return true;
}

}  // namespace mqttspec::explore
