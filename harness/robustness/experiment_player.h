#pragma once
// Plays the scenario of an experiment, and watches what x gets for its octets.

#include <map>
#include <string>

#include "play/scenario_player.h"
#include "robustness/bench.h"

namespace mqttspec::robustness {

class experiment_player final : public play::scenario_player {
 public:
  using play::scenario_player::scenario_player;

  std::optional<play::action> next_action() override;
  void received(play::connection_id id, byte_view octets, instant now) override;
  void closed(play::connection_id id, play::close_kind how, instant now) override;

  // To the last octets that x sent.
  reaction seen() const { return seen_; }

 private:
  // Of x, as long as nobody takes its session over.
  bool is_watched(play::connection_id id) const { return id == x_ && !over_; }

  play::connection_id x_ = 0;
  bool over_ = false;
  bool told_ = false;
  byte_buffer unread_;
  reaction seen_ = reaction::none;
};

}  // namespace mqttspec::robustness
