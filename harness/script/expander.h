#pragma once
// Files to scenarios that can run: one a version and row.
//
//   expand_options options;
//   options.run_tag = "t4";
//   options.capability = {{"retain", 1}, {"queue_limit", 100}};
//   expansion e = expand(files, options);     // e.scenarios[0].id == "queue/order/...[v5]"
//
// Expects files that check() found no error in; what is wrong all the same is told in `problems`,
// and the scenario is left out.

#include <optional>
#include <string>
#include <vector>

#include "script/library.h"
#include "script/walker.h"

namespace mqttspec::script {

struct expand_options {
  std::vector<wire::protocol_version> versions = {wire::protocol_version::v5,
                                                  wire::protocol_version::v311};
  // Only scenarios in which the suite is this side; nullopt: all.
  std::optional<side> plays = side::client;
  // Decides [CAPABILITY] guards: true when it is there and not 0. The `needs` of a scenario are
  // not decided here.
  capabilities capability = {};
  std::string run_tag = "t";  // {ns} begins with it: letters and digits
  std::uint16_t port = 1883;  // {port}
  budget limits = {};         // of all scenarios together
};

struct expansion {
  std::vector<scenario> scenarios;  // by file, scenario, version (5 first), row
  std::vector<diagnostic> problems;
  bool over_budget = false;  // told in |problems|, too; the rest is left out
};

// Files that were loaded only because others import them have no scenarios of their own.
expansion expand(const file_set& files, const expand_options& options);

// `duration` of a scenario's waits, `nothing for` and lower bounds: it cannot take less.
duration shortest_time(const std::vector<instruction>& lines);

}  // namespace mqttspec::script
