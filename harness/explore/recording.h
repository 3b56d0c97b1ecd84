#pragma once
// What was sent and received when a history was played, and the violation that it ended with.

#include <map>
#include <string>
#include <vector>

#include "explore/player.h"

namespace mqttspec::explore {

struct recording {
  std::vector<event> events;
  std::vector<std::uint8_t> client_of;             // by connection
  std::vector<wire::protocol_version> version_of;  // by connection
  std::string ns;
  violation broken;
  std::vector<std::string> debts;  // of the connection that it was found on
};

recording record_of(const player& p);

// Which name of a file a connection has: that of its client, with a number when the connection
// before is still there (a takeover).
class connection_names {
 public:
  explicit connection_names(const recording& r);
  const std::string& of(connection_id c) const { return of_.at(c); }
  const std::vector<std::string>& all() const { return all_; }
  wire::protocol_version version(const std::string& name) const { return version_.at(name); }

 private:
  std::map<connection_id, std::string> of_;
  std::vector<std::string> all_;
  std::map<std::string, wire::protocol_version> version_;
};

}  // namespace mqttspec::explore
