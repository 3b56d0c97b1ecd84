#pragma once
// Looks after the broker beside what is played: is its process there, does it take connections, how
// long does it take to answer? Starts one that was left stopped.

#include <memory>
#include <optional>
#include <string>

#include "drive/pulse.h"
#include "net/event_loop.h"
#include "net/stream.h"
#include "target/broker_control.h"

namespace mqttspec::drive {

class broker_watch : public net::timed {
 public:
  // |by| and |control| may be nullptr; without |pulse| none is taken.
  broker_watch(net::event_loop& loop, net::connector* by, target::broker_control* control,
               std::optional<pulse_settings> pulse);
  ~broker_watch() override;

  // Machines may begin. |idle|: none is under way, so that a broker that is down is started again.
  bool ready(bool idle);
  // A connection could not be made: is it only that one, or has the broker died?
  void suspect();
  // Sees now whether its process still runs.
  void look();
  const std::string& lost() const { return lost_; }

  void begin_pulse();
  duration slowest_pulse(instant from, instant to) const {
    return pulse_ ? pulse_->slowest(from, to) : duration{};
  }
  bool was_cut(instant from, instant to) const { return pulse_ && pulse_->was_cut(from, to); }

  instant next_deadline() const override;
  void time_passed(instant now) override;
  void stalled(duration length, instant now) override;

 private:
  void probe();
  void keep_pulse(instant now);

  net::event_loop& loop_;
  net::connector* by_;
  target::broker_control* control_;
  std::optional<pulse> pulse_;
  std::unique_ptr<net::stream> pulse_stream_;
  std::unique_ptr<net::stream> probe_;
  bool probing_ = false;
  bool reviving_ = false;
  int attempts_ = 0;
  instant probe_at_ = never;
  std::string lost_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mqttspec::drive
