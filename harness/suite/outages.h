#pragma once
// When the broker went away in a run, and what was running then.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "play/driver.h"
#include "verdicts/decide.h"

namespace mqttspec::suite {

class outage_log {
 public:
  // |o|: a try that the broker went away from.
  void note(const verdicts::opinion& o);
  // The case |id| makes the broker go away.
  void found_one(const std::string& id);
  std::size_t found() const { return found_; }
  // One that differs from |id| by its row or version only was found.
  bool found_like(const std::string& id) const;

  // A sentence for each time when others ran too.
  std::vector<std::string> sentences() const;

 private:
  struct absence {
    std::string what;
    std::vector<std::string> running;  // ids
  };
  std::map<instant, absence> all_;
  std::size_t found_ = 0;
  std::set<std::string> paths_;  // of those found
};

// Whether the broker goes away though nothing is played on it for |length|.
bool goes_away_by_itself(play::driver& on, duration length);

}  // namespace mqttspec::suite
