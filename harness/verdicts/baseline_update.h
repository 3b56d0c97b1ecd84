#pragma once
// Brings the text of a baseline up to date with what runs found: entries whose cases pass go or
// shrink to the cases that still fail, new failures are added. Comments and everything that is
// still right stay as they are. What is added or changes its meaning gets a reason that begins with
// "TO JUDGE", which a run does not accept: the program cannot know why a failure is acceptable.
//
//   auto u = update_baseline(old_text, {run}, all_ids, {});
//   u->text == "fail   queue/order/eight[v5]   \"PUBLISH.dup: expected 0\"   # TO JUDGE\n"

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "results/results.h"

namespace mqttspec::verdicts {

struct update_options {
  bool only_shrink = false;  // add nothing, not even another text
  bool strict = false;       // a SHOULD counts as a MUST
};

struct baseline_update {
  std::string text;
  std::vector<std::string> added;    // lines
  std::vector<std::string> removed;  // lines
  std::vector<std::string> remarks;  // what could not be decided: cases that ended in an error
};

// |runs|: of the same broker; a case that fails in some and passes in others is flaky. |all_ids|:
// every case there is, by which stale entries are known. The error: faults of |text|, as from
// parse_baseline(|file|).
result<baseline_update, std::vector<diagnostic>> update_baseline(
    const std::string& file, std::string_view text, const std::vector<results::run_results>& runs,
    const std::vector<std::string>& all_ids, const update_options& options);

// The part of a failure's message that is the same in every run: without the names that a run makes
// up and without octets.
std::string lasting_part(std::string_view message);

}  // namespace mqttspec::verdicts
