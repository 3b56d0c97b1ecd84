#include "cli/progress.h"

#include <fmt/format.h>

#include "reports/text.h"

namespace mqttspec::cli {

using results::case_result;
using results::verdict;

void progress::sanity_begins(bool after_the_cases) {
  draw(after_the_cases ? "sanity check after the cases" : "sanity check before the cases");
}

void progress::cases_begin(std::size_t how_many) {
  total_ = how_many;
}

bool progress::shows_whole(const case_result& c) const {
  // There it comes at the end, in a group of its own.
  if (request_.workflow_log != nullptr && !c.expected) return false;
  if (!c.expected || request_.trace == trace_choice::all) return true;
  const bool remarkable = c.outcome == verdict::fail || c.outcome == verdict::inconclusive ||
                          c.outcome == verdict::error;
  return remarkable && request_.verbosity >= 0;
}

void progress::case_ended(const case_result& c) {
  ++ended_;
  if (!c.expected) ++unexpected_;
  reports::text_options how;
  how.colour = on_.colour_out();
  how.whole_trace = request_.trace != trace_choice::none;
  if (shows_whole(c)) {
    clear_line();
    case_result shown = c;
    make_public(shown, secrets_);
    on_.print(reports::case_text(run_, shown, how) + "\n");
  } else if (request_.verbosity > 0 || (request_.verbosity == 0 && !on_.out_is_terminal)) {
    clear_line();
    // Skips are summed up by reason at the end.
    if (c.outcome != verdict::skip || request_.verbosity > 0) {
      on_.print(reports::case_line(c, how.colour));
    }
  }
  draw(unexpected_ == 0
           ? fmt::format("[{}/{}] {}", ended_, total_, c.id)
           : fmt::format("[{}/{}] {} unexpected  {}", ended_, total_, unexpected_, c.id));
}

void progress::draw(const std::string& text) {
  if (!on_.out_is_terminal || request_.verbosity < 0) return;
  on_.print("\r\033[K" + text.substr(0, 78));
  drawn_ = true;
}

void progress::clear_line() {
  if (drawn_) on_.print("\r\033[K");
  drawn_ = false;
}

}  // namespace mqttspec::cli
