#pragma once
// What was sent and received when a history was played, and the violation that it ended with.

#include <string>
#include <vector>

#include "explore/player.h"

namespace mqttspec::explore {

struct recording {
  std::vector<trace::entry> trace;
  std::string ns;
  violation broken;
  // Of the connection that it was found on:
  std::string client;  // its name in the trace
  wire::protocol_version version = wire::protocol_version::v5;
  std::vector<std::string> debts;     // in the notation
  std::vector<std::string> may_come;  // besides; in the notation
};

// Of |broken|, which |p| has found.
inline recording record_of(const player& p, const violation& broken) {
  recording r;
  r.trace = p.trace();
  r.ns = p.ns();
  r.broken = broken;
  r.client = p.name_of(r.broken.connection);
  r.version = p.version_of(r.broken.connection);
  if (!r.broken.rule.empty()) return r;
  r.debts = p.judgement().debts_of(r.broken.connection);
  r.may_come = p.judgement().may_come(r.broken.connection);
  return r;
}

}  // namespace mqttspec::explore
