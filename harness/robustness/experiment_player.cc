#include "robustness/experiment_player.h"

#include "wire/decode.h"

namespace mqttspec::robustness {

std::optional<play::action> experiment_player::next_action() {
  auto a = scenario_player::next_action();
  if (!a || judged()) return a;
  if (const auto* o = std::get_if<play::open_connection>(&*a)) {
    over_ = over_ || o->client == "z";
    if (o->client == "x" && !over_) {
      x_ = o->id;
      unread_.clear();
    }
  } else if (const auto* w = std::get_if<play::write_octets>(&*a); w && is_watched(w->id)) {
    seen_ = reaction::none;
    told_ = false;
  }
  return a;
}

void experiment_player::received(play::connection_id id, byte_view octets, instant now) {
  if (is_watched(id) && !judged()) {
    seen_ = reaction::answered;
    unread_.insert(unread_.end(), octets.begin(), octets.end());
    const auto version = scenario().version;
    for (;;) {
      const auto frame = wire::split(unread_, version);
      if (!frame || !*frame) break;
      const byte_view whole = (*frame)->bytes;
      const auto p = wire::decode_view(whole, {version, wire::sender::server});
      told_ = told_ || (p && (p->type == wire::packet_type::disconnect ||
                              (p->type == wire::packet_type::connack && p->reason != 0)));
      unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(whole.size()));
    }
  }
  scenario_player::received(id, octets, now);
}

void experiment_player::closed(play::connection_id id, play::close_kind how, instant now) {
  if (is_watched(id) && !judged()) seen_ = told_ ? reaction::told : reaction::closed;
  scenario_player::closed(id, how, now);
}

}  // namespace mqttspec::robustness
