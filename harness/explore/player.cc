#include "explore/player.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/encode.h"

namespace mqttspec::explore {

using std::chrono::milliseconds;
using wire::packet_type;
using wire::protocol_version;

player::player(player_options options)
    : options_(std::move(options)),
      judge_({options_.ns + "/", options_.slack, options_.lateness, options_.window,
              options_.maximum_qos, options_.queue_limit}) {}

void player::note(event_kind kind, connection_id c, instant now) {
  if (!options_.record) return;
  event e;
  e.at = now;
  e.kind = kind;
  e.connection = c;
  e.action = next_ == 0 ? 0 : next_ - 1;
  events_.push_back(std::move(e));
}

void player::send(connection_id c, const wire::packet& p, instant now,
                  std::optional<octet_edit> edit) {
  command w{command::what::write, c, {}};
  if (!wire::encode_to(p, w.octets)) {
    broken_ = "a packet cannot be encoded";
    return;
  }
  if (edit) w.octets[edit->at] = edit->value;
  commands_.push_back(std::move(w));
  note(event_kind::sent, c, now);
  if (!options_.record) return;
  events_.back().packet = p;
  if (edit) events_.back().edit = fmt::format(" | set {} {}", edit->at, edit->value);
}

// The last two packets go out as one write: the broker reads them together.
void player::join_last_writes() {
  const byte_buffer second = std::move(commands_.back().octets);
  commands_.pop_back();
  byte_buffer& first = commands_.back().octets;
  first.insert(first.end(), second.begin(), second.end());
  if (options_.record) events_[events_.size() - 2].edit += " | join";
}

bool player::waits() const {
  if (opening_ || judge_.owes()) return true;
  for (connection_id c = 0; c < lines_.size(); ++c) {
    if (lines_[c].open && !lines_[c].deaf && judge_.link_of(c).state == link_state::ending) {
      return true;
    }
  }
  return false;
}

// Does what can be done now.
void player::go_on(instant now) {
  if (!waits()) debt_since_ = debt_began_ = never;
  while (!over() && now >= resume_at_) {
    if (waits()) {
      if (debt_since_ == never) {
        debt_since_ = now;
        debt_began_ = std::min(debt_began_, now);
        fenced_ = false;
      }
      return;
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
      return;
    }
  }
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
  opening_ = false;
  line& l = lines_[c];
  l.open = true;
  note(event_kind::opened, c, now);
  if (l.probe) {
    send_probe(c, now);
    debt_since_ = never;
    return go_on(now);
  }
  judge_.connect(l.client, l.how, now);
  send(c, connect_packet(l.client, l.how, judge_.link_of(c).will), now);
  debt_since_ = never;
  go_on(now);
}

void player::refused(connection_id, const std::string& why, instant) {
  opening_ = false;
  broken_ = "cannot connect: " + why;
}

void player::received(connection_id c, byte_view octets, instant now) {
  line& l = lines_[c];
  if (l.deaf || over()) return;
  l.octets.insert(l.octets.end(), octets.begin(), octets.end());
  byte_view rest = l.octets;
  bool answered = false;
  while (!rest.empty() && !over()) {
    const auto frame = wire::split(rest, l.how.version);
    if (!frame) {
      judge_.malformed(c, frame.error(), now);
      break;
    }
    if (!*frame) break;
    const byte_view whole = (*frame)->bytes;
    const auto p = wire::decode_view(whole, {l.how.version, wire::sender::server});
    note(event_kind::received, c, now);
    if (!p) {
      if (options_.record) events_.back().malformed = to_hex(whole);
      judge_.malformed(c, p.error(), now);
      break;
    }
    if (options_.record) events_.back().packet = wire::to_packet(*p);
    answered |= p->type != packet_type::pingresp;
    judge_.received(c, *p, now);
    if (judge_.suspects() && suspected_at_ == 0) suspected_at_ = events_.size();
    rest = rest.subspan(whole.size());
    if (l.probe && !over() && p->type == packet_type::connack && p->reason == 0) end_probe(c, now);
  }
  l.octets.erase(l.octets.begin(), l.octets.end() - static_cast<std::ptrdiff_t>(rest.size()));
  // Something came: whatever is owed has its time anew. Not for what only keeps connections alive,
  // and not for ever: a broker may repeat itself without end.
  const bool endless = debt_began_ != never && now - debt_began_ > 10 * options_.patience;
  if (!fenced_ && answered && !endless) debt_since_ = never;
  go_on(now);
}

void player::closed(connection_id c, instant now) {
  line& l = lines_[c];
  if (l.deaf) return;
  l.open = false;
  l.deaf = true;
  note(event_kind::closed, c, now);
  if (over()) return;
  judge_.ended(c, now);
  debt_since_ = never;
  commands_.push_back({command::what::abort, c, {}});
  go_on(now);
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
  if (over()) return never;
  instant first = own_deadline();
  if (first == never) return never;
  for (connection_id c = 0; c < lines_.size(); ++c) first = std::min(first, keep_alive_due(c));
  return first;
}

instant player::own_deadline() const {
  if (debt_since_ == never) {
    return next_ < history_.size() || busy_ || resume_at_ > instant{} ? resume_at_ : never;
  }
  duration patience = options_.patience + (fenced_ ? options_.grace : duration{});
  for (connection_id c = 0; c < lines_.size(); ++c) {
    const link& l = judge_.links() > c ? judge_.link_of(c) : link{};
    if (l.state == link_state::ending && l.cut == cut_kind::silence) {
      patience += milliseconds(l.keep_alive * 1500) + options_.lateness;
    }
  }
  return saturating_add(debt_since_, patience);
}

void player::time_passed(instant now) {
  if (over()) return;
  for (connection_id c = 0; c < lines_.size(); ++c) {
    if (keep_alive_due(c) <= now) ping(c, now);
  }
  if (debt_since_ == never || now < own_deadline()) return go_on(now);
  const connection_id c = judge_.debtor();
  if (c == no_connection) {
    if (opening_) {
      broken_ = not_connected;
      return;
    }
    // The broker does not close behind our FIN or DISCONNECT; nothing demands that.
    for (connection_id i = 0; i < lines_.size(); ++i) {
      if (lines_[i].open && judge_.link_of(i).state == link_state::ending) {
        closed(i, now);
        return;
      }
    }
    return go_on(now);
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
  // What was done to confirm it does not belong to it.
  if (judge_.suspects() && judge_.found()) events_.resize(suspected_at_);
  if (!over()) debt_since_ = now - options_.patience;
}

void player::stalled(duration length, instant now) {
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

std::vector<std::uint8_t> player::stored_sessions() const {
  std::vector<std::uint8_t> out;
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    const session& s = judge_.session_of(client);
    if (last_connect_[client] && (over() || s.kept || s.connection != no_connection)) {
      out.push_back(client);
    }
  }
  return out;
}

std::vector<std::uint8_t> player::retained_topics() const {
  std::vector<std::uint8_t> out;
  for (std::uint8_t topic = 0; topic < std::size(topic_names); ++topic) {
    if (judge_.is_retained(topic)) out.push_back(topic);
  }
  return out;
}

}  // namespace mqttspec::explore
