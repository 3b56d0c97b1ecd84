#include "drive/witnesses.h"

#include <algorithm>

namespace mqttspec::drive {

using namespace std::chrono_literals;

namespace {

constexpr duration at_once = 250ms;  // between the ends of two connections

pulse_settings second(pulse_settings as) {
  as.client_id += "-2";
  as.between = 2s;
  return as;
}

}  // namespace

witnesses::witnesses(net::event_loop& loop, net::connector& by, const pulse_settings& as)
    : loop_(loop), by_(by), all_{witness(as), witness(second(as))} {
  loop_.add(*this);
}

witnesses::~witnesses() {
  for (witness& w : all_) {
    if (w.stream) w.stream->close();
  }
  loop_.remove(*this);
}

void witnesses::begin() {
  begun_ = true;
  for (witness& w : all_) keep(w, loop_.now());
}

// Does what it wants.
void witnesses::keep(witness& w, instant now) {
  if (w.beat.wants_connection(now)) {
    w.beat.connecting();
    w.stream = by_.make();
    w.stream->start({[this, &w](const std::string& error, instant at) {
                       if (error.empty()) {
                         w.beat.connected(at);
                       } else {
                         w.beat.closed(at);
                       }
                       keep(w, at);
                     },
                     [this, &w](byte_view octets, instant at) {
                       w.beat.received(octets, at);
                       keep(w, at);
                     },
                     [&w](net::stream_end, instant at) { lose(w, at); }});
  }
  const byte_buffer out = w.beat.take_octets();
  if (!out.empty()) w.stream->write(out);
}

void witnesses::lose(witness& w, instant now) {
  if (w.beat.stands()) w.ended = now;
  w.beat.closed(now);
}

std::optional<instant> witnesses::cut() const {
  const auto [first, last] = std::minmax(all_[0].ended, all_[1].ended);
  if (last == never || last - first > at_once) return std::nullopt;
  return first;
}

void witnesses::forget() {
  for (witness& w : all_) w.ended = never;
}

bool witnesses::have_seen(instant then, instant now) {
  witness& w = all_[0];
  if (!w.beat.can_tell() || w.beat.seen_alive() >= then) return true;
  w.beat.hurry(std::max(then, now));
  return false;
}

instant witnesses::unanswered() const {
  if (!one().beat.can_tell()) return never;
  return one().beat.unanswered();
}

instant witnesses::next_deadline() const {
  if (!begun_) return never;
  return std::min(all_[0].beat.next_deadline(), all_[1].beat.next_deadline());
}

void witnesses::time_passed(instant now) {
  for (witness& w : all_) {
    w.beat.time_passed(now);
    keep(w, now);
  }
}

void witnesses::stalled(duration length, instant now) {
  for (witness& w : all_) w.beat.stalled(length, now);
}

}  // namespace mqttspec::drive
