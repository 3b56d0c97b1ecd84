// What is known when a case ends.

#include <fmt/format.h>

#include <algorithm>

#include "play/scenario_state.h"

namespace mqttspec::play {

using results::check_outcome;

namespace {

// The packet's name, of the line that |f| is about: what did not come as a whole.
source_span first_word_of(const script::expect_line& l, const results::failure& f) {
  source_span out = l.alternatives.empty() ? f.where : l.alternatives.front().where;
  if (out.file != f.where.file || out.line != f.where.line || out.column == 0) return f.where;
  const std::size_t begin = std::min<std::size_t>(out.column - 1, f.source_line.size());
  const std::size_t end = std::min(f.source_line.find_first_of(" \n", begin), f.source_line.size());
  out.length = static_cast<std::uint32_t>(std::max<std::size_t>(1, end - begin));
  return out;
}

}  // namespace

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

void scenario_player::state::conclude(ending how, std::string why, instant now) {
  if (judged) return;
  judged = true;
  judged_at = now;
  awaiting.reset();
  awaiting_word.reset();
  to_write.clear();
  waiting_until = never;
  evidence.lines = how;
  evidence.why = std::move(why);
  take_findings(now);
}

void scenario_player::state::take_findings(instant now) {
  record.finish(now);
  const oracle::watcher* rules = record.rules();
  if (rules == nullptr) return;
  evidence.rules_in_doubt = rules->findings().empty() && rules->in_doubt();
  for (const oracle::finding& f : rules->findings()) {
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
    evidence.seen.findings.push_back(std::move(out));
  }
}

void scenario_player::state::hold(instant now) {
  for (const auto& [client, id] : current) {
    const connection& on = connections.at(id);
    std::size_t unread = 0;
    std::string first;
    for (const inbound& item : on.queue) {
      if (item.kind == inbound_kind::close || item.is_by_the_way) continue;
      if (unread++ == 0) first = describe(item);
    }
    if (unread != 0) {
      evidence.seen.warnings.push_back(
          fmt::format("{} packet(s) left unread on {}, the first: {}", unread, client, first));
    }
  }
  conclude(ending::held, "", now);
}

void scenario_player::state::unplayable(const std::string& client, std::string why, instant now) {
  evidence.seen.fault = failure_at(client, why);
  evidence.seen.fault->deviations = {{"", "an open connection", "close"}};
  conclude(ending::unplayable, std::move(why), now);
}

// What the line waits for does not come any more.
void scenario_player::state::stand_where_it_stands(const std::string& why) {
  if (line >= scenario.lines.size()) return;
  const auto* l = std::get_if<script::expect_line>(&current_line().what);
  evidence.seen.fault = failure_at(l != nullptr ? l->client : "", why);
  if (l == nullptr) return;
  const script::alternative& first = l->alternatives.front();
  if (first.what == script::awaited::nothing) return;
  std::vector<script::statement_reference> cited = l->statements;
  cited.insert(cited.end(), first.statements.begin(), first.statements.end());
  evidence.seen.fault->statements = describe_checks(cited, check_outcome::violated);
}

void scenario_player::state::differ(const std::string& client, judgement j, instant now) {
  results::failure f = failure_at(client, j.message);
  f.actual = j.actual;
  for (const match_fault& fault : j.faults) {
    f.faults.push_back(results::print(fault.what));
    f.deviations.push_back(fault.what);
  }
  if (j.faults.empty()) f.deviations.push_back(std::move(j.differs));
  if (!j.faults.empty() && j.faults.front().where.line != 0) {
    f.where = j.faults.front().where;
  } else if (const auto* l = std::get_if<script::expect_line>(&current_line().what)) {
    f.where = first_word_of(*l, f);
  }
  if (j.wire_fault) {
    // What is malformed says nothing about the line's own claim.
    const bool v5 = j.wire_fault->version == wire::protocol_version::v5;
    // A fault that no statement names is one against the format as such, which only 5.0 demands.
    const std::string_view id = !j.wire_fault->statement.empty() ? j.wire_fault->statement
                                : v5                             ? "v5-7.1.1-a"
                                                                 : "";
    j.statements.clear();
    if (!id.empty()) j.statements.push_back({j.wire_fault->version, std::string(id)});
    evidence.malformed = true;
    evidence.unprovoked = record.rules() != nullptr &&
                          record.rules()->found(serves() ? "client-well-formed" : "well-formed");
  }
  if (j.trace_number != 0) record.trace().mark(j.trace_number);
  f.statements = describe_checks(j.statements, check_outcome::violated);
  evidence.seen.fault = std::move(f);
  evidence.how = j.how;
  evidence.missed_by = j.missed_by;
  evidence.own_reason = j.own_reason;
  // For silence the window was lengthened by its standstills already; only others count.
  evidence.late =
      lateness_since(j.how == difference::content ? started : j.counts_from) - j.extended;
  conclude(ending::differed, "", now);
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
