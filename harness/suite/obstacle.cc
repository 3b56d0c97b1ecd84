#include "suite/obstacle.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/instant.h"

namespace mqttspec::suite {

namespace {

std::string_view capability_of(script::broker_action action) {
  switch (action) {
    case script::broker_action::restart:
      return "restart";
    case script::broker_action::kill:
      return "kill";
    case script::broker_action::stop:
    case script::broker_action::start:
      return "stop";
  }
  return "stop";
}

// How often it sends something and then awaits something.
std::size_t round_trips_of(const script::scenario& s) {
  std::size_t out = 0;
  std::size_t times = 1;
  std::vector<std::size_t> outer;
  std::size_t sent = 0;  // how often what was sent last is sent before something is awaited
  for (const script::instruction& line : s.lines) {
    if (const auto* loop = std::get_if<script::loop_begin>(&line.what)) {
      outer.push_back(times);
      times *= loop->last - loop->first + 1;
    } else if (std::holds_alternative<script::loop_end>(line.what)) {
      times = outer.back();
      sent = std::min(sent, times);
      outer.pop_back();
    } else if (std::holds_alternative<script::send_line>(line.what)) {
      sent = times;
    } else if (std::holds_alternative<script::expect_line>(line.what)) {
      out += std::exchange(sent, 0);
    }
  }
  return out;
}

// Far from the broker a case of hundreds of round trips takes minutes.
std::optional<std::string> too_far(const script::scenario& s,
                                   const target::capability_values& can) {
  constexpr duration longest = std::chrono::seconds(60);
  const auto told = can.find(round_trip_ms);
  if (told == can.end()) return std::nullopt;
  const duration one = std::chrono::milliseconds(told->second);
  const std::size_t trips = round_trips_of(s);
  if (trips * one <= longest) return std::nullopt;
  return fmt::format("needs {} round trips, and the broker is {} away", trips, print_duration(one));
}

}  // namespace

std::optional<std::string> obstacle(const script::scenario& s, const target::capability_values& can,
                                    const suite_settings& settings) {
  if (!settings.slow && std::find(s.tags.begin(), s.tags.end(), "slow") != s.tags.end()) {
    return "slow; --slow runs it too";
  }
  if (auto reason = too_far(s, can)) return reason;
  for (const script::need& n : s.needs) {
    if (auto reason = target::unmet(n, can)) return reason;
  }
  for (const script::client_declaration& c : s.clients) {
    if ((c.transport.empty() && c.node.empty()) || settings.reach.contains({c.transport, c.node})) {
      continue;
    }
    if (c.node.empty()) {
      return fmt::format("needs transport {}; the target does not have it", c.transport);
    }
    return c.transport.empty() ? fmt::format("needs node {}; the target does not have it", c.node)
                               : fmt::format("needs node {} over {}; the target does not have it",
                                             c.node, c.transport);
  }
  // Starting alone is not a hook of its own: it follows a kill or a stop.
  for (const script::instruction& i : s.lines) {
    const auto* hook = std::get_if<script::hook_line>(&i.what);
    if (hook == nullptr || hook->action == script::broker_action::start) continue;
    const std::string_view name = capability_of(hook->action);
    const auto found = can.find(std::string(name));
    if (found == can.end() || found->second == 0) {
      return fmt::format("needs to {} the broker; the target file has no such hook", name);
    }
  }
  return std::nullopt;
}

}  // namespace mqttspec::suite
