// mqttspec explore bytes

#include "cli/explore_bytes.h"

#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "base/shell_words.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/findings_record.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "cli/target_options.h"
#include "reports/finding_page.h"
#include "robustness/network.h"
#include "robustness/report.h"
#include "target/standing.h"

namespace mqttspec::cli {

namespace {

namespace fs = std::filesystem;
using robustness::campaign_result;

struct bytes_request {
  target::description target;
  record_request record;
  robustness::campaign_settings campaign;
  std::string folder;
};

std::optional<bytes_request> read_request(const parsed_options& options, console& on) {
  bytes_request out;
  auto target = read_target(options, on);
  if (!target) return std::nullopt;
  out.target = std::move(*target);
  if (out.target.where == target::place::simulated) {
    on.error("bytes mode needs a broker on the network", "leave --simulate out: the embedded one");
    return std::nullopt;
  }
  out.record.verb = "explore bytes";
  out.record.versions = out.target.versions;
  out.record.command = target_again(options);
  out.record.cases_directory = find_cases_directory(options);
  if (!read_record_options(options, out.record, on)) return std::nullopt;
  out.campaign.versions = out.target.versions;
  if (!read_duration(options, "for", out.campaign.length, on) ||
      !read_positive(options, "jobs", out.campaign.at_once, on)) {
    return std::nullopt;
  }
  out.campaign.seed =
      options.has("seed") ? options.get<std::uint64_t>("seed") : std::random_device{}();
  if (options.has("out")) out.folder = writable_folder(options, "out");
  return out;
}

class bytes_run {
 public:
  bytes_run(bytes_request& request, console& on)
      : request_(request),
        on_(on),
        record_(request.record, request.target.hidden(), on),
        target_(request.target, request.campaign.seed),
        line_(on.err, on.err_is_terminal, std::chrono::seconds(5)) {
    context_.seed = request.campaign.seed;
    context_.folder = request.folder;
    context_.run_options = shell_line(request.record.command);
  }

  int run() {
    const int status = explore();
    target_.end();
    record_.tell(target_);
    return record_.finish(status);
  }

 private:
  int explore() {
    const std::string why = target_.stand();
    record_.tell(target_);
    if (!why.empty()) {
      if (target_.interrupted()) return interrupted;
      on_.error(record_.hide(why));
      record_.run().void_reason = why;
      return broker_unusable;
    }
    context_.target = target_.name();
    return finish(play());
  }

  campaign_result play() {
    const robustness::bench_options options{suite::options_for(request_.target),
                                            request_.campaign.seed, target_.what().own.at.port,
                                            &target_.left()};
    const auto bench =
        robustness::make_network_bench(target_.loop(), target_.reach(), target_.control(), options);
    campaign_result r =
        robustness::run_campaign(*bench, request_.campaign,
                                 [&](const campaign_result& so_far) { line_.show(line(so_far)); });
    line_.clear();
    return r;
  }

  static std::string line(const campaign_result& r) {
    const double seconds = std::chrono::duration<double>(r.took).count();
    return fmt::format(
        "{:4.0f} s  {} experiments, {:.0f}/s  {} findings, {} in doubt{}", seconds, r.experiments,
        seconds > 0 ? static_cast<double>(r.experiments) / seconds : 0, r.findings.size(),
        r.doubts.size(),
        r.memory.empty() ? "" : fmt::format("  {} MiB", r.memory.back().octets >> 20));
  }

  int finish(const campaign_result& r) {
    results::run_results& whole = record_.run();
    whole.took = r.took;
    whole.seed = context_.seed;
    whole.notes.push_back(line(r));
    whole.notes.insert(whole.notes.end(), r.doubts.begin(), r.doubts.end());
    on_.print(line(r) + "\n");
    bool written = true;
    for (std::size_t i = 0; i < r.findings.size(); ++i) {
      const results::run_finding& kept = record_.add(robustness::record_of(r, i, context_));
      on_.print(fmt::format("  {} {}: {}\n", kept.expected ? "KNOWN" : "FOUND", kept.id,
                            record_.hide(r.findings[i].evidence)));
      written = written && write(robustness::finding_name(r, i) + ".mqs", kept.scenario);
    }
    if (!r.ended_early.empty()) on_.error(record_.hide("ended early: " + r.ended_early));
    std::string report = robustness::report_text(r, context_);
    for (const results::run_finding& f : whole.findings) {
      report += reports::finding_markdown(whole, f);
    }
    written = written && write("report.md", report);
    if (!request_.folder.empty()) on_.print(fmt::format("report: {}/report.md\n", request_.folder));
    if (!written) return internal_error;
    if (r.interrupted) return interrupted;
    // What was found is told all the same.
    const bool cut_short = !r.ended_early.empty() && r.findings.empty();
    if (cut_short) whole.void_reason = r.ended_early;
    return r.experiments == 0 || cut_short ? broker_unusable : as_expected;
  }

  bool write(const std::string& name, const std::string& text) {
    if (request_.folder.empty()) return true;
    std::error_code failed;
    fs::create_directories(request_.folder, failed);
    return write_report(request_.folder + "/" + name, record_.hide(text), on_);
  }

  bytes_request& request_;
  console& on_;
  findings_record record_;
  target::standing_target target_;
  progress_line line_;
  robustness::report_context context_;
};

}  // namespace

int explore_bytes(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explore bytes [OPTIONS]";
  set.verb = "bytes";
  set.explanation =
      "Sends a broker octets that it does not want, in every state of a session, and looks "
      "whether\n"
      "it goes on serving others. Findings are written as scenarios that `mqttspec run` plays.";
  add_target_options(set.described);
  add_broker_flags(set.described);
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  po::options_description running("running");
  running.add_options()("for", text("TIME"), "how long (60s)")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "the same seed, the same experiments")(
      "jobs,j", po::value<std::uint32_t>()->value_name("N"), "experiments at once (32)")(
      "out", text("DIR"), "report.md and a scenario for each finding");
  set.described.add(running);
  add_record_options(set.described);
  add_cases_option(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  auto request = read_request(*options, on);
  if (!request) return bad_usage;
  return bytes_run(*request, on).run();
}

}  // namespace mqttspec::cli
