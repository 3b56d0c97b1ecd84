#include "model/topic.h"

#include <algorithm>

namespace mqttspec::model {

std::string_view next_level(std::string_view& rest, bool& more) {
  const std::size_t slash = rest.find('/');
  more = slash != std::string_view::npos;
  const std::string_view level = rest.substr(0, slash);
  rest = more ? rest.substr(slash + 1) : std::string_view{};
  return level;
}

std::size_t level_count(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("#+") != text.npos;
}

bool valid_topic_name(std::string_view topic) {
  return !topic.empty() && topic.size() <= longest_topic && !has_wildcard(topic) &&
         topic.find('\0') == topic.npos;
}

namespace {

bool valid_plain_filter(std::string_view filter) {
  if (filter.empty()) return false;
  bool more = true;
  while (more) {
    const std::string_view level = next_level(filter, more);
    if (level.size() > 1 && has_wildcard(level)) return false;  // [v5:MQTT-4.7.1-2]
    if (level == "#" && more) return false;                     // [v5:MQTT-4.7.1-1]
  }
  return true;
}

constexpr std::string_view share_prefix = "$share/";

}  // namespace

share_split split_share(std::string_view filter) {
  if (!filter.starts_with(share_prefix)) return {{}, filter, false};
  const std::string_view rest = filter.substr(share_prefix.size());
  const std::size_t slash = rest.find('/');
  const std::string_view group = rest.substr(0, slash);
  if (slash == rest.npos || slash + 1 == rest.size() || group.empty() || has_wildcard(group)) {
    return {{}, filter, false};
  }
  return {group, rest.substr(slash + 1), true};
}

bool valid_topic_filter(std::string_view filter) {
  // Also in the ShareName. [v5:MQTT-4.7.3-2]
  if (filter.size() > longest_topic || filter.find('\0') != filter.npos) return false;
  const share_split parts = split_share(filter);
  // [v5:MQTT-4.8.2-1] [v5:MQTT-4.8.2-2]
  if (!parts.shared && filter.starts_with(share_prefix)) return false;
  return valid_plain_filter(parts.filter);
}

bool hidden_from(std::string_view filter, std::string_view topic) {
  return !topic.empty() && topic[0] == '$' && !filter.empty() &&
         (filter[0] == '#' || filter[0] == '+');
}

bool matches(std::string_view filter, std::string_view topic) {
  if (hidden_from(filter, topic)) return false;
  bool more_filter = true;
  bool more_topic = true;
  while (true) {
    const std::string_view wanted = next_level(filter, more_filter);
    if (wanted == "#") return true;
    const std::string_view level = next_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
    if (!more_topic) return !more_filter || filter == "#";  // '#' includes the parent level
    if (!more_filter) return false;
  }
}

}  // namespace mqttspec::model
