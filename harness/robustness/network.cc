#include "robustness/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "drive/network_executor.h"
#include "script/expander.h"

namespace mqttspec::robustness {

using results::case_result;
using results::verdict;

namespace {

constexpr std::string_view file_name = "experiments.mqs";

reaction reaction_of(const case_result& trial) {
  // The last octets that x sent, and what came behind them.
  reaction seen = reaction::none;
  bool told = false;
  for (const trace::entry& e : trial.trace) {
    if (e.client == "z") break;  // takes the session over
    if (e.client != "x") continue;
    if (e.way == trace::direction::sent) {
      seen = reaction::none;
      told = false;
    } else if (e.way == trace::direction::received) {
      const auto p = trace::packet_of(e);
      told = told || (p && ((p->type == wire::packet_type::connack && p->reason != 0) ||
                            p->type == wire::packet_type::disconnect));
      seen = reaction::answered;
    } else if (e.what == trace::event_kind::ended || e.what == trace::event_kind::reset) {
      seen = told ? reaction::told : reaction::closed;
    }
  }
  return seen;
}

class network_bench : public bench {
 public:
  network_bench(net::event_loop& loop, const target::routes& reach, target::broker_control* control,
                bench_options options)
      : loop_(loop),
        reach_(reach),
        control_(control),
        options_(std::move(options)),
        random_(options_.seed) {
    options_.engine.trace_passed = true;
    options_.engine.trace_rules = false;  // a campaign has its own questions
    take_executor();
  }

  std::vector<outcome> play(std::span<const experiment> all) override {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) text += scenario_text(all[i], name_of(i)) + "\n";
    script::file_set files([](const std::string&) { return std::nullopt; });
    files.add(std::string(file_name), std::move(text));
    script::expand_options expand;
    expand.run_tag = next_tag();
    expand.port = options_.port;
    const script::expansion expanded = script::expand(files, expand);
    std::vector<outcome> out(all.size());
    for (outcome& each : out) {
      each.became = fate::unprepared;
      each.evidence = "it cannot be written as a scenario";
    }
    drive::batch what;
    what.options = options_.engine;
    what.at_once = all.size();
    for (const script::scenario& s : expanded.scenarios) what.jobs.push_back({&s, 0});
    executor_->run(what, [&](case_result r) {
      const std::size_t i = index_of(r.name);
      out[i] = judge_trial(std::move(r));
      return true;
    });
    // Not the broker's doing: such a packet cannot be made.
    for (outcome& each : out) {
      if (each.became == fate::lost && executor_->lost().empty()) each.became = fate::unprepared;
    }
    return out;
  }

  std::string lost() override {
    if (control_ != nullptr) {
      control_->look();
      if (!control_->ended().empty()) return std::string(control_->ended());
    }
    return executor_->lost();
  }

  std::string revive() override {
    if (control_ == nullptr) return "without --start nobody can start it";
    using script::broker_action;
    if (control_->state() != target::broker_state::down) perform(broker_action::kill);
    const auto [ok, why] = perform(broker_action::start);
    take_executor();
    return ok ? "" : why;
  }

  std::uint64_t resident_octets() override {
    return control_ == nullptr ? 0 : control_->resident_octets();
  }
  std::vector<std::string> alarms() override {
    return control_ == nullptr ? std::vector<std::string>{} : control_->take_alarms();
  }
  instant now() const override { return loop_.now(); }
  bool interrupted() const override { return interrupted_ || executor_->interrupted(); }

 private:
  static std::string name_of(std::size_t index) { return fmt::format("experiment-{}", index); }
  static std::size_t index_of(const std::string& name) {
    return std::stoul(name.substr(name.rfind('-') + 1));
  }

  // Names are new for each play, so that nothing of an earlier one matters.
  std::string next_tag() {
    static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string tag = "h";
    for (int i = 0; i < 7; ++i) tag += letters[random_.below(letters.size())];
    return tag;
  }

  // One that has lost its broker stays so.
  void take_executor() {
    if (executor_) interrupted_ = interrupted_ || executor_->interrupted();
    executor_ = drive::make_network_executor(loop_, reach_, control_);
  }

  std::pair<bool, std::string> perform(script::broker_action action) {
    std::optional<std::pair<bool, std::string>> done;
    control_->perform(action, [&](bool ok, const std::string& why) { done = {ok, why}; });
    loop_.run_until([&] { return done.has_value(); });
    return *done;
  }

  net::event_loop& loop_;
  const target::routes reach_;
  target::broker_control* control_;
  bench_options options_;
  random_source random_;
  std::unique_ptr<drive::executor> executor_;
  bool interrupted_ = false;
};

}  // namespace

outcome judge_trial(case_result trial) {
  outcome o;
  o.seen = reaction_of(trial);
  const auto& fault = trial.fault;
  if (trial.outcome == verdict::pass || trial.outcome == verdict::pass_note) {
    o.became = fate::served;
  } else if (trial.reason.starts_with("the harness was late")) {
    o.became = fate::unclear;
    o.evidence = trial.reason;
  } else if (fault) {
    o.became = fault->step == serving     ? fate::harmed
               : fault->step == returning ? fate::locked_out
                                          : fate::unprepared;
    o.evidence = fmt::format("{}: {}", fault->client, fault->message);
  } else {
    o.became = trial.outcome == verdict::error ? fate::lost : fate::unclear;
    o.evidence = trial.reason;
  }
  o.trial = std::move(trial);
  return o;
}

std::unique_ptr<bench> make_network_bench(net::event_loop& loop, const target::routes& reach,
                                          target::broker_control* control, bench_options options) {
  return std::make_unique<network_bench>(loop, reach, control, std::move(options));
}

}  // namespace mqttspec::robustness
