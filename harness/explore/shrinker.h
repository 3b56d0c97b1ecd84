#pragma once
// Makes a history that shows a violation as short and plain as it can be: first actions go, in
// halves down to one at a time, then clients, then what is special about the actions that are left.
//
//   history least = shrink(h, [&](const std::vector<history>& candidates) {
//     return first candidate that still shows it, or -1;
//   });

#include <functional>

#include "explore/action.h"

namespace mqttspec::explore {

// Plays all |candidates|; the index of the first that shows the violation, -1: none does.
using shrink_test = std::function<int(const std::vector<history>& candidates)>;

// |most_plays| bounds how many candidates are tried in all.
history shrink(history h, const shrink_test& shows, std::size_t most_plays = 3000);

}  // namespace mqttspec::explore
