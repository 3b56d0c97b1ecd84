#include "cli/progress.h"

#include <fmt/format.h>

#include <utility>

#include "reports/text.h"

namespace mqttspec::cli {

using results::case_result;
using results::verdict;

void progress_line::show(std::string_view text) {
  constexpr std::size_t width = 78;
  if (terminal_) {
    to_ << "\r\x1b[K" << text.substr(0, width) << std::flush;
    drawn_ = true;
  } else if (const auto now = clock::now();
             in_pipe_ != duration::zero() && now - last_ >= in_pipe_) {
    last_ = now;
    to_ << text << std::endl;
  }
}

void progress_line::clear() {
  if (std::exchange(drawn_, false)) to_ << "\r\x1b[K" << std::flush;
}

progress::progress(const run_request& request, console& on)
    : request_(request),
      on_(on),
      line_(on.out, on.out_is_terminal && request.verbosity >= 0, duration::zero()),
      hidden_(request.run.target.hidden()) {
  so_far_.command = request.run.shown_command();
}

void progress::sanity_begins(bool after_the_cases) {
  line_.show(after_the_cases ? "sanity check after the cases" : "sanity check before the cases");
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
    case_result shown = c;
    make_public(shown, hidden_);
    print(reports::case_text(so_far_, shown, how) + "\n");
  } else if (request_.verbosity > 0 || (request_.verbosity == 0 && !on_.out_is_terminal)) {
    // Skips are summed up by reason at the end.
    if (c.outcome != verdict::skip || request_.verbosity > 0) {
      print(reports::case_line(c, how.colour));
    }
  }
  line_.show(unexpected_ == 0
                 ? fmt::format("[{}/{}] {}", ended_, total_, c.id)
                 : fmt::format("[{}/{}] {} unexpected  {}", ended_, total_, unexpected_, c.id));
}

void progress::print(const std::string& text) {
  line_.clear();
  on_.print(text);
}

}  // namespace mqttspec::cli
