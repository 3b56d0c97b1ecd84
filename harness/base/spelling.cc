#include "base/spelling.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace mqttspec {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({row[j - 1] + 1, above + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
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
