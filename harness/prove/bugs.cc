#include "prove/bugs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mqttspec::prove {

namespace {

using script::known_bug;

bool kills(const std::string& path, const proven_defect& d) {
  return std::any_of(d.killers.begin(), d.killers.end(), [&](const std::string& id) {
    return std::string_view(id).substr(0, id.find('[')) == path;
  });
}

bool tells_of(const known_bug& b, const planted& d) {
  const bool names = std::find(b.defects.begin(), b.defects.end(), d.name) != b.defects.end();
  return names && std::any_of(b.seen_in.begin(), b.seen_in.end(), [&](const std::string& thread) {
           return thread.find(d.seen_in) != std::string::npos;
         });
}

}  // namespace

std::vector<std::string> untied_bugs(const std::vector<known_bug>& bugs, const proof& p) {
  std::map<std::string_view, const proven_defect*> by_name;
  for (const proven_defect& d : p.defects) by_name[d.what.name] = &d;
  std::vector<std::string> out;
  for (const known_bug& b : bugs) {
    bool shown = b.defects.empty() || b.cases.empty();
    for (const std::string& name : b.defects) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) {
        out.push_back(fmt::format("{}: there is no defect {}", b.what, name));
        continue;
      }
      shown |= std::any_of(b.cases.begin(), b.cases.end(),
                           [&](const std::string& c) { return kills(c, *found->second); });
    }
    if (!shown) out.push_back(fmt::format("{}: none of its cases catches its defects", b.what));
  }
  for (const proven_defect& d : p.defects) {
    if (d.what.seen_in.empty() || std::any_of(bugs.begin(), bugs.end(), [&](const known_bug& b) {
          return tells_of(b, d.what);
        })) {
      continue;
    }
    out.push_back(
        fmt::format("{}: no bug that names it was seen in {}", d.what.name, d.what.seen_in));
  }
  return out;
}

}  // namespace mqttspec::prove
