#pragma once
// One play of a scenario as evidence: what its lines saw, what the trace rules saw, and how far the
// harness itself may be to blame. It says nothing about the outcome; verdicts/decide.h does.

#include <cstdint>
#include <string>

#include "base/instant.h"
#include "play/machine.h"
#include "results/results.h"

namespace mqttspec::play {

// How the lines of a scenario ended.
enum class ending : std::uint8_t {
  held,         // all of them
  differed,     // what came, or that nothing came, is not what a line awaits
  unplayable,   // a line sends on a connection that is there no more; a library refuses a command
  unknown,      // an adapter does not know a command
  broke_below,  // the broker broke a rule of a layer below MQTT
  faulty,       // the case, the harness or the network: no connection, no such value, no hook
  abandoned,    // by the driver
};

// How what came differs from what a line awaits.
enum class difference : std::uint8_t {
  content,    // another packet, or another value in it
  silence,    // nothing came
  misplaced,  // it came, and not in its window
};

struct trial {
  // All but `outcome` and `reason`. |seen.fault->statements| are those that the fault would break;
  // |seen.statements| those of the lines that held.
  results::case_result seen;
  ending lines = ending::held;
  std::string why;  // unplayable, faulty, abandoned: a sentence
  abandonment abandoned_for = abandonment::interrupted;  // abandoned

  // differed:
  difference how = difference::content;
  bool malformed = false;   // the packet breaks the format
  bool unprovoked = false;  // ... and nothing malformed was sent that may have asked for it
  duration late{};          // standstills of the harness that may explain the difference
  duration missed_by{};     // misplaced: how far outside of the window
  // The server ended the connection for a reason that is its own: busy, shutting down, a quota.
  std::string own_reason;

  // held: trace rules about time kept silent, because the harness stood still.
  bool rules_in_doubt = false;
  // It measures: its lines claim nothing, its packets are read for what the broker does.
  bool measures = false;
};

}  // namespace mqttspec::play
