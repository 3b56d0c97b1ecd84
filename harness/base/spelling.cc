#include "base/spelling.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace mqttspec {

// Two neighbours that changed places are one slip.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;  // the row above |above|
  std::vector<std::size_t> above(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::exchange(above, std::move(row));
  }
  return above[b.size()];
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (candidates.empty()) return "";
  const auto nearest = std::min_element(candidates.begin(), candidates.end(), [&](auto a, auto b) {
    return edit_distance(word, a) < edit_distance(word, b);
  });
  if (edit_distance(word, *nearest) <= std::max<std::size_t>(1, word.size() / 3)) {
    return fmt::format("did you mean '{}'?", *nearest);
  }
  constexpr std::size_t shown = 5;
  std::string list;
  for (std::size_t i = 0; i < candidates.size() && i < shown; ++i) {
    if (i != 0) list += ", ";
    list += candidates[i];
  }
  if (candidates.size() > shown) list += fmt::format(" and {} more", candidates.size() - shown);
  return "valid here: " + list;
}

}  // namespace mqttspec
