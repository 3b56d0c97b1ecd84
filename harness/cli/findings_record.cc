#include "cli/findings_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/exit_codes.h"
#include "verdicts/baseline.h"

namespace mqttspec::cli {

std::string utc_now() {
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%SZ}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

void add_record_options(po::options_description& to) {
  po::options_description judging("judging");
  judging.add_options()("baseline", po::value<arguments>()->value_name("FILE"),
                        "known findings; several add up");
  po::options_description output("output");
  add_report_options(output, "report-", false);
  to.add(judging).add(output);
}

bool read_record_options(const parsed_options& options, run_request& into, console& on) {
  if (!read_baseline(options, into, on)) return false;
  auto files = read_report_request(options, "report-", on);
  if (!files) return false;
  into.reports = std::move(*files);
  return true;
}

findings_record::findings_record(const run_request& request, std::string verb,
                                 std::string cases_directory, console& on)
    : request_(request),
      cases_directory_(std::move(cases_directory)),
      on_(on),
      hidden_(secrets_of(request.suite.engine)) {
  run_.verb = std::move(verb);
  run_.tool_version = MQTTSPEC_VERSION;
  run_.catalogue_version = "1";
  run_.started_at = utc_now();
  run_.command = request.command;
  run_.target.declared = request.target.facts_as_written;
  run_.target.address = request.kind == target_kind::simulated  ? "simulated"
                        : request.kind == target_kind::embedded ? "embedded"
                                                                : print(request.own);
  run_.target.name = request.kind != target_kind::network ? "embedded broker"
                     : request.target.name.empty()        ? run_.target.address
                                                          : request.target.name;
  for (const auto v : request.suite.versions) {
    run_.target.versions.emplace_back(wire::version_name(v));
  }
}

const results::run_finding& findings_record::add(results::run_finding f) {
  const auto same = std::find_if(run_.findings.begin(), run_.findings.end(),
                                 [&](const auto& other) { return other.id == f.id; });
  if (same != run_.findings.end()) {
    same->times += f.times;
    same->seen_in.insert(same->seen_in.end(), f.seen_in.begin(), f.seen_in.end());
    return *same;
  }
  verdicts::judge(f, request_.suite.known, request_.suite.strict);
  make_public(f, hidden_);
  run_.findings.push_back(std::move(f));
  return run_.findings.back();
}

int findings_record::finish(int status) {
  std::sort(run_.findings.begin(), run_.findings.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  verdicts::baseline about_findings;
  for (const auto& e : request_.suite.known) {
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
  if (!request_.reports.files.empty()) context.statements = read_catalogue(cases_directory_, on_);
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
