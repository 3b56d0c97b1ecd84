#include "net/relay.h"

#include <limits>
#include <map>

#include "net/tcp.h"

namespace mqttspec::net {

namespace {

// What waits for a side to take it; then the other is read again when all is gone.
constexpr std::size_t most_waiting = 1u << 20;
constexpr duration between_checks = std::chrono::milliseconds(2);

stream_limits no_limits() {
  stream_limits out;
  out.received = std::numeric_limits<std::size_t>::max();
  return out;
}

class tcp_relay : public relay, public timed {
 public:
  tcp_relay(event_loop& loop, const host_port& server, relay_events events)
      : loop_(loop), events_(std::move(events)) {
    tcp_connector_options options;
    options.limits = no_limits();
    options.rotate_after = std::numeric_limits<std::size_t>::max();
    servers_ = make_tcp_connector(loop, server, options);
    loop_.add(*this);
  }
  ~tcp_relay() override { loop_.remove(*this); }

  result<void, std::string> listen(const host_port& where) {
    auto made = listen_tcp(
        loop_, where, no_limits(),
        [this](std::unique_ptr<stream> client, instant) { accepted(std::move(client)); });
    if (!made) return unexpected(made.error());
    listener_ = std::move(*made);
    return {};
  }

  std::uint16_t port() const override { return listener_->port(); }

  instant next_deadline() const override { return paused_ == 0 ? never : next_check_; }
  void time_passed(instant now) override {
    next_check_ = now + between_checks;
    for (auto& [id, p] : pairs_) {
      resume(p.client);
      resume(p.server);
    }
  }

 private:
  struct half {
    std::unique_ptr<stream> to;
    bool ended = false;
    bool paused = false;  // nothing is read from it
    half* other = nullptr;
  };
  struct pair {
    half client;
    half server;
  };

  void accepted(std::unique_ptr<stream> client) {
    const std::uint32_t id = ++last_id_;
    pair& p = pairs_[id];
    p.client.to = std::move(client);
    p.server.to = servers_->make();
    p.client.other = &p.server;
    p.server.other = &p.client;
    stream_events of_server = events_for(id, relay_side::server);
    // The client is not read from before the server is there.
    of_server.connected = [this, id](const std::string& error, instant now) {
      pair& here = pairs_.at(id);
      if (!error.empty()) {
        events_.refused(error, now);
        here.client.to->abort();
        return forget(id);
      }
      events_.opened(id, now);
      here.client.to->start(events_for(id, relay_side::client));
    };
    p.server.to->start(std::move(of_server));
  }

  stream_events events_for(std::uint32_t id, relay_side side) {
    stream_events out;
    out.received = [this, id, side](byte_view octets, instant now) {
      events_.passed(id, side, octets, now);
      half& from = half_of(id, side);
      from.other->to->write(octets);
      if (from.other->to->unsent() < most_waiting || from.paused) return;
      from.paused = true;
      from.to->pause(true);
      if (paused_++ == 0) next_check_ = now + between_checks;
    };
    out.closed = [this, id, side](stream_end how, instant now) {
      half& from = half_of(id, side);
      const bool reset = how != stream_end::orderly;
      from.ended = true;
      events_.ended(id, side, reset, now);
      if (reset) {
        from.other->to->abort();
      } else {
        from.other->to->shutdown();
      }
      if (reset || from.other->ended) forget(id);
    };
    return out;
  }

  half& half_of(std::uint32_t id, relay_side side) {
    pair& p = pairs_.at(id);
    return side == relay_side::client ? p.client : p.server;
  }

  void resume(half& h) {
    if (!h.paused || h.other->to->unsent() != 0) return;
    h.paused = false;
    --paused_;
    h.to->pause(false);
  }

  // Not from within a callback of its streams.
  void forget(std::uint32_t id) {
    loop_.post([this, id, here = std::weak_ptr<bool>(alive_)] {
      if (here.expired()) return;
      const auto found = pairs_.find(id);
      if (found == pairs_.end()) return;
      paused_ -= found->second.client.paused + found->second.server.paused;
      pairs_.erase(found);
    });
  }

  event_loop& loop_;
  relay_events events_;
  std::unique_ptr<connector> servers_;
  std::unique_ptr<listener> listener_;
  std::map<std::uint32_t, pair> pairs_;
  std::uint32_t last_id_ = 0;
  std::size_t paused_ = 0;
  instant next_check_ = never;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

result<std::unique_ptr<relay>, std::string> make_relay(event_loop& loop, const host_port& listen_at,
                                                       const host_port& server,
                                                       relay_events events) {
  auto out = std::make_unique<tcp_relay>(loop, server, std::move(events));
  if (const auto listens = out->listen(listen_at); !listens) return unexpected(listens.error());
  return out;
}

}  // namespace mqttspec::net
