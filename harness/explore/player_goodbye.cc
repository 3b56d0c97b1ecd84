// What a history leaves on the broker.

#include "explore/player.h"

namespace mqttspec::explore {

// Politely, so that no will is published; what stays is for play/clean_up.h.
void player::leave() {
  for (connection_id c = 0; c < lines_.size(); ++c) {
    line& l = lines_[c];
    if (!l.open) continue;
    if (!l.shut) {
      actions_.emplace_back(play::write_octets{c, left_.goodbye(c)});
    }
    actions_.emplace_back(play::close_connection{c, false});
    l.open = false;
  }
}

play::leftovers player::left_behind() const {
  play::leftovers out;
  out.what = left_.all();
  out.client_id = options_.ns + "-clean-up";
  out.user_name = options_.user_name.value_or("");
  out.password = options_.password.value_or("");
  out.keep_alive = options_.keep_alive;
  for (const auto& last : last_connect_) {
    if (last) out.version = last->version;
  }
  return out;
}

}  // namespace mqttspec::explore
