#include "broker/defects.h"

#include <algorithm>

namespace mqttspec::broker {

std::vector<const defect*> all_defects() {
  std::vector<const defect*> all;
  for (const auto table :
       {connect_defects(), session_defects(), will_defects(), delivery_defects(),
        acknowledgement_defects(), publish_defects(), subscription_defects(), retained_defects(),
        malformed_defects(), packet_defects(), connection_defects(), authentication_defects()}) {
    for (const defect& d : table) all.push_back(&d);
  }
  return all;
}

const defect* find_defect(std::string_view name) {
  const auto all = all_defects();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const defect* d) { return d->name == name; });
  return found == all.end() ? nullptr : *found;
}

std::vector<std::string_view> statements_of(const defect& d) {
  std::vector<std::string_view> list;
  std::string_view rest = d.breaks;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) list.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return list;
}

bool breaks(const defect& d, std::string_view statement) {
  const auto list = statements_of(d);
  return std::find(list.begin(), list.end(), statement) != list.end();
}

}  // namespace mqttspec::broker
