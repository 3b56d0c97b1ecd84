#pragma once
// Compares a received packet with what a line expects.
//
//   match_result m = match(pattern, received, known);
//   m.faults.empty()  ->  it matches, and m.captures holds what `as NAME` took

#include <string>
#include <vector>

#include "adapter/protocol.h"
#include "results/results.h"
#include "script/scenario.h"

namespace mqttspec::play {

struct match_fault {
  results::deviation what;  // PUBLISH.payload: expected "m1", got "m2"
  source_span where;        // the clause; line 0 when the fault has no place of its own
  std::string field = {};   // its notation name; empty: another packet came
  std::vector<script::statement_reference> statements = {};  // that the clause cites for itself
  bool unlisted_reason = false;  // the line says nothing of a reason, and a refusal came
};

struct match_result {
  bool same_type = false;
  std::vector<match_fault> faults;  // every mismatch, not the first one
  script::bindings captures;
};

// Only listed fields are compared, but a reason code that is not listed must mean success; that
// of a DISCONNECT may be any.
match_result match(const script::packet_pattern& pattern, const wire::packet& received,
                   const script::bindings& known);

// Likewise for what a client library tells; the event is of the kind that is awaited.
match_result match(const std::vector<script::field_clause>& fields, const adapter::message& told,
                   const script::bindings& known);

}  // namespace mqttspec::play
