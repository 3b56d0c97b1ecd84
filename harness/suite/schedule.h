#pragma once
// In which order the cases of a batch begin, and beside which others:
//
// - the longest first, so that none of them begins when the others are done;
// - hostile ones (script/company.h) when the crowd is gone, and few are left who can be hurt;
// - one that stays apart from those that send a field, as soon as those have ended;
// - one that runs alone at the end.
//
//   schedule s(jobs);
//   while (const job* j = s.next()) begin(*j);   // and again whenever one has ended
//   s.ended(*j);

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/instant.h"
#include "script/scenario.h"

namespace mqttspec::suite {

struct job {
  const script::scenario* scenario = nullptr;
  std::uint32_t repetition = 0;
  // In place of the options'.
  std::optional<duration> patience = std::nullopt;
  bool alone = false;  // whatever its scenario says
};

// How much may be under way at once. One that needs more is played beside nobody.
struct room {
  std::size_t connections = std::numeric_limits<std::size_t>::max();
  std::size_t sessions = std::numeric_limits<std::size_t>::max();
};

class schedule {
 public:
  explicit schedule(std::vector<job> jobs, room within = {});
  schedule(const schedule&) = delete;

  // The next one, which is under way then. nullptr: none as long as none ends.
  const job* next();
  // Whether another one that is hostile was under way meanwhile.
  bool ended(const job& j);
  // Those that have not begun, and begin no more.
  std::vector<const job*> take_rest();

 private:
  enum class stage : std::uint8_t { apart, crowd, hostile, alone };
  struct facts {
    stage when = stage::crowd;
    bool hostile = false;
    room takes;
    std::set<std::string> sends;  // of the fields that some case stays apart from
  };

  bool may_begin(const facts& f, const job& j) const;
  void count(const job& j, bool begins);
  const job* begin(const job& j);

  std::vector<job> jobs_;
  room within_;
  room taken_{0, 0};
  std::map<const job*, facts> facts_;
  std::map<stage, std::deque<const job*>> waiting_;
  std::map<const job*, bool> under_way_;        // and whether one that is hostile was, too
  std::map<std::string, std::size_t> senders_;  // of a field: under way, or waiting in the crowd
  std::map<std::string, std::size_t> kept_;     // fields from which some under way stay apart
  std::size_t hostile_ = 0;                     // under way
  bool alone_ = false;                          // one that runs alone is under way
};

}  // namespace mqttspec::suite
