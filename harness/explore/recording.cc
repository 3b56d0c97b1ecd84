#include "explore/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "wire/notation.h"

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

std::string write_trace(const recording& r) {
  std::string out;
  const connection_names n(r);
  for (const event& e : r.events) {
    const std::string at = print_seconds(e.at - (r.events.front().at));
    if (e.kind == event_kind::waited) {
      out += fmt::format("{:>9}     wait {}\n", at, print_duration(e.length));
      continue;
    }
    if (e.kind == event_kind::restarted) {
      out += fmt::format("{:>9}     restart\n", at);
      continue;
    }
    const std::string& who = n.of(e.connection);
    wire::packet p = e.packet;
    p.password.reset();
    switch (e.kind) {
      case event_kind::sent:
        out += fmt::format("{:>9} {:<2} > {}\n", at, who, wire::print(p, {80, true}));
        break;
      case event_kind::received:
        out += fmt::format("{:>9} {:<2} < {}\n", at, who,
                           e.malformed.empty() ? wire::print(p, {80, true}) : e.malformed);
        break;
      case event_kind::shut:
        out += fmt::format("{:>9} {:<2} > shutdown\n", at, who);
        break;
      case event_kind::aborted:
        out += fmt::format("{:>9} {:<2} > abort\n", at, who);
        break;
      case event_kind::closed:
        out += fmt::format("{:>9} {:<2} < close\n", at, who);
        break;
      default:
        break;
    }
  }
  return out;
}

}  // namespace mqttspec::explore
