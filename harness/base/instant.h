#pragma once
// Time as the whole program sees it: an argument, never a clock that is read.
//
//   instant start{};                       // the beginning of the run
//   instant later = start + 250ms;
//   print_duration(later - start)  ==  "250ms"
//
// Only net/ turns a real clock into an instant; in virtual time nothing does.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mqttspec {

using duration = std::chrono::nanoseconds;

struct run_clock {
  using duration = mqttspec::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<run_clock>;
  static constexpr bool is_steady = true;  // and deliberately without now()
};
using instant = run_clock::time_point;

inline constexpr instant never = instant::max();

// |from| + |length|, saturating at `never`.
instant saturating_add(instant from, duration length);

// The notation's form: the largest of m, s, ms, us, ns that keeps the number exact or to three
// decimals: "300ms", "1.5s", "2m", "80us".
std::string print_duration(duration length);

// Reads NUMBER ( "us" | "ms" | "s" | "m" ), for example "1.5s"; nullopt when it is not that or
// does not fit.
std::optional<duration> parse_duration(std::string_view text);

// Seconds with three decimals, as traces and reports print them: "0.002".
std::string print_seconds(duration length);

}  // namespace mqttspec
