#pragma once
// Names of runs: they begin every Client Identifier and topic, so that what an earlier run left on
// a broker cannot matter.
//
//   random_source random(seed);
//   run_tags tags(make_run_tag(random));
//   tags.next();                           // "tq3x0z"
//   tags.next();                           // "tq3x10": as long as any other of this run
//
// A case that counts octets of a topic sees the same number in every trial. Client Identifiers of
// 23 octets are made on top of six.

#include <string>

#include "base/random.h"

namespace mqttspec {

// "t" and five random letters and digits.
std::string make_run_tag(random_source& random);

class run_tags {
 public:
  // |first|: a letter, then letters and digits. Short ones, as of tests, get three digits.
  explicit run_tags(std::string first);

  // Another one for each play of the cases, each the successor of the last.
  std::string next();

 private:
  std::string next_;
};

}  // namespace mqttspec
