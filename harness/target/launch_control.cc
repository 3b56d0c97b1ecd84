#include <fmt/format.h>
#include <signal.h>

#include <utility>

#include "target/broker_control.h"
#include "target/child_process.h"

namespace mqttspec::target {

namespace {

using namespace std::chrono_literals;
using script::broker_action;

constexpr duration watch_interval = 50ms;
constexpr duration poll_interval = 10ms;
constexpr duration longest_death = 2s;  // from SIGKILL to the end

class launch_control : public broker_control, public net::timed {
 public:
  launch_control(net::event_loop& loop, net::connector& probe, launch_options options)
      : loop_(loop), probe_(probe), options_(std::move(options)) {
    loop_.add(*this);
  }
  ~launch_control() override { loop_.remove(*this); }

  void add_capabilities(capability_values& into) const override {
    for (const char* name : {"restart", "stop", "kill"}) into[name] = 1;
  }

  broker_state state() const override {
    if (phase_ == phase::up) return broker_state::up;
    return phase_ == phase::down ? broker_state::down : broker_state::busy;
  }

  void look() override {
    if (phase_ == phase::up && !process_.look()) died();
  }
  std::string_view ended() const override { return ended_; }
  std::string_view crash() const override { return crash_; }
  std::uint64_t resident_octets() const override { return process_.resident_octets(); }
  std::vector<std::string> take_alarms() override {
    look();
    return process_.take_alarms();
  }
  std::optional<results::broker_process> process() const override {
    return results::broker_process{options_.command,  process_.how_it_ended(), asked_,
                                   process_.status(), process_.signal(),       process_.output()};
  }

  void perform(broker_action action, done_callback done) override {
    done_ = std::move(done);
    start_again_ = action == broker_action::restart;
    switch (action) {
      case broker_action::start:
        return phase_ == phase::up ? finish(true, "") : launch();
      case broker_action::restart:
      case broker_action::stop:
        return end_with(SIGTERM);
      case broker_action::kill:
        return end_with(SIGKILL);
    }
  }

  instant next_deadline() const override { return poll_at_; }

  void time_passed(instant now) override {
    poll_at_ = never;
    switch (phase_) {
      case phase::up:
        poll_at_ = now + watch_interval;
        if (!process_.look()) died();
        return;
      case phase::starting:
        return watch_start(now);
      case phase::ending:
        return watch_end(now);
      case phase::down:
        return;
    }
  }

 private:
  enum class phase : std::uint8_t { down, starting, up, ending };

  void launch() {
    began_ = loop_.now();
    start_again_ = false;
    ended_.clear();
    asked_ = false;
    if (!process_.start(options_.command)) {
      return finish(false, fmt::format("cannot run '{}'", options_.command));
    }
    phase_ = phase::starting;
    poll_at_ = began_ + poll_interval;
  }

  void watch_start(instant now) {
    if (!process_.look()) {
      phase_ = phase::down;
      return finish(false, "the broker " + process_.epitaph());
    }
    if (now - began_ > options_.longest_start) {
      const std::string why = fmt::format("the broker took no connection within {}: {}",
                                          print_duration(options_.longest_start), refusal_);
      end_with(SIGTERM);
      return finish(false, why);
    }
    if (!attempt_ || settled_) try_connect();
    poll_at_ = now + poll_interval;
  }

  void try_connect() {
    attempt_ = probe_.make();
    settled_ = false;
    attempt_->start({[this](const std::string& error, instant now) {
                       settled_ = true;
                       if (phase_ != phase::starting) return;
                       refusal_ = error;
                       if (!error.empty()) return;
                       attempt_->close();
                       phase_ = phase::up;
                       poll_at_ = now + watch_interval;
                       finish(true, "");
                     },
                     {},
                     {}});
  }

  void end_with(int number) {
    attempt_.reset();
    if (phase_ == phase::down) {
      if (start_again_) return launch();
      return finish(true, "");
    }
    process_.signal(number);
    phase_ = phase::ending;
    asked_ = true;
    killed_ = number == SIGKILL;
    began_ = loop_.now();
    poll_at_ = began_ + poll_interval;
  }

  void watch_end(instant now) {
    const bool gone = !process_.look();
    if (!gone && !killed_ && now - began_ > options_.grace) {
      process_.signal(SIGKILL);
      killed_ = true;
      began_ = now;
    }
    if (!gone && !(killed_ && now - began_ > longest_death)) {
      poll_at_ = now + poll_interval;
      return;
    }
    phase_ = phase::down;
    ended_.clear();
    if (process_.crashed()) crash_ = "asked to end, the broker " + process_.epitaph();
    if (start_again_) return launch();
    finish(true, "");
  }

  void died() {
    phase_ = phase::down;
    poll_at_ = never;
    ended_ = "the broker " + process_.epitaph();
  }

  void finish(bool ok, const std::string& why) {
    // From the loop: perform() may still be running.
    loop_.post([done = std::exchange(done_, nullptr), ok, why] {
      if (done) done(ok, why);
    });
  }

  net::event_loop& loop_;
  net::connector& probe_;
  launch_options options_;
  child_process process_;
  phase phase_ = phase::down;
  done_callback done_;
  std::unique_ptr<net::stream> attempt_;
  bool settled_ = false;
  bool start_again_ = false;
  bool killed_ = false;
  bool asked_ = false;  // its end is our doing
  std::string refusal_;
  std::string ended_;
  std::string crash_;
  instant began_{};
  instant poll_at_ = never;
};

}  // namespace

std::unique_ptr<broker_control> make_launch_control(net::event_loop& loop, net::connector& probe,
                                                    launch_options options) {
  return std::make_unique<launch_control>(loop, probe, std::move(options));
}

}  // namespace mqttspec::target
