#pragma once
// Looks after the broker beside what is played: is its process there, does it take connections, how
// long does it take to answer? One that was left stopped is started; one that went away by itself
// is started again or waited for, and what was played meanwhile is told of it.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drive/witnesses.h"
#include "net/event_loop.h"
#include "net/stream.h"
#include "play/driver.h"
#include "target/broker_control.h"

namespace mqttspec::drive {

struct watch_options {
  target::broker_control* control = nullptr;  // may be missing
  std::optional<pulse_settings> pulse;        // without it there are no witnesses
  // How long a broker that nobody can start may be away. 0: one that is away is lost.
  duration longest_absence{};
};

class broker_watch : public net::timed {
 public:
  // |by| may be nullptr: then nobody looks.
  broker_watch(net::event_loop& loop, net::connector* by, watch_options options);
  ~broker_watch() override;

  // Machines may begin. |idle|: none is under way, so that a broker that is down is started again.
  bool ready(bool idle);
  // A connection could not be made: is it only that one, or has the broker gone?
  void suspect();
  // Sees now whether its process still runs, and what the witnesses say.
  void look();
  // It has gone and is not back yet: what is under way is to be abandoned.
  bool away() const { return away_.has_value(); }
  const std::string& lost() const { return lost_; }
  // It is of no use any more.
  void give_up(const std::string& why) { lost_ = why; }
  // Somebody stops the broker on purpose: that it goes is no news.
  void stopped_on_purpose(bool yes);

  // Where it is not away: it is known whether it was before |then|, or went a moment later.
  bool knows(instant then);
  // What kept it away between |from| and |to|. Not |smooth|: the machine may have felt it first.
  std::optional<play::outage> outage_in(instant from, instant to, bool smooth) const;

  void begin();
  duration slowest_pulse(instant from, instant to) const {
    return witnesses_ ? witnesses_->slowest(from, to) : duration{};
  }

  instant next_deadline() const override;
  void time_passed(instant now) override;

 private:
  struct absence {
    play::outage what;
    instant noted{};
    instant until = never;
  };

  void probe();
  void gone(instant since, std::string what);
  void name_the_end();
  void go_on(instant now);
  void bring_back(bool kill_first);
  void back(instant now);
  bool launched() const;

  net::event_loop& loop_;
  net::connector* by_;
  watch_options options_;
  std::optional<witnesses> witnesses_;
  std::unique_ptr<net::stream> probe_;
  bool probing_ = false;
  bool reviving_ = false;
  bool on_purpose_ = false;
  int attempts_ = 0;
  instant probe_at_ = never;
  instant look_at_ = never;
  std::optional<absence> away_;
  bool up_again_ = false;  // away: it was started, or takes connections
  std::vector<absence> absences_;
  std::string lost_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mqttspec::drive
