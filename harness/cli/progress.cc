#include "cli/progress.h"

#include <fmt/format.h>

#include <utility>

#include "base/visible.h"
#include "reports/text.h"

namespace mqttspec::cli {

using results::case_result;
using results::verdict;

namespace {

// |text| on one line of at most |columns|, without its last words where it is longer.
std::string fitted(std::string_view text, std::size_t columns) {
  std::string out = visible_line(text);
  if (out.size() < columns) return out;
  std::size_t end = columns > 8 ? columns - 5 : columns;
  if (const auto blank = out.rfind(' ', end); blank != std::string::npos && blank > end / 2) {
    end = blank;
  }
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
  return out.substr(0, end) + " ...";
}

}  // namespace

bool progress_line::is_due() const {
  const duration pause = terminal_ ? std::chrono::milliseconds(100) : in_pipe_;
  return pause != duration::zero() && clock::now() - last_ >= pause;
}

void progress_line::show(std::string_view text) {
  if (terminal_) {
    to_ << "\r\x1b[K" << fitted(text, terminal_columns()) << std::flush;
    drawn_ = true;
    last_ = clock::now();
  } else if (const auto now = clock::now();
             in_pipe_ != duration::zero() && now - last_ >= in_pipe_) {
    last_ = now;
    to_ << visible_line(text) << std::endl;
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
  } else if (request_.verbosity > 0) {
    print(reports::case_line(c, how.colour));
  }
  line_.show(unexpected_ == 0
                 ? fmt::format("[{}/{}] {}", ended_, total_, c.id)
                 : fmt::format("[{}/{}] {} unexpected  {}", ended_, total_, unexpected_, c.id));
}

void progress::print(const std::string& text) {
  line_.clear();
  on_.print_coloured(text);
}

}  // namespace mqttspec::cli
