#include "net/event_loop.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>

#include "net/loop_core.h"

namespace mqttspec::net {

void timed::stalled(duration, instant) {}

instant loop_core::wake() {
  const instant at = now();
  if (expected != never && at > expected + tolerated_lateness) {
    const duration length = at - expected;
    expected = at;
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->stalled(length, at);
  }
  return at;
}

void loop_core::rearm() {
  const instant at = now();
  instant earliest = at + heartbeat;
  for (const timed* t : clients) earliest = std::min(earliest, t->next_deadline());
  earliest = std::max(earliest, at);
  if (armed_for != never && armed_for <= earliest) return;
  armed_for = earliest;
  expected = earliest;
  timer.expires_at(origin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                earliest.time_since_epoch()));
  timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // armed anew
    time_passed();
  });
}

void loop_core::time_passed() {
  const instant at = wake();
  armed_for = never;
  expected = never;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (clients[i]->next_deadline() <= at) clients[i]->time_passed(at);
  }
}

namespace {

// All cases at once need more sockets than the 1024 descriptors that most systems give a process at
// first; as many as it may have are to be had for the asking. Brokers that are started inherit
// them.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

event_loop::event_loop() : core_(std::make_unique<loop_core>()) {
  raise_descriptor_limit();
}
event_loop::~event_loop() = default;

instant event_loop::now() const {
  return core_->now();
}

void event_loop::add(timed& t) {
  core_->clients.push_back(&t);
}

void event_loop::remove(timed& t) {
  std::erase(core_->clients, &t);
}

void event_loop::post(std::function<void()> what) {
  boost::asio::post(core_->io, std::move(what));
}

void event_loop::on_interrupt(std::function<void()> what) {
  boost::system::error_code ignored;
  core_->signals.cancel(ignored);
  core_->signals.clear(ignored);
  core_->signals.add(SIGINT, ignored);
  core_->signals.add(SIGTERM, ignored);
  core_->signals.async_wait(
      [core = core_.get(), what = std::move(what)](const boost::system::error_code& error, int) {
        if (error) return;
        boost::system::error_code none;
        core->signals.clear(none);  // a second interrupt ends the process
        what();
      });
}

void event_loop::run_until(const std::function<bool()>& done) {
  // Between two runs nobody waits; the time in between is not a stall.
  core_->expected = never;
  core_->armed_for = never;
  while (!done()) {
    core_->rearm();
    core_->io.restart();
    core_->io.run_one();
  }
}

}  // namespace mqttspec::net
