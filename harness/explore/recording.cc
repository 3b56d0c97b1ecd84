#include "explore/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mqttspec::explore {

using wire::protocol_version;

connection_names::connection_names(const recording& r) {
  std::set<std::string> taken;
  std::set<connection_id> shut;
  for (const event& e : r.events) {
    if (e.kind == event_kind::opened) {
      std::string name(1, client_letter(r.client_of[e.connection]));
      for (int n = 2; taken.contains(name); ++n) {
        name = fmt::format("{}{}", client_letter(r.client_of[e.connection]), n);
      }
      taken.insert(name);
      of_[e.connection] = name;
      if (std::find(all_.begin(), all_.end(), name) == all_.end()) {
        all_.push_back(name);
        version_[name] = r.version_of[e.connection];
      }
    }
    if (e.kind == event_kind::restarted) taken.clear();
    if (e.kind == event_kind::waited || e.kind == event_kind::restarted) continue;
    if (e.kind == event_kind::shut) shut.insert(e.connection);
    // Where the broker may say DISCONNECT first, its close is not waited for; the name stays.
    const bool ours =
        shut.contains(e.connection) || r.version_of[e.connection] == protocol_version::v311;
    if (e.kind == event_kind::aborted || (e.kind == event_kind::closed && ours)) {
      taken.erase(of_[e.connection]);
    }
  }
}

recording record_of(const player& p) {
  recording r;
  r.events = p.events();
  r.ns = p.ns();
  if (p.judgement().found()) {
    r.broken = *p.judgement().found();
    r.debts = p.judgement().debts_of(r.broken.connection);
  }
  for (connection_id c = 0; c < p.judgement().links(); ++c) {
    r.client_of.push_back(p.client_of(c));
    r.version_of.push_back(p.version_of(c));
  }
  return r;
}

}  // namespace mqttspec::explore
