#pragma once
// Who plays machines against a broker, many at once: over sockets (drive/network_driver.h), or each
// with an embedded broker of its own in virtual time (drive/virtual_driver.h). Written once for all
// that is played are limits on what a broker sends, the connections that are being made, the
// broker's pulse, standstills of the harness, restarts, and the removal of what is left behind.
//
//   d.play([&] { return next_machine(); }, [&](played p) { judge(p); return true; }, 512);

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "play/machine.h"

namespace mqttspec::play {

// The broker went away though nobody asked it to, or let go of all its clients.
struct outage {
  std::string what;  // "the broker was ended by signal 6 (Aborted)"
  instant since{};
  instant well{};  // when it was last known to be there; since() where nobody can tell
  std::vector<std::string> last_words;  // the last lines of its output, where we launched it
};

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
  // The broker was away meanwhile.
  std::optional<outage> away;
  // What the machine sent last may be why: the broker was well before, and said nothing to it
  // since.
  bool suspect = false;
  duration sent_before{};  // how long before the broker was gone
  // A connection was refused, or the broker ended it before it had said anything.
  bool refused = false;
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
  // way then are abandoned (and handed to |ended|), and |next| is asked no more. When the broker
  // goes away for a while, those under way are abandoned and |next| is asked when it is back. One
  // that stops the broker is played while nothing else is.
  virtual void play(const source& next, const sink& ended, std::size_t at_once,
                    const stop_sign& stop = {}) = 0;

  virtual instant now() const = 0;
  virtual bool interrupted() const = 0;
  // Not empty: the broker has gone for good, and how.
  virtual const std::string& lost() const = 0;
};

}  // namespace mqttspec::play
