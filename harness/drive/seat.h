#pragma once
// One machine on the network: performs its actions, brings it what happens, and then plays the
// removal of what it has left on the broker.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drive/remains.h"
#include "drive/served_clients.h"
#include "net/event_loop.h"
#include "net/stream.h"
#include "play/clean_up.h"
#include "play/driver.h"
#include "target/broker_control.h"
#include "target/routes.h"

namespace mqttspec::drive {

class seat {
 public:
  // Shared by all of a driver.
  struct surroundings {
    net::event_loop& loop;
    const target::routes& reach;
    target::broker_control* control = nullptr;  // may be missing
    std::string adapter;                        // of the client libraries, for machines that serve
    std::function<void(seat&)> changed;         // its deadline or its end
    std::function<void()> refused;              // a connection could not be made
    remains& left;
    std::size_t most_octets_held = std::size_t{256} << 20;
    std::size_t octets_held = 0;  // received by all that are under way
    std::size_t connecting = 0;   // connections that do not stand yet
  };

  seat(std::unique_ptr<play::machine> what, surroundings& around);
  ~seat();
  seat(const seat&) = delete;

  void start(instant now);
  void time_passed(instant now);
  void stalled(duration length, instant now);
  // What is under way ends at once; a clean-up goes on, as long as there is a broker.
  void abandon(play::abandonment why, const std::string& reason, instant now);
  // There is no more time, not even for the clean-up.
  void give_up(instant now);

  instant next_deadline() const { return finished_ ? never : present().next_deadline(); }
  bool finished() const { return finished_; }
  // Of the machine, not of the clean-up behind it.
  instant ended() const { return seen_.ended; }
  // All went well, and the broker ended none of its connections.
  bool went_smoothly() const { return !cut_ && machine_->went_well(); }
  instant last_sent() const { return last_sent_; }
  bool was_flooded() const { return flooded_; }
  bool answered() const { return last_received_ > last_sent_; }
  // Once.
  play::played take() { return {std::move(machine_), std::move(seen_)}; }

  instant filed_under = never;  // the driver's note of its deadline
  std::uint64_t number = 0;     // the driver's

 private:
  struct link {
    std::unique_ptr<net::stream> stream;
    bool connecting = true;
    bool ended = false;  // by either side
    bool heard = false;  // the broker has said something
  };

  play::machine& present() const { return cleaning_ ? *cleaning_ : *machine_; }
  void perform(instant now);
  void perform(const play::action& a, instant now);
  void note_made();
  void end_play(instant now);
  void end_clean_up();
  void let_go();
  void open(const play::open_connection& what, instant now);
  void start(const std::string& client, instant now);
  served_clients& clients();
  void accepted(const std::string& client, std::unique_ptr<net::stream> stream, instant now);
  void connected(play::connection_id id, const std::string& error, instant began, instant now);
  void received(play::connection_id id, byte_view octets, instant now);
  // |complaint|, |statement|: of a violation.
  void closed(play::connection_id id, net::stream_end how, const std::string& complaint,
              std::string_view statement, instant now);
  void stands(link& l);
  void hook(script::broker_action action, instant now);

  surroundings& around_;
  std::unique_ptr<play::machine> machine_;
  std::unique_ptr<play::clean_up> cleaning_;
  play::circumstances seen_;
  bool finished_ = false;
  bool cut_ = false;
  bool flooded_ = false;
  instant last_sent_ = instant::min();
  instant last_received_ = instant::min();
  bool leaves_as_it_is_ = false;  // nobody is left to clean up with
  play::left_things made_;
  std::size_t octets_ = 0;
  std::map<play::connection_id, link> links_;
  play::connection_id next_accepted_ = 1;
  std::unique_ptr<served_clients> clients_;
  std::vector<std::unique_ptr<net::stream>> let_go_;  // not dropped from within their callbacks
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mqttspec::drive
