#include "wire/topic.h"

namespace mqttspec::wire {

namespace {

std::string_view broken_wildcard_rule(std::string_view filter, protocol_version version) {
  if (!has_wildcard(filter)) return {};
  const bool v5 = version == protocol_version::v5;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    const char c = filter[i];
    if (c != '+' && c != '#') continue;
    const bool starts_level = i == 0 || filter[i - 1] == '/';
    const bool is_last = i + 1 == filter.size();
    if (c == '#' && !(starts_level && is_last)) return v5 ? "MQTT-4.7.1-1" : "MQTT-4.7.1-2";
    if (c == '+' && !(starts_level && (is_last || filter[i + 1] == '/'))) {
      return v5 ? "MQTT-4.7.1-2" : "MQTT-4.7.1-3";
    }
  }
  return {};
}

}  // namespace

std::string_view broken_filter_rule(std::string_view filter, protocol_version version) {
  if (filter.empty()) return "MQTT-4.7.3-1";
  if (!is_shared(filter, version)) return broken_wildcard_rule(filter, version);
  const std::string_view rest = filter.substr(std::string_view("$share/").size());
  const std::size_t slash = rest.find('/');
  const std::string_view share_name = rest.substr(0, slash);
  if (share_name.empty()) return "MQTT-4.8.2-1";
  if (has_wildcard(share_name)) return "MQTT-4.8.2-2";
  if (slash == std::string_view::npos || slash + 1 == rest.size()) return "MQTT-4.8.2-2";
  return broken_wildcard_rule(rest.substr(slash + 1), version);
}

}  // namespace mqttspec::wire
