#include "drive/broker_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::drive {

using namespace std::chrono_literals;

broker_watch::broker_watch(net::event_loop& loop, net::connector* by,
                           target::broker_control* control, std::optional<pulse_settings> pulse)
    : loop_(loop), by_(by), control_(control) {
  if (pulse) pulse_.emplace(std::move(*pulse));
  loop_.add(*this);
}

broker_watch::~broker_watch() {
  *alive_ = false;
  if (pulse_stream_) pulse_stream_->close();
  loop_.remove(*this);
}

bool broker_watch::ready(bool idle) {
  if (control_ != nullptr && lost_.empty()) lost_ = control_->ended();
  if (probing_ || !lost_.empty()) return false;
  // One that is under way may be about to start it.
  if (control_ == nullptr || !idle) return true;
  const target::broker_state is = control_->state();
  if (is == target::broker_state::up) return !reviving_;
  if (is == target::broker_state::down && !reviving_) {
    reviving_ = true;
    control_->perform(script::broker_action::start,
                      [this, alive = alive_](bool ok, const std::string& why) {
                        if (!*alive) return;
                        reviving_ = false;
                        if (!ok) lost_ = "the broker could not be started again: " + why;
                      });
  }
  return false;
}

void broker_watch::look() {
  if (control_ != nullptr) control_->look();
}

void broker_watch::suspect() {
  look();
  if (by_ == nullptr || probing_ || !lost_.empty()) return;
  probing_ = true;
  attempts_ = 0;
  probe_at_ = loop_.now();
}

void broker_watch::probe() {
  probe_ = by_->make();
  probe_->start({[this](const std::string& error, instant now) {
                   if (error.empty()) {
                     probing_ = false;
                     probe_->close();
                   } else if (++attempts_ < 3) {
                     probe_at_ = now + 100ms;
                   } else {
                     probing_ = false;
                     lost_ =
                         fmt::format("no more connections to the broker can be made: {}", error);
                   }
                 },
                 {},
                 {}});
}

void broker_watch::begin_pulse() {
  if (pulse_) keep_pulse(loop_.now());
}

// Does what it wants.
void broker_watch::keep_pulse(instant now) {
  if (pulse_->wants_connection(now)) {
    pulse_->connecting();
    pulse_stream_ = by_->make();
    pulse_stream_->start({[this](const std::string& error, instant at) {
                            if (error.empty()) {
                              pulse_->connected(at);
                            } else {
                              pulse_->closed(at);
                            }
                            keep_pulse(at);
                          },
                          [this](byte_view octets, instant at) {
                            pulse_->received(octets, at);
                            keep_pulse(at);
                          },
                          [this](net::stream_end, instant at) { pulse_->closed(at); }});
  }
  const byte_buffer out = pulse_->take_octets();
  if (!out.empty()) pulse_stream_->write(out);
}

instant broker_watch::next_deadline() const {
  return std::min(probe_at_, pulse_ ? pulse_->next_deadline() : never);
}

void broker_watch::time_passed(instant now) {
  if (probe_at_ <= now) {
    probe_at_ = never;
    probe();
  }
  if (!pulse_) return;
  pulse_->time_passed(now);
  keep_pulse(now);
}

void broker_watch::stalled(duration length, instant now) {
  if (pulse_) pulse_->stalled(length, now);
}

}  // namespace mqttspec::drive
