#pragma once
// Exploring: histories are drawn and played, each kind of violation is confirmed, made small and
// given a control arm.

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "drive/explore_arena.h"
#include "explore/generator.h"
#include "explore/scenario_writer.h"
#include "explore/shrinker.h"

namespace mqttspec::drive {

struct campaign_options {
  explore::generator_options generator;
  unsigned confirmations = 3;         // how often a finding is played again
  std::size_t most_findings = 10;     // then exploring ends
  std::size_t most_histories = 0;     // 0: no limit
  std::size_t most_shrinking = 3000;  // plays
  // On which histories are drawn: what is possible depends on what a broker announces.
  broker::broker_options rehearsal{};
};

struct finding {
  explore::violation violation;  // of the shortest history
  explore::history found;        // as it was drawn
  explore::history least;        // as short as it could be made
  explore::history control;      // one step less or plainer, and nothing is wrong; may be empty
  std::size_t number = 0;        // of the history, from 1
  unsigned confirmed = 0;        // of |tried|, on fresh ids
  unsigned tried = 0;
  // Of the shortest history; without events: it could not be shown again.
  explore::recording recorded;
};

struct campaign_counts {
  std::size_t histories = 0;
  std::size_t actions = 0;
  std::size_t gave_up = 0;
  std::map<std::string, std::size_t> reasons;  // why histories were given up
  std::map<std::string, std::size_t> kinds;    // violations
};

class campaign {
 public:
  // |place| must outlive it.
  campaign(arena& place, campaign_options options);

  // Explores until |until| says so (asked before each history) or enough kinds are found.
  void explore(const std::function<bool()>& until);
  // What was found and is not confirmed yet: confirms it, makes it small, and hands it to |shown|.
  // When |enough| says so a finding is left as short as it is by then.
  void examine(
      const std::function<void(const finding&)>& shown,
      const std::function<bool()>& enough = [] { return false; });

  // One history, given by hand, instead of exploring.
  void replay(const explore::history& h);

  bool full() const { return findings_.size() >= options_.most_findings; }
  bool has_news() const { return !fresh_.empty(); }
  const std::vector<finding>& findings() const { return findings_; }
  const std::vector<finding>& unconfirmed() const { return unconfirmed_; }
  // CONNECT had no answer in half of the last histories: nothing that is found now says more, and
  // exploring ends. The number of the first of them; 0: the broker answers.
  std::size_t deaf_since() const { return deaf_since_; }
  // The last ones that ended before that, the newest last.
  const std::deque<explore::history>& before_deaf() const { return before_deaf_; }
  const campaign_counts& counts() const { return counts_; }
  std::size_t states() const { return generator_.states(); }
  std::size_t pairs() const { return generator_.pairs(); }

 private:
  static constexpr std::size_t lately = 40;  // histories
  void note_deafness(const explore::player& p);

  static constexpr std::size_t most_before_deaf = 20;

  std::optional<explore::history> draw();
  void note(const explore::player& p, std::size_t number);
  int first_that_shows(const std::vector<explore::history>& candidates, const std::string& kind);
  bool shows(const explore::history& h, const std::string& kind);
  void find_control(finding& f);
  void record(finding& f);

  arena& place_;
  campaign_options options_;
  explore::generator generator_;
  campaign_counts counts_;
  std::size_t deaf_since_ = 0;
  std::deque<bool> deaf_lately_;
  std::deque<explore::history> before_deaf_;
  std::vector<finding> fresh_;
  std::vector<finding> findings_;
  std::vector<finding> unconfirmed_;
};

}  // namespace mqttspec::drive
