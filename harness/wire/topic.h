#pragma once
// The rules of topic names and topic filters (5.0 sections 4.7 and 4.8, 3.1.1 section 4.7), beyond
// those of all text.

#include <string_view>

#include "base/octet_words.h"
#include "wire/types.h"

namespace mqttspec::wire {

inline bool has_wildcard(std::string_view topic) {
  // '+' and '#' differ in one bit only.
  static_assert(('+' ^ '#') == 0x08);
  return find_in_words(topic, [](std::uint64_t word) {
    return has_octet_zero((word & 0xF7 * every_octet_1) ^ '#' * every_octet_1);
  });
}

// 3.1.1 has no shared subscriptions: `$share/...` is a filter like any other there.
inline bool is_shared(std::string_view filter, protocol_version version) {
  return version == protocol_version::v5 && filter.starts_with("$share/");
}

// The statement that |filter| breaks, "" when it is well formed.
std::string_view broken_filter_rule(std::string_view filter, protocol_version version);

}  // namespace mqttspec::wire
