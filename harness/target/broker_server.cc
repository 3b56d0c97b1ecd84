#include "target/broker_server.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/rules.h"
#include "net/layered_stream.h"

namespace mqttspec::target {

broker_server::broker_server(net::event_loop& loop, broker::broker_options options,
                             std::uint64_t seed, const model::rules& rules,
                             const broker::network_manner& network)
    : loop_(loop),
      broker_(std::move(options), seed, rules),
      network_(network),
      network_is_odd_(network.latency > duration::zero() || network.octet_by_octet ||
                      network.gathered > duration::zero()) {
  loop_.add(*this);
}

broker_server::broker_server(net::event_loop& loop, broker::broker_options options,
                             std::uint64_t seed)
    : broker_server(loop, std::move(options), seed, model::sound_rules()) {}

broker_server::~broker_server() {
  loop_.remove(*this);
}

result<std::uint16_t, std::string> broker_server::listen(const net::host_port& where,
                                                         transport over) {
  place& at = places_.emplace_back(place{where, over, nullptr, nullptr});
  std::string why = over_tls(over) ? prepare_tls(at) : "";
  if (why.empty()) why = open(at);
  if (why.empty()) return at.where.port;
  places_.pop_back();
  return unexpected(std::move(why));
}

std::string broker_server::open(place& at) {
  net::stream_limits limits;
  limits.received = std::numeric_limits<std::size_t>::max();
  auto made = net::listen_tcp(loop_, at.where, limits,
                              [this, &at](std::unique_ptr<net::stream> connection, instant now) {
                                accepted(layered(std::move(connection), at), now);
                              });
  if (!made) return made.error();
  at.listener = std::move(*made);
  at.where.port = at.listener->port();
  return "";
}

std::string broker_server::prepare_tls(place& at) {
  if (authority_.text.empty()) {
    auto made = net::make_certificate({.name = "mqttspec", .hosts = {}, .signs_others = true});
    if (!made) return made.error();
    authority_ = std::move(*made);
  }
  const auto own =
      net::make_certificate({.name = "mqttspec broker", .hosts = {at.where.host}}, &authority_);
  if (!own) return own.error();
  auto context = net::make_tls_server_context({own->text, own->key, "", {}});
  if (!context) return context.error();
  at.tls = std::move(*context);
  return "";
}

std::unique_ptr<net::stream> broker_server::layered(std::unique_ptr<net::stream> connection,
                                                    const place& at) {
  if (at.tls) {
    connection = net::make_layered_stream(loop_, std::move(connection),
                                          net::make_tls_layer(at.tls, at.where.host));
  }
  if (over_websocket(at.over)) {
    if (!websocket_) websocket_ = net::make_websocket_context();
    connection = net::make_layered_stream(
        loop_, std::move(connection),
        net::make_websocket_server_layer(
            websocket_,
            {broker_.takes_text_frames(), network_.sends_text_frames, network_.subprotocol}));
  }
  return connection;
}

void broker_server::accepted(std::unique_ptr<net::stream> connection, instant now) {
  if (!running_) return connection->abort();
  if (std::exchange(no_client_yet_, false) && network_.restarts_after > duration::zero()) {
    restart_at_ = saturating_add(now, network_.restarts_after);
  }
  const broker::connection_id id = broker_.accept(now);
  net::stream& s = *connection;
  connections_[id] = std::move(connection);
  s.start({{},
           [this, id](byte_view octets, instant at) {
             broker_.receive(id, octets, at);
             drain(at);
           },
           [this, id](net::stream_end, instant at) {
             broker_.peer_closed(id, at);
             remove(id, false, at);
             drain(at);
           }});
  drain(now);
}

void broker_server::remove(broker::connection_id id, bool told, instant) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // |told|: the client must get what was written before the end.
  if (told) {
    found->second->finish();
  } else {
    found->second->close();
  }
  // Not now: one of its callbacks may be running.
  loop_.post([gone = std::shared_ptr<net::stream>(std::move(found->second))] {});
  connections_.erase(found);
}

void broker_server::drain(instant now) {
  // Cutting a client off can make the broker say more (its will).
  for (auto outputs = broker_.take_outputs(); !outputs.empty(); outputs = broker_.take_outputs()) {
    for (broker::output& o : outputs) {
      if (network_is_odd_) {
        put_off(o, now);
      } else {
        deliver(o, now);
      }
    }
  }
}

void broker_server::deliver(const broker::output& o, instant now) {
  if (const auto* close = std::get_if<broker::close_connection>(&o)) {
    return remove(close->to, true, now);
  }
  const auto& send = std::get<broker::send_octets>(o);
  const auto found = connections_.find(send.to);
  if (found == connections_.end()) return;
  net::stream& s = *found->second;
  s.write(send.octets);
  s.pause(s.unsent() > slow_reader);
  if (s.unsent() > dead_reader) {
    s.abort();
    broker_.peer_closed(send.to, now);
    remove(send.to, false, now);
  }
}

void broker_server::put_off(const broker::output& o, instant now) {
  constexpr duration between_octets = std::chrono::microseconds(100);
  // Both ways at once: what clients send is not put off.
  instant at = now + 2 * network_.latency;
  if (network_.gathered > duration::zero()) {
    at += network_.gathered - (at - instant{}) % network_.gathered;
  }
  const auto* send = std::get_if<broker::send_octets>(&o);
  const broker::connection_id to =
      send != nullptr ? send->to : std::get<broker::close_connection>(o).to;
  instant& last = last_put_off_[to];
  last = std::max(last, at);
  if (send == nullptr || !network_.octet_by_octet) {
    put_off_.emplace(last, o);
    return;
  }
  for (const std::uint8_t octet : send->octets) {
    put_off_.emplace(last, broker::send_octets{to, {octet}});
    last += between_octets;
  }
}

instant broker_server::next_deadline() const {
  if (!running_) return start_at_;
  const instant due = put_off_.empty() ? never : put_off_.begin()->first;
  return std::min({broker_.next_deadline(), due, restart_at_});
}

void broker_server::time_passed(instant now) {
  if (now >= start_at_) {
    start_at_ = never;
    start();
  }
  if (now >= restart_at_) restart_itself(now);
  while (!put_off_.empty() && put_off_.begin()->first <= now) {
    const broker::output o = std::move(put_off_.extract(put_off_.begin()).mapped());
    deliver(o, now);
  }
  broker_.advance(now);
  drain(now);
  // Readers that were slow may have caught up.
  for (auto& [id, s] : connections_) s->pause(s->unsent() > slow_reader);
}

void broker_server::restart_itself(instant now) {
  const bool again = network_.restarts_again > duration::zero();
  restart_at_ = again ? now + network_.down_for + network_.restarts_again : never;
  if (network_.only_lets_go) {
    for (const auto& [id, s] : connections_) broker_.peer_closed(id, now);
    drain(now);
    return end_connections(false);
  }
  if (!stop(true)) return;
  start_at_ = now + network_.down_for;
  if (network_.down_for > duration::zero()) return;
  start_at_ = never;
  start();
}

void broker_server::end_connections(bool clean) {
  for (auto& [id, s] : connections_) {
    if (clean) {
      s->finish();
    } else {
      s->abort();
    }
    loop_.post([gone = std::shared_ptr<net::stream>(std::move(s))] {});
  }
  connections_.clear();
}

bool broker_server::stop(bool clean) {
  if (!running_) return false;
  const instant now = loop_.now();
  running_ = false;
  for (place& at : places_) at.listener.reset();
  broker_.stop(clean, now);
  drain(now);
  for (const auto& [at, o] : std::exchange(put_off_, {})) deliver(o, now);
  last_put_off_.clear();
  end_connections(clean);
  return true;
}

std::string broker_server::start() {
  if (running_) return "the broker runs already";
  running_ = true;
  const instant now = loop_.now();
  broker_.start(now);
  std::string why;
  for (place& at : places_) {
    if (why.empty()) why = open(at);
  }
  drain(now);
  return why;
}

void broker_server::perform(script::broker_action action, done_callback done) {
  std::string why;
  switch (action) {
    case script::broker_action::stop:
    case script::broker_action::kill:
      if (!stop(action == script::broker_action::stop)) why = "the broker does not run";
      break;
    case script::broker_action::start:
      why = start();
      break;
    case script::broker_action::restart:
      why = stop(true) ? start() : "the broker does not run";
      break;
  }
  loop_.post([done = std::move(done), why] { done(why.empty(), why); });
}

void broker_server::add_capabilities(capability_values& into) const {
  into["restart"] = 1;
  into["stop"] = 1;
  into["kill"] = 1;
}

}  // namespace mqttspec::target
