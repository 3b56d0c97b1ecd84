#include "drive/broker_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mqttspec::drive {

using namespace std::chrono_literals;
using script::broker_action;
using target::broker_state;

namespace {

constexpr duration between_looks = 50ms;
constexpr duration between_probes = 100ms;
// A broker that answers nobody for so long stands still for good.
constexpr duration longest_silence = 10s;
// So much earlier a machine may feel that the broker goes than the witnesses do.
constexpr duration ahead = 250ms;
// So long a broker that crashes may answer others when it has closed the connection that is why:
// until it has written down what happened.
constexpr duration last_moments = 100ms;
constexpr std::size_t most_absences = 60;

}  // namespace

broker_watch::broker_watch(net::event_loop& loop, net::connector* by, watch_options options)
    : loop_(loop), by_(by), options_(std::move(options)) {
  if (by_ != nullptr && options_.pulse) witnesses_.emplace(loop, *by_, *options_.pulse);
  loop_.add(*this);
}

broker_watch::~broker_watch() {
  *alive_ = false;
  loop_.remove(*this);
}

void broker_watch::begin() {
  if (witnesses_) witnesses_->begin();
  look_at_ = loop_.now() + between_looks;
}

bool broker_watch::launched() const {
  return options_.control != nullptr && options_.control->process().has_value();
}

bool broker_watch::ready(bool idle) {
  look();
  if (probing_ || away_ || !lost_.empty()) return false;
  target::broker_control* control = options_.control;
  // One that is under way may be about to start it.
  if (control == nullptr || !idle) return true;
  const broker_state is = control->state();
  if (is == broker_state::up) return !reviving_;
  if (is == broker_state::down && !reviving_) bring_back(false);
  return false;
}

void broker_watch::look() {
  if (away_ || !lost_.empty()) return;
  if (options_.control != nullptr) {
    options_.control->look();
    if (!options_.control->ended().empty()) return gone(loop_.now(), "");
  }
  if (!witnesses_ || on_purpose_) return;
  if (const auto at = witnesses_->cut()) return gone(*at, "the broker ended all connections");
  const instant since = witnesses_->unanswered();
  if (since != never && loop_.now() - since > longest_silence) {
    gone(since, fmt::format("the broker answered nobody for {}", print_duration(longest_silence)));
  }
}

void broker_watch::suspect() {
  look();
  if (by_ == nullptr || probing_ || away_ || !lost_.empty()) return;
  probing_ = true;
  attempts_ = 0;
  probe_at_ = loop_.now();
}

void broker_watch::probe() {
  probe_ = by_->make();
  probe_->start({[this](const std::string& error, instant now) {
                   if (error.empty()) {
                     probing_ = false;
                     probe_->close();
                     up_again_ = away_.has_value();
                   } else if (away_) {
                     probe_at_ = now + between_probes;
                   } else if (++attempts_ < 3) {
                     probe_at_ = now + between_probes;
                   } else {
                     probing_ = false;
                     gone(now - 3 * between_probes,
                          fmt::format("no more connections to the broker can be made: {}", error));
                   }
                 },
                 {},
                 {}});
}

void broker_watch::gone(instant since, std::string what) {
  const bool can_tell = witnesses_ && witnesses_->seen_well() > instant::min();
  const instant well = can_tell ? std::min(since, witnesses_->seen_well()) : since;
  away_ = absence{{std::move(what), since, well, {}}, loop_.now(), never};
  name_the_end();
  up_again_ = false;
  probing_ = false;
  if (options_.longest_absence == duration::zero()) {
    const bool of_process = options_.control != nullptr && !options_.control->ended().empty();
    lost_ = of_process ? std::string(options_.control->ended()) : away_->what.what;
  } else if (absences_.size() >= most_absences) {
    lost_ = fmt::format("the broker went away {} times; the last time: {}", most_absences + 1,
                        away_->what.what);
  }
  if (!lost_.empty()) return absences_.push_back(*std::exchange(away_, std::nullopt));
  // Whoever can start it is asked to, but not before its process is seen to be gone.
  if (!launched()) probe_at_ = loop_.now();
  look_at_ = loop_.now();
}

// Once its process is seen to be gone.
void broker_watch::name_the_end() {
  if (!launched() || options_.control->ended().empty()) return;
  const auto process = options_.control->process();
  away_->what.what = "the broker " + process->ended;
  away_->what.last_words = process->output;
}

// While it is away.
void broker_watch::go_on(instant now) {
  look_at_ = now + between_looks;
  if (reviving_) return;
  if (launched() && !up_again_) {
    options_.control->look();
    const bool ended = !options_.control->ended().empty();
    if (ended) name_the_end();
    const bool stands_still = witnesses_ && witnesses_->unanswered() != never;
    if (ended || stands_still) return bring_back(!ended);
  }
  const bool can_tell = witnesses_ && witnesses_->can_tell();
  if (can_tell ? witnesses_->have_seen(away_->what.since, now) : up_again_) return back(now);
  if (now - away_->noted <= options_.longest_absence) return;
  if (launched() && !up_again_) return bring_back(true);
  lost_ = fmt::format("{}, and is not back after {}", away_->what.what,
                      print_duration(options_.longest_absence));
  absences_.push_back(*std::exchange(away_, std::nullopt));
}

void broker_watch::back(instant now) {
  away_->until = now;
  absences_.push_back(*std::exchange(away_, std::nullopt));
  probe_at_ = never;
  if (witnesses_) witnesses_->forget();
}

void broker_watch::bring_back(bool kill_first) {
  reviving_ = true;
  const auto start = [this, alive = alive_] {
    options_.control->perform(broker_action::start, [this, alive](bool ok, const std::string& why) {
      if (!*alive) return;
      reviving_ = false;
      up_again_ = ok;
      if (ok) return;
      lost_ = "the broker could not be started again: " + why;
      if (away_) absences_.push_back(*std::exchange(away_, std::nullopt));
    });
  };
  if (!kill_first) return start();
  options_.control->perform(broker_action::kill, [alive = alive_, start](bool, const std::string&) {
    if (*alive) start();
  });
}

void broker_watch::stopped_on_purpose(bool yes) {
  if (on_purpose_ && !yes && witnesses_) witnesses_->forget();
  on_purpose_ = yes;
}

bool broker_watch::knows(instant then) {
  return on_purpose_ || !witnesses_ || !lost_.empty() ||
         witnesses_->have_seen(saturating_add(then, last_moments), loop_.now());
}

std::optional<play::outage> broker_watch::outage_in(instant from, instant to, bool smooth) const {
  for (auto a = absences_.rbegin(); a != absences_.rend(); ++a) {
    const instant begins = smooth ? a->what.since : a->what.since - ahead;
    if (from <= a->until && to >= begins) return a->what;
  }
  return std::nullopt;
}

instant broker_watch::next_deadline() const {
  return std::min(probe_at_, look_at_);
}

void broker_watch::time_passed(instant now) {
  if (probe_at_ <= now) {
    probe_at_ = never;
    probe();
  }
  if (look_at_ > now) return;
  look_at_ = now + between_looks;
  if (away_) {
    go_on(now);
  } else {
    look();
  }
}

}  // namespace mqttspec::drive
