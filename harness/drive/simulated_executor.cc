#include "drive/simulated_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "verdicts/decide.h"

namespace mqttspec::drive {

namespace {

using results::verdict;

broker::broker make_broker(const simulation_options& simulation, const model::rules* rules) {
  return rules == nullptr ? broker::broker(simulation.broker, simulation.seed)
                          : broker::broker(simulation.broker, simulation.seed, *rules);
}

// The world of one case: its machine, a broker, and the octets on their way between the two.
class world {
 public:
  world(const job& j, const play::run_options& options, const simulation_options& simulation,
        const model::rules* rules)
      : simulation_(simulation),
        slack_(options.slack),
        run_(*j.scenario, options),
        broker_(make_broker(simulation, rules)) {}

  results::case_result play() {
    run_.start(now_);
    std::size_t steps = 0;
    while (!run_.finished()) {
      if (++steps > simulation_.most_steps) {
        run_.abandon(play::abandonment::endless, "the case does not end: too many steps", now_);
        break;
      }
      take_actions();
      take_outputs();
      if (run_.finished()) break;
      if (!arrivals_.empty() && arrivals_.front().at <= next_timer()) {
        deliver();
      } else if (!pass_time()) {
        run_.abandon(play::abandonment::endless, "the case does not end: nothing more can happen",
                     now_);
      }
    }
    return verdicts::decide(run_.take_trial(), {}, slack_).result;
  }

 private:
  enum class event : std::uint8_t {
    to_broker,
    peer_ended,
    connected,
    refused,
    to_case,
    ended,
    broken,
    hook_ended
  };
  struct arrival {
    instant at;
    event what{};
    play::connection_id of_case = 0;
    broker::connection_id of_broker = 0;
    byte_buffer octets;
    std::string why;
  };

  void send(event what, play::connection_id c, broker::connection_id b, byte_buffer octets = {},
            std::string why = {}) {
    arrivals_.push_back(
        {now_ + simulation_.latency, what, c, b, std::move(octets), std::move(why)});
  }

  instant next_timer() const {
    return std::min(run_.next_deadline(), up_ ? broker_.next_deadline() : never);
  }

  void take_actions() {
    while (const auto next = run_.next_action()) {
      if (const auto* o = std::get_if<play::open_connection>(&*next)) {
        open(*o);
      } else if (const auto* w = std::get_if<play::write_octets>(&*next)) {
        if (const auto b = links_.find(w->id); b != links_.end()) {
          send(event::to_broker, w->id, b->second, w->octets);
        }
      } else if (const auto* h = std::get_if<play::shut_down>(&*next)) {
        if (const auto b = links_.find(h->id); b != links_.end()) {
          send(event::peer_ended, h->id, b->second);
        }
      } else if (const auto* c = std::get_if<play::close_connection>(&*next)) {
        if (const auto b = links_.find(c->id); b != links_.end()) {
          deaf_[c->id] = true;
          send(event::peer_ended, c->id, b->second);
        }
      } else if (const auto* k = std::get_if<play::run_hook>(&*next)) {
        hook(k->action);
      }
    }
  }

  void open(const play::open_connection& o) {
    if (!up_) return send(event::refused, o.id, 0, {}, "connection refused");
    const broker::connection_id b = broker_.accept(now_);
    links_[o.id] = b;
    cases_[b] = o.id;
    send(event::connected, o.id, b);
  }

  void take_outputs() {
    for (broker::output& o : broker_.take_outputs()) {
      if (auto* octets = std::get_if<broker::send_octets>(&o)) {
        if (const auto c = cases_.find(octets->to); c != cases_.end()) {
          send(event::to_case, c->second, octets->to, std::move(octets->octets));
        }
      } else {
        const auto b = std::get<broker::close_connection>(o).to;
        if (const auto c = cases_.find(b); c != cases_.end()) unlink(c->second, event::ended);
      }
    }
  }

  // Nothing more goes to the broker; the case hears of it after what was sent before.
  void unlink(play::connection_id c, event how) {
    const auto link = links_.find(c);
    if (link == links_.end()) return;
    send(how, c, link->second);
    cases_.erase(link->second);
    links_.erase(link);
  }

  void deliver() {
    arrival a = std::move(arrivals_.front());
    arrivals_.pop_front();
    now_ = std::max(now_, a.at);
    const bool heard = !deaf_.contains(a.of_case);
    switch (a.what) {
      case event::connected:
        run_.connected(a.of_case, now_);
        break;
      case event::refused:
        run_.connect_failed(a.of_case, a.why, now_);
        break;
      case event::to_case:
        if (heard) run_.received(a.of_case, a.octets, now_);
        break;
      case event::ended:
        if (heard) run_.closed(a.of_case, play::close_kind::orderly, now_);
        break;
      case event::broken:
        if (heard) run_.closed(a.of_case, play::close_kind::reset, now_);
        break;
      case event::hook_ended:
        run_.hook_done(a.why.empty(), a.why, now_);
        break;
      case event::to_broker:
        if (cases_.contains(a.of_broker)) broker_.receive(a.of_broker, a.octets, now_);
        break;
      case event::peer_ended:
        if (cases_.contains(a.of_broker)) {
          broker_.peer_closed(a.of_broker, now_);
          unlink(a.of_case, event::ended);  // the broker ends its side too
        }
        break;
    }
  }

  bool pass_time() {
    const instant next = next_timer();
    if (next == never) return false;
    // A deadline that has passed and asks for nothing would hold time still.
    now_ = std::max(now_, next);
    if (up_ && broker_.next_deadline() <= now_) broker_.advance(now_);
    take_outputs();
    if (run_.next_deadline() <= now_) run_.time_passed(now_);
    return true;
  }

  void hook(script::broker_action action) {
    using script::broker_action;
    std::string why;
    const bool ends = action != broker_action::start;
    const bool begins = action == broker_action::start || action == broker_action::restart;
    if (ends == !up_) why = up_ ? "the broker runs already" : "the broker does not run";
    if (why.empty() && ends) {
      broker_.stop(action != broker_action::kill, now_);
      take_outputs();
      while (!links_.empty()) {
        unlink(links_.begin()->first, action == broker_action::kill ? event::broken : event::ended);
      }
      up_ = false;
    }
    if (why.empty() && begins) {
      broker_.start(now_);
      up_ = true;
    }
    send(event::hook_ended, 0, 0, {}, why);
  }

  const simulation_options& simulation_;
  const duration slack_;
  play::scenario_player run_;
  broker::broker broker_;
  instant now_{};
  bool up_ = true;
  std::deque<arrival> arrivals_;  // all travel equally long, so they stay in order
  std::map<play::connection_id, broker::connection_id> links_;
  std::map<broker::connection_id, play::connection_id> cases_;
  std::map<play::connection_id, bool> deaf_;  // closed by the case
};

class simulated_executor : public executor {
 public:
  explicit simulated_executor(simulation_options options) : options_(std::move(options)) {}

  void run(const batch& what, const result_callback& ended) override {
    for (const job& j : what.jobs) {
      results::case_result r = simulate(j, what.options, options_);
      now_ += r.took;
      if (!ended(std::move(r))) return;
    }
  }
  instant now() const override { return now_; }
  bool interrupted() const override { return false; }
  const std::string& lost() const override { return lost_; }

 private:
  simulation_options options_;
  instant now_{};
  std::string lost_;
};

}  // namespace

results::case_result simulate(const job& j, const play::run_options& options,
                              const simulation_options& simulation, const model::rules* rules) {
  results::case_result r = world(j, options, simulation, rules).play();
  r.repetition = j.repetition;
  return r;
}

std::unique_ptr<executor> make_simulated_executor(simulation_options options) {
  return std::make_unique<simulated_executor>(std::move(options));
}

}  // namespace mqttspec::drive
