#include "cli/explore_measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <sstream>
#include <thread>

#include "base/pattern.h"
#include "broker/defects.h"
#include "cli/exit_codes.h"
#include "cli/explore_files.h"
#include "cli/explore_limits.h"
#include "drive/virtual_driver.h"

namespace mqttspec::cli {

namespace {

using clock = std::chrono::steady_clock;

struct outcome {
  bool found = false;
  bool right_statement = false;
  bool sound_passes = false;
  bool defect_fails = false;
  std::string statements;
  std::string what;
  std::size_t histories = 0;
  std::size_t steps = 0;
  std::size_t lines = 0;
  double seconds = 0;
};

// Those about sessions: all areas but that of single packets.
std::vector<const broker::defect*> session_defects() {
  std::vector<const broker::defect*> out;
  for (const auto area :
       {broker::connect_defects(), broker::session_defects(), broker::will_defects(),
        broker::delivery_defects(), broker::subscription_defects()}) {
    for (const broker::defect& d : area) out.push_back(&d);
  }
  return out;
}

// Looks until |share| of the time is over, on one set-up of the broker.
void look_on(const broker::defect& d, const model::rules& rules,
             const broker::broker_options& set_up, const measure_request& request,
             const case_files& cases, clock::time_point begin, double share, outcome& out) {
  const auto place = drive::make_virtual_driver({.broker = set_up, .rules = &rules});
  const auto sound = drive::make_virtual_driver({.broker = set_up});
  explore::campaign_options options = request.campaign;
  options.most_findings = 1;
  tell_limits(options, set_up);
  explore::campaign run(*place, *sound, options);
  const auto until = begin + std::chrono::duration_cast<clock::duration>(share * request.each);
  run.explore([&] { return clock::now() > until; });
  out.seconds = std::chrono::duration<double>(clock::now() - begin).count();
  out.histories += run.counts().histories;
  run.examine([&](const explore::finding& f) {
    if (out.found || f.recorded.trace.empty()) return;
    out.found = true;
    out.statements = f.violation.statements;
    out.what = f.violation.what;
    const std::string version(wire::version_tag(f.recorded.version));
    std::istringstream ids(f.violation.statements);
    for (std::string id; ids >> id;) {
      out.right_statement |= broker::breaks(d, fmt::format("{}:{}", version, id));
    }
    out.steps = f.least.size();
    const scenario_text s = make_scenario(f, cases, {request.engine, set_up, nullptr, &rules});
    out.lines = length_of(s.text);
    out.sound_passes = s.sound_passes;
    out.defect_fails = s.on_target == results::verdict::fail;
  });
}

// Most brokers have limits, and some defects show at a limit only.
std::vector<broker::broker_options> set_ups(const broker::broker_options& usual) {
  broker::broker_options few = usual;
  few.receive_maximum = 2;
  broker::broker_options low = usual;
  low.maximum_qos = 1;
  broker::broker_options small = usual;
  small.queue_limit = 2;
  broker::broker_options brief = usual;
  brief.session_expiry_max = 4;
  return {usual, few, low, small, brief};
}

outcome look_for(const broker::defect& d, const measure_request& request, const case_files& cases) {
  outcome out;
  model::rules rules;
  d.plant(rules);
  const auto begin = clock::now();
  const auto all = set_ups(request.broker);
  for (std::size_t i = 0; i < all.size() && !out.found; ++i) {
    look_on(d, rules, all[i], request, cases, begin,
            0.6 + 0.4 * static_cast<double>(i) / static_cast<double>(all.size() - 1), out);
  }
  return out;
}

// In print as soon as it is known: the whole takes minutes.
std::string line_of(const broker::defect& d, const outcome& o) {
  if (!o.found) return fmt::format("missed {:<44} {} histories\n", d.name, o.histories);
  return fmt::format(
      "found  {:<44} {:>6} histories, {:>5.1f} s, {:>2} steps, {:>2} lines{}{}: {} ({})\n", d.name,
      o.histories, o.seconds, o.steps, o.lines, o.right_statement ? "" : ", another statement",
      o.sound_passes && o.defect_fails ? "" : ", no scenario", o.what, o.statements);
}

std::size_t median(std::vector<std::size_t> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int measure(const measure_request& request, const case_files& cases, console& on) {
  std::vector<const broker::defect*> defects;
  for (const broker::defect* d : session_defects()) {
    const bool chosen =
        std::any_of(request.patterns.begin(), request.patterns.end(),
                    [&](const std::string& p) { return matches_pattern(p, d->name); });
    if (request.patterns.empty() || chosen) defects.push_back(d);
  }
  if (defects.empty()) {
    on.error("no defect about sessions matches", "mqttspec broker --list-defects");
    return bad_usage;
  }
  std::vector<outcome> outcomes(defects.size());
  std::atomic<std::size_t> next{0};
  std::mutex printing;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < request.threads; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < defects.size(); i = next++) {
        outcomes[i] = look_for(*defects[i], request, cases);
        const std::lock_guard lock(printing);
        on.print(line_of(*defects[i], outcomes[i]));
        on.out << std::flush;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  std::size_t found = 0;
  std::size_t right = 0;
  std::size_t replayed = 0;
  std::vector<std::size_t> steps;
  std::vector<std::size_t> lines;
  for (const outcome& o : outcomes) {
    if (!o.found) continue;
    ++found;
    right += o.right_statement ? 1 : 0;
    replayed += o.sound_passes && o.defect_fails ? 1 : 0;
    steps.push_back(o.steps);
    lines.push_back(o.lines);
  }
  on.print(
      fmt::format("{} of {} defects found ({:.1f} %), {} by a statement that they break; {} "
                  "written as a scenario "
                  "that fails on them and passes without; median {} steps, {} lines of traffic\n",
                  found, defects.size(),
                  100.0 * static_cast<double>(found) / static_cast<double>(defects.size()), right,
                  replayed, median(steps), median(lines)));
  return as_expected;
}

}  // namespace mqttspec::cli
