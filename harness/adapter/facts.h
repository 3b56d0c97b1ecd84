#pragma once
// What a client library can and cannot do, as its adapter declares it in `ready`. Cases ask for it
// by `needs` and guards.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/value.h"

namespace mqttspec::adapter {

struct fact {
  std::string_view name;
  std::string_view meaning;
  std::int64_t fallback;        // where an adapter says nothing
  std::string_view words = "";  // what it may be in place of a number, "WORD=NUMBER" with blanks
};

std::span<const fact> known_facts();

// By name, all of them. The error is a sentence.
result<std::map<std::string, std::int64_t>, std::string> facts_of(const wire::text_pairs& told);

}  // namespace mqttspec::adapter
