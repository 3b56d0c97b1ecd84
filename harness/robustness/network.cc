#include "robustness/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "base/run_tag.h"
#include "drive/network_driver.h"
#include "robustness/experiment_player.h"
#include "script/expander.h"

namespace mqttspec::robustness {

using results::case_result;
using results::verdict;

namespace {

constexpr std::string_view file_name = "experiments.mqs";

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
    options_.engine.patience = duration::zero();  // whoever is not served in time is harmed
    options_.engine.trace_rules = false;          // a campaign has its own questions
    take_driver();
  }

  std::vector<outcome> play(std::span<const experiment> all) override {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) text += scenario_text(all[i], name_of(i)) + "\n";
    script::file_set files([](const std::string&) { return std::nullopt; });
    files.add(std::string(file_name), std::move(text));
    script::expand_options expand;
    expand.run_tag = make_run_tag(random_);  // new for each play
    expand.port = options_.port;
    const script::expansion expanded = script::expand(files, expand);
    std::vector<outcome> out(all.size());
    for (outcome& each : out) {
      each.became = fate::unprepared;
      each.evidence = "it cannot be written as a scenario";
    }
    std::size_t next = 0;
    driver_->play(
        [&]() -> std::unique_ptr<play::machine> {
          if (next == expanded.scenarios.size()) return nullptr;
          return std::make_unique<experiment_player>(expanded.scenarios[next++], options_.engine);
        },
        [&](play::played p) {
          auto& ended = static_cast<experiment_player&>(*p.what);
          out[index_of(ended.scenario().name)] = judge_trial(
              verdicts::decide(ended.take_trial(), p.around, options_.engine.slack), ended.seen());
          return true;
        },
        all.size());
    // Not the broker's doing: such a packet cannot be made.
    for (outcome& each : out) {
      if (each.became == fate::lost && driver_->lost().empty()) each.became = fate::unprepared;
    }
    return out;
  }

  std::string lost() override {
    if (control_ != nullptr) {
      control_->look();
      if (!control_->ended().empty()) return std::string(control_->ended());
    }
    return driver_->lost();
  }

  std::string revive() override {
    if (control_ == nullptr) return "without --start nobody can start it";
    using script::broker_action;
    if (control_->state() != target::broker_state::down) perform(broker_action::kill);
    const auto [ok, why] = perform(broker_action::start);
    take_driver();
    return ok ? "" : why;
  }

  std::uint64_t resident_octets() override {
    return control_ == nullptr ? 0 : control_->resident_octets();
  }
  std::vector<std::string> alarms() override {
    return control_ == nullptr ? std::vector<std::string>{} : control_->take_alarms();
  }
  instant now() const override { return loop_.now(); }
  bool interrupted() const override { return interrupted_ || driver_->interrupted(); }

 private:
  static std::string name_of(std::size_t index) { return fmt::format("experiment-{}", index); }
  static std::size_t index_of(const std::string& name) {
    return std::stoul(name.substr(name.rfind('-') + 1));
  }

  // One that has lost its broker stays so.
  void take_driver() {
    if (driver_) interrupted_ = interrupted_ || driver_->interrupted();
    driver_ =
        drive::make_network_driver(loop_, reach_, {.control = control_, .left = options_.left});
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
  std::unique_ptr<play::driver> driver_;
  bool interrupted_ = false;
};

}  // namespace

outcome judge_trial(verdicts::opinion judged, reaction seen) {
  outcome o;
  case_result& trial = judged.result;
  o.seen = seen;
  const auto& fault = trial.fault;
  if (trial.outcome == verdict::pass || trial.outcome == verdict::pass_note) {
    o.became = fate::served;
  } else if (judged.because == verdicts::doubt::late) {
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
