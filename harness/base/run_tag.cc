#include "base/run_tag.h"

#include <string_view>
#include <utility>

namespace mqttspec {

namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t fewest_digits = 3;

}  // namespace

std::string make_run_tag(random_source& random) {
  std::string tag = "t";
  for (int i = 0; i < 5; ++i) tag += digits[random.below(digits.size())];
  return tag;
}

run_tags::run_tags(std::string first) : next_(std::move(first)) {
  while (next_.size() < 1 + fewest_digits) next_ += digits.front();
}

std::string run_tags::next() {
  std::string out = next_;
  for (std::size_t at = next_.size() - 1; at >= 1; --at) {
    const std::size_t digit = digits.find(next_[at]);  // npos + 1: what is none becomes the first
    const bool last = digit + 1 >= digits.size();
    next_[at] = last ? digits.front() : digits[digit + 1];
    if (!last) break;
  }
  return out;
}

}  // namespace mqttspec
