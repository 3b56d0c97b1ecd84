#pragma once
// "did you mean": suggestions for a word that is not one of the valid ones.

#include <string>
#include <string_view>
#include <vector>

namespace mqttspec {

// Levenshtein distance in octets.
std::size_t edit_distance(std::string_view a, std::string_view b);

// A help sentence for |word|: "did you mean 'clean_start'?" when a candidate is close, else
// "valid here: a, b, c, d, e and 3 more", or "" when |candidates| is empty.
std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace mqttspec
