#include "verdicts/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mqttspec::verdicts {

using play::difference;
using play::ending;
using results::case_result;
using results::check_outcome;
using results::statement_check;
using results::verdict;

namespace {

constexpr std::size_t most_tries = 3;
constexpr std::size_t most_tries_across = 8;  // while the broker goes away

std::string in_milliseconds(duration d) {
  return print_duration(std::chrono::round<std::chrono::milliseconds>(d));
}

// Such a case records what it sees and cannot accuse.
bool only_records(const case_result& c) {
  return c.level == "info" || c.level == "may";
}

// The fault's statements count with |outcome|: among those of the case too.
void count_fault(case_result& c, check_outcome outcome) {
  for (statement_check& cited : c.fault->statements) {
    cited.outcome = outcome;
    const auto same = [&](const statement_check& s) {
      return s.id == cited.id && s.version == cited.version;
    };
    const auto found = std::find_if(c.statements.begin(), c.statements.end(), same);
    if (found == c.statements.end()) {
      c.statements.push_back(cited);
    } else {
      found->outcome = outcome;
    }
  }
  const auto key = [](const statement_check& s) { return std::tie(s.version, s.id); };
  std::sort(c.statements.begin(), c.statements.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

void conclude(case_result& c, verdict outcome, std::string reason = "") {
  c.outcome = outcome;
  c.reason = std::move(reason);
}

void note_record(case_result& c, const std::string& message) {
  c.notes.push_back("recorded: " + message);
  c.fault->statements.clear();
  conclude(c, verdict::pass_note);
}

doubt decide_held(const play::trial& t, case_result& c) {
  conclude(c, c.notes.empty() ? verdict::pass : verdict::pass_note);
  if (!t.rules_in_doubt) return doubt::none;
  c.warnings.emplace_back("the harness stood still: trace rules about time kept silent");
  return doubt::late;
}

doubt decide_differed(const play::trial& t, case_result& c, duration slack) {
  // A misplaced packet may be the harness' fault by as much as it stood still in the window, any
  // other difference when it slept through a good part of the slack.
  const bool late = t.how == difference::misplaced ? t.missed_by <= t.late : t.late > slack / 2;
  // A malformed packet breaks a MUST whatever the case is about, unless a CONNECT of an unknown
  // version asked for it.
  if (only_records(c) && !(t.malformed && t.unprovoked)) {
    note_record(c, c.fault->message);
    return doubt::none;
  }
  if (!t.own_reason.empty()) {
    count_fault(c, check_outcome::inconclusive);
    conclude(c, verdict::inconclusive,
             "the server gives a reason of its own to end the connection: " + t.own_reason);
    return doubt::late;
  }
  if (late) {
    // One that did not look at the right time may have seen things in another order.
    c.findings.clear();
    count_fault(c, check_outcome::inconclusive);
    conclude(c, verdict::inconclusive, "the harness was late by " + in_milliseconds(t.late));
    return doubt::late;
  }
  // A line that cites no statement is a premise of those that do.
  if (c.fault->statements.empty() && !t.malformed) {
    conclude(c, verdict::inconclusive, "the premise was not reached: " + c.fault->message);
    return doubt::premise;
  }
  count_fault(c, check_outcome::violated);
  conclude(c, verdict::fail);
  return doubt::none;
}

doubt decide_lines(play::trial& t, duration slack) {
  case_result& c = t.seen;
  switch (t.lines) {
    case ending::held:
      return decide_held(t, c);
    case ending::differed:
      return decide_differed(t, c, slack);
    case ending::unplayable:
      if (t.measures) {
        note_record(c, t.why);
        return doubt::none;
      }
      conclude(c, verdict::inconclusive, "the premise was not reached: " + t.why);
      return doubt::premise;
    case ending::unknown:
      conclude(c, verdict::skip, t.why);
      return doubt::none;
    case ending::broke_below:
      count_fault(c, check_outcome::violated);
      conclude(c, verdict::fail);
      return doubt::none;
    case ending::faulty:
      conclude(c, verdict::error, t.why);
      return doubt::none;
    case ending::abandoned:
      conclude(c,
               t.abandoned_for == play::abandonment::interrupted ||
                       t.abandoned_for == play::abandonment::out_of_time
                   ? verdict::inconclusive
                   : verdict::error,
               t.why);
      return doubt::none;
  }
  return doubt::none;
}

// The broker answered nobody for a while: what did not come in its time is no fault of its. Other
// faults may follow from that (a session that expired meanwhile), so they are tried again.
doubt weigh_pulse(const play::trial& t, const play::circumstances& around, case_result& c) {
  if (c.outcome != verdict::fail || !around.stood_still()) return doubt::none;
  if (t.lines != ending::differed || t.how == difference::content) return doubt::late;
  count_fault(c, check_outcome::inconclusive);
  conclude(c, verdict::inconclusive,
           "the broker did not answer a PINGREQ for " + in_milliseconds(around.slowest_pulse));
  return doubt::late;
}

// Whatever the lines saw, the broker was not there to be judged.
opinion decide_across(case_result c, const play::circumstances& around) {
  c.findings.clear();
  if (c.fault) count_fault(c, check_outcome::inconclusive);
  conclude(c, verdict::error, around.away->what);
  return {std::move(c), doubt::outage,  around.beside > 1, around.beside_hostile,
          around.away,  around.suspect, around.sent_before};
}

bool is_its_doing(const std::vector<opinion>& all) {
  const auto gone_alone = [](const opinion& o) {
    return o.because == doubt::outage && !o.beside_others;
  };
  return all.size() > 1 && std::all_of(all.end() - 2, all.end(), gone_alone);
}

// The broker goes away because of the case.
case_result blame_outage(opinion last) {
  case_result c = std::move(last.result);
  c.level = "must";  // whatever the case is about, a server is there to stay
  if (!c.fault) c.fault.emplace();
  c.fault->actual = last.away->what;
  c.fault->message = last.away->what + ", twice, when only this case ran";
  c.fault->faults.clear();
  for (const std::string& line : last.away->last_words) c.notes.push_back("it printed: " + line);
  count_fault(c, check_outcome::violated);
  conclude(c, verdict::fail);
  return c;
}

bool passed(const case_result& c) {
  return c.outcome == verdict::pass || c.outcome == verdict::pass_note;
}
bool fails(const opinion& o) {
  return o.result.outcome == verdict::fail;
}

}  // namespace

opinion decide(play::trial t, const play::circumstances& around, duration slack) {
  const bool others_end_it =
      t.lines == ending::abandoned && t.abandoned_for == play::abandonment::interrupted;
  if (around.away && !others_end_it) return decide_across(std::move(t.seen), around);
  doubt because = decide_lines(t, slack);
  if (because == doubt::none) because = weigh_pulse(t, around, t.seen);
  const bool beside_others = around.beside > 1;
  if (because == doubt::none && t.lines == ending::faulty && around.refused && beside_others) {
    because = doubt::premise;
  }
  if (because == doubt::none && t.seen.outcome == verdict::fail && beside_others) {
    because = doubt::unconfirmed;
  }
  if (because == doubt::none && around.beside_hostile && !t.seen.findings.empty()) {
    because = doubt::unconfirmed;
  }
  case_result c = std::move(t.seen);
  return {std::move(c), because, beside_others, around.beside_hostile};
}

next_step next(const std::vector<opinion>& opinions, const surroundings& around) {
  const opinion& last = opinions.back();
  if (last.because == doubt::outage) {
    const bool enough = is_its_doing(opinions) || opinions.size() >= most_tries_across;
    return enough ? next_step::settle : next_step::again;
  }
  if (opinions.size() >= most_tries) return next_step::settle;
  switch (last.because) {
    case doubt::none: {
      // One try said no and one said yes: the third one decides.
      // Where the broker has a limit, that is why.
      const bool torn = around.confirming && !around.limited && opinions.size() == 2 &&
                        passed(last.result) && fails(opinions.front()) &&
                        opinions.front().because == doubt::unconfirmed;
      return torn ? next_step::again : next_step::settle;
    }
    case doubt::late:
      return next_step::again;
    case doubt::premise:
      return !around.known && (around.limited || opinions.size() == 1) ? next_step::again
                                                                       : next_step::settle;
    case doubt::unconfirmed:
      return around.confirming && !around.known ? next_step::again : next_step::settle;
    case doubt::outage:
      break;  // above
  }
  return next_step::settle;
}

results::case_result settle(std::vector<opinion> opinions) {
  if (is_its_doing(opinions)) return blame_outage(std::move(opinions.back()));
  const auto tries = opinions.size();
  const auto failures =
      static_cast<std::size_t>(std::count_if(opinions.begin(), opinions.end(), fails));
  const auto first = std::find_if(opinions.begin(), opinions.end(), fails);
  opinion& last = opinions.back();
  if (tries == 1 || failures == 0 || failures == tries) return std::move(last.result);
  if (failures == 1 && passed(last.result)) {
    // It failed once, beside others, and then no more.
    last.result.notes.push_back(fmt::format("failed in one of {} tries, beside other cases: {}",
                                            tries, first->result.fault->message));
    last.result.outcome = verdict::pass_note;
    return std::move(last.result);
  }
  if (!passed(last.result) && !fails(last)) return std::move(last.result);
  // Racy, and worse than not: the failure is told, and how often it shows.
  case_result c = fails(last) ? std::move(last.result) : std::move(first->result);
  c.notes.push_back(fmt::format("fails in {} of {} tries", failures, tries));
  return c;
}

void note_measured(results::case_result& c, std::vector<std::string> facts) {
  if (facts.empty() || !passed(c)) return;
  c.notes = std::move(facts);
  c.fault.reset();
  conclude(c, verdict::pass_note);
}

bool lacks_feature(const results::case_result& c, bool kept) {
  if (c.outcome == verdict::inconclusive) return true;
  if (c.outcome != verdict::fail || !c.fault) return false;
  const auto& all = c.fault->deviations;
  return std::all_of(all.begin(), all.end(), [&](const results::deviation& d) {
    const bool missing = d.of.empty();
    const bool gone = d.of == "CONNACK.session_present" && d.expected == "1" && d.got == "0";
    return missing || (kept && gone);
  });
}

void rest_on_another(results::case_result& c, std::string_view why) {
  if (c.fault) count_fault(c, check_outcome::inconclusive);
  conclude(c, verdict::inconclusive, std::string(why));
}

void make_void(results::case_result& c, const std::string& why) {
  c.reason = fmt::format("{}; this was: {}{}{}", why, results::verdict_name(c.outcome),
                         c.reason.empty() ? "" : ", ", c.reason);
  c.outcome = verdict::error;
  c.expected = false;
}

results::case_result not_played(results::case_result c, verdict outcome, std::string reason) {
  conclude(c, outcome, std::move(reason));
  return c;
}

}  // namespace mqttspec::verdicts
