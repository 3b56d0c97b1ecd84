#pragma once
// Removes what a case left on the broker: stored sessions, by a connection with Clean Start 1 and
// no expiry, and retained messages, by empty ones. One connection after the other; a broker that
// does not answer is given up on with a warning.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "play/connection.h"
#include "play/ledger.h"
#include "play/scenario_player.h"

namespace mqttspec::play {

class clean_up {
 public:
  clean_up(const ledger& left, wire::protocol_version version, std::string tidy_client_id,
           const run_options& options, connection_id first_id);

  // True when everything is done or given up on. Appends to |actions|.
  bool advance(std::vector<action>& actions, instant now);
  bool owns(connection_id id) const { return link_ && link_->id() == id; }
  void connected(std::vector<action>& actions, instant now);
  void received(byte_view octets, instant now);
  void closed(close_kind how, instant now);
  instant deadline() const { return deadline_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct visit {
    std::string client_id;
    wire::protocol_version version{};
    std::vector<std::string> topics;
  };
  void open_next(std::vector<action>& actions, instant now);
  void give_up(const std::string& why);
  void leave(std::vector<action>& actions);

  std::deque<visit> visits_;
  std::optional<connection> link_;
  connection_id next_id_;
  std::string user_name_;
  std::string password_;
  std::uint16_t keep_alive_ = 0;
  instant deadline_ = never;
  bool gone_ = false;
  std::vector<std::string> warnings_;
};

}  // namespace mqttspec::play
