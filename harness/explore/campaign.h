#pragma once
// Exploring: histories are drawn and played, each kind of violation is confirmed, made small and
// given a control arm.
//
//   campaign run(broker_under_test, embedded, options);
//   run.explore(until);
//   run.examine([](const finding& f) { tell(f); }, time_left);

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "explore/generator.h"
#include "explore/scenario_writer.h"
#include "explore/shrinker.h"
#include "play/driver.h"

namespace mqttspec::explore {

struct campaign_options {
  generator_options generator;
  player_options player;     // of all plays; |ns| and |record| are made for each
  player_options rehearsal;  // on a sound broker with what the one under test announces
  // All plays meet on one broker: each has names of its own and removes what it leaves.
  bool shared = false;
  std::string tag = "xplore";  // begins every |ns|
  std::size_t at_once = 2000;
  unsigned confirmations = 3;         // how often a finding is played again
  std::size_t most_findings = 10;     // then exploring ends
  std::size_t most_histories = 0;     // 0: no limit
  std::size_t most_shrinking = 3000;  // plays
};

struct finding {
  struct violation violation;  // of the shortest history
  history found;               // as it was drawn
  history least;               // as short as it could be made
  history control;             // one step less or plainer, and nothing is wrong; may be empty
  std::size_t number = 0;      // of the history, from 1
  unsigned confirmed = 0;      // of |tried|, on fresh ids
  unsigned tried = 0;
  bool made_small = false;            // there was time for that
  recording recorded;                 // of |least|
  std::set<std::string> rules_say{};  // kinds of violations that trace rules see in it too
};

struct campaign_counts {
  std::size_t histories = 0;  // that were played to their end
  std::size_t actions = 0;
  std::size_t gave_up = 0;
  std::map<std::string, std::size_t> reasons;  // why histories were given up
  std::map<std::string, std::size_t> kinds;    // violations
};

class campaign {
 public:
  // None, or less: the time is over.
  using time_left = std::function<duration()>;

  // Both must outlive it; |rehearsals| plays on a sound broker.
  campaign(play::driver& place, play::driver& rehearsals, campaign_options options);

  // Not empty: what becomes of a CONNECT when it is the only one, other than an answer.
  std::string unanswered();

  // Explores until |until| says so (asked often; what is under way then is given up) or enough
  // kinds are found.
  void explore(const std::function<bool()>& until);
  // What was found and is not confirmed yet: confirms it, makes it small, and hands it to |shown|.
  // When there is no time |left| a finding is told as it is by then.
  void examine(
      const std::function<void(const finding&)>& shown,
      const time_left& left = [] { return duration::max(); });

  // One history, given by hand, instead of exploring.
  void replay(const history& h);

  bool full() const { return findings_.size() >= options_.most_findings; }
  bool has_news() const { return !fresh_.empty(); }
  const std::vector<finding>& findings() const { return findings_; }
  // Played again in vain, or never for lack of time (then |tried| is 0).
  const std::vector<finding>& unconfirmed() const { return unconfirmed_; }
  // CONNECT had no answer in half of the last histories, nor when it was the only one: nothing
  // that is found now says more, and exploring ends. The number of the first of them; 0: the
  // broker answers.
  std::size_t deaf_since() const { return deaf_since_; }
  // The last ones that ended before that, the newest last.
  const std::deque<history>& before_deaf() const { return before_deaf_; }
  // Less than asked for: more were too many for the broker or for the harness.
  std::size_t at_once() const { return options_.at_once; }
  const campaign_counts& counts() const { return counts_; }
  std::size_t states() const { return generator_.states(); }
  std::size_t pairs() const { return generator_.pairs(); }

 private:
  using history_source = std::function<std::optional<history>()>;
  using play_sink = std::function<void(const player&, const play::circumstances&)>;

  static constexpr std::size_t lately = 40;  // histories
  static constexpr std::size_t most_before_deaf = 20;

  void play(const history_source& next, const play_sink& done, bool record, std::size_t at_once,
            const std::function<bool()>& stop);
  void play_all(
      const std::vector<history>& all,
      const std::function<void(std::size_t, const player&, const play::circumstances&)>& done,
      bool record, const std::function<bool()>& stop);
  history draw();
  void explore_for_a_while(const std::function<bool()>& enough, const std::function<bool()>& until);
  void note(const player& p, std::size_t number);
  const violation* untold(const player& p) const;
  bool seems_deaf(const player& p);
  int first_that_shows(const std::vector<history>& candidates, const std::string& kind,
                       const std::function<bool()>& stop);
  void examine_one(finding& f, const std::function<bool()>& enough, const time_left& left);
  void confirm(finding& f, const history& h, unsigned times, const std::function<bool()>& enough);
  void find_control(finding& f, const std::function<bool()>& enough);

  play::driver& place_;
  play::driver& rehearsals_;
  campaign_options options_;
  generator generator_;
  campaign_counts counts_;
  std::uint64_t played_ = 0;
  std::size_t deaf_since_ = 0;
  bool suspects_ = false;
  std::deque<bool> deaf_lately_;
  std::deque<history> before_deaf_;
  duration while_of_others_ = std::chrono::seconds(4);
  std::deque<history> held_back_;         // those that restart a broker that others use as well
  std::set<std::string> told_otherwise_;  // kinds of violations: of trace rules
  std::vector<finding> fresh_;
  std::vector<finding> findings_;
  std::vector<finding> unconfirmed_;
};

}  // namespace mqttspec::explore
