#pragma once
// Topic rules as plainly as they can be put: levels in a vector, compared one by one. Written from
// 5.0 sections 4.7 and 4.8, and independent of model/ and wire/.

#include <string>
#include <string_view>
#include <vector>

namespace mqttspec::fuzz {

std::vector<std::string> naive_levels(std::string_view text);
bool naive_valid_name(std::string_view name);
bool naive_valid_filter(std::string_view filter);
// A valid filter without its "$share/NAME/".
std::string naive_plain_filter(std::string_view filter);
// Both valid, |filter| without `$share`.
bool naive_matches(std::string_view filter, std::string_view topic);

}  // namespace mqttspec::fuzz
