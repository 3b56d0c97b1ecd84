#include "drive/explore_arena.h"

#include <fmt/format.h>

namespace mqttspec::drive {

namespace {

class simulated_arena : public arena {
 public:
  simulated_arena(arena_options options, simulated_play how)
      : options_(std::move(options)), how_(std::move(how)) {}

  void play(const history_source& next, const play_sink& done, bool record) override {
    while (auto h = next()) {
      explore::player_options o = options_.player;
      // The same for all: they have a broker each, and a history must not depend on its number.
      o.ns = options_.tag;
      o.record = record;
      o.restarts = true;
      explore::player p(o);
      p.add(*h);
      now_ += play_simulated(p, how_);
      done(p);
    }
  }
  instant now() const override { return now_; }
  const std::string& lost() const override { return lost_; }
  bool interrupted() const override { return false; }
  bool restarts() const override { return true; }

 private:
  arena_options options_;
  simulated_play how_;
  instant now_{};
  std::string lost_;
};

}  // namespace

std::unique_ptr<arena> make_simulated_arena(arena_options options, simulated_play how) {
  return std::make_unique<simulated_arena>(std::move(options), std::move(how));
}

}  // namespace mqttspec::drive
