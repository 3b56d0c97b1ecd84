#include "suite/outages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mqttspec::suite {

namespace {

// Sends nothing, and ends after a while.
class idler : public play::machine {
 public:
  explicit idler(duration length) : length_(length) {}

  void start(instant now) override { end_ = now + length_; }
  void time_passed(instant now) override { over_ = now >= end_; }
  void abandon(play::abandonment, const std::string&, instant) override { over_ = true; }
  std::optional<play::action> next_action() override { return std::nullopt; }
  instant next_deadline() const override { return over_ ? never : end_; }
  bool finished() const override { return over_; }

  void connected(play::connection_id, instant) override {}
  void connect_failed(play::connection_id, const std::string&, instant) override {}
  void received(play::connection_id, byte_view, instant) override {}
  void closed(play::connection_id, play::close_kind, instant) override {}
  void broke_below(play::connection_id, const std::string&, std::string_view, instant) override {}
  void hook_done(bool, const std::string&, instant) override {}
  void stalled(duration, instant) override {}

 private:
  duration length_;
  instant end_ = never;
  bool over_ = false;
};

std::string path_of(const std::string& id) {
  return id.substr(0, id.find('['));
}

}  // namespace

void outage_log::note(const verdicts::opinion& o) {
  absence& a = all_[o.away->since];
  a.what = o.away->what;
  a.running.push_back(o.result.id);
}

void outage_log::found_one(const std::string& id) {
  ++found_;
  paths_.insert(path_of(id));
}

bool outage_log::found_like(const std::string& id) const {
  return paths_.contains(path_of(id));
}

std::vector<std::string> outage_log::sentences() const {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> out;
  for (const auto& [at, a] : all_) {
    if (a.running.size() == 1 && found_ != 0) continue;  // it tells that itself
    std::string who;
    for (std::size_t i = 0; i < std::min(most_named, a.running.size()); ++i) {
      who += (i == 0 ? "" : ", ") + a.running[i];
    }
    if (a.running.size() > most_named) {
      who += fmt::format(" and {} others", a.running.size() - most_named);
    }
    out.push_back(fmt::format(
        "{}, {} into the run, when these ran: {}", a.what,
        print_duration(std::chrono::round<std::chrono::milliseconds>(at - instant{})), who));
  }
  return out;
}

bool goes_away_by_itself(play::driver& on, duration length) {
  bool away = false;
  auto one = std::make_unique<idler>(length);
  on.play([&] { return std::unique_ptr<play::machine>(std::move(one)); },
          [&](const play::played& p) {
            away = p.around.away.has_value();
            return true;
          },
          1);
  return away;
}

}  // namespace mqttspec::suite
