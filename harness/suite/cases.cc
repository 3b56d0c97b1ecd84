#include "suite/cases.h"

#include <map>

namespace mqttspec::suite {

namespace {

verdicts::opinion opinion_of(play::scenario_player& m, const play::circumstances& around,
                             const job& j) {
  verdicts::opinion o = verdicts::decide(m.take_trial(), around, m.options().slack);
  o.result.started = around.began - instant{};
  o.result.repetition = j.repetition;
  return o;
}

}  // namespace

void play_cases(play::driver& on, const batch& what, const opinion_callback& ended,
                const play::driver::stop_sign& stop) {
  schedule order(what.jobs, what.within);
  std::map<const play::machine*, const job*> playing;
  bool wanted = true;
  on.play(
      [&]() -> std::unique_ptr<play::machine> {
        const job* j = order.next();
        if (j == nullptr) return nullptr;
        play::run_options options = what.options;
        options.patience = j->patience.value_or(options.patience);
        auto m = std::make_unique<play::scenario_player>(*j->scenario, std::move(options));
        playing[m.get()] = j;
        return m;
      },
      [&](play::played p) {
        const job& j = *playing.extract(p.what.get()).mapped();
        p.around.beside_hostile = order.ended(j);
        const bool go_on =
            ended(opinion_of(static_cast<play::scenario_player&>(*p.what), p.around, j));
        wanted = wanted && go_on;
        return go_on;
      },
      what.at_once, stop);
  if (on.lost().empty() || on.interrupted()) return;
  // Those that were asked for and have not begun, and those that were not.
  std::vector<const job*> rest = order.take_rest();
  for (const auto& [m, j] : playing) rest.push_back(j);
  for (const job* j : rest) {
    if (wanted) wanted = ended({not_run(*j, results::verdict::error, on.lost())});
  }
}

results::case_result simulate(const job& j, const play::run_options& options,
                              const drive::virtual_world& in) {
  play::scenario_player m(*j.scenario, options);
  drive::play_virtually(m, in);
  return opinion_of(m, {}, j).result;
}

results::case_result simulate_client(const job& j, const play::run_options& options,
                                     const drive::virtual_client_world& in) {
  play::scenario_player m(*j.scenario, options);
  drive::play_virtual_client(m, in);
  return opinion_of(m, {}, j).result;
}

results::case_result not_run(const job& j, results::verdict outcome, std::string reason) {
  // The player fills in what a result takes from its scenario.
  results::case_result r = play::scenario_player(*j.scenario, {}).take_trial().seen;
  r.repetition = j.repetition;
  return verdicts::not_played(std::move(r), outcome, std::move(reason));
}

}  // namespace mqttspec::suite
