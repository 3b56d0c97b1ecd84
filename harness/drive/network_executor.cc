#include "drive/network_executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "drive/case_driver.h"
#include "drive/pulse.h"

namespace mqttspec::drive {

namespace {

using results::verdict;
using namespace std::chrono_literals;

constexpr duration start_slice = 5ms;
// No case begins while so many connections do not stand yet: those that run need theirs soon.
constexpr std::size_t most_connecting = 32;

class network_executor : public executor, public net::timed {
 public:
  network_executor(net::event_loop& loop, const target::routes& reach,
                   target::broker_control* control, bool take_pulse)
      : loop_(loop), reach_(reach), control_(control), take_pulse_(take_pulse) {
    around_.loop = &loop;
    around_.reach = &reach_;
    around_.control = control;
    around_.changed = [this](case_driver& d) { changed(d); };
    around_.refused = [this] { suspect(); };
    around_.octets_held = &octets_held_;
    around_.connecting = &connecting_;
    loop_.add(*this);
    loop_.on_interrupt([this] { interrupted_ = true; });
  }
  ~network_executor() override {
    if (pulse_stream_) pulse_stream_->close();
    loop_.remove(*this);
  }

  instant now() const override { return loop_.now(); }
  bool interrupted() const override { return interrupted_; }
  const std::string& lost() const override { return lost_; }

  void run(const batch& what, const result_callback& ended) override {
    // The longest first, so that none of them begins when the others are done.
    std::vector<job> waiting = what.jobs;
    std::sort(waiting.begin(), waiting.end(), [](const job& a, const job& b) {
      return std::tie(b.scenario->shortest, a.scenario->id, a.repetition) <
             std::tie(a.scenario->shortest, b.scenario->id, b.repetition);
    });
    std::size_t next = 0;
    bool stopped = false;
    begin_pulse(what);
    loop_.run_until([&] {
      collect(ended, stopped);
      notice_death();
      if (stopped || interrupted_ || !lost_.empty()) return true;
      if (probing_ || !broker_is_up()) return false;
      start_some(what, waiting, next);
      return running_.empty() && finished_.empty() && next == waiting.size();
    });
    const instant end = loop_.now();
    if (stopped || interrupted_) {
      abandon_all(play::abandonment::interrupted,
                  interrupted_ ? "interrupted" : "another case failed (--fail-fast)", end);
    } else if (!lost_.empty()) {
      abandon_all(play::abandonment::broker_lost, lost_, end);
      for (; next < waiting.size() && !stopped; ++next) {
        stopped = !ended(not_run(waiting[next], verdict::error, lost_));
      }
    }
    bool ignored = false;
    collect(ended, ignored);
    probe_.reset();
  }

  instant next_deadline() const override {
    const instant of_cases = deadlines_.empty() ? never : deadlines_.begin()->first;
    return std::min({of_cases, probe_at_, pulse_ ? pulse_->next_deadline() : never});
  }

  void time_passed(instant now) override {
    if (probe_at_ <= now) {
      probe_at_ = never;
      probe();
    }
    if (pulse_) {
      pulse_->time_passed(now);
      keep_pulse(now);
    }
    // Each at most once: a case may ask for a deadline that has passed already.
    std::vector<case_driver*> due;
    for (const auto& [at, driver] : deadlines_) {
      if (at > now) break;
      due.push_back(driver);
    }
    for (case_driver* d : due) d->time_passed(now);
  }

  void stalled(duration length, instant now) override {
    for (const auto& [raw, driver] : running_) driver->stalled(length, now);
    if (pulse_) pulse_->stalled(length, now);
  }

 private:
  void begin_pulse(const batch& what) {
    if (!take_pulse_ || pulse_ || what.jobs.empty()) return;
    pulse_.emplace(pulse_settings{
        what.jobs.front().scenario->version,
        fmt::format("mqttspec-pulse-{:08x}", std::random_device{}()),
        what.options.user_name.empty() ? std::nullopt : std::optional(what.options.user_name),
        what.options.password.empty() ? std::nullopt : std::optional(what.options.password)});
    keep_pulse(loop_.now());
  }

  // Does what it wants.
  void keep_pulse(instant now) {
    if (pulse_->wants_connection(now)) {
      pulse_->connecting();
      pulse_stream_ = reach_.own().make();
      pulse_stream_->start({[this](const std::string& error, instant at) {
                              if (error.empty()) {
                                pulse_->connected(at);
                              } else {
                                pulse_->closed(at);
                              }
                              keep_pulse(at);
                            },
                            [this](byte_view octets, instant at) {
                              pulse_->received(octets, at);
                              keep_pulse(at);
                            },
                            [this](net::stream_end, instant at) { pulse_->closed(at); }});
    }
    const byte_buffer out = pulse_->take_octets();
    if (!out.empty()) pulse_stream_->write(out);
  }

  // The broker answered nobody for a while: what did not come in its time is no fault of its. Other
  // faults may follow from that (a session that expired meanwhile), so they are tried again.
  void excuse(results::case_result& r) const {
    if (!pulse_ || r.outcome != verdict::fail) return;
    const instant began = instant{} + r.started;
    const duration stood_still = pulse_->slowest(began, began + r.took);
    if (stood_still <= pulse::tolerated) return;
    r.outcome = verdict::inconclusive;
    r.reason =
        fmt::format("the broker did not answer a PINGREQ for {}",
                    print_duration(std::chrono::round<std::chrono::milliseconds>(stood_still)));
    for (auto* checks : {&r.statements, &r.fault->statements}) {
      for (results::statement_check& s : *checks) {
        if (s.outcome == results::check_outcome::violated) {
          s.outcome = results::check_outcome::inconclusive;
        }
      }
    }
  }

  // As many as fit into a few milliseconds; then the sockets have their turn. Starting all at once
  // would keep those that began first waiting.
  void start_some(const batch& what, const std::vector<job>& waiting, std::size_t& next) {
    if (nudged_) return;
    const instant pause = loop_.now() + start_slice;
    while (next < waiting.size() && running_.size() < what.at_once && loop_.now() < pause &&
           connecting_ < most_connecting) {
      begin(waiting[next++], what.options);
    }
    if (next == waiting.size() || running_.size() >= what.at_once) return;
    if (connecting_ >= most_connecting) return;  // this is called again when one stands
    nudged_ = true;
    loop_.post([this] { nudged_ = false; });
  }

  void begin(const job& j, const play::run_options& options) {
    auto driver = std::make_unique<case_driver>(j, options, around_);
    case_driver& d = *driver;
    running_.emplace(&d, std::move(driver));
    d.start(loop_.now());
  }

  void changed(case_driver& d) {
    if (d.filed_under != never) deadlines_.erase({d.filed_under, &d});
    d.filed_under = d.finished() ? never : d.next_deadline();
    if (d.filed_under != never) deadlines_.insert({d.filed_under, &d});
    if (d.finished()) finished_.insert(&d);
  }

  void notice_death() {
    if (control_ != nullptr && lost_.empty()) lost_ = control_->ended();
  }

  // Starts a broker that a case left stopped. Only when no case runs: one of them may be about to.
  bool broker_is_up() {
    if (control_ == nullptr || !running_.empty()) return true;
    const target::broker_state is = control_->state();
    if (is == target::broker_state::up) return !reviving_;
    if (is == target::broker_state::down && !reviving_) {
      reviving_ = true;
      control_->perform(script::broker_action::start, [this](bool ok, const std::string& why) {
        reviving_ = false;
        if (!ok) lost_ = "the broker could not be started again: " + why;
      });
    }
    return false;
  }

  // Outside of all callbacks of the drivers, which die here.
  void collect(const result_callback& ended, bool& stopped) {
    for (case_driver* d : std::exchange(finished_, {})) {
      results::case_result r = d->take_result();
      running_.erase(d);
      excuse(r);
      const bool odd = r.outcome == verdict::fail || r.outcome == verdict::error ||
                       r.outcome == verdict::inconclusive;
      // A dying broker closes its connections before it can be seen to be gone.
      if (odd && control_ != nullptr) control_->look();
      if (!ended(std::move(r))) stopped = true;
    }
  }

  void abandon_all(play::abandonment outcome, const std::string& reason, instant now) {
    std::vector<case_driver*> all;
    for (const auto& [raw, driver] : running_) all.push_back(raw);
    for (case_driver* d : all) d->abandon(outcome, reason, now);
  }

  // A case could not connect: is it only that one, or has the broker died?
  void suspect() {
    if (control_ != nullptr) control_->look();
    if (probing_ || !lost_.empty()) return;
    probing_ = true;
    attempts_ = 0;
    loop_.post([this] { probe(); });
  }

  void probe() {
    probe_ = reach_.own().make();
    probe_->start({[this](const std::string& error, instant now) {
                     if (error.empty()) {
                       probing_ = false;
                       probe_->close();
                     } else if (++attempts_ < 3) {
                       probe_at_ = now + 100ms;
                     } else {
                       probing_ = false;
                       lost_ =
                           fmt::format("no more connections to the broker can be made: {}", error);
                     }
                   },
                   {},
                   {}});
  }

  net::event_loop& loop_;
  const target::routes reach_;
  target::broker_control* control_;
  const bool take_pulse_;
  std::optional<pulse> pulse_;
  std::unique_ptr<net::stream> pulse_stream_;
  case_driver::surroundings around_;
  std::map<case_driver*, std::unique_ptr<case_driver>> running_;
  std::set<case_driver*> finished_;
  std::set<std::pair<instant, case_driver*>> deadlines_;
  std::size_t octets_held_ = 0;
  std::size_t connecting_ = 0;
  bool interrupted_ = false;
  bool nudged_ = false;
  bool probing_ = false;
  bool reviving_ = false;
  std::string lost_;
  int attempts_ = 0;
  instant probe_at_ = never;
  std::unique_ptr<net::stream> probe_;
};

}  // namespace

std::unique_ptr<executor> make_network_executor(net::event_loop& loop, const target::routes& reach,
                                                target::broker_control* control, bool take_pulse) {
  return std::make_unique<network_executor>(loop, reach, control, take_pulse);
}

}  // namespace mqttspec::drive
