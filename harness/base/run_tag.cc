#include "base/run_tag.h"

#include <string_view>

namespace mqttspec {

namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string make_run_tag(random_source& random) {
  std::string tag = "t";
  for (int i = 0; i < 5; ++i) tag += digits[random.below(digits.size())];
  return tag;
}

std::string run_tags::next() {
  std::string number(3, '0');
  std::uint32_t rest = number_++;
  for (auto at = number.rbegin(); at != number.rend(); ++at) {
    *at = digits[rest % digits.size()];
    rest /= static_cast<std::uint32_t>(digits.size());
  }
  return run_ + number;
}

}  // namespace mqttspec
