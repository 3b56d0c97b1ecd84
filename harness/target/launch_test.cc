// Brokers that a run launches itself, played by scripts that misbehave.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "net/tcp.h"
#include "target/broker_control.h"

namespace mqttspec::target {
namespace {

using namespace std::chrono_literals;
using script::broker_action;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct outcome {
  bool ok = false;
  std::string why;
};

class launch_test : public testing::Test {
 protected:
  launch_test() {
    // A port that is free: of a listener that is gone again.
    auto made = net::listen_tcp(loop_, {"127.0.0.1", 0}, {}, [](auto, instant) {});
    EXPECT_TRUE(made) << made.error();
    port_ = (*made)->port();
  }

  // A broker that takes connections and does nothing more; |before| and |behind| are Python.
  std::string listening(const std::string& before = "", const std::string& behind = "") const {
    // What is being ended may hold the port a moment longer.
    return fmt::format(R"(exec python3 -c '
import os, signal, socket, time
{}
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
while True:
  try:
    s.bind(("127.0.0.1", {}))
    break
  except OSError:
    time.sleep(0.01)
s.listen()
{}
while True: s.accept()
')",
                       before, port_, behind);
  }

  void launch(const std::string& command) {
    options_.command = command;
    probe_ = net::make_tcp_connector(loop_, {"127.0.0.1", port_});
    control_ = make_launch_control(loop_, *probe_, options_);
  }

  outcome perform(broker_action action) {
    std::optional<outcome> out;
    control_->perform(action, [&](bool ok, const std::string& why) { out = {ok, why}; });
    loop_.run_until([&] { return out.has_value(); });
    return *out;
  }

  // Until the watch has seen that the broker is gone.
  void await_death() {
    const instant end = loop_.now() + 10s;
    loop_.run_until([&] { return !control_->ended().empty() || loop_.now() > end; });
  }

  net::event_loop loop_;
  std::uint16_t port_ = 0;
  launch_options options_;
  std::unique_ptr<net::connector> probe_;
  std::unique_ptr<broker_control> control_;
};

TEST_F(launch_test, starts_restarts_kills_and_stops) {
  launch(listening());
  EXPECT_EQ(control_->state(), broker_state::down);
  for (const auto action :
       {broker_action::start, broker_action::restart, broker_action::kill, broker_action::start}) {
    const outcome o = perform(action);
    EXPECT_TRUE(o.ok) << o.why;
    EXPECT_EQ(control_->state(),
              action == broker_action::kill ? broker_state::down : broker_state::up);
  }
  EXPECT_TRUE(perform(broker_action::stop).ok);
  EXPECT_EQ(control_->state(), broker_state::down);
  EXPECT_THAT(control_->ended(), IsEmpty());
  ASSERT_TRUE(control_->process());
  EXPECT_TRUE(control_->process()->by_us);
  EXPECT_EQ(control_->process()->signal, static_cast<std::uint32_t>(SIGTERM));
}

TEST_F(launch_test, one_that_never_accepts_is_given_up) {
  options_.longest_start = 300ms;
  launch("sleep 60");
  const instant began = loop_.now();
  const outcome o = perform(broker_action::start);
  EXPECT_FALSE(o.ok);
  EXPECT_EQ(o.why, "the broker took no connection within 300ms: connection refused");
  EXPECT_LT(loop_.now() - began, 5s);
}

TEST_F(launch_test, one_that_ends_at_once_is_told_with_what_it_said) {
  launch("echo starting; printf 'no \\033[31mlicense\\n' >&2; exit 3");
  const outcome o = perform(broker_action::start);
  EXPECT_FALSE(o.ok);
  EXPECT_EQ(o.why,
            "the broker ended with status 3; its last output: starting | no \\x1b[31mlicense");
  const auto process = control_->process();
  ASSERT_TRUE(process);
  EXPECT_EQ(process->ended, "ended with status 3");
  EXPECT_FALSE(process->by_us);
  EXPECT_EQ(process->status, 3u);
  EXPECT_FALSE(process->signal);
  EXPECT_THAT(process->output, ElementsAre("starting", "no \\x1b[31mlicense"));
}

TEST_F(launch_test, a_command_that_is_not_there_is_told) {
  launch("/nowhere/broker");
  const outcome o = perform(broker_action::start);
  EXPECT_FALSE(o.ok);
  EXPECT_THAT(o.why, StartsWith("the broker ended with status 127 (command not found)"));
}

TEST_F(launch_test, one_that_dies_in_mid_run_is_noticed) {
  launch(listening("",
                   "s.accept(); print(\"out of luck\", flush=True); "
                   "os.kill(os.getpid(), signal.SIGSEGV)"));
  ASSERT_TRUE(perform(broker_action::start).ok);
  await_death();
  EXPECT_THAT(control_->ended(), StartsWith("the broker was ended by signal 11"));
  EXPECT_THAT(control_->ended(), HasSubstr("out of luck"));
  EXPECT_EQ(control_->state(), broker_state::down);
  EXPECT_EQ(control_->process()->signal, 11u);
  EXPECT_FALSE(control_->process()->by_us);
}

TEST_F(launch_test, one_that_ignores_the_request_to_end_is_killed) {
  options_.grace = 200ms;
  launch(listening("signal.signal(signal.SIGTERM, signal.SIG_IGN)"));
  ASSERT_TRUE(perform(broker_action::start).ok);
  const instant began = loop_.now();
  EXPECT_TRUE(perform(broker_action::stop).ok);
  EXPECT_GE(loop_.now() - began, 200ms);
  EXPECT_EQ(control_->process()->signal, static_cast<std::uint32_t>(SIGKILL));
  EXPECT_EQ(control_->state(), broker_state::down);
}

TEST_F(launch_test, one_that_crashes_when_asked_to_end_is_told) {
  launch(listening("signal.signal(signal.SIGTERM, lambda *_: os.abort())"));
  ASSERT_TRUE(perform(broker_action::start).ok);
  EXPECT_TRUE(perform(broker_action::stop).ok);
  EXPECT_THAT(control_->crash(), StartsWith("asked to end, the broker was ended by signal 6"));
}

TEST_F(launch_test, what_it_leaves_behind_ends_with_it) {
  // A launcher that does not become its broker.
  launch("(" + listening() + ") & wait");
  ASSERT_TRUE(perform(broker_action::start).ok);
  ASSERT_TRUE(perform(broker_action::kill).ok);
  EXPECT_TRUE(perform(broker_action::start).ok) << "the port is still taken";
}

// The target file's commands.
class hooks_test : public launch_test {
 protected:
  void use(hook_commands commands) {
    probe_ = net::make_tcp_connector(loop_, {"127.0.0.1", port_});
    control_ = make_command_control(loop_, *probe_, std::move(commands));
  }
};

TEST_F(hooks_test, a_command_may_leave_a_broker_running) {
  const std::string pid = testing::TempDir() + "hooks_test." + std::to_string(port_);
  use({.start = "(" + listening() + ") & echo $! >" + pid,
       .stop = "kill $(cat " + pid + "); rm " + pid,
       .restart = "",
       .kill = "",
       .wait_ready = ""});
  EXPECT_TRUE(perform(broker_action::start).ok);
  EXPECT_EQ(control_->state(), broker_state::up);
  const outcome o = perform(broker_action::restart);  // stop, then start
  EXPECT_TRUE(o.ok) << o.why;
  EXPECT_TRUE(perform(broker_action::stop).ok);
  EXPECT_EQ(control_->state(), broker_state::down);
}

TEST_F(hooks_test, a_command_that_fails_is_told) {
  use({.start = "exit 4", .stop = "true", .restart = "kill -9 $$", .kill = "", .wait_ready = ""});
  EXPECT_EQ(perform(broker_action::start).why, "hook 'exit 4' ended with status 4");
  EXPECT_EQ(perform(broker_action::restart).why,
            "hook 'kill -9 $$' was ended by signal 9 (Killed)");
  EXPECT_EQ(perform(broker_action::kill).why, "the target file has no hook for this");
}

}  // namespace
}  // namespace mqttspec::target
