#pragma once
// The baseline: what is known to differ from all-pass on one broker. One pattern a line, with the
// text that is expected (optional) and a reason (mandatory):
//
//   fail   session/dup_flag/**[v311]      "PUBLISH.dup: expected 0"   # link or reason
//   flaky  keepalive/silent-client-*      # 5 s timer granularity
//   flaky  **                             "before CONNACK"            # a race of the broker
//   skip   limits/packet-of-256-mib       # exhausts the machine
//
// `fail` runs and must fail, with the text somewhere in its message; a pass is unexpected. `flaky`
// may do either; with a text it excuses failures with that text alone, and every other result is
// judged as if the line were not there. A pattern that begins with `explore/`, `trace-rule/` or
// `prove/` is about findings, which need not show in every run. `skip` is not run. Several entries
// may match one case: the first that excuses its result counts. One that matches no case at all is
// stale: a problem, and so is one whose reason begins with "TO JUDGE", as those that `baseline
// update` writes: somebody has to look at the failure and say why it is known.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "results/results.h"

namespace mqttspec::verdicts {

enum class baseline_kind : std::uint8_t { fail, flaky, skip };

struct baseline_entry {
  baseline_kind kind{};
  std::string pattern;
  std::string text;  // empty: any failure
  std::string reason;
  source_span where;
  std::string source_line;
};

// The reason of an entry that nobody has judged yet begins with this.
inline constexpr std::string_view to_judge = "TO JUDGE";

using baseline = std::vector<baseline_entry>;

result<baseline, std::vector<diagnostic>> parse_baseline(const std::string& file,
                                                         std::string_view text);

// The first `skip` entry that matches |id|, or nullptr.
const baseline_entry* skips(const baseline& b, std::string_view id);

// A `fail` or `flaky` entry for a few cases matches |id|.
bool expects_failure(const baseline& b, std::string_view id);

// Judges one result: sets `expected` and `baseline_reason`. |strict|: a SHOULD counts as a MUST.
void judge(results::case_result& c, const baseline& known, bool strict);

// The same for a finding. What is found by chance may as well not be: `fail` and `flaky` are one.
void judge(results::run_finding& f, const baseline& known, bool strict);

// Whether |id|, or the pattern of an entry, is of a finding: they are not all seen in every run, so
// such an entry is never stale.
bool is_of_finding(std::string_view id);

// Whether |c|'s message is one that |entry| expects.
bool has_text_of(const baseline_entry& entry, const results::case_result& c);

// A diagnostic for each entry without a reason of its own.
std::vector<diagnostic> unjudged_entries(const baseline& b);

// A diagnostic for each entry that matches none of |ids|.
std::vector<diagnostic> stale_entries(const baseline& b, const std::vector<std::string>& ids);

}  // namespace mqttspec::verdicts
