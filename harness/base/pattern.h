#pragma once
// Patterns of names that are written like paths.
//
//   matches_pattern("queue/**", "queue/order/eight-in-order[v5]")   -> true
//   matches_pattern("**[v311]", "queue/order/eight-in-order[v311]") -> true

#include <string_view>

namespace mqttspec {

// `*` stands for any characters but '/', `**` for any characters.
bool matches_glob(std::string_view pattern, std::string_view text);

// The same against a scenario's |id| ("path/name[v5,row]"): a pattern without '[' ignores the part
// in brackets, so that "queue/order/x" selects every version and row of x.
bool matches_pattern(std::string_view pattern, std::string_view id);

}  // namespace mqttspec
