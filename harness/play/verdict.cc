// How a case ends.

#include <fmt/format.h>

#include <algorithm>

#include "play/scenario_state.h"

namespace mqttspec::play {

using results::check_outcome;
using results::verdict;

void scenario_player::state::check(const std::vector<script::statement_reference>& statements,
                                   check_outcome outcome) {
  for (const script::statement_reference& s : statements) {
    const auto [at, added] = checks.emplace(s, outcome);
    // violated > inconclusive > checked
    if (!added && at->second != check_outcome::violated && outcome != check_outcome::checked) {
      at->second = outcome;
    }
  }
}

std::vector<results::statement_check> scenario_player::state::describe_checks(
    const std::vector<script::statement_reference>& statements, check_outcome outcome) const {
  std::vector<results::statement_check> out;
  for (const script::statement_reference& s : statements) {
    const auto same = [&](const results::statement_check& c) {
      return c.id == s.id && c.version == wire::version_tag(s.version);
    };
    if (std::any_of(out.begin(), out.end(), same)) continue;
    out.push_back({std::string(wire::version_tag(s.version)), s.id,
                   options.summary_of ? options.summary_of(s) : "", outcome});
  }
  return out;
}

results::failure scenario_player::state::failure_at(const std::string& client,
                                                    std::string message) const {
  results::failure f;
  f.message = std::move(message);
  f.client = client;
  if (line < scenario.lines.size()) {
    const script::instruction& i = current_line();
    f.expected = i.source;
    for (const kept_loop& loop : loops) {
      const auto& begin = std::get<script::loop_begin>(scenario.lines[loop.begin].what);
      f.loop += fmt::format("{}{}={}", f.loop.empty() ? "" : " ", begin.variable, loop.round);
    }
    if (!i.loop.empty()) f.loop += (f.loop.empty() ? "" : " ") + i.loop;
    f.where = i.where;
    f.source_line = i.source;
    if (i.step < scenario.steps.size()) f.step = scenario.steps[i.step];
  }
  return f;
}

void scenario_player::state::conclude(verdict outcome, std::string reason, instant now) {
  if (judged) return;
  judged = true;
  judged_at = now;
  awaiting.reset();
  to_write.clear();
  waiting_until = never;
  result.outcome = outcome;
  result.reason = std::move(reason);
  take_findings(now);
}

void scenario_player::state::take_findings(instant now) {
  if (!watching) return;
  watching->finish(now);
  // One that did not look at the right time may have seen things in another order.
  if (result.harness_late) return;
  const bool good = result.outcome == verdict::pass || result.outcome == verdict::pass_note;
  if (good && watching->findings().empty() && watching->in_doubt()) {
    result.harness_late = true;  // the lines hold, but another try may tell more
    result.warnings.emplace_back("the harness stood still: trace rules about time kept silent");
  }
  for (const oracle::finding& f : watching->findings()) {
    results::finding out;
    out.rule = f.rule;
    out.message = f.message;
    out.client = f.client;
    out.at = f.at - started;
    std::vector<script::statement_reference> cited;
    for (const oracle::statement& s : f.statements) {
      if (s.id != "format") cited.push_back({s.version, std::string(s.id)});
    }
    out.statements = describe_checks(cited, check_outcome::violated);
    result.findings.push_back(std::move(out));
    // Rule and case disagree: one of the two is blind or wrong, so neither a pass nor an
    // accusation.
    if (result.outcome == verdict::pass || result.outcome == verdict::pass_note) {
      result.outcome = verdict::inconclusive;
      result.reason = fmt::format(
          "the lines of the case hold, but by trace rule {} they should not:"
          " {}",
          f.rule, f.message);
    }
    if (result.outcome == verdict::inconclusive) check(cited, check_outcome::inconclusive);
  }
}

void scenario_player::state::pass(instant now) {
  for (const auto& [client, id] : current) {
    const connection& on = connections.at(id);
    std::size_t unread = 0;
    std::string first;
    for (const inbound& item : on.queue) {
      if (item.kind == inbound_kind::close) continue;
      if (unread++ == 0) first = describe(item);
    }
    if (unread != 0) {
      result.warnings.push_back(
          fmt::format("{} packet(s) left unread on {}, the first: {}", unread, client, first));
    }
  }
  conclude(result.notes.empty() ? verdict::pass : verdict::pass_note, "", now);
}

void scenario_player::state::premise_failed(const std::string& client, std::string message,
                                            instant now) {
  result.fault = failure_at(client, message);
  if (measures()) {  // it has no claims that this could be a premise of
    result.notes.push_back("recorded: " + message);
    return conclude(verdict::pass_note, "", now);
  }
  conclude(verdict::inconclusive, "the premise was not reached: " + message, now);
}

void scenario_player::state::fail(const script::expect_line& l, judgement j, instant now) {
  results::failure f = failure_at(l.client, j.message);
  f.actual = j.actual;
  for (const match_fault& fault : j.faults) f.faults.push_back(fault.text);
  if (!j.faults.empty() && j.faults.front().where.line != 0) f.where = j.faults.front().where;
  if (j.wire_fault) {
    // What is malformed says nothing about the line's own claim.
    const bool v5 = j.wire_fault->version == wire::protocol_version::v5;
    // A fault that no statement names is one against the format as such, which only 5.0 demands.
    const std::string_view id = !j.wire_fault->statement.empty() ? j.wire_fault->statement
                                : v5                             ? "v5-7.1.1-a"
                                                                 : "";
    j.statements.clear();
    if (!id.empty()) j.statements.push_back({j.wire_fault->version, std::string(id)});
  }
  if (j.trace_number != 0) record.mark(j.trace_number);
  result.about_time = j.timing != judgement::timing_fault::none;

  // A misplaced packet may be the harness' fault by as much as it stood still in the window, any
  // other mismatch when it slept through parts of the case. For silence the window was lengthened
  // by its standstills already; only others count.
  const duration late =
      lateness_since(j.timing == judgement::timing_fault::none ? started : j.counts_from) -
      j.extended;
  bool harness_was_late = late > options.slack / 2;
  if (j.timing == judgement::timing_fault::misplaced) harness_was_late = j.missed_by <= late;
  // Such a case records what it sees and cannot accuse, however late. But a malformed packet breaks
  // a MUST whatever the case is about, unless a CONNECT of an unknown version asked for it.
  const bool only_records = (scenario.level == script::requirement_level::info ||
                             scenario.level == script::requirement_level::may) &&
                            !(j.wire_fault && watching && watching->found("well-formed"));
  if (harness_was_late && !only_records) {
    result.harness_late = true;
    check(j.statements, check_outcome::inconclusive);
    f.statements = describe_checks(j.statements, check_outcome::inconclusive);
    result.fault = std::move(f);
    conclude(verdict::inconclusive,
             fmt::format("the harness was late by {}",
                         print_duration(std::chrono::round<std::chrono::milliseconds>(late))),
             now);
    return;
  }
  if (only_records) {
    result.notes.push_back("recorded: " + j.message);
    result.fault = std::move(f);
    conclude(verdict::pass_note, "", now);
    return;
  }
  if (j.statements.empty() && !j.wire_fault) {
    // A line that cites no statement is a premise of those that do.
    result.fault = std::move(f);
    conclude(verdict::inconclusive, "the premise was not reached: " + j.message, now);
    return;
  }
  check(j.statements, check_outcome::violated);
  f.statements = describe_checks(j.statements, check_outcome::violated);
  result.fault = std::move(f);
  conclude(verdict::fail, "", now);
}

duration scenario_player::state::lateness_since(instant from) const {
  duration sum{};
  for (const standstill& s : standstills) {
    // What was noticed just behind a standstill is dated late as well.
    if (s.until + options.late_tolerance >= from) sum += s.length;
  }
  return sum;
}

}  // namespace mqttspec::play
