#pragma once
// Which of the expanded scenarios run.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "script/scenario.h"

namespace mqttspec::suite {

struct shard {
  std::uint32_t index = 1;  // 1 .. count
  std::uint32_t count = 1;

  friend bool operator==(const shard&, const shard&) = default;
};

// "2/5"; the error is a sentence.
result<shard, std::string> parse_shard(std::string_view text);

struct selection {
  std::vector<std::string> patterns;    // one must match, or name a folder above; none: everything
  std::vector<std::string> files;       // or: the scenario's file is one of these, or below one
  std::vector<std::string> excluded;    // patterns of which none may match
  std::vector<std::string> tags;        // one must be there
  std::vector<std::string> not_tags;    // none may be there
  std::vector<std::string> levels;      // one of them
  std::vector<std::string> statements;  // cites one: "MQTT-3.2.2-3", "v5:MQTT-3.2.2-3", "MQTT-3.3*"
  std::vector<std::string> purposes;    // has one; patterns are allowed: "S-Q-*"
  std::optional<std::set<std::string>> ids;  // --failed: exactly these
  shard part;
  std::optional<std::size_t> sample;  // so many of what is left, chosen by |seed|
  std::uint64_t seed = 0;
};

bool selects(const selection& s, const script::scenario& scenario);

// The indices of the selected scenarios, in their order.
std::vector<std::size_t> select(const selection& s, const std::vector<script::scenario>& scenarios);

// Patterns of |s| that match none of |scenarios|: a misspelt pattern must not pass silently.
std::vector<std::string> unmatched_patterns(const selection& s,
                                            const std::vector<script::scenario>& scenarios);

// Why |s| selects none of |scenarios|, as a sentence, and what may have been meant.
struct empty_selection {
  std::string why;   // "--tag nosuch leaves none of 58 cases"
  std::string help;  // "did you mean 'clean_start/**'?"
};
// nullopt: it selects some, and each of its patterns does.
std::optional<empty_selection> why_nothing(const selection& s,
                                           const std::vector<script::scenario>& scenarios);

}  // namespace mqttspec::suite
