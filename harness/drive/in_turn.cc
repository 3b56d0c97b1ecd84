#include "drive/in_turn.h"

#include <utility>

namespace mqttspec::drive {

namespace {

class one_by_one : public play::driver {
 public:
  explicit one_by_one(std::function<duration(play::machine&)> play_one)
      : play_one_(std::move(play_one)) {}

  void play(const source& next, const sink& ended, std::size_t, const stop_sign& stop) override {
    while (!stop || !stop()) {
      play::played p{next(), {}};
      if (!p.what) return;
      p.around.began = now_;
      now_ += play_one_(*p.what);
      p.around.ended = now_;
      if (!ended(std::move(p))) return;
    }
  }
  instant now() const override { return now_; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

 private:
  std::function<duration(play::machine&)> play_one_;
  instant now_{};
  std::string lost_;
};

}  // namespace

std::unique_ptr<play::driver> in_turn(std::function<duration(play::machine&)> play_one) {
  return std::make_unique<one_by_one>(std::move(play_one));
}

}  // namespace mqttspec::drive
