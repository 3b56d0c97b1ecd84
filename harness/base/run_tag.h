#pragma once
// Names of runs: they begin every Client Identifier and topic, so that what an earlier run left on
// a broker cannot matter.
//
//   random_source random(seed);
//   run_tags tags(make_run_tag(random));   // "tq3x0z"
//   tags.next();                           // "tq3x0z000"
//   tags.next();                           // "tq3x0z001": as long as any other of this run
//
// A case that counts octets of a topic sees the same number in every trial.

#include <cstdint>
#include <string>

#include "base/random.h"

namespace mqttspec {

// "t" and five random letters and digits.
std::string make_run_tag(random_source& random);

class run_tags {
 public:
  explicit run_tags(std::string run) : run_(std::move(run)) {}

  // Another one for each play of the cases: 46,656 of them before the first comes again.
  std::string next();

 private:
  std::string run_;
  std::uint32_t number_ = 0;
};

}  // namespace mqttspec
