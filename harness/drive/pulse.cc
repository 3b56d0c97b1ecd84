#include "drive/pulse.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "play/driver.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::drive {

using namespace std::chrono_literals;
using wire::packet_type;

namespace {

constexpr duration retry = 100ms;

}  // namespace

pulse_settings pulse_as(wire::protocol_version version, const std::string& user_name,
                        const std::string& password) {
  pulse_settings out;
  out.version = version;
  out.client_id = fmt::format("mqttspec-pulse-{:08x}", std::random_device{}());
  if (!user_name.empty()) out.user_name = user_name;
  if (!password.empty()) out.password = password;
  return out;
}

bool pulse::wants_connection(instant now) const {
  return state_ == state::off && due_ <= now;
}

void pulse::connected(instant) {
  state_ = state::greeting;
  in_.clear();
  wire::packet p = wire::make(packet_type::connect, settings_.version);
  p.client_id = settings_.client_id;
  p.clean_start = true;
  p.keep_alive = 60;
  p.user_name = settings_.user_name;
  p.password = settings_.password;
  send(p);
}

void pulse::send(const wire::packet& p) {
  (void)wire::encode_to(p, out_);
}

void pulse::ask(instant now) {
  state_ = state::asked;
  asked_ = sent_ = now;
  send(wire::make(packet_type::pingreq, settings_.version));
}

void pulse::received(byte_view octets, instant now) {
  if (state_ == state::refused) return;
  in_.insert(in_.end(), octets.begin(), octets.end());
  byte_view rest = in_;
  while (!rest.empty()) {
    const auto frame = wire::split(rest, settings_.version);
    if (!frame) return give_up();
    if (!*frame) break;
    const byte_view whole = (*frame)->bytes;
    rest = rest.subspan(whole.size());
    const auto p = wire::decode_view(whole, {settings_.version, wire::sender::server});
    if (!p) return give_up();
    if (p->type == packet_type::connack && state_ == state::greeting) {
      if (p->reason != 0) {
        state_ = state::refused;
        return;
      }
      ask(now);
    } else if (p->type == packet_type::pingresp && state_ == state::asked) {
      answers_ = true;
      if (now - asked_ > play::circumstances::tolerated_pulse) slow_.push_back({asked_, now});
      state_ = state::idle;
      seen_alive_ = seen_well_ = sent_;
      due_ = now + settings_.between;
    }
  }
  in_.erase(in_.begin(), in_.end() - static_cast<std::ptrdiff_t>(rest.size()));
}

// Somebody else's octets were handed to it: what comes on this connection says nothing any more.
void pulse::give_up() {
  state_ = state::refused;
  answers_ = false;
  in_.clear();
}

void pulse::closed(instant now) {
  if (state_ == state::refused) return;
  state_ = state::off;
  seen_alive_ = instant::min();
  due_ = now + retry;
}

void pulse::stalled(duration length, instant now) {
  asked_ = std::min(now, saturating_add(asked_, length));
}

instant pulse::next_deadline() const {
  return state_ == state::off || state_ == state::idle ? due_ : never;
}

void pulse::time_passed(instant now) {
  if (state_ == state::idle && due_ <= now) ask(now);
}

duration pulse::slowest(instant from, instant to) const {
  duration longest{};
  if (!answers_) return longest;
  if (unanswered() <= to) longest = to - asked_;
  for (const slow_answer& s : slow_) {
    if (s.asked <= to && s.answered >= from) longest = std::max(longest, s.answered - s.asked);
  }
  return longest;
}

}  // namespace mqttspec::drive
