#include "drive/virtual_client.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "client/client.h"
#include "drive/in_turn.h"

namespace mqttspec::drive {

namespace {

using play::abandonment;

// One machine, its clients, and what is on its way between them. Things of one direction keep their
// order: all take the same time.
class world {
 public:
  world(play::machine& what, const virtual_client_world& in) : in_(in), machine_(what) {}

  duration play() {
    machine_.start(now_);
    std::size_t steps = 0;
    take_actions();
    while (!machine_.finished()) {
      if (++steps > in_.most_steps) {
        machine_.abandon(abandonment::endless, "the case does not end: too many steps", now_);
        break;
      }
      if (!arrivals_.empty() && arrivals_.begin()->first <= next_timer()) {
        now_ = std::max(now_, arrivals_.begin()->first);
        const auto what = std::move(arrivals_.extract(arrivals_.begin()).mapped());
        what();
      } else if (!pass_time()) {
        machine_.abandon(abandonment::endless, "the case does not end: nothing more can happen",
                         now_);
      }
      take_outputs();
      take_actions();
    }
    return now_ - instant{};
  }

 private:
  struct library {
    std::unique_ptr<client::client> what;
    play::connection_id link = 0;  // 0: none
    std::uint64_t life = 0;        // how many-th process
    bool runs = false;
  };

  void later(std::function<void()> what) { arrivals_.emplace(now_ + in_.latency, std::move(what)); }

  instant next_timer() const {
    instant due = machine_.next_deadline();
    for (const auto& [name, l] : libraries_) {
      if (l.runs) due = std::min(due, l.what->next_deadline());
    }
    return due;
  }

  bool pass_time() {
    const instant next = next_timer();
    if (next == never) return false;
    // A deadline that has passed and asks for nothing would hold time still.
    now_ = std::max(now_, next);
    for (auto& [name, l] : libraries_) {
      if (l.runs && l.what->next_deadline() <= now_) l.what->advance(now_);
    }
    take_outputs();
    if (machine_.next_deadline() <= now_) machine_.time_passed(now_);
    return true;
  }

  library* client_at(play::connection_id id) {
    const auto found = std::find_if(libraries_.begin(), libraries_.end(),
                                    [&](const auto& entry) { return entry.second.link == id; });
    return found == libraries_.end() ? nullptr : &found->second;
  }

  void take_actions() {
    while (auto next = machine_.next_action()) {
      if (const auto* s = std::get_if<play::start_client>(&*next)) {
        library& l = libraries_[s->client];
        if (!l.what) l.what = std::make_unique<client::client>(in_.rules);
        ++l.life;
        l.runs = true;
        l.what->begin();
        take_outputs();
      } else if (const auto* k = std::get_if<play::kill_client>(&*next)) {
        kill(libraries_[k->client]);
      } else if (auto* a = std::get_if<play::ask_client>(&*next)) {
        later([this, name = a->client, life = libraries_[a->client].life,
               command = std::move(a->command)] {
          library& l = libraries_[name];
          if (l.runs && l.life == life) l.what->ask(command, now_);
        });
      } else if (auto* w = std::get_if<play::write_octets>(&*next)) {
        later([this, id = w->id, octets = std::move(w->octets)] {
          if (library* l = client_at(id)) l->what->received(octets, now_);
        });
      } else if (const auto* c = std::get_if<play::close_connection>(&*next)) {
        end(c->id);
      } else if (const auto* h = std::get_if<play::shut_down>(&*next)) {
        end(h->id);
      }
    }
  }

  // By the server; the client ends its side too.
  void end(play::connection_id id) {
    later([this, id] {
      library* l = client_at(id);
      if (l == nullptr) return;
      l->link = 0;
      l->what->ended(now_);
      later([this, id] { machine_.closed(id, play::close_kind::orderly, now_); });
    });
  }

  void kill(library& l) {
    l.runs = false;
    if (const auto id = std::exchange(l.link, 0); id != 0) {
      later([this, id] { machine_.closed(id, play::close_kind::reset, now_); });
    }
    l.what->killed();
    (void)l.what->take_outputs();
  }

  void take_outputs() {
    for (auto& [name, l] : libraries_) {
      if (!l.what) continue;
      for (client::output& o : l.what->take_outputs()) output_of(name, l, o);
    }
  }

  void output_of(const std::string& name, library& l, client::output& o) {
    if (auto* octets = std::get_if<client::send_octets>(&o)) {
      later([this, id = l.link, all = std::move(octets->octets)] {
        machine_.received(id, all, now_);
      });
    } else if (auto* t = std::get_if<client::tell>(&o)) {
      later([this, name, event = std::move(t->event)] { machine_.told(name, event, now_); });
    } else if (std::holds_alternative<client::close_connection>(o)) {
      later([this, id = std::exchange(l.link, 0)] {
        machine_.closed(id, play::close_kind::orderly, now_);
      });
    } else {
      const play::connection_id id = l.link = next_link_++;
      later([this, name, id] { machine_.accepted(id, name, now_); });
      later([this, name, id] {
        library& by = libraries_[name];
        if (by.link == id) by.what->connected(now_);
      });
    }
  }

  const virtual_client_world& in_;
  play::machine& machine_;
  instant now_{};
  std::map<std::string, library> libraries_;
  play::connection_id next_link_ = 1;
  std::multimap<instant, std::function<void()>> arrivals_;  // of one instant: as they were sent
};

}  // namespace

duration play_virtual_client(play::machine& what, const virtual_client_world& in) {
  return world(what, in).play();
}

std::unique_ptr<play::driver> make_virtual_client_driver(virtual_client_world in) {
  return in_turn(
      [in = std::move(in)](play::machine& what) { return play_virtual_client(what, in); });
}

}  // namespace mqttspec::drive
