#pragma once
// Removes what a machine left on the broker: stored sessions, by a connection with Clean Start 1
// and no expiry, and retained messages, by empty ones. One connection after the other; a broker
// that does not answer is given up on with a warning.
//
//   clean_up after(m.left_behind());      // a machine: any driver plays it
//   ... after.finished(); after.warnings()

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "play/connection.h"
#include "play/machine.h"

namespace mqttspec::play {

class clean_up : public machine {
 public:
  explicit clean_up(const leftovers& what);

  void start(instant now) override { advance(now); }
  void connected(connection_id id, instant now) override;
  void connect_failed(connection_id id, const std::string& why, instant now) override;
  void received(connection_id id, byte_view octets, instant now) override;
  void closed(connection_id id, close_kind how, instant now) override;
  void broke_below(connection_id id, const std::string& what, std::string_view statement,
                   instant now) override;
  void hook_done(bool, const std::string&, instant) override {}
  void time_passed(instant now) override { advance(now); }
  void stalled(duration length, instant now) override;
  void abandon(abandonment why, const std::string& reason, instant now) override;

  std::optional<action> next_action() override;
  instant next_deadline() const override { return deadline_; }
  bool finished() const override { return !link_ && visits_.empty(); }
  bool went_well() const override { return true; }  // nobody judges it

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct visit {
    std::string client_id;
    wire::protocol_version version{};
    std::vector<std::string> topics;
  };
  bool is_ours(connection_id id) const { return link_ && link_->id() == id; }
  void advance(instant now);
  void read();
  void open_next(instant now);
  void give_up(const std::string& why);
  void leave();

  std::deque<visit> visits_;
  std::optional<connection> link_;
  connection_id next_id_ = 1;
  std::string user_name_;
  std::string password_;
  std::uint16_t keep_alive_ = 0;
  instant deadline_ = never;
  std::string gone_;  // why the connection is no more
  std::deque<action> actions_;
  std::vector<std::string> warnings_;
};

}  // namespace mqttspec::play
