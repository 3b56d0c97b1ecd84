#include "drive/virtual_driver.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "drive/in_turn.h"

namespace mqttspec::drive {

namespace {

using play::abandonment;

// One machine, a broker, and the octets on their way between the two.
class world {
 public:
  world(play::machine& what, const virtual_world& in)
      : in_(in),
        machine_(what),
        broker_(in.broker, in.seed, in.rules == nullptr ? model::sound_rules() : *in.rules,
                in.mutant, in.reached) {}

  duration play() {
    machine_.start(now_);
    std::size_t steps = 0;
    take_actions();
    while (!machine_.finished()) {
      if (++steps > in_.most_steps) {
        machine_.abandon(abandonment::endless, "the case does not end: too many steps", now_);
        break;
      }
      take_outputs();
      if (!arrivals_.empty() && arrivals_.front().at <= next_timer()) {
        deliver();
      } else if (!pass_time()) {
        machine_.abandon(abandonment::endless, "the case does not end: nothing more can happen",
                         now_);
      }
      take_actions();
    }
    return now_ - instant{};
  }

 private:
  enum class event : std::uint8_t {
    to_broker,
    peer_ended,
    connected,
    refused,
    to_machine,
    ended,
    broken,
    hook_ended
  };
  struct arrival {
    instant at{};
    event what{};
    play::connection_id mine = 0;
    broker::connection_id theirs = 0;
    byte_buffer octets;
    std::string why;
    bool text = false;  // a text frame of WebSocket
  };

  void send(event what, play::connection_id mine, broker::connection_id theirs,
            byte_buffer octets = {}, std::string why = {}) {
    const instant at = arrival_of(what);
    if (what == event::to_machine && gathers()) {
      // One with what the same client gets at the same instant.
      const auto same = std::find_if(arrivals_.begin(), arrivals_.end(), [&](const arrival& each) {
        return each.at == at && each.what == event::to_machine && each.mine == mine;
      });
      if (same != arrivals_.end()) {
        same->octets.insert(same->octets.end(), octets.begin(), octets.end());
        return;
      }
    }
    arrives({at, what, mine, theirs, std::move(octets), std::move(why)});
  }

  // Behind all that arrives by then.
  void arrives(arrival a) {
    if (arrivals_.empty() || arrivals_.back().at <= a.at) {
      arrivals_.push_back(std::move(a));
      return;
    }
    auto before = arrivals_.end();
    while (before != arrivals_.begin() && std::prev(before)->at > a.at) --before;
    arrivals_.insert(before, std::move(a));
  }

  bool gathers() const { return in_.network.gathered > duration::zero(); }

  instant arrival_of(event what) const {
    const duration far = in_.latency + in_.network.latency;
    const bool by_broker =
        what == event::to_machine || what == event::ended || what == event::broken;
    if (!by_broker || !gathers()) return now_ + far;
    const duration each = in_.network.gathered;
    const duration since = (now_ - instant{}) % each;
    return now_ + (since == duration::zero() ? duration::zero() : each - since) + far;
  }

  // Asked for anew only when the machine has heard something.
  instant machine_deadline() {
    if (std::exchange(machine_heard_, false)) machine_deadline_ = machine_.next_deadline();
    return machine_deadline_;
  }

  instant next_timer() {
    return std::min(machine_deadline(), up_ ? broker_.next_deadline() : never);
  }

  void take_actions() {
    while (auto next = machine_.next_action()) {
      if (const auto* o = std::get_if<play::open_connection>(&*next)) {
        open(*o);
      } else if (auto* w = std::get_if<play::write_octets>(&*next)) {
        if (const auto b = theirs_.find(w->id); b != theirs_.end()) write(*w, b->second);
      } else if (const auto* h = std::get_if<play::shut_down>(&*next)) {
        if (const auto b = theirs_.find(h->id); b != theirs_.end()) {
          send(event::peer_ended, h->id, b->second);
        }
      } else if (const auto* c = std::get_if<play::close_connection>(&*next)) {
        if (const auto b = theirs_.find(c->id); b != theirs_.end()) {
          deaf_[c->id] = true;
          send(event::peer_ended, c->id, b->second);
        }
      } else if (const auto* k = std::get_if<play::run_hook>(&*next)) {
        hook(k->action);
      }
    }
  }

  // Frame by frame.
  void write(play::write_octets& w, broker::connection_id to) {
    const instant at = arrival_of(event::to_broker);
    const auto frame = [&](byte_buffer octets) {
      arrives({at, event::to_broker, w.id, to, std::move(octets), {}, w.text});
    };
    if (w.fragment == 0 && !w.octets.empty()) return frame(std::move(w.octets));
    for (byte_view rest = w.octets; !rest.empty();) {
      const byte_view piece = rest.first(std::min(w.fragment, rest.size()));
      rest = rest.subspan(piece.size());
      frame({piece.begin(), piece.end()});
    }
  }

  void open(const play::open_connection& o) {
    if (!up_) return send(event::refused, o.id, 0, {}, "connection refused");
    const broker::connection_id b = broker_.accept(now_);
    theirs_[o.id] = b;
    mine_[b] = o.id;
    send(event::connected, o.id, b);
  }

  void take_outputs() {
    for (broker::output& o : broker_.take_outputs()) {
      if (auto* octets = std::get_if<broker::send_octets>(&o)) {
        if (const auto c = mine_.find(octets->to); c != mine_.end()) {
          send(event::to_machine, c->second, octets->to, std::move(octets->octets));
        }
      } else {
        const auto b = std::get<broker::close_connection>(o).to;
        if (const auto c = mine_.find(b); c != mine_.end()) unlink(c->second, event::ended);
      }
    }
  }

  // Nothing more goes to the broker; the machine hears of it after what was sent before.
  void unlink(play::connection_id c, event how) {
    const auto link = theirs_.find(c);
    if (link == theirs_.end()) return;
    send(how, c, link->second);
    mine_.erase(link->second);
    theirs_.erase(link);
  }

  void deliver() {
    const arrival a = std::move(arrivals_.front());
    arrivals_.pop_front();
    now_ = std::max(now_, a.at);
    const bool heard = !deaf_.contains(a.mine);
    machine_heard_ |= a.what != event::to_broker && a.what != event::peer_ended;
    switch (a.what) {
      case event::connected:
        return machine_.connected(a.mine, now_);
      case event::refused:
        return machine_.connect_failed(a.mine, a.why, now_);
      case event::to_machine:
        if (heard) hear(a);
        return;
      case event::ended:
        if (heard) machine_.closed(a.mine, play::close_kind::orderly, now_);
        return;
      case event::broken:
        if (heard) machine_.closed(a.mine, play::close_kind::reset, now_);
        return;
      case event::hook_ended:
        return machine_.hook_done(a.why.empty(), a.why, now_);
      case event::to_broker:
        if (!mine_.contains(a.theirs)) return;
        if (a.text && !broker_.takes_text_frames()) {
          broker_.peer_closed(a.theirs, now_);
          return unlink(a.mine, event::broken);
        }
        return broker_.receive(a.theirs, a.octets, now_);
      case event::peer_ended:
        if (!mine_.contains(a.theirs)) return;
        broker_.peer_closed(a.theirs, now_);
        unlink(a.mine, event::ended);  // the broker ends its side too
        return;
    }
  }

  void hear(const arrival& a) {
    const std::size_t piece = in_.network.octet_by_octet ? 1 : a.octets.size();
    for (byte_view rest = a.octets; !rest.empty(); rest = rest.subspan(piece)) {
      machine_.received(a.mine, rest.first(piece), now_);
    }
  }

  bool pass_time() {
    const instant next = next_timer();
    if (next == never) return false;
    // A deadline that has passed and asks for nothing would hold time still.
    now_ = std::max(now_, next);
    if (up_ && broker_.next_deadline() <= now_) broker_.advance(now_);
    take_outputs();
    if (machine_deadline() <= now_) {
      machine_heard_ = true;
      machine_.time_passed(now_);
    }
    return true;
  }

  void hook(script::broker_action action) {
    using script::broker_action;
    std::string why;
    const bool ends = action != broker_action::start;
    const bool begins = action == broker_action::start || action == broker_action::restart;
    if (ends == !up_) why = up_ ? "the broker runs already" : "the broker does not run";
    if (why.empty() && ends) {
      broker_.stop(action != broker_action::kill, now_);
      take_outputs();
      while (!theirs_.empty()) {
        unlink(theirs_.begin()->first,
               action == broker_action::kill ? event::broken : event::ended);
      }
      up_ = false;
    }
    if (why.empty() && begins) {
      broker_.start(now_);
      up_ = true;
    }
    send(event::hook_ended, 0, 0, {}, why);
  }

  const virtual_world& in_;
  play::machine& machine_;
  broker::edge broker_;
  instant now_{};
  bool up_ = true;
  bool machine_heard_ = true;  // since machine_deadline_
  instant machine_deadline_ = never;
  std::deque<arrival> arrivals_;  // in the order of arriving, then of sending
  std::map<play::connection_id, broker::connection_id> theirs_;
  std::map<broker::connection_id, play::connection_id> mine_;
  std::map<play::connection_id, bool> deaf_;  // closed by the machine
};

}  // namespace

duration play_virtually(play::machine& what, const virtual_world& in) {
  return world(what, in).play();
}

std::unique_ptr<play::driver> make_virtual_driver(virtual_world in) {
  return in_turn([in = std::move(in)](play::machine& what) { return play_virtually(what, in); });
}

}  // namespace mqttspec::drive
