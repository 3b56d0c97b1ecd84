#pragma once
// Which cases show which test purpose, for each version that it names; and where there is none,
// why.
//
//   for (const purpose_row& row : coverage_of(statements, scenarios)) ...
//   coverage_faults(statements, scenarios)   // sentences; empty: every purpose is answered once

#include <string>
#include <vector>

#include "script/catalogue.h"
#include "script/scenario.h"

namespace mqttspec::script {

struct version_coverage {
  wire::protocol_version version{};
  std::vector<std::string> cases;  // ids
  std::string why_not;             // the reason why there is none, where one is given
};

struct purpose_row {
  const purpose_entry* purpose = nullptr;
  std::vector<version_coverage> versions;  // those that the purpose names
  std::vector<std::string> cases;          // ids, of all versions
  std::string left_out;                    // what the cases do not show, where something is noted

  bool covered() const;   // each version has a case
  bool answered() const;  // each version has a case or a reason
};

// By id. A case counts for the versions that its clients speak.
std::vector<purpose_row> coverage_of(const catalogue& statements,
                                     const std::vector<scenario>& scenarios);

// A purpose with neither a case nor a reason for a version, or with both; a reason that is empty or
// about nothing. |scenarios| must be all of them.
std::vector<std::string> coverage_faults(const catalogue& statements,
                                         const std::vector<scenario>& scenarios);

}  // namespace mqttspec::script
