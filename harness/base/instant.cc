#include "base/instant.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace mqttspec {

instant saturating_add(instant from, duration length) {
  if (length > duration::zero() && from > never - length) return never;
  return from + length;
}

std::string print_duration(duration length) {
  using namespace std::chrono_literals;
  struct unit {
    duration size;
    const char* name;
  };
  static constexpr unit units[] = {{60s, "m"}, {1s, "s"}, {1ms, "ms"}, {1us, "us"}, {1ns, "ns"}};
  if (length == duration::zero()) return "0s";
  const duration magnitude = length < duration::zero() ? -length : length;
  for (const unit& u : units) {
    if (magnitude % u.size == duration::zero()) {
      return fmt::format("{}{}", length / u.size, u.name);
    }
    // Minutes only when exact: "90s" reads better than "1.5m".
    if (u.size <= 1s && magnitude >= u.size) {
      std::string number = fmt::format(
          "{:.3f}", static_cast<double>(length.count()) / static_cast<double>(u.size.count()));
      number.erase(number.find_last_not_of('0') + 1);
      if (number.back() == '.') number.pop_back();
      return number + u.name;
    }
  }
  return fmt::format("{}ns", length.count());
}

std::optional<duration> parse_duration(std::string_view text) {
  std::size_t digits = 0;
  bool point = false;
  while (digits < text.size() &&
         ((text[digits] >= '0' && text[digits] <= '9') || (text[digits] == '.' && !point))) {
    point = point || text[digits] == '.';
    ++digits;
  }
  const std::string number{text.substr(0, digits)};
  const std::string_view unit = text.substr(digits);
  if (number.empty() || number.size() > 18 || number.front() == '.' || number.back() == '.') {
    return std::nullopt;
  }
  double scale = 0;
  if (unit == "us") scale = 1e3;
  if (unit == "ms") scale = 1e6;
  if (unit == "s") scale = 1e9;
  if (unit == "m") scale = 60e9;
  if (scale == 0) return std::nullopt;
  const double value = std::strtod(number.c_str(), nullptr) * scale;
  if (value > 4e18) return std::nullopt;
  return duration{std::llround(value)};
}

std::string print_seconds(duration length) {
  return fmt::format("{:.3f}", static_cast<double>(length.count()) / 1e9);
}

}  // namespace mqttspec
