#pragma once
// Who plays machines against a broker, many at once: over sockets (drive/network_driver.h), or each
// with an embedded broker of its own in virtual time (drive/virtual_driver.h). Written once for all
// that is played are limits on what a broker sends, the connections that are being made, the
// broker's pulse, standstills of the harness, restarts, and the removal of what is left behind.
//
//   d.play([&] { return next_machine(); }, [&](played p) { judge(p); return true; }, 512);

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "play/machine.h"

namespace mqttspec::play {

// What was going on around a machine while it was played; verdicts/decide.h weighs it.
struct circumstances {
  instant began{};
  instant ended{};
  // The longest time that a PINGREQ on a connection of the driver's own went without an answer
  // meanwhile. 0: none was slow, or the broker does not answer PINGREQ.
  duration slowest_pulse{};
  // A PINGREQ that takes longer tells of a broker that stood still.
  static constexpr duration tolerated_pulse = std::chrono::milliseconds(500);
  bool stood_still() const { return slowest_pulse > tolerated_pulse; }
  // The most machines that were under way at once meanwhile, this one included.
  std::size_t beside = 1;
  // Another one, that sends octets which are no packets, was under way meanwhile.
  bool beside_hostile = false;
  // A connection was refused, or the broker ended it before it had said anything.
  bool refused = false;
  std::vector<std::string> warnings;  // what could not be removed from the broker
};

struct played {
  std::unique_ptr<machine> what;
  circumstances around;
};

class driver {
 public:
  // The next machine; nullptr: none for now. It is asked again when one has ended, and what is
  // played is over when none is under way.
  using source = std::function<std::unique_ptr<machine>()>;
  // Called with each machine when it has ended, in no order. false: start no more, abandon the
  // rest.
  using sink = std::function<bool(played)>;
  // True: the time is over. Asked often, so it must be cheap.
  using stop_sign = std::function<bool()>;

  virtual ~driver() = default;

  // All of |next| have ended when this returns, at most |at_once| under way at a time, unless the
  // sink said false, |stop| said true, the run was interrupted, or the broker was lost: those under
  // way then are abandoned (and handed to |ended|), and |next| is asked no more. One that stops the
  // broker is played while nothing else is.
  virtual void play(const source& next, const sink& ended, std::size_t at_once,
                    const stop_sign& stop = {}) = 0;

  virtual instant now() const = 0;
  virtual bool interrupted() const = 0;
  // Not empty: no more connections to the broker can be made, and why.
  virtual const std::string& lost() const = 0;
  // The broker ended a connection of the driver's own in that span, for no reason that the driver
  // gave it: it was restarted, or it ended them all.
  virtual bool was_cut(instant /*from*/, instant /*to*/) const { return false; }
};

}  // namespace mqttspec::play
