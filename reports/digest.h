#pragma once
// What a run comes to, as every report for people says it: the standing of each statement, the
// cases worth reading, and one verdict in words.
//
//   digest d = make_digest(run, catalogue);
//   judgement_text t = judge(run, d);   // t.headline == "Not conformant"

#include <cstdint>
#include <string>
#include <vector>

#include "reports/catalogue.h"
#include "results/results.h"

namespace mqttspec::reports {

// In the order in which one outweighs the next.
enum class standing : std::uint8_t { violated, inconclusive, checked, not_checked, not_testable };
std::string_view standing_name(standing s);  // "violated", "not checked", ...

struct statement_state {
  catalogue_entry about;
  standing is = standing::not_checked;
  std::string why;                       // of not checked and not testable
  std::vector<std::size_t> violated_by;  // indices of run.cases
  std::size_t judged_by = 0;             // cases that executed a line which cites it
};

struct version_counts {
  std::string version;  // "v5"
  std::size_t violated = 0, violated_should = 0, inconclusive = 0, checked = 0, not_checked = 0,
              not_testable = 0;
  std::size_t judged() const { return violated + violated_should + inconclusive + checked; }
};

struct digest {
  // By version (5 first), in the catalogue's order; cited statements that it lacks come last.
  std::vector<statement_state> statements;
  std::vector<version_counts> versions;
  bool has_catalogue = false;
  // Indices of run.cases.
  std::vector<std::size_t> failures;         // MUST and unexpected ones, in order of the results
  std::vector<std::size_t> known_failures;   // the baseline lists them
  std::vector<std::size_t> should_failures;  // against a recommendation
  std::vector<std::size_t> unexpected_passes;
  std::vector<std::size_t> inconclusive;
  std::vector<std::size_t> errors;
};

digest make_digest(const results::run_results& run, const catalogue& statements);

enum class tone : std::uint8_t { good, bad, unknown };

struct judgement_text {
  tone is = tone::unknown;
  std::string headline;              // "Not conformant"
  std::string violated;              // what was violated, or that nothing was
  std::string unchecked;             // what was not checked, and why
  std::vector<std::string> remarks;  // baseline, interruption
};

judgement_text judge(const results::run_results& run, const digest& d);

// "mosquitto", else the address, else "the broker"
std::string target_name(const results::run_results& run);

// "v5" -> "MQTT 5"
std::string protocol_name(std::string_view version_tag);

// The one line that says what went wrong: of a failure its first fault, else the reason.
std::string fault_line(const results::case_result& c);

// "3 cases", "1 case"
std::string counted(std::size_t n, std::string_view noun);

}  // namespace mqttspec::reports
