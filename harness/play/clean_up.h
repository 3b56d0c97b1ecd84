#pragma once
// Removes what a machine left on the broker: stored sessions, by a connection with Clean Start 1
// and no expiry, and retained messages, by empty ones. One connection after the other; a broker
// that does not answer is given up on.
//
//   clean_up after(m.left_behind());      // a machine: any driver plays it
//   ... after.finished(); after.rest(), after.why_rest()

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
  bool finished() const override { return !link_ && (visits_.empty() || given_up_); }
  bool went_well() const override { return true; }  // nobody judges it

  // What is not known to be removed, and why; empty at its end when all is.
  leftovers rest() const;
  const std::string& why_rest() const { return why_rest_; }

 private:
  struct visit {
    std::string client_id;
    wire::protocol_version version{};
    std::vector<std::string> topics;
    std::vector<std::string> levels;
    bool again = false;  // it was turned away once
    bool of_topics() const { return !topics.empty() || !levels.empty(); }
  };
  bool is_ours(connection_id id) const { return link_ && link_->id() == id; }
  void advance(instant now);
  void read();
  void open_next(instant now);
  void give_up(const std::string& why);
  bool go_one_by_one();
  bool turned_away();
  void leave();
  void clear(const std::string& topic, byte_buffer& out) const;

  leftovers what_;
  std::deque<visit> visits_;
  std::deque<visit> refused_;
  std::optional<connection> link_;
  connection_id next_id_ = 1;
  instant deadline_ = never;
  bool accepted_ = false;  // by CONNACK
  bool any_accepted_ = false;
  std::string gone_;  // why the connection is no more
  std::deque<action> actions_;
  bool given_up_ = false;
  std::string why_rest_;
};

}  // namespace mqttspec::play
