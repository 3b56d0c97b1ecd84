#pragma once
// The only place that makes an outcome. What the lines saw, what trace rules saw, how late the
// harness was, how the broker's pulse went, what else ran, and what other tries came to: all of it
// is evidence that comes in, and a verdict comes out. No I/O, no clock; docs/judging.md names the
// rows, decide_test.cc has them as a table.
//
//   opinion o = decide(player.take_trial(), around, slack);      // of one play
//   opinions.push_back(o);
//   const next_step n = next(opinions, what_is_known);           // of all plays of the case
//   if (n == next_step::settle) report(settle(std::move(opinions)));

#include <optional>
#include <string>
#include <vector>

#include "play/driver.h"
#include "play/trial.h"
#include "results/results.h"

namespace mqttspec::verdicts {

// Why the next try may come to another outcome.
enum class doubt : std::uint8_t {
  none,
  late,         // the harness was late, or the broker answered nobody for a while
  premise,      // what the claims stand on was not reached
  unconfirmed,  // it fails, and was seen only while others were under way; or a trace rule spoke,
                // and others sent what is no packet
  outage,       // the broker went away meanwhile
};

struct opinion {
  results::case_result result;
  doubt because = doubt::none;
  bool beside_others = false;
  bool beside_hostile = false;
  std::optional<play::outage> away{};  // doubt::outage
  bool suspect = false;                // as in circumstances
  duration sent_before{};
};

// |slack|: the run's; a harness that was late by less than half of it has missed nothing.
opinion decide(play::trial t, const play::circumstances& around, duration slack);

// What the suite knows besides the tries of one case.
struct surroundings {
  bool known = false;      // the baseline expects what was seen last
  bool confirming = true;  // a failure may still be tried again
  bool limited = false;    // the broker has a limit that the crowd went beyond
};
enum class next_step : std::uint8_t {
  settle,
  again,  // a few at a time, with names of its own
};
// |opinions|: of one case, the oldest first; never empty.
//
// A broker that goes away twice in a row while a case runs alone goes away because of it.
next_step next(const std::vector<opinion>& opinions, const surroundings& around);
// What the case comes to after all its tries.
results::case_result settle(std::vector<opinion> opinions);

// A case that measures has told |facts| about the broker; the silence that ended its reading is no
// fault.
void note_measured(results::case_result& c, std::vector<std::string> facts);

// Whether |c| came to nothing for want of something: its premise, or what it awaits, did not come.
// |kept|: or a session that should be there is not. Another packet or a wrong field is a fault of
// its own.
bool lacks_feature(const results::case_result& c, bool kept);
// |c| accuses nobody: |why| tells what it builds on and another case has told.
void rest_on_another(results::case_result& c, std::string_view why);

// What came of |c| says nothing, because of |why|: an error.
void make_void(results::case_result& c, const std::string& why);

// The case never began.
results::case_result not_played(results::case_result c, results::verdict outcome,
                                std::string reason);

}  // namespace mqttspec::verdicts
