#pragma once
// What a run shows while it goes on: one line that is written over on a terminal, a line a case in
// a pipe.

#include "cli/report_files.h"
#include "cli/run_options.h"
#include "results/results.h"
#include "suite/suite.h"

namespace mqttspec::cli {

class progress : public suite::suite_observer {
 public:
  // |run| gives the command for "run again".
  progress(const run_request& request, const results::run_results& run, console& on)
      : request_(request), run_(run), on_(on), secrets_(secrets_of(request.suite.engine)) {}
  ~progress() override { clear_line(); }

  void sanity_begins(bool after_the_cases) override;
  void cases_begin(std::size_t how_many) override;
  void case_ended(const results::case_result& c) override;

 private:
  bool shows_whole(const results::case_result& c) const;
  void draw(const std::string& text);
  void clear_line();

  const run_request& request_;
  const results::run_results& run_;
  console& on_;
  trace::secrets secrets_;
  std::size_t total_ = 0;
  std::size_t ended_ = 0;
  std::size_t unexpected_ = 0;
  bool drawn_ = false;
};

}  // namespace mqttspec::cli
