#pragma once
// What a run found out: the only thing that is written about outcomes, as results.json
// (reports/results.schema.json). Every report is rendered from it, now or later.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/instant.h"
#include "base/result.h"
#include "trace/print.h"

namespace mqttspec::results {

enum class verdict : std::uint8_t { pass, pass_note, fail, skip, inconclusive, error };
std::string_view verdict_name(verdict v);  // "pass", "pass-note", "fail", ...

// What a statement's checks came to.
enum class check_outcome : std::uint8_t { checked, violated, inconclusive };

struct statement_check {
  std::string version;  // "v5", "v311"
  std::string id;       // "MQTT-3.2.2-3"
  std::string summary;  // the catalogue's, in our words
  check_outcome outcome = check_outcome::checked;
};

using trace_direction = trace::direction;
using trace_entry = trace::entry;
using trace_line = trace::line;

// One difference between what a line awaits and what came, as values.
struct deviation {
  std::string of;        // "CONNACK.session_present", "PUBACK"; empty: what comes at all
  std::string expected;  // "1"; "PUBLISH or close"
  std::string got;       // "0"; "DISCONNECT", "close", "nothing"
};
std::string print(const deviation& d);  // `PUBLISH.payload: expected "m1", got "m2"`

struct failure {
  std::string message;              // one line a fault, as print() writes it
  std::vector<std::string> faults;  // each mismatch of the line
  std::vector<deviation> deviations;
  std::string client;
  std::string step;
  std::string expected;  // the line's text
  std::string actual;    // what came, in the notation, or "nothing within 2s", "close"
  std::string loop;      // "n=1"
  source_span where;
  std::string source_line;
  std::vector<statement_check> statements;  // cited by the failing line
};

// What a trace rule saw, whatever the case came to (docs/trace-rules.md).
struct finding {
  std::string rule;     // "connack-comes-first"
  std::string message;  // one sentence
  std::string client;
  duration at{};                            // since the case began
  std::vector<statement_check> statements;  // that it breaks
};

// The file of the cases that every run begins with: no pattern selects them.
constexpr std::string_view sanity_file = "sanity.mqs";

struct case_result {
  std::string id;  // "queue/order/queued-qos1-survives-reconnect[v5]"
  std::string path;
  std::string name;
  std::string version;  // "5", "3.1.1"
  std::string row;
  std::string title;
  std::string file;
  std::uint32_t line = 0;
  std::string level;  // "must", "should", "may", "info"
  std::vector<std::string> purposes;
  std::vector<std::string> tags;
  verdict outcome = verdict::error;
  std::string reason;                       // of skip, inconclusive, error
  std::vector<std::string> notes;           // of pass-note, and recorded facts of info cases
  std::vector<std::string> warnings;        // leftover packets and the like
  std::optional<failure> fault;             // of fail, and of inconclusive where a line was reached
  std::vector<statement_check> statements;  // of the lines that were executed
  std::vector<finding> findings;            // of trace rules
  std::vector<trace_entry> trace;           // within the program; make_public() prints it
  std::vector<trace_line> packets;          // as printed; of results.json
  duration started{};                       // since the run began
  duration took{};
  std::uint32_t repetition = 0;  // --repeat: 0, 1, ...
  bool expected = true;          // against the baseline; without one: not a failure
  std::string baseline_reason;   // the entry's comment, where one matched
  // Of a finding, not in results.json:
  std::string rule;   // as in run_finding
  std::string again;  // the command that shows it again
};

// What is wrong with the broker, wherever it was seen: in a history of `explore`, in an experiment
// of `explore bytes`, by a trace rule in cases. Told once, however often it was seen.
struct run_finding {
  // The same from run to run: the kind, the statements, and what is wrong with them.
  std::string id;                   // "explore/model/MQTT-3.3.1-2/dup-is-set-with-qos-0[v5]"
  std::string kind;                 // "model", "bytes", "trace-rule", "prove"
  std::string rule;                 // of the kind "trace-rule": its name
  std::string version;              // "5", "3.1.1"
  std::string title;                // what is wrong, in a sentence
  verdict outcome = verdict::fail;  // inconclusive: it did not show itself again
  std::string wanted;               // in the notation, or a sentence; empty: nothing
  std::string seen;
  std::vector<std::string> notes;
  std::vector<statement_check> statements;  // that it breaks
  std::uint64_t times = 1;                  // that it was seen: histories, experiments, cases
  std::vector<std::string> seen_in;         // those that are known by name
  std::string scenario;                     // text of an .mqs file that shows it; may be empty
  std::string history;                      // for `explore --replay`; may be empty
  std::string again;                        // the command that shows it again, or a case
  std::vector<trace_entry> trace;           // as in case_result
  std::vector<trace_line> packets;
  bool expected = false;        // the baseline knows it
  std::string baseline_reason;  // the entry's comment
};

// |f| as a case, for whoever treats both alike: baseline and reports.
case_result as_case(const run_finding& f);

struct target_facts {
  std::string name;     // of the target file, or the address
  std::string address;  // "127.0.0.1:1883", "embedded", "simulated"
  std::vector<std::string> versions;
  std::map<std::string, std::string> declared;  // facts of the target file
  std::map<std::string, std::string> learned;   // CONNACK properties of the sanity check, by name
};

// The broker as the run launched it, with --start.
struct broker_process {
  std::string command;
  std::string ended;   // how it ended last: "ended with status 0", "was ended by signal 11 (...)"
  bool by_us = false;  // we asked for that end
  std::optional<std::uint32_t> status;
  std::optional<std::uint32_t> signal;
  std::vector<std::string> output;  // its last lines, escaped
};

// What cases tagged `measures` found out about the broker, beyond right and wrong.
struct measured_fact {
  std::string name;     // where a target file has such a fact, its name: "queue_limit"
  std::string version;  // "5", "3.1.1"
  std::string value;    // "1000", "drop-newest", "false"
  std::string detail;   // a sentence for people
  std::string from;     // id of the case
};

// When something that should happen after |interval| was seen to happen. Each bound errs on the
// broker's side: by the delays of the network, never by the harness' own.
struct measured_window {
  std::string name;     // "session_expiry", "will_delay", "v311_session_expiry"
  std::string version;  // "5", "3.1.1"
  duration interval{};  // what was asked for; 0: what the target declares
  std::uint64_t probes = 0;
  std::uint64_t gone = 0;  // probes after which it had happened
  duration probed_until{};
  std::optional<duration> never_before;  // the earliest; absent: it never happened
  std::optional<duration> always_after;  // when it had not yet happened, for the last time
  std::vector<std::string> from;         // ids of the cases
};

struct session_profile {
  std::vector<measured_fact> facts;      // in the order of the table in profile/measure.cc
  std::vector<measured_window> windows;  // by name and version
};

struct run_results {
  int format = 1;
  std::string verb = "run";  // what was done: "run", "explore model", "explore bytes", "prove"
  std::string tool_version;
  std::string catalogue_version;
  std::string started_at;            // RFC 3339, UTC
  std::vector<std::string> command;  // options that change verdicts, credentials left out
  target_facts target;
  std::optional<broker_process> process;
  std::uint64_t seed = 0;
  duration took{};
  bool interrupted = false;
  std::string void_reason;            // not empty: sanity failed, or the broker died; exit 3
  std::vector<std::string> problems;  // stale baseline entries and the like: exit 1
  std::vector<std::string> notes;     // what was done, of runs that play no cases
  session_profile profile;
  std::vector<case_result> cases;     // sorted by id, then repetition
  std::vector<run_finding> findings;  // sorted by id
};

// |r| with its findings as cases, for reports: sorted as cases are. A run that plays no cases has
// one more, which stands for the whole.
run_results with_findings_as_cases(run_results r);

// Makes one finding of each rule and statement that |r|'s cases saw broken, with the shortest of
// their traces. What it was seen in excuses it, if all of that is cases that do not pass and are
// expected.
void gather_rule_findings(run_results& r);

struct totals {
  std::size_t pass = 0, pass_note = 0, fail = 0, skip = 0, inconclusive = 0, error = 0;
  std::size_t unexpected = 0;  // cases
  std::size_t findings = 0;
  std::size_t unexpected_findings = 0;
};
totals count(const run_results& r);

// Prints the traces and hides what is secret, in every text that others may have written. Nothing
// is shown or written that has not gone through this.
void make_public(case_result& c, const trace::secrets& hidden);
void make_public(run_finding& f, const trace::secrets& hidden);
void make_public(run_results& r, const trace::secrets& hidden);

// Files of cases as others know them: "cases/queue/order.mqs" for what lies in |cases_root|, the
// name alone for any other file that is told by its absolute path.
void name_case_files(run_results& r, const std::string& cases_root);

// |c| with every text of it as a terminal may show it (base/visible.h).
case_result as_visible(case_result c);

std::string to_json(const run_results& r);
result<run_results, std::string> from_json(std::string_view text);

}  // namespace mqttspec::results
