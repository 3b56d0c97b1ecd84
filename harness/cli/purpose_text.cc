#include "cli/purpose_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::cli {

namespace {

std::string versions_of(const script::purpose_entry& p) {
  std::vector<std::string_view> names;
  for (const auto v : p.versions) names.push_back(wire::version_name(v));
  return fmt::format("{}", fmt::join(names, " "));
}

// One name a scenario, whatever its versions and rows.
std::vector<std::string> paths_of(const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const std::string& id : ids) {
    const std::string path = id.substr(0, id.find('['));
    if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(path);
  }
  return out;
}

}  // namespace

std::string purpose_text(const script::purpose_row& row) {
  std::string text = fmt::format("{:<10} {:<8} {:>3}  {}\n", row.purpose->id,
                                 versions_of(*row.purpose), row.cases.size(), row.purpose->title);
  for (const std::string& path : paths_of(row.cases)) text += fmt::format("{:24} {}\n", "", path);
  std::string told;
  for (const auto& v : row.versions) {
    if (v.cases.empty() && v.why_not.empty()) {
      text += fmt::format("{:24} no case for {}\n", "", wire::version_name(v.version));
    } else if (!v.why_not.empty() && v.why_not != told) {
      told = v.why_not;
      text += fmt::format("{:24} not covered: {}\n", "", told);
    }
  }
  if (!row.left_out.empty()) text += fmt::format("{:24} in part: {}\n", "", row.left_out);
  return text;
}

}  // namespace mqttspec::cli
