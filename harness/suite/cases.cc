#include "suite/cases.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

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
  // The longest first, so that none of them begins when the others are done.
  std::vector<job> waiting = what.jobs;
  std::sort(waiting.begin(), waiting.end(), [](const job& a, const job& b) {
    return std::tie(b.scenario->shortest, a.scenario->id, a.repetition) <
           std::tie(a.scenario->shortest, b.scenario->id, b.repetition);
  });
  std::map<const play::machine*, job> playing;
  std::size_t next = 0;
  bool wanted = true;
  on.play(
      [&]() -> std::unique_ptr<play::machine> {
        if (next == waiting.size()) return nullptr;
        const job& j = waiting[next++];
        play::run_options options = what.options;
        options.patience = j.patience.value_or(options.patience);
        auto m = std::make_unique<play::scenario_player>(*j.scenario, std::move(options));
        playing[m.get()] = j;
        return m;
      },
      [&](play::played p) {
        const auto j = playing.extract(p.what.get()).mapped();
        const bool go_on =
            ended(opinion_of(static_cast<play::scenario_player&>(*p.what), p.around, j));
        wanted = wanted && go_on;
        return go_on;
      },
      what.at_once, stop);
  if (on.lost().empty() || on.interrupted()) return;
  // Those that were asked for and have not begun, and those that were not.
  for (const auto& [m, j] : playing) {
    if (wanted) wanted = ended({not_run(j, results::verdict::error, on.lost())});
  }
  for (; next < waiting.size() && wanted; ++next) {
    wanted = ended({not_run(waiting[next], results::verdict::error, on.lost())});
  }
}

results::case_result simulate(const job& j, const play::run_options& options,
                              const drive::virtual_world& in) {
  play::scenario_player m(*j.scenario, options);
  drive::play_virtually(m, in);
  return opinion_of(m, {}, j).result;
}

results::case_result not_run(const job& j, results::verdict outcome, std::string reason) {
  // The player fills in what a result takes from its scenario.
  results::case_result r = play::scenario_player(*j.scenario, {}).take_trial().seen;
  r.repetition = j.repetition;
  return verdicts::not_played(std::move(r), outcome, std::move(reason));
}

}  // namespace mqttspec::suite
