#pragma once
// Cases across which the broker went away are played again. One of them may be why, and then it
// does so when it is alone, too.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "play/driver.h"
#include "suite/outages.h"
#include "verdicts/decide.h"

namespace mqttspec::suite {

using play_key = std::pair<std::string, std::uint32_t>;  // a case's id, and which repetition
using open_tries = std::map<play_key, std::vector<verdicts::opinion>>;

// What the suite does for it.
struct sift_ways {
  std::function<void(const std::set<play_key>& these, std::size_t at_once)> play_again;
  std::function<bool()> over;
  std::function<void(results::case_result)> record;
};

// Ends when no case of |late| is left whose last try the broker went away from, or when it goes
// away again and again and none of them is why: then those are recorded. Gives why the results are
// void; empty: they are not.
std::string sift_outages(open_tries& late, outage_log& outages, play::driver& on,
                         std::size_t at_once, const sift_ways& by);

}  // namespace mqttspec::suite
