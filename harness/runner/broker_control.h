#pragma once
// Starting and stopping the broker under test: the `broker restart` lines of scenarios.

#include <functional>
#include <memory>
#include <string>

#include "net/event_loop.h"
#include "net/stream.h"
#include "runner/capabilities.h"
#include "runner/target.h"
#include "script/scenario.h"

namespace mqttspec::runner {

class broker_control {
 public:
  using done_callback = std::function<void(bool ok, const std::string& why)>;

  virtual ~broker_control() = default;
  // One action at a time; |done| is called from the loop, when the broker is ready (start,
  // restart) or gone (stop, kill).
  virtual void perform(script::broker_action action, done_callback done) = 0;
  // Adds "restart", "kill", "stop": 1 where they can be performed.
  virtual void add_capabilities(capability_values& into) const = 0;
};

// Performs the target file's shell commands. Ready is what `wait_ready` says or, without it, that
// a connection from |probe| is accepted. Both must outlive it.
std::unique_ptr<broker_control> make_command_control(net::event_loop& loop, net::connector& probe,
                                                     hook_commands commands);

}  // namespace mqttspec::runner
