// Connections: octets to packets, deadlines, closes, restart.

#include "broker/broker.h"

#include <algorithm>

#include "broker/state.h"
#include "wire/table.h"

namespace mqttspec::broker {

using model::close_cause;
using wire::packet_type;
using wire::protocol_version;
using wire::reason_code;
using wire::wire_error;

broker::state::state(broker_options o, std::uint64_t seed, const model::rules& r)
    : options(std::move(o)), rules(&r), random(seed), store(store_options(), r) {}

model::store_options broker::state::store_options() const {
  model::store_options s;
  s.outbox.queue_limit = options.queue_limit;
  s.outbox.qos0_queued = options.qos0_queued;
  s.outbox.window = options.inflight_window;
  s.outbox.overflow =
      options.overflow == overflow_policy::drop_newest   ? model::overflow_action::drop_newest
      : options.overflow == overflow_policy::drop_oldest ? model::overflow_action::drop_oldest
                                                         : model::overflow_action::disconnect;
  s.session_expiry_max = options.session_expiry_max;
  s.v311_session_expiry = options.v311_session_expiry;
  s.maximum_qos = options.maximum_qos;
  s.outbox.resend_delay = options.resend_delay;
  s.outbox.qos0_is_last = options.qos0_is_last;
  s.sweep_interval = options.sweep_interval;
  s.most_sessions = options.most_sessions;
  return s;
}

connection* broker::state::find(connection_id id) {
  const auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.get();
}

connection_id broker::state::accept(instant now) {
  const connection_id id = ++last_id;
  if (!running) {
    outputs.emplace_back(close_connection{id});
    return id;
  }
  const bool surplus =
      options.most_connections != 0 && connections.size() >= options.most_connections;
  if (surplus && !options.surplus_is_told) {
    outputs.emplace_back(close_connection{id});
    return id;
  }
  auto c = std::make_unique<connection>();
  c->id = id;
  c->surplus = surplus;
  connections.emplace(id, std::move(c));
  if (rules->stranger_is_dropped({})) silence.set(id, saturating_add(now, connect_patience));
  return id;
}

void broker::state::receive(connection_id from, byte_view octets, instant now) {
  if (!running) return;
  advance(now);
  if (connection* c = find(from)) consume(*c, octets, now);
  dead.clear();
}

void broker::state::consume(connection& c, byte_view octets, instant now) {
  byte_buffer joined;
  if (!c.incomplete.empty()) {
    joined = std::move(c.incomplete);
    c.incomplete.clear();
    joined.insert(joined.end(), octets.begin(), octets.end());
    octets = joined;
  }
  const std::uint32_t limit = options.maximum_packet_size;
  const bool enforced = rules->inbound_too_large({std::size_t{limit} + 1, limit, limit, {}});
  while (!octets.empty() && c.now_in != phase::closed) {
    const auto next =
        wire::split(octets, c.version, enforced ? limit : wire::largest_variable_integer + 5);
    if (!next) {
      if (tolerate(c, next.error(), octets, now)) {
        octets = {};
      } else {
        fault(c, next.error(), octets, now);
      }
      break;
    }
    if (!*next) break;
    const byte_view packet = (*next)->bytes;
    octets = octets.subspan(packet.size());
    handle(c, packet, now);
    flush(now);
    if (!octets.empty() && !rules->next_packet_is_taken({c.version, octets.size()})) octets = {};
  }
  if (c.now_in == phase::closed) return;
  if (c.now_in == phase::lingering && c.who == nullptr && !c.forgotten) {
    outputs.emplace_back(close_connection{c.id});
    finish(c, {close_cause::disconnect, 0, {}}, now);
    return;
  }
  if (!octets.empty() && !rules->rest_is_kept({c.version, octets.size()})) return;
  if (!joined.empty() && octets.size() == joined.size()) {
    c.incomplete = std::move(joined);
  } else {
    c.incomplete.assign(octets.begin(), octets.end());
  }
}

void broker::state::handle(connection& c, byte_view whole_packet, instant now) {
  const auto type = static_cast<packet_type>(whole_packet[0] >> 4);
  if (c.now_in == phase::awaiting_connect && type != packet_type::connect) {
    if (!rules->connect_must_come_first({c.version, 0, false}))
      return handle_without_connect(c, type);
    // [v5:MQTT-3.1.0-1] [v311:MQTT-3.1.0-1]: whoever it is has no version yet.
    outputs.emplace_back(close_connection{c.id});
    finish(c, {close_cause::protocol_error, 0, {}}, now);
    return;
  }
  const auto p = wire::decode(whole_packet, {c.version, wire::sender::client});
  if (!p) {
    if (!tolerate(c, p.error(), whole_packet, now)) fault(c, p.error(), whole_packet, now);
    return;
  }
  const wire::packet_type kind = p->type;
  if (!rules->form_is_understood({kind, c.version, whole_packet.size() - 2})) return;
  handle(c, *p, now);
}

// Rules let a stranger have an answer.
void broker::state::handle_without_connect(connection& c, packet_type type) {
  if (type == packet_type::pingreq) send(c, wire::make(packet_type::pingresp, c.version));
}

void broker::state::handle(connection& c, const wire::packet& p, instant now) {
  if (c.now_in == phase::lingering) {
    if (p.type == packet_type::publish && !c.forgotten) handle_publish(c, p, now);
    return;
  }
  if (c.now_in == phase::connected) restart_keep_alive(c, p.type, now);
  if (c.now_in == phase::authenticating && p.type != packet_type::auth &&
      p.type != packet_type::disconnect) {
    if (rules->others_wait_for_authentication({p.type, c.version, 0})) {
      return fail_authentication(c, code_of(reason_code::protocol_error), now);
    }
    return handle_without_connect(c, p.type);
  }
  switch (p.type) {
    case packet_type::connect:
      if (c.now_in == phase::awaiting_connect) return handle_connect(c, p, now);
      if (rules->second_connect_is_answered({c.version, 0, true})) {
        send(c, wire::make(packet_type::connack, c.version));
      } else if (rules->second_connect_is_error({c.version, 0, true})) {
        close_for(c, reason_code::protocol_error, close_cause::protocol_error, now);
      }
      return;
    case packet_type::publish:
      return handle_publish(c, p, now);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubcomp:
      return handle_acknowledgement(c, p, now);
    case packet_type::pubrel:
      return handle_release(c, p, now);
    case packet_type::subscribe:
      return handle_subscribe(c, p, now);
    case packet_type::unsubscribe:
      return handle_unsubscribe(c, p, now);
    case packet_type::pingreq:
      if (rules->ping_is_answered({c.version, 0, true})) {
        send_or_close(c, wire::make(packet_type::pingresp, c.version), now);
      }
      return;
    case packet_type::disconnect:
      return handle_disconnect(c, p, now);
    case packet_type::auth:
      if (!c.method.empty()) return handle_auth(c, p, now);
      [[fallthrough]];
    default:
      // Packets of a server; AUTH without an Authentication Method. [v5:v5-3.15-a]
      if (rules->unexpected_packet_is_error({p.type, c.version})) {
        close_for(c, reason_code::protocol_error, close_cause::protocol_error, now);
      }
  }
}

void broker::state::finish(connection& c, const model::closing& how, instant now) {
  if (c.now_in == phase::closed) return;
  c.now_in = phase::closed;
  silence.clear(c.id);
  retries.clear(c.id);
  model::session* who = std::exchange(c.who, nullptr);
  const auto found = connections.find(c.id);
  if (found != connections.end()) {
    dead.push_back(std::move(found->second));
    connections.erase(found);
  }
  if (who == nullptr) return;
  by_session.erase(who->serial);
  if (!c.aliases.empty() && rules->aliases_survive_connection({})) {
    old_aliases[who->client_id] = c.aliases;
  }
  store.disconnect(*who, how, now);
}

void broker::state::close_for(connection& c, reason_code reason, close_cause cause, instant now) {
  close_for(c, code_of(reason), cause, now);
}

void broker::state::close_for(connection& c, std::uint8_t reason, close_cause cause, instant now) {
  if (c.now_in == phase::closed) return;
  if (rules->close_is_told({c.version, reason, c.now_in == phase::connected})) {
    wire::packet p = wire::make(packet_type::disconnect, protocol_version::v5);
    p.reason = reason;
    send(c, p);
  }
  if (rules->close_follows_disconnect({c.version, reason, c.now_in == phase::connected})) {
    outputs.emplace_back(close_connection{c.id});
    finish(c, {cause, 0, {}}, now);
  } else {
    c.forgotten = true;
    leave_open(c, {cause, 0, {}}, now);
  }
  if (cause == close_cause::protocol_error &&
      !rules->error_spares_other_connections({c.version, reason, true})) {
    close_all(now);
  }
}

// Rules let a connection stay behind its own end.
void broker::state::leave_open(connection& c, const model::closing& how, instant now) {
  c.now_in = phase::lingering;
  silence.clear(c.id);
  model::session* who = std::exchange(c.who, nullptr);
  if (who == nullptr) return;
  by_session.erase(who->serial);
  store.disconnect(*who, how, now);
}

// Of all connections, the oldest first: they can be ended one by one.
std::vector<connection_id> broker::state::ids_in_order() const {
  std::vector<connection_id> ids;
  for (const auto& [id, c] : connections) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// Rules let one client's error be everybody's.
void broker::state::close_all(instant now) {
  for (const connection_id id : ids_in_order()) {
    outputs.emplace_back(close_connection{id});
    finish(*find(id), {close_cause::protocol_error, 0, {}}, now);
  }
}

namespace {

std::uint8_t octet_at(byte_view octets, std::size_t at) {
  return at < octets.size() ? octets[at] : std::uint8_t{0};
}

model::fault_facts facts_of(const connection& c, const wire::wire_fault& f, byte_view octets) {
  model::fault_facts facts;
  facts.error = f.error;
  facts.packet = static_cast<packet_type>(octets[0] >> 4);
  facts.version = c.version;
  facts.connected = c.now_in == phase::connected;
  // A value's fault is told apart by its property, whose identifier stands in front.
  const bool of_value = f.error == wire_error::property_out_of_range && f.offset > 0;
  facts.octet = octet_at(octets, of_value ? f.offset - 1 : f.offset);
  facts.next_octet = octet_at(octets, std::size_t{f.offset} + 1);
  return facts;
}

}  // namespace

bool broker::state::tolerate(connection& c, const wire::wire_fault& f, byte_view octets,
                             instant now) {
  const model::fault_facts facts = facts_of(c, f, octets);
  if (!rules->fault_is_tolerated(facts)) return false;
  if (f.error != wire_error::reserved_flags) return true;  // as if it had not come
  byte_buffer mended(octets.begin(), octets.end());
  mended[0] = static_cast<std::uint8_t>((mended[0] & 0xF0) | wire::packet_of(facts.packet).flags);
  if (const auto p = wire::decode(mended, {c.version, wire::sender::client})) handle(c, *p, now);
  return true;
}

void broker::state::fault(connection& c, const wire::wire_fault& f, byte_view octets, instant now) {
  if (rules->fault_is_passed_on(facts_of(c, f, octets))) {
    for (const auto& [id, other] : connections) {
      if (id != c.id && other->now_in == phase::connected) {
        outputs.emplace_back(send_octets{id, {octets.begin(), octets.end()}});
      }
    }
  }
  if (c.now_in == phase::connected) {
    close_for(c, rules->fault_reason(facts_of(c, f, octets)), close_cause::protocol_error, now);
    flush(now);
    return;
  }
  answer_bad_connect(c, f, octets, now);
}

void broker::state::peer_closed(connection_id from, instant now) {
  if (!running) return;
  advance(now);
  if (connection* c = find(from)) finish(*c, {close_cause::peer_closed, 0, {}}, now);
  flush(now);
  dead.clear();
}

void broker::state::restart_keep_alive(connection& c, packet_type packet, instant now) {
  const model::keep_alive_facts f{
      c.version, c.asked_keep_alive, options.server_keep_alive, c.keep_alive, 0, packet};
  if (silence.of(c.id) != never && !rules->keep_alive_restarts(f)) return;
  const duration limit = rules->keep_alive_limit(f);
  silence.set(c.id, limit == duration::max() ? never : saturating_add(now, limit));
}

void broker::state::silent(connection& c, instant now) {
  if (c.now_in != phase::connected) {
    outputs.emplace_back(close_connection{c.id});
    finish(c, {close_cause::protocol_error, 0, {}}, now);
    return;
  }
  const model::keep_alive_facts f{
      c.version, c.asked_keep_alive, options.server_keep_alive, c.keep_alive, 0, {}};
  close_for(c, rules->keep_alive_reason(f), close_cause::keep_alive, now);
}

instant broker::state::next_deadline() const {
  if (!running) return never;
  return std::min({store.next_deadline(), silence.next(), retries.next()});
}

void broker::state::advance(instant now) {
  if (!running) return;
  // Everything at its own instant, and in order: a will that is due in front of a session's end.
  while (next_deadline() <= now && next_deadline() != never) {
    const instant at = next_deadline();
    if (store.next_deadline() == at) {
      store.advance(at);
    } else if (const auto id = silence.due(at)) {
      silent(*find(*id), at);
    } else if (const auto again = retries.due(at)) {
      connection& c = *find(*again);
      retries.clear(c.id);
      flush(c, at);
    }
    flush(at);
  }
  dead.clear();
}

void broker::state::stop(bool clean, instant now) {
  if (!running) return;
  advance(now);
  for (const connection_id id : ids_in_order()) {
    connection& c = *find(id);
    if (clean) {
      close_for(c, reason_code::server_shutting_down, close_cause::server_stop, now);
    } else {
      outputs.emplace_back(close_connection{id});
      // The sessions learn of it when the server starts again.
      if (c.who != nullptr) by_session.erase(c.who->serial);
      c.who = nullptr;
      finish(c, {close_cause::server_stop, 0, {}}, now);
    }
  }
  (void)store.take_touched();
  dead.clear();
  running = false;
  killed = !clean;
  stopped_at = now;
}

void broker::state::start(instant now) {
  if (running) return;
  running = true;
  if (!options.sessions_survive_restart) {
    store = model::session_store(store_options(), *rules);
    return;
  }
  if (killed) {
    for (model::session* who : store.connected_sessions()) {
      store.disconnect(*who, {close_cause::server_stop, 0, {}}, stopped_at);
    }
  }
  store.restarted(killed, stopped_at, now);
  advance(now);
}

broker::broker(broker_options options, std::uint64_t seed, const model::rules& rules)
    : state_(std::make_unique<state>(std::move(options), seed, rules)) {}
broker::broker(broker_options options, std::uint64_t seed)
    : broker(std::move(options), seed, model::sound_rules()) {}
broker::~broker() = default;

connection_id broker::accept(instant now) {
  return state_->accept(now);
}
void broker::receive(connection_id from, byte_view octets, instant now) {
  state_->receive(from, octets, now);
}
bool broker::takes_text_frames() const {
  return state_->rules->text_frame_is_taken({});
}
void broker::peer_closed(connection_id from, instant now) {
  state_->peer_closed(from, now);
}
void broker::advance(instant now) {
  state_->advance(now);
}
instant broker::next_deadline() const {
  return state_->next_deadline();
}
void broker::stop(bool clean, instant now) {
  state_->stop(clean, now);
}
void broker::start(instant now) {
  state_->start(now);
}
std::vector<output> broker::take_outputs() {
  return std::exchange(state_->outputs, {});
}

}  // namespace mqttspec::broker
