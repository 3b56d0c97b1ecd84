#include "suite/obstacle.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

std::optional<std::string> obstacle(const script::scenario& s, const target::capability_values& can,
                                    const suite_settings& settings) {
  if (!settings.slow && std::find(s.tags.begin(), s.tags.end(), "slow") != s.tags.end()) {
    return "slow; --slow runs it too";
  }
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
