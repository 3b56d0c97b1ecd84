#pragma once
// Faults that real brokers had (cases/statements/real-bugs.json), each with the threads or change
// logs that tell of it, the planted defects that stand for it, and the cases that would have seen
// it:
//
//   std::vector<known_bug> bugs = load_known_bugs("cases/statements", problems);
//   known_bug_faults(bugs, scenarios)   // sentences; empty: each is caught, or says why not

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "script/scenario.h"

namespace mqttspec::script {

struct known_bug {
  std::string what;                  // the broker's behaviour, in our words
  std::vector<std::string> seen_in;  // "EMQX https://...", "wolfMQTT F-7668"
  std::vector<std::string> defects;  // names in broker/defects_*.cc
  std::vector<std::string> cases;    // paths, without version and row
  std::string why;                   // it has no case

  bool caught() const { return !cases.empty(); }
};

// nullopt: not a list of such entries.
std::optional<std::vector<known_bug>> parse_known_bugs(std::string_view json);

// Reads real-bugs.json of |directory|; none, when it is absent. A file that is something else is
// told in |problems|.
std::vector<known_bug> load_known_bugs(const std::string& directory,
                                       std::vector<diagnostic>& problems);

// A bug with neither cases nor a reason, or with both; a case that does not exist; a bug twice.
// |scenarios| must be all of them.
std::vector<std::string> known_bug_faults(const std::vector<known_bug>& bugs,
                                          const std::vector<scenario>& scenarios);

}  // namespace mqttspec::script
