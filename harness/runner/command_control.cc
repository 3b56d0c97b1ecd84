#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/broker_control.h"

extern char** environ;

namespace mqttspec::runner {

namespace {

using namespace std::chrono_literals;

constexpr duration longest_command = 60s;
constexpr duration longest_start = 30s;
constexpr duration poll_interval = 20ms;

// Runs /bin/sh -c |command| with its output thrown away; -1 when it cannot.
pid_t spawn_shell(const std::string& command) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int fd : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
  }
  // Its own group: an interrupt at the terminal is ours to handle.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "/bin/sh";
  std::string flag = "-c";
  std::string text = command;
  char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, shell.c_str(), &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? pid : -1;
}

class command_control : public broker_control, public net::timed {
 public:
  command_control(net::event_loop& loop, net::connector& probe, hook_commands commands)
      : loop_(loop), probe_(probe), commands_(std::move(commands)) {
    loop_.add(*this);
  }
  ~command_control() override {
    loop_.remove(*this);
    if (child_ > 0) ::kill(-child_, SIGTERM);
  }

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
    if (child_ > 0) return poll_child(now);
    if (probing_) try_connect();
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
    child_ = spawn_shell(current_.command);
    if (child_ < 0) return finish(false, fmt::format("cannot run '{}'", current_.command));
    poll_at_ = began_ + poll_interval;
  }

  void poll_child(instant now) {
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == 0) {
      if (now - began_ > longest_command) {
        ::kill(-child_, SIGKILL);
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return finish(false, fmt::format("hook '{}' did not end within {}", current_.command,
                                         print_duration(longest_command)));
      }
      poll_at_ = now + poll_interval;
      return;
    }
    child_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return next_step();
    finish(false, fmt::format("hook '{}' failed with status {}", current_.command,
                              WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
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
  pid_t child_ = -1;
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

}  // namespace mqttspec::runner
