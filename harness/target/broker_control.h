#pragma once
// Starting and stopping the broker under test: the `broker restart` lines of scenarios.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.h"
#include "net/stream.h"
#include "results/results.h"
#include "script/scenario.h"
#include "target/capabilities.h"
#include "target/description.h"

namespace mqttspec::target {

enum class broker_state : std::uint8_t { up, busy, down };

class broker_control {
 public:
  using done_callback = std::function<void(bool ok, const std::string& why)>;

  virtual ~broker_control() = default;
  // One action at a time; |done| is called from the loop, when the broker is ready (start,
  // restart) or gone (stop, kill).
  virtual void perform(script::broker_action action, done_callback done) = 0;
  // Adds "restart", "kill", "stop": 1 where they can be performed.
  virtual void add_capabilities(capability_values& into) const = 0;

  // What the actions made of it. A case that ends early may leave a broker that is down.
  virtual broker_state state() const { return broker_state::up; }
  // Where the broker's process is known: sees now whether it still runs.
  virtual void look() {}
  // Not empty: it ended though nobody asked it to; its exit status or signal and its last output.
  virtual std::string_view ended() const { return {}; }
  // Not empty: it crashed when it was asked to end.
  virtual std::string_view crash() const { return {}; }
  // Octets that its processes hold in memory; 0: not known.
  virtual std::uint64_t resident_octets() const { return 0; }
  // Lines of its output since the last call that tell of a defect: of sanitizers, panics and
  // exceptions that nobody caught.
  virtual std::vector<std::string> take_alarms() { return {}; }
  // Where we launched it: how its process ended last, and what it printed.
  virtual std::optional<results::broker_process> process() const { return std::nullopt; }
};

// Performs |action| and runs the loop until it is done, or |given_up| says so. "": it went well;
// else why not.
std::string perform(net::event_loop& loop, broker_control& control, script::broker_action action,
                    const std::function<bool()>& given_up = {});

// Performs the target file's shell commands. Ready is what `wait_ready` says or, without it, that
// a connection from |probe| is accepted. Both must outlive it.
std::unique_ptr<broker_control> make_command_control(net::event_loop& loop, net::connector& probe,
                                                     hook_commands commands);

struct launch_options {
  std::string command;                                // for /bin/sh, in a process group of its own
  duration grace = std::chrono::seconds(5);           // between SIGTERM and SIGKILL
  duration longest_start = std::chrono::seconds(60);  // until a connection is accepted
};

// Runs the broker itself. It is down at first. All actions are possible; what is left of the
// broker when this is destroyed is killed.
std::unique_ptr<broker_control> make_launch_control(net::event_loop& loop, net::connector& probe,
                                                    launch_options options);

}  // namespace mqttspec::target
