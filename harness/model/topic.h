#pragma once
// Topic Names and Topic Filters: what is valid, what matches.
//
//   matches("sport/+/score", "sport/tennis/score")  == true
//   split_share("$share/g/a/#")                     == {"g", "a/#", true}
//
// Text is compared octet by octet, without normalisation. [v5:MQTT-4.7.3-4]

#include <cstdint>
#include <string_view>

namespace mqttspec::model {

inline constexpr std::size_t longest_topic = 65535;

// Not empty, no wildcard, no U+0000, not too long.
bool valid_topic_name(std::string_view topic);

// '#' only last and alone in its level, '+' alone in its level; `$share/` only with a ShareName
// and a filter behind it.
bool valid_topic_filter(std::string_view filter);

bool has_wildcard(std::string_view text);

struct share_split {
  std::string_view group;
  std::string_view filter;
  bool shared = false;

  friend bool operator==(const share_split&, const share_split&) = default;
};

// The parts of a filter; one that is not shared, or not validly so, has an empty group. Clients of
// 3.1.1 may share subscriptions too, as with most servers.
share_split split_share(std::string_view filter);

// True when a filter without `$share` matches |topic|. Both must be valid.
bool matches(std::string_view filter, std::string_view topic);

// True when |filter| begins with a wildcard and |topic| with '$'. [v5:MQTT-4.7.2-1]
bool hidden_from(std::string_view filter, std::string_view topic);

std::size_t level_count(std::string_view text);

// Takes the first level off |rest|. |more| is false when it was the last one.
std::string_view next_level(std::string_view& rest, bool& more);

}  // namespace mqttspec::model
