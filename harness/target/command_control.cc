#include <fmt/format.h>
#include <signal.h>

#include "target/broker_control.h"
#include "target/child_process.h"

namespace mqttspec::target {

namespace {

using namespace std::chrono_literals;

constexpr duration longest_command = 60s;
constexpr duration longest_start = 30s;
constexpr duration poll_interval = 20ms;

class command_control : public broker_control, public net::timed {
 public:
  command_control(net::event_loop& loop, net::connector& probe, hook_commands commands)
      : loop_(loop), probe_(probe), commands_(std::move(commands)) {
    loop_.add(*this);
  }
  ~command_control() override { loop_.remove(*this); }

  void add_capabilities(capability_values& into) const override {
    const bool can_stop = !commands_.stop.empty() && !commands_.start.empty();
    into["restart"] = !commands_.restart.empty() || can_stop;
    into["stop"] = can_stop;
    into["kill"] = !commands_.kill.empty() && !commands_.start.empty();
  }

  void perform(script::broker_action action, done_callback done) override {
    done_ = std::move(done);
    ends_ = action == script::broker_action::stop || action == script::broker_action::kill;
    steps_.clear();
    switch (action) {
      case script::broker_action::restart:
        if (!commands_.restart.empty()) {
          steps_ = {{commands_.restart, false}, {commands_.wait_ready, true}};
        } else {
          steps_ = {
              {commands_.stop, false}, {commands_.start, false}, {commands_.wait_ready, true}};
        }
        break;
      case script::broker_action::start:
        steps_ = {{commands_.start, false}, {commands_.wait_ready, true}};
        break;
      case script::broker_action::stop:
        steps_ = {{commands_.stop, false}};
        break;
      case script::broker_action::kill:
        steps_ = {{commands_.kill, false}};
        break;
    }
    next_step();
  }

  broker_state state() const override {
    if (done_) return broker_state::busy;
    return down_ ? broker_state::down : broker_state::up;
  }

  instant next_deadline() const override { return poll_at_; }

  void time_passed(instant now) override {
    poll_at_ = never;
    if (probing_) return try_connect();
    if (done_) poll_child(now);
  }

 private:
  struct step {
    std::string command;
    bool readiness = false;  // without a command: wait for a connection
  };

  void next_step() {
    if (steps_.empty()) return finish(true, "");
    current_ = steps_.front();
    steps_.erase(steps_.begin());
    began_ = loop_.now();
    if (current_.readiness && current_.command.empty()) {
      probing_ = true;
      return try_connect();
    }
    if (current_.command.empty()) return finish(false, "the target file has no hook for this");
    // What a command leaves running may print for as long as it likes.
    if (!child_.start(current_.command, child_output::discarded)) {
      return finish(false, fmt::format("cannot run '{}'", current_.command));
    }
    poll_at_ = began_ + poll_interval;
  }

  void poll_child(instant now) {
    child_.look();
    if (!child_.ended()) {
      if (now - began_ > longest_command) {
        child_.signal(SIGKILL);
        return finish(false, fmt::format("hook '{}' did not end within {}", current_.command,
                                         print_duration(longest_command)));
      }
      poll_at_ = now + poll_interval;
      return;
    }
    child_.forget();  // it may have started a broker
    if (child_.status() == 0u) return next_step();
    finish(false, fmt::format("hook '{}' {}", current_.command, child_.how_it_ended()));
  }

  void try_connect() {
    attempt_ = probe_.make();
    attempt_->start({[this](const std::string& error, instant now) {
                       if (error.empty()) {
                         probing_ = false;
                         attempt_->close();
                         return next_step();
                       }
                       if (now - began_ > longest_start) {
                         probing_ = false;
                         return finish(false, "the broker was not ready in time: " + error);
                       }
                       poll_at_ = now + poll_interval;
                     },
                     {},
                     {}});
  }

  void finish(bool ok, const std::string& why) {
    steps_.clear();
    probing_ = false;
    poll_at_ = never;
    if (ok) down_ = ends_;
    // From the loop: perform() may still be running.
    loop_.post([done = std::exchange(done_, nullptr), ok, why] {
      if (done) done(ok, why);
    });
  }

  net::event_loop& loop_;
  net::connector& probe_;
  hook_commands commands_;
  done_callback done_;
  std::vector<step> steps_;
  step current_;
  child_process child_;
  bool probing_ = false;
  bool ends_ = false;  // the action under way takes the broker down
  bool down_ = false;
  std::unique_ptr<net::stream> attempt_;
  instant began_{};
  instant poll_at_ = never;
};

}  // namespace

std::unique_ptr<broker_control> make_command_control(net::event_loop& loop, net::connector& probe,
                                                     hook_commands commands) {
  return std::make_unique<command_control>(loop, probe, std::move(commands));
}

}  // namespace mqttspec::target
