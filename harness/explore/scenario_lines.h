#pragma once
// What was sent and received, as lines of a scenario.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "play/machine.h"
#include "trace/trace.h"

namespace mqttspec::explore {

// An entry of a trace.
struct moment {
  trace::entry e;
  std::optional<wire::packet> p;
  std::string edit;  // transforms, as the notation writes them
};

std::vector<moment> moments_of(const std::vector<trace::entry>& all);

inline bool is_received(const moment& m) {
  return m.e.way == trace::direction::received;
}
inline bool is_sent(const moment& m) {
  return m.e.way == trace::direction::sent;
}
inline bool is(const moment& m, wire::packet_type type) {
  return m.p && m.p->type == type;
}
inline bool is(const moment& m, trace::event_kind what) {
  return m.e.way == trace::direction::event && m.e.what == what;
}
// By the broker.
inline bool is_end(const moment& m) {
  return is(m, trace::event_kind::ended) || is(m, trace::event_kind::reset);
}
// Answers and messages. Nothing may stand in front of CONNACK or behind DISCONNECT.
inline bool may_change_places(const moment& m) {
  return is_received(m) && m.p && !is(m, wire::packet_type::connack) &&
         !is(m, wire::packet_type::disconnect);
}

// `a < any of` or `a < all of` and its block.
std::string group(const std::string& who, std::string_view kind,
                  const std::vector<std::string>& alternatives);

class scenario_lines {
 public:
  // |ns| is written as {ns}. |all|: what is to be written.
  scenario_lines(std::string ns, const std::vector<moment>& all);

  // In their order: a Packet Identifier of the broker is captured where it is seen first.
  std::string line(const moment& m);
  // |expected| with the captures in place of the identifiers, of |client|'s.
  std::string with_captures(const std::string& client, const std::string& expected) const;
  // " id not in (...)": none that |client| has seen.
  std::string other_identifier(const std::string& client) const;

 private:
  void find_literal_ids(const std::vector<moment>& all);
  std::string ending(const moment& m);
  std::string identifier(const moment& m);
  std::string sent(const moment& m);
  std::string received(const moment& m);
  std::string published(const moment& m);

  std::string ns_;
  std::map<std::pair<char, std::uint16_t>, std::string> captures_;  // by client's letter
  std::set<play::connection_id> shut_;
  std::set<play::connection_id> goodbye_;  // said
  std::set<play::connection_id> told_;     // that they end
  std::set<play::connection_id> connected_;
  std::set<std::string> literal_ids_;
  int captured_ = 0;
};

}  // namespace mqttspec::explore
