#pragma once
// Where experiments are played: one broker, and what can be seen of it. The network's is in
// network.h; tests have their own.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/instant.h"
#include "results/results.h"
#include "robustness/experiment.h"

namespace mqttspec::robustness {

// What became of the others.
enum class fate : std::uint8_t {
  served,
  harmed,      // somebody else was not served as the standard demands
  locked_out,  // only the attacked session's name cannot be used any more
  lost,        // the broker was gone when it ended, or before it began
  unprepared,  // it did not get as far as the hostile octets
  unclear,     // the harness was late
};

// What x saw behind its octets.
enum class reaction : std::uint8_t {
  none,      // nothing, and the connection stayed
  answered,  // some packet, and the connection stayed
  closed,    // without a word
  told,      // with a DISCONNECT or a refusing CONNACK
};
inline constexpr std::uint8_t reactions = 4;

struct outcome {
  fate became = fate::unclear;
  reaction seen = reaction::none;
  std::string evidence;        // a sentence
  results::case_result trial;  // with its trace
};

class bench {
 public:
  virtual ~bench() = default;

  // All at once, each with names of its own; one outcome each.
  virtual std::vector<outcome> play(std::span<const experiment> all) = 0;

  // Not empty: the broker is gone or takes no connections, and how that was seen.
  virtual std::string lost() = 0;
  // A fresh broker; not empty: why there is none.
  virtual std::string revive() = 0;
  // Of the broker's processes; 0: not known.
  virtual std::uint64_t resident_octets() = 0;
  // Lines of the broker's output since the last call that tell of a defect.
  virtual std::vector<std::string> alarms() = 0;

  virtual instant now() const = 0;
  virtual bool interrupted() const = 0;
};

}  // namespace mqttspec::robustness
