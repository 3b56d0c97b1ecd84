#include "base/pattern.h"

namespace mqttspec {

// Iterative with one point of return a kind of star: a long pattern of stars stays fast.
bool matches_glob(std::string_view pattern, std::string_view text) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t any_p = none, any_t = 0;  // behind the last `**`
  std::size_t one_p = none, one_t = 0;  // behind the last `*`
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      if (pattern.substr(p).starts_with("**")) {
        any_p = p + 2;
        any_t = t;
        one_p = none;
        p += 2;
      } else {
        one_p = p + 1;
        one_t = t;
        p += 1;
      }
    } else if (p < pattern.size() && t < text.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (one_p != none && one_t < text.size() && text[one_t] != '/') {
      t = ++one_t;
      p = one_p;
    } else if (any_p != none && any_t < text.size()) {
      t = ++any_t;
      p = any_p;
      one_p = none;
    } else {
      return false;
    }
  }
  return true;
}

bool matches_pattern(std::string_view pattern, std::string_view id) {
  if (pattern == id) return true;
  if (pattern.find('[') == std::string_view::npos) id = id.substr(0, id.find('['));
  return matches_glob(pattern, id);
}

}  // namespace mqttspec
