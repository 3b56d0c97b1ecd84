#pragma once
// A run of bytes mode: batches of experiments, one operation a batch, until the time is up; what
// fails is played again alone, with a control arm that sends nothing, and shrunk.
//
//   campaign_result r = run_campaign(on, {.versions = {...}, .length = 2min, .seed = 7}, observer);
//
// Never a finding: how strict the broker is with the octets. That is counted.

#include <array>
#include <functional>
#include <map>

#include "robustness/bench.h"

namespace mqttspec::robustness {

enum class finding_kind : std::uint8_t {
  crash,      // the process ended
  hang,       // it runs and takes no connections
  harm,       // other clients were not served
  lock_out,   // a Client Identifier cannot be used any more
  sanitizer,  // a sanitizer spoke
  growth,     // memory grows with every experiment of one operation
};
std::string_view kind_name(finding_kind k);

struct finding {
  finding_kind kind{};
  experiment shown_by;  // shrunk
  experiment found_by;  // as it was drawn
  std::string evidence;
  unsigned failed = 0;  // of |tries|, played alone on a fresh broker or with fresh names
  unsigned tries = 0;
  std::size_t times = 1;       // that its like came up
  results::case_result trial;  // the last that failed
};

struct campaign_settings {
  std::vector<wire::protocol_version> versions;
  duration length = std::chrono::minutes(1);
  std::uint64_t seed = 0;
  std::size_t at_once = 32;
  std::size_t most_findings = 20;
  std::size_t shrink_tries = 60;
};

struct memory_sample {
  std::size_t experiments = 0;
  std::uint64_t octets = 0;
};

using reaction_counts = std::array<std::size_t, reactions>;

struct campaign_result {
  std::vector<finding> findings;
  std::vector<std::string>
      doubts;  // what failed once and not again, or has no cause that was found
  std::map<std::string, reaction_counts, std::less<>> by_operation;
  std::array<std::size_t, session_states> by_state{};
  std::size_t experiments = 0;
  std::size_t unprepared = 0;
  std::size_t restarts = 0;
  std::string unprepared_evidence;  // the last
  std::vector<memory_sample> memory;
  std::map<std::string, std::size_t> alarms;  // lines of the broker's output, digits left out
  bool interrupted = false;
  std::string ended_early;  // why
  duration took{};
};

// Told after each batch.
using campaign_observer = std::function<void(const campaign_result& so_far)>;

campaign_result run_campaign(bench& on, const campaign_settings& settings,
                             const campaign_observer& observer);

}  // namespace mqttspec::robustness
