#include "cli/findings_record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utc_now.h"
#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "verdicts/baseline.h"

namespace mqttspec::cli {

void add_record_options(po::options_description& to) {
  po::options_description judging("judging");
  judging.add_options()("baseline", po::value<arguments>()->value_name("FILE"),
                        "known findings; several add up");
  po::options_description output("output");
  add_report_options(output, "report-", false);
  to.add(judging).add(output);
}

bool read_record_options(const parsed_options& options, record_request& into, console& on) {
  if (!read_baseline(options, into.known, on)) return false;
  into.reports = read_report_request(options, "report-");
  return true;
}

findings_record::findings_record(const record_request& request, trace::secrets hidden, console& on)
    : request_(request), on_(on), hidden_(std::move(hidden)) {
  run_.verb = request.verb;
  run_.tool_version = MQTTSPEC_VERSION;
  run_.catalogue_version = "1";
  run_.started_at = utc_now();
  run_.command = request.command;
  for (const auto v : request.versions) run_.target.versions.emplace_back(wire::version_name(v));
}

void findings_record::tell(const target::standing_target& target) {
  run_.target.name = target.name();
  run_.target.address = target.address();
  run_.target.declared = target.told();
  run_.process = target.process();
  if (const std::string left = target.left_note(); !left.empty()) {
    run_.notes.push_back(left);
    on_.print(hide(left) + "\n");
  }
  if (target.crash().empty()) return;
  run_.problems.push_back(target.crash());
  on_.error(hide(target.crash()));
}

const results::run_finding& findings_record::add(results::run_finding f) {
  const auto same = std::find_if(run_.findings.begin(), run_.findings.end(),
                                 [&](const auto& other) { return other.id == f.id; });
  if (same != run_.findings.end()) {
    same->times += f.times;
    same->seen_in.insert(same->seen_in.end(), f.seen_in.begin(), f.seen_in.end());
    return *same;
  }
  verdicts::judge(f, request_.known, false);
  make_public(f, hidden_);
  run_.findings.push_back(std::move(f));
  return run_.findings.back();
}

int findings_record::finish(int status) {
  std::sort(run_.findings.begin(), run_.findings.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  verdicts::baseline about_findings;
  for (const auto& e : request_.known) {
    if (verdicts::is_of_finding(e.pattern)) about_findings.push_back(e);
  }
  for (const diagnostic& d : verdicts::unjudged_entries(about_findings)) {
    run_.problems.push_back(render(d));
    on_.show({d});
  }
  run_.interrupted = status == interrupted;
  make_public(run_, hidden_);
  std::string where;
  report_context context;
  if (!request_.reports.files.empty()) {
    if (const auto statements = load_statements(request_.cases_directory, on_)) {
      context.statements = for_reports(*statements);
    }
  }
  const bool written = write_reports(run_, request_.reports, context, where, on_);
  const auto known = std::count_if(run_.findings.begin(), run_.findings.end(), [](const auto& f) {
    return f.expected && f.outcome == results::verdict::fail;
  });
  if (known != 0) on_.print(fmt::format("{} of the findings known to the baseline\n", known));
  on_.print(where);
  if (!written) return internal_error;
  if (status != as_expected) return status;
  const bool news = results::count(run_).unexpected_findings != 0 || !run_.problems.empty();
  return news ? unexpected_result : as_expected;
}

}  // namespace mqttspec::cli
