#include "drive/explore_simulated.h"

#include <algorithm>
#include <deque>
#include <map>

namespace mqttspec::drive {

namespace {

namespace ex = explore;

class world {
 public:
  world(ex::player& p, const simulated_play& how)
      : how_(how),
        player_(p),
        broker_(how.rules == nullptr ? broker::broker(how.broker, how.seed)
                                     : broker::broker(how.broker, how.seed, *how.rules)) {}

  duration play(const std::function<std::optional<ex::action>()>& more) {
    constexpr std::size_t most_steps = 100'000;
    player_.go_on(now_);
    for (std::size_t steps = 0; steps < most_steps; ++steps) {
      take_commands();
      take_outputs();
      if (player_.idle()) {
        const auto next = more && !player_.over() ? more() : std::nullopt;
        if (!next) break;
        player_.add(*next);
        player_.go_on(now_);
        continue;
      }
      const instant timer = std::min(player_.next_deadline(), broker_.next_deadline());
      if (!arrivals_.empty() && arrivals_.front().at <= timer) {
        deliver();
      } else if (timer == never) {
        break;
      } else {
        now_ = std::max(now_, timer);
        if (broker_.next_deadline() <= now_) broker_.advance(now_);
        take_outputs();
        if (player_.next_deadline() <= now_) player_.time_passed(now_);
      }
    }
    return now_ - instant{};
  }

 private:
  enum class event : std::uint8_t { connected, to_broker, peer_ended, to_player, ended };
  struct arrival {
    instant at;
    event what{};
    ex::connection_id mine = 0;
    broker::connection_id theirs = 0;
    byte_buffer octets;
  };

  void send(event what, ex::connection_id mine, broker::connection_id theirs,
            byte_buffer octets = {}) {
    arrivals_.push_back({now_ + how_.latency, what, mine, theirs, std::move(octets)});
  }

  void take_commands() {
    for (ex::command& c : player_.take_commands()) {
      using what = ex::command::what;
      if (c.kind == what::open) {
        const broker::connection_id b = broker_.accept(now_);
        theirs_[c.connection] = b;
        mine_[b] = c.connection;
        send(event::connected, c.connection, b);
        continue;
      }
      if (c.kind == what::restart) {
        // What was sent before has arrived: the player has fenced it.
        broker_.stop(true, now_);
        broker_.take_outputs();
        broker_.start(now_);
        arrivals_.clear();
        theirs_.clear();
        mine_.clear();
        continue;
      }
      const auto b = theirs_.find(c.connection);
      if (b == theirs_.end()) continue;
      if (c.kind == what::write) {
        send(event::to_broker, c.connection, b->second, std::move(c.octets));
      } else {
        send(event::peer_ended, c.connection, b->second);
      }
    }
  }

  void take_outputs() {
    for (broker::output& o : broker_.take_outputs()) {
      if (auto* octets = std::get_if<broker::send_octets>(&o)) {
        const auto c = mine_.find(octets->to);
        if (c != mine_.end()) {
          send(event::to_player, c->second, octets->to, std::move(octets->octets));
        }
      } else {
        unlink(std::get<broker::close_connection>(o).to);
      }
    }
  }

  void unlink(broker::connection_id b) {
    const auto c = mine_.find(b);
    if (c == mine_.end()) return;
    send(event::ended, c->second, b);
    theirs_.erase(c->second);
    mine_.erase(c);
  }

  void deliver() {
    const arrival a = std::move(arrivals_.front());
    arrivals_.pop_front();
    now_ = std::max(now_, a.at);
    switch (a.what) {
      case event::connected:
        return player_.connected(a.mine, now_);
      case event::to_player:
        return player_.received(a.mine, a.octets, now_);
      case event::ended:
        return player_.closed(a.mine, now_);
      case event::to_broker:
        if (mine_.contains(a.theirs)) broker_.receive(a.theirs, a.octets, now_);
        return;
      case event::peer_ended:
        if (!mine_.contains(a.theirs)) return;
        broker_.peer_closed(a.theirs, now_);
        unlink(a.theirs);
        return;
    }
  }

  const simulated_play& how_;
  ex::player& player_;
  broker::broker broker_;
  instant now_{};
  std::deque<arrival> arrivals_;
  std::map<ex::connection_id, broker::connection_id> theirs_;
  std::map<broker::connection_id, ex::connection_id> mine_;
};

}  // namespace

duration play_simulated(ex::player& p, const simulated_play& how,
                        const std::function<std::optional<ex::action>()>& more) {
  return world(p, how).play(more);
}

}  // namespace mqttspec::drive
