#pragma once
// One case on the network: performs the actions of its scenario_player and brings it what happens.

#include <functional>
#include <map>
#include <memory>

#include "drive/executor.h"
#include "net/event_loop.h"
#include "net/stream.h"
#include "play/scenario_player.h"
#include "target/broker_control.h"
#include "target/routes.h"

namespace mqttspec::drive {

class case_driver {
 public:
  struct surroundings {
    net::event_loop* loop = nullptr;
    const target::routes* reach = nullptr;
    target::broker_control* control = nullptr;  // may be missing
    std::function<void(case_driver&)> changed;  // its deadline or its end
    std::function<void()> refused;              // a connection could not be made
    std::size_t* octets_held = nullptr;         // received by all cases under way
    std::size_t* connecting = nullptr;          // connections of all cases that do not stand yet
    std::size_t most_octets_held = std::size_t{256} << 20;
  };

  case_driver(const job& j, const play::run_options& options, surroundings& around);
  ~case_driver();
  case_driver(const case_driver&) = delete;

  void start(instant now);
  void time_passed(instant now);
  void stalled(duration length, instant now);
  void abandon(play::abandonment outcome, const std::string& reason, instant now);

  instant next_deadline() const { return run_.next_deadline(); }
  bool finished() const { return run_.finished(); }
  results::case_result take_result();

  instant filed_under = never;  // the executor's note of its deadline

 private:
  void perform(instant now);
  void open(const play::open_connection& what, instant now);
  void received(play::connection_id id, byte_view octets, instant now);
  void hook(script::broker_action action, instant now);

  const job job_;
  surroundings& around_;
  const duration slack_;
  play::scenario_player run_;
  instant started_{};
  std::size_t octets_ = 0;
  std::size_t connecting_ = 0;  // of this case
  bool stops_broker_ = false;   // refused connections are then part of the case
  std::map<play::connection_id, std::unique_ptr<net::stream>> streams_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mqttspec::drive
