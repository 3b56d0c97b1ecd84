#pragma once
// The cases against generated mutants (broker/mutants.h), in virtual time: each against the cases
// that it touches, until one of them tells.
//
//   generated_proof p = prove_generated(settings, source, {&mutant, ...});
//   p.mutants[0].killer == "redelivery/qos1/...[v5]"
//
// Killed means that a run would end with exit code 1: a case fails, or a trace rule speaks.

#include <string>
#include <vector>

#include "broker/mutants.h"
#include "prove/prove.h"

namespace mqttspec::prove {

// What the first statement that is cited is about.
enum class aim : std::uint8_t {
  field,      // the field that the mutant changes
  packet,     // its packet, or the packet that it answers
  general,    // what several packets have in common: sections 1, 2, 4 and 6
  elsewhere,  // another packet
  unknown,    // nothing is cited, or the mutant is one of a decision
};

struct tried_mutant {
  const broker::mutant* what = nullptr;
  std::size_t touched = 0;         // cases of its version that it would change
  std::string killer;              // the first case that told; "": none did
  bool by_rule = false;            // a trace rule alone told
  std::vector<std::string> cited;  // "v5:MQTT-3.3.1-1"
  std::string message;
  aim where = aim::unknown;
  std::vector<std::string> noticed;  // cases that came to no verdict: "ID: why (file:line)"
};

struct generated_proof {
  std::vector<tried_mutant> mutants;  // as they were given
  std::string failure;                // not empty: nothing was proved, and why
  std::size_t cases = 0;
  std::size_t runs = 0;

  std::size_t killed() const;
  std::size_t count(aim where) const;
};

// Uses set_ups, suite and threads of |settings|.
generated_proof prove_generated(const prove_settings& settings,
                                const suite::scenario_source& source,
                                const std::vector<const broker::mutant*>& mutants);

std::string_view aim_name(aim a);
aim aim_of(const broker::mutant& m, std::string_view statement);  // "v5:MQTT-3.3.1-1"

}  // namespace mqttspec::prove
