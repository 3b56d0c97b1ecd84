#include "suite/target_run.h"

#include <fmt/format.h>

#include <random>

#include "base/run_tag.h"
#include "base/utc_now.h"
#include "drive/network_driver.h"
#include "drive/virtual_client.h"
#include "drive/virtual_driver.h"
#include "script/expander.h"
#include "target/standing.h"

namespace mqttspec::suite {

namespace {

// How long a supervisor may take to start the broker again.
constexpr duration longest_absence = std::chrono::seconds(15);

std::unique_ptr<play::driver> make_driver(target::standing_target& target,
                                          const suite_settings& settings) {
  if (target.what().is_client() && target.in_virtual_time()) {
    return drive::make_virtual_client_driver({.seed = settings.seed});
  }
  if (target.in_virtual_time()) {
    return drive::make_virtual_driver({.broker = target.ours().options,
                                       .seed = settings.seed,
                                       .rules = &target.ours().rules,
                                       .network = target.ours().network});
  }
  const target::description& what = target.what();
  if (what.is_client()) {
    return drive::make_network_driver(target.loop(), target.reach(), {.adapter = what.client});
  }
  return drive::make_network_driver(
      target.loop(), target.reach(),
      {.control = target.control(),
       .pulse = drive::pulse_as(settings.versions.front(), what.user, what.password),
       .longest_absence = longest_absence,
       .left = &target.left()});
}

results::run_results on_standing(const target_run& run, target::standing_target& target,
                                 suite_observer& observer) {
  suite_settings settings = run.suite;
  // On the network names are new for each run.
  random_source random(target.in_virtual_time() ? settings.seed : std::random_device{}());
  settings.run_tag = make_run_tag(random);
  settings.declared = target.declared();
  settings.reach = target.keys();
  if (target.what().is_client()) {
    std::erase_if(settings.versions, [&](wire::protocol_version v) {
      const auto can = settings.declared.find(std::string(wire::version_tag(v)));
      return can != settings.declared.end() && can->second == 0;
    });
  }
  const auto driver = make_driver(target, settings);
  results::run_results r = run_suite(
      *driver, settings,
      [&](const std::string& tag, const target::capability_values& can) {
        script::expand_options options;
        options.versions = settings.versions;
        options.plays = settings.plays;
        if (!target.in_virtual_time() && !target.what().is_client())
          options.port = target.what().own.at.port;
        options.run_tag = tag;
        options.capability = script::capabilities(can.begin(), can.end());
        return script::expand(*run.files, options).scenarios;
      },
      observer);
  if (target.in_virtual_time() || target.what().is_client()) return r;
  if (const std::string why = target.ended(); !why.empty() && driver->lost().empty()) {
    r.void_reason = why;
  }
  if (r.void_reason.empty()) return r;
  if (const std::string why = target.reach().own().complaint(); !why.empty()) {
    r.void_reason += fmt::format(" ({})", why);
  }
  return r;
}

}  // namespace

std::vector<std::string> target_run::shown_command() const {
  std::vector<std::string> out = command;
  const trace::secrets hidden = target.hidden();
  for (std::string& word : out) word = hidden.hide(word);
  return out;
}

play::run_options options_for(const target::description& target) {
  play::run_options out;
  out.timeout = target.timeout;
  out.slack = target.slack;
  out.keep_alive = target.keep_alive;
  out.user_name = target.user;
  out.password = target.password;
  // No library repeats by a timer; some take seconds to connect again.
  if (target.is_client()) out.patience = std::chrono::seconds(10);
  return out;
}

std::vector<script::scenario> chosen_scenarios(const target_run& run) {
  script::expand_options options;
  options.versions = run.suite.versions;
  options.plays = run.suite.plays;
  std::vector<script::scenario> all = script::expand(*run.files, options).scenarios;
  std::vector<script::scenario> out;
  for (const std::size_t i : select(run.suite.chosen, all)) out.push_back(std::move(all[i]));
  return out;
}

results::run_results run_on_target(const target_run& run, suite_observer& observer) {
  const std::string started_at = utc_now();
  target::standing_target target(run.target, run.suite.seed);
  results::run_results r;
  if (std::string why = target.stand(); why.empty()) {
    r = on_standing(run, target, observer);
  } else {
    for (const auto v : run.suite.versions) {
      r.target.versions.emplace_back(wire::version_name(v));
    }
    r.interrupted = target.interrupted();
    r.void_reason = std::move(why);
  }
  target.end();
  if (const std::string why = target.crash(); !why.empty()) r.problems.push_back(why);
  if (std::string left = target.left_note(); !left.empty()) r.notes.push_back(std::move(left));
  r.process = target.process();
  r.started_at = started_at;
  r.tool_version = run.tool_version;
  r.catalogue_version = run.catalogue_version;
  r.command = run.command;
  r.seed = run.suite.seed;
  r.target.name = target.name();
  r.target.address = target.address();
  r.target.declared = target.told();
  gather_rule_findings(r);
  for (results::run_finding& f : r.findings) {
    verdicts::judge(f, run.suite.known, run.suite.strict);
  }
  name_case_files(r, run.cases_root);
  make_public(r, run.target.hidden());
  return r;
}

}  // namespace mqttspec::suite
