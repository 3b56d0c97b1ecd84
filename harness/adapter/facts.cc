#include "adapter/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/spelling.h"

namespace mqttspec::adapter {

namespace {

constexpr std::array facts = std::to_array<fact>({
    {"reconnect", "the same client object can connect again: by itself (2), on command (1)", 2,
     "auto=2 command=1 none=0"},
    {"resumes", "it connects again with the Clean Start that it was asked for", 1},
    {"v5", "it speaks MQTT 5.0", 1},
    {"v311", "it speaks MQTT 3.1.1", 1},
    {"min_keep_alive", "shortest Keep Alive that it takes, in seconds", 1},
    {"window", "its own limit of messages in flight, below that of the server", 65535},
    {"topic_alias_out", "it sends Topic Aliases: as the application says (1), of its own (2)", 1,
     "none=0 application=1 library=2"},
    {"topic_alias_in", "it resolves Topic Aliases of the server", 1},
    {"store", "the session can be kept over the end of the process", 0},
    {"done", "it tells its application when a message is acknowledged", 1},
    {"disconnect_expiry", "DISCONNECT can have a Session Expiry Interval", 1},
});

std::optional<std::int64_t> number_in(const fact& f, std::string_view text) {
  for (std::string_view rest = f.words; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto equals = word.find('=');
    if (word.substr(0, equals) == text) text = word.substr(equals + 1);
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::span<const fact> known_facts() {
  return facts;
}

result<std::map<std::string, std::int64_t>, std::string> facts_of(const wire::text_pairs& told) {
  std::map<std::string, std::int64_t> out;
  for (const fact& f : facts) out[std::string(f.name)] = f.fallback;
  for (const auto& [name, text] : told) {
    const fact* known = nullptr;
    std::vector<std::string_view> names;
    for (const fact& f : facts) {
      names.push_back(f.name);
      if (f.name == name) known = &f;
    }
    if (known == nullptr) {
      return unexpected(fmt::format("there is no fact '{}'; {}", name, suggest(name, names)));
    }
    const auto number = number_in(*known, text);
    if (!number) return unexpected(fmt::format("the fact '{}' cannot be '{}'", name, text));
    out[name] = *number;
  }
  return out;
}

}  // namespace mqttspec::adapter
