#pragma once
// What commands show while they go on: one line that is written over on a terminal; in a pipe a
// line now and then.
//
//   progress_line line(on.err, on.err_is_terminal, 10s);
//   line.show("40 s: 921 histories");
//   line.clear();                       // before anything else is printed

#include <chrono>
#include <ostream>

#include "cli/report_files.h"
#include "cli/run_options.h"
#include "results/results.h"
#include "suite/suite.h"

namespace mqttspec::cli {

class progress_line {
 public:
  // |in_pipe|: so often where |to| is no terminal; zero: never.
  progress_line(std::ostream& to, bool terminal, duration in_pipe)
      : to_(to), terminal_(terminal), in_pipe_(in_pipe) {}
  ~progress_line() { clear(); }

  // show() would show something, or nobody has seen anything new for a tenth of a second.
  bool is_due() const;
  // |text| is cut to the width of a terminal, after a word.
  void show(std::string_view text);
  void clear();

 private:
  using clock = std::chrono::steady_clock;

  std::ostream& to_;
  bool terminal_;
  duration in_pipe_;
  clock::time_point last_ = clock::now();
  bool drawn_ = false;
};

// Of a run: the cases that were remarkable, and a line for each in a pipe.
class progress : public suite::suite_observer {
 public:
  progress(const run_request& request, console& on);

  void sanity_begins(bool after_the_cases) override;
  void cases_begin(std::size_t how_many) override;
  void case_ended(const results::case_result& c) override;

 private:
  bool shows_whole(const results::case_result& c) const;
  void print(const std::string& text);

  const run_request& request_;
  results::run_results so_far_;  // gives the command for "run again"
  console& on_;
  progress_line line_;
  trace::secrets hidden_;
  std::size_t total_ = 0;
  std::size_t ended_ = 0;
  std::size_t unexpected_ = 0;
};

}  // namespace mqttspec::cli
