#include "drive/case_driver.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdicts/decide.h"

namespace mqttspec::drive {

using results::verdict;

namespace {

constexpr duration slow_connect = std::chrono::milliseconds(50);

}  // namespace

case_driver::case_driver(const job& j, const play::run_options& options, surroundings& around)
    : job_(j), around_(around), slack_(options.slack), run_(*j.scenario, options) {
  const auto& lines = j.scenario->lines;
  stops_broker_ = std::any_of(lines.begin(), lines.end(), [](const script::instruction& i) {
    return std::holds_alternative<script::hook_line>(i.what);
  });
}

case_driver::~case_driver() {
  *alive_ = false;
  *around_.octets_held -= octets_;
  *around_.connecting -= connecting_;
}

void case_driver::start(instant now) {
  started_ = now;
  run_.start(now);
  perform(now);
}

void case_driver::time_passed(instant now) {
  run_.time_passed(now);
  perform(now);
}

void case_driver::stalled(duration length, instant now) {
  run_.stalled(length, now);
}

void case_driver::abandon(play::abandonment outcome, const std::string& reason, instant now) {
  run_.abandon(outcome, reason, now);
  perform(now);
}

results::case_result case_driver::take_result() {
  results::case_result r = verdicts::decide(run_.take_trial(), {}, slack_).result;
  r.started = started_ - instant{};
  r.repetition = job_.repetition;
  return r;
}

void case_driver::perform(instant now) {
  while (const auto next = run_.next_action()) {
    if (const auto* o = std::get_if<play::open_connection>(&*next)) {
      open(*o, now);
    } else if (const auto* w = std::get_if<play::write_octets>(&*next)) {
      if (const auto s = streams_.find(w->id); s != streams_.end()) s->second->write(w->octets);
    } else if (const auto* h = std::get_if<play::shut_down>(&*next)) {
      if (const auto s = streams_.find(h->id); s != streams_.end()) s->second->shutdown();
    } else if (const auto* c = std::get_if<play::close_connection>(&*next)) {
      if (const auto s = streams_.find(c->id); s != streams_.end()) {
        if (c->abort) {
          s->second->abort();
        } else {
          s->second->close();
        }
      }
    } else if (const auto* k = std::get_if<play::run_hook>(&*next)) {
      hook(k->action, now);
    }
  }
  around_.changed(*this);
}

void case_driver::open(const play::open_connection& what, instant now) {
  net::connector* by = around_.reach->find({what.transport, what.node});
  // The plan skips what the target cannot do; this is for a scenario that slipped through.
  if (by == nullptr) {
    return run_.connect_failed(
        what.id,
        fmt::format("the target tells no way over '{}' to node '{}'", what.transport, what.node),
        now);
  }
  const play::connection_id id = what.id;
  net::stream& s = *(streams_[id] = by->make());
  ++*around_.connecting;
  ++connecting_;
  s.start({[this, id, began = now](const std::string& error, instant at) {
             --*around_.connecting;
             --connecting_;
             if (error.empty()) {
               // Hundreds of handshakes at once take their time: none of the broker's windows
               // shrinks by that, and what was missed because of it is tried again.
               if (at - began > slow_connect) run_.stalled(at - began, at);
               run_.connected(id, at);
             } else {
               if (!stops_broker_) around_.refused();
               run_.connect_failed(id, error, at);
             }
             perform(at);
           },
           [this, id](byte_view octets, instant at) { received(id, octets, at); },
           [this, id, by](net::stream_end how, instant at) {
             if (how == net::stream_end::over_limit) {
               run_.abandon(play::abandonment::flooded, "the broker flooded one connection", at);
             } else if (how == net::stream_end::violation) {
               run_.broke_below(id, by->complaint(), by->broken_statement(), at);
             } else {
               run_.closed(id,
                           how == net::stream_end::reset ? play::close_kind::reset
                                                         : play::close_kind::orderly,
                           at);
             }
             perform(at);
           },
           [this, id](const std::string& what, instant at) { run_.noted(id, what, at); }});
}

void case_driver::received(play::connection_id id, byte_view octets, instant now) {
  octets_ += octets.size();
  *around_.octets_held += octets.size();
  if (*around_.octets_held > around_.most_octets_held) {
    run_.abandon(play::abandonment::flooded,
                 fmt::format("the broker flooded the harness: {} MiB are held for all cases",
                             around_.most_octets_held >> 20),
                 now);
  } else {
    run_.received(id, octets, now);
  }
  perform(now);
}

void case_driver::hook(script::broker_action action, instant now) {
  if (around_.control == nullptr) {
    return run_.hook_done(false, "the target has no hooks", now);
  }
  around_.control->perform(action, [this, alive = alive_](bool ok, const std::string& why) {
    if (!*alive) return;
    const instant at = around_.loop->now();
    run_.hook_done(ok, why, at);
    perform(at);
  });
}

}  // namespace mqttspec::drive
