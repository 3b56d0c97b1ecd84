#pragma once
// Two connections beside the cases that do nothing but send PINGREQ. When both end at once, all
// connections to the broker ended: it went away, or what stands in front of it let go of them.
// When a PINGREQ has no answer for long, the broker stands still.
//
//   witnesses w(loop, by, pulse_as(...));
//   w.begin();
//   if (const auto at = w.cut()) ...             // it went away then
//   if (!w.have_seen(when_the_case_ended)) ...   // not known yet whether it was there until then

#include <array>
#include <memory>
#include <optional>

#include "drive/pulse.h"
#include "net/event_loop.h"
#include "net/stream.h"

namespace mqttspec::drive {

class witnesses : public net::timed {
 public:
  // Both must outlive it.
  witnesses(net::event_loop& loop, net::connector& by, const pulse_settings& as);
  ~witnesses() override;

  void begin();

  // When both connections ended at once; nullopt: they did not since forget() was last called.
  std::optional<instant> cut() const;
  void forget();
  // The broker was there and answered after |then|, which may be to come; also true where no
  // witness can tell.
  bool have_seen(instant then, instant now);
  // The broker owes the answer to a PINGREQ: since when. never: it does not.
  instant unanswered() const;
  // When the last PINGREQ was sent that has been answered.
  instant seen_well() const { return one().beat.seen_well(); }
  // The broker lets them in and has answered a PINGREQ before.
  bool can_tell() const { return one().beat.can_tell(); }

  duration slowest(instant from, instant to) const { return one().beat.slowest(from, to); }

  instant next_deadline() const override;
  void time_passed(instant now) override;
  void stalled(duration length, instant now) override;

 private:
  struct witness {
    explicit witness(pulse_settings as) : beat(std::move(as)) {}
    pulse beat;
    std::unique_ptr<net::stream> stream;
    instant ended = never;  // its last connection, and it had stood
  };
  const witness& one() const { return all_[0]; }
  void keep(witness& w, instant now);
  static void lose(witness& w, instant now);

  net::event_loop& loop_;
  net::connector& by_;
  bool begun_ = false;
  std::array<witness, 2> all_;  // one that asks often, and one that asks now and then
};

}  // namespace mqttspec::drive
