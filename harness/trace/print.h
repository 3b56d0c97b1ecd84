#pragma once
// The trace as text, for whoever reads it outside of the program. What is printed holds no secret;
// what is read back is for people and captures, never a source of verdicts.

#include <vector>

#include "trace/secrets.h"
#include "trace/trace.h"

namespace mqttspec::trace {

struct line {
  std::string client;
  duration at{};  // since the play began
  trace::direction direction{};
  std::string text;        // notation: `CONNECT client_id="a" ...`; event: "close (reset)"
  std::string hex;         // the octets, at most 256 of them; credentials masked
  std::uint64_t size = 0;  // octets of the packet
  bool marked = false;     // the line that the failure is about
};

line print(const entry& e, const secrets& hidden);
std::vector<line> print(const std::vector<entry>& all, const secrets& hidden);

}  // namespace mqttspec::trace
