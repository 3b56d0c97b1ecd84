#include "drive/network_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "drive/broker_watch.h"
#include "drive/remains.h"
#include "drive/seat.h"

namespace mqttspec::drive {

namespace {

using namespace std::chrono_literals;
using play::abandonment;

constexpr duration start_slice = 5ms;
// No machine begins while so many connections do not stand yet: those that run need theirs soon.
constexpr std::size_t most_connecting = 32;
// So long what has ended is kept until it is known whether the broker was there.
constexpr duration longest_doubt = 2s;
// A broker that floods so many floods all.
constexpr std::size_t most_floods = 8;
// So long what was abandoned at the end of the time may be cleaned up.
constexpr duration longest_clean_up = 5s;

// How many were under way at the busiest moment since one of them began.
class busiest_moment {
 public:
  void note(std::uint64_t number, std::size_t under_way) {
    while (!peaks_.empty() && peaks_.back().second <= under_way) peaks_.pop_back();
    peaks_.emplace_back(number, under_way);
  }
  std::size_t since(std::uint64_t number) const {
    const auto first = std::lower_bound(peaks_.begin(), peaks_.end(), number,
                                        [](const auto& p, std::uint64_t n) { return p.first < n; });
    return first == peaks_.end() ? 1 : first->second;
  }

 private:
  std::vector<std::pair<std::uint64_t, std::size_t>> peaks_;  // fewer and fewer under way
};

class network_driver : public play::driver, public net::timed {
 public:
  network_driver(net::event_loop& loop, const target::routes& reach, network_options options)
      : loop_(loop),
        reach_(reach),
        watch_(loop, reach_.find({"", ""}),
               {options.control, std::move(options.pulse), options.longest_absence}),
        remains_(options.left),
        around_{loop,
                reach_,
                options.control,
                std::move(options.adapter),
                [this](seat& s) { changed(s); },
                [this] { watch_.suspect(); },
                remains_,
                options.most_octets_held} {
    loop_.add(*this);
    loop_.on_interrupt([this] { interrupted_ = true; });
  }
  ~network_driver() override {
    remains_.all_else_is_done();
    if (remains_.any() && lost().empty() && !interrupted_) settle(longest_clean_up);
    loop_.remove(*this);
  }

  instant now() const override { return loop_.now(); }
  bool interrupted() const override { return interrupted_; }
  const std::string& lost() const override { return watch_.lost(); }

  void play(const source& next, const sink& ended, std::size_t at_once,
            const stop_sign& stop) override {
    more_ = true;
    bool wanted = true;
    bool in_time = true;
    watch_.begin();
    loop_.run_until([&] {
      if (watch_.away()) abandon_all(abandonment::broker_lost, "the broker is away");
      wanted = collect(ended) && wanted;
      in_time = !stop || !stop();
      if (!wanted || !in_time || interrupted_) return true;
      const bool ready = watch_.ready(running_.empty());
      if (!lost().empty()) return true;
      if (ready) start_some(next, at_once);
      return ready && running_.empty() && !more_ && !next_up_ && !remains_.any();
    });
    next_up_.reset();
    if (!lost().empty()) {
      abandon_all(abandonment::broker_lost, lost());
    } else if (interrupted_) {
      leave(abandonment::interrupted, "interrupted", ended);
    } else if (!wanted) {
      leave(abandonment::interrupted, "another case failed (--fail-fast)", ended);
    } else if (!in_time) {
      leave(abandonment::out_of_time, "the time is over", ended);
    }
    collect(ended);
  }

  instant next_deadline() const override {
    return deadlines_.empty() ? never : deadlines_.begin()->first;
  }

  void time_passed(instant now) override {
    // Each at most once: one may ask for a deadline that has passed already.
    std::vector<seat*> due;
    for (const auto& [at, s] : deadlines_) {
      if (at > now) break;
      due.push_back(s);
    }
    for (seat* s : due) s->time_passed(now);
  }

  void stalled(duration length, instant now) override {
    for (const auto& [raw, s] : running_) s->stalled(length, now);
  }

 private:
  // As many as fit into a few milliseconds; then the sockets have their turn. Starting all at once
  // would keep those that began first waiting.
  void start_some(const source& next, std::size_t at_once) {
    if (nudged_ || one_alone_) return;
    const instant pause = loop_.now() + start_slice;
    while (running_.size() < at_once && around_.connecting < most_connecting) {
      if (!next_up_) next_up_ = remains_.next();
      if (!next_up_ && more_) next_up_ = next();
      if (!next_up_) {
        more_ = false;
        return;
      }
      const bool stops = next_up_->stops_broker();
      if (stops && !running_.empty()) return;  // until the others have ended
      one_alone_ = stops;
      watch_.stopped_on_purpose(stops);
      begin(std::move(next_up_));
      if (one_alone_) return;
      if (loop_.now() < pause) continue;
      nudged_ = true;
      loop_.post([this] { nudged_ = false; });
      return;
    }
  }

  void begin(std::unique_ptr<play::machine> what) {
    auto made = std::make_unique<seat>(std::move(what), around_);
    seat& s = *made;
    s.number = ++begun_;
    running_.emplace(&s, std::move(made));
    busiest_.note(begun_, running_.size());
    s.start(loop_.now());
  }

  void changed(seat& s) {
    const instant due = s.finished() ? never : s.next_deadline();
    if (s.finished()) finished_.insert(&s);
    if (due == s.filed_under) return;
    if (s.filed_under != never) deadlines_.erase({s.filed_under, &s});
    if (due != never) deadlines_.insert({due, &s});
    s.filed_under = due;
  }

  // Outside of all callbacks of the streams, which die here. False: the rest is not wanted.
  bool collect(const sink& ended) {
    if (finished_.empty()) return true;
    // A dying broker closes its connections before it can be seen to be gone.
    watch_.look();
    bool wanted = true;
    more_ = true;
    for (auto at = finished_.begin(); at != finished_.end();) {
      seat* s = *at;
      const bool smooth = s->went_smoothly();
      const bool doubtful = watch_.away() || (!smooth && !watch_.knows(s->ended()) &&
                                              loop_.now() - s->ended() < longest_doubt);
      if (doubtful && !over()) {
        ++at;
        continue;
      }
      at = finished_.erase(at);
      play::played p = s->take();
      p.around.slowest_pulse = watch_.slowest_pulse(p.around.began, p.around.ended);
      p.around.beside = busiest_.since(s->number);
      p.around.away = watch_.outage_in(p.around.began, p.around.ended, smooth);
      if (p.around.away) {
        p.around.sent_before = p.around.away->since - s->last_sent();
        p.around.suspect = !s->answered() && s->last_sent() >= p.around.away->well;
      }
      if (s->was_flooded() && ++floods_ == most_floods) {
        watch_.give_up(fmt::format("the broker flooded the harness {} times", floods_));
      }
      running_.erase(s);
      if (remains_.settled(*p.what)) continue;
      if (p.around.away) remains_.owe(p.what->left_behind());
      wanted = ended(std::move(p)) && wanted;
    }
    if (one_alone_ && running_.empty()) {
      one_alone_ = false;
      watch_.stopped_on_purpose(false);
    }
    return wanted;
  }

  // Before its end: what was made on the broker is removed, for as long as that may take. A second
  // interrupt ends the process.
  void leave(abandonment why, const std::string& reason, const sink& ended) {
    leaving_ = true;
    abandon_all(why, reason);
    settle(longest_clean_up, ended);
    leaving_ = false;
  }

  // Goes on with clean-ups and with nothing else.
  void settle(duration longest, const sink& ended = [](play::played) { return true; }) {
    const instant end = loop_.now() + longest;
    bool last = false;
    loop_.run_until([&] {
      collect(ended);
      if (running_.empty() && interrupted_ && !std::exchange(last, true)) {
        remains_.all_else_is_done();
      }
      while (auto due = remains_.next()) begin(std::move(due));
      return running_.empty() || loop_.now() >= end || !lost().empty();
    });
    for (seat* s : all_seats()) s->give_up(loop_.now());
    collect(ended);
  }

  // Nothing more will be known.
  bool over() const { return leaving_ || interrupted_ || !lost().empty(); }

  void abandon_all(abandonment why, const std::string& reason) {
    for (seat* s : all_seats()) s->abandon(why, reason, loop_.now());
  }

  std::vector<seat*> all_seats() const {
    std::vector<seat*> all;
    for (const auto& [raw, s] : running_) all.push_back(raw);
    return all;
  }

  net::event_loop& loop_;
  const target::routes reach_;
  broker_watch watch_;
  remains remains_;
  seat::surroundings around_;
  std::map<seat*, std::unique_ptr<seat>> running_;
  std::set<seat*> finished_;
  std::set<std::pair<instant, seat*>> deadlines_;
  busiest_moment busiest_;
  std::unique_ptr<play::machine> next_up_;  // could not begin yet
  std::uint64_t begun_ = 0;
  std::size_t floods_ = 0;
  bool more_ = false;
  bool one_alone_ = false;  // that stops the broker
  bool nudged_ = false;
  bool interrupted_ = false;
  bool leaving_ = false;
};

}  // namespace

std::unique_ptr<play::driver> make_network_driver(net::event_loop& loop,
                                                  const target::routes& reach,
                                                  network_options options) {
  return std::make_unique<network_driver>(loop, reach, std::move(options));
}

}  // namespace mqttspec::drive
