#include "play/telling.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::play {

telling::telling(const script::tell_line& line, window when, const script::bindings& known)
    : line_(line), window_(std::move(when)), known_(known) {}

void telling::extend(duration length) {
  window_.latest = saturating_add(window_.latest, length);
  window_.in_time = saturating_add(window_.in_time, length);
  window_.extended += length;
}

bool telling::is_about(const told_event& e) const {
  if (e.what.name != line_.event) return false;
  return std::all_of(line_.fields.begin(), line_.fields.end(), [&](const auto& clause) {
    const bool selects =
        clause.kind == script::match_kind::equals && (clause.name == "n" || clause.name == "topic");
    return !selects || match({clause}, e.what, known_).faults.empty();
  });
}

judgement telling::judge(std::deque<told_event>& told, instant now) {
  for (auto e = told.begin(); e != told.end(); ++e) {
    if (!is_about(*e)) continue;
    if (line_.none && e->at > window_.quiet_until) break;
    if (line_.none && !match(line_.fields, e->what, known_).faults.empty()) continue;
    const told_event taken = std::move(*e);
    told.erase(e);
    return judge_event(taken);
  }
  judgement j;
  if (line_.none) {
    if (now < window_.quiet_until) return j;
    j.is = judgement::state::met;
    j.statements = line_.statements;
    return j;
  }
  if (now < window_.latest) return j;
  j = failed(fmt::format("expected the application to be told '{}' {}, and it was not", line_.event,
                         window_.text),
             fmt::format("nothing {}", window_.text));
  j.how = difference::silence;
  j.extended = window_.extended;
  j.counts_from = window_.counts_from;
  return j;
}

judgement telling::judge_event(const told_event& e) {
  judgement j;
  j.trace_number = e.trace_number;
  if (line_.none) {
    j = failed(fmt::format("the application was told '{}'", line_.event), adapter::print(e.what));
    j.trace_number = e.trace_number;
    return j;
  }
  match_result m = match(line_.fields, e.what, known_);
  if (!m.faults.empty()) {
    j = failed(results::print(m.faults.front().what), adapter::print(e.what));
    j.faults = std::move(m.faults);
    j.trace_number = e.trace_number;
    return j;
  }
  if (e.at < window_.earliest || e.at > window_.latest) {
    j = failed(
        fmt::format("'{}' was told at the wrong time (expected {})", line_.event, window_.text),
        adapter::print(e.what));
    j.how = difference::misplaced;
    j.counts_from = window_.counts_from;
    j.missed_by = e.at < window_.earliest ? window_.earliest - e.at : e.at - window_.latest;
    j.trace_number = e.trace_number;
    return j;
  }
  if (e.at > window_.in_time) {
    j.notes.push_back(lateness(line_.event, e.at, window_));
  }
  j.is = judgement::state::met;
  j.captures = std::move(m.captures);
  j.statements = line_.statements;
  return j;
}

judgement telling::failed(std::string message, std::string actual) const {
  judgement j;
  j.is = judgement::state::failed;
  j.message = std::move(message);
  j.actual = std::move(actual);
  j.statements = line_.statements;
  return j;
}

}  // namespace mqttspec::play
