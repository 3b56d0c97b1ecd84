#pragma once
// The clock and the queue of everything that waits: one thread, one armed timer.
//
//   event_loop loop;
//   loop.add(cases);                       // asked for its next deadline, told when it passes
//   loop.run_until([&] { return cases.all_done(); });

#include <functional>
#include <memory>

#include "base/instant.h"

namespace mqttspec::net {

// Something with deadlines. next_deadline() is asked after every event, so it must be cheap.
class timed {
 public:
  virtual ~timed() = default;
  virtual instant next_deadline() const = 0;
  virtual void time_passed(instant now) = 0;
  // This process did not run for |length| before |now|, though something was due: whatever came
  // late in that time is not the peer's doing.
  virtual void stalled(duration length, instant now);
};

struct loop_core;  // net's own; asio lives there

class event_loop {
 public:
  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  // Time since the loop was made, as an instant.
  instant now() const;

  // |t| must be removed before it dies.
  void add(timed& t);
  void remove(timed& t);

  // Runs |what| from the loop, never before this call returns.
  void post(std::function<void()> what);

  // SIGINT and SIGTERM call |what| in the loop instead of ending the process.
  void on_interrupt(std::function<void()> what);

  // Handles events until |done|, which is asked after each, is true.
  void run_until(const std::function<bool()>& done);

  loop_core& core() { return *core_; }

 private:
  std::unique_ptr<loop_core> core_;
};

}  // namespace mqttspec::net
