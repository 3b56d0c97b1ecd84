// CONNECT: refusals, takeover, session, CONNACK.

#include <fmt/format.h>

#include "broker/state.h"

namespace mqttspec::broker {

using model::close_cause;
using wire::code_of;
using wire::number_property;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;
using wire::reason_code;
using wire::wire_error;

namespace {

constexpr std::uint8_t v311_unavailable = 0x03;
constexpr std::uint8_t largest_v311_return_code = 0x05;

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

// Where it begins: behind the Remaining Length.
std::size_t variable_header(byte_view octets) {
  std::size_t at = 1;
  while (at < octets.size() && at < 5 && (octets[at] & 0x80) != 0) ++at;
  return at + 1;
}

// The Protocol Level of a CONNECT that may be cut short or malformed; 0 when it cannot be seen.
std::uint8_t level_of(byte_view octets) {
  const std::size_t at = variable_header(octets);
  if (at + 2 > octets.size()) return 0;
  const std::size_t name = static_cast<std::size_t>(octets[at] << 8 | octets[at + 1]);
  const std::size_t level = at + 2 + name;
  return name == 4 && level < octets.size() ? octets[level] : std::uint8_t{0};
}

// The Client Identifier of a malformed CONNECT, as far as one can be found behind the fields in
// front.
std::string client_id_in(byte_view octets, protocol_version version) {
  std::size_t at = variable_header(octets) + 10;  // name, level, flags, Keep Alive
  if (is_v5(version)) {
    std::size_t properties = 0;
    for (unsigned shift = 0; at < octets.size() && shift < 28; shift += 7) {
      const std::uint8_t octet = octets[at++];
      properties |= static_cast<std::size_t>(octet & 0x7F) << shift;
      if ((octet & 0x80) == 0) break;
    }
    at += properties;
  }
  if (at + 2 > octets.size()) return {};
  const std::size_t length = static_cast<std::size_t>(octets[at] << 8 | octets[at + 1]);
  if (at + 2 + length > octets.size()) return {};
  const byte_view id = octets.subspan(at + 2, length);
  return {id.begin(), id.end()};
}

}  // namespace

void broker::state::answer_bad_connect(connection& c, const wire::wire_fault& f, byte_view octets,
                                       instant now) {
  const std::uint8_t level = level_of(octets);
  c.version = level == 5 ? protocol_version::v5 : protocol_version::v311;
  std::optional<std::uint8_t> code;
  bool by_disconnect = false;
  if (f.error == wire_error::unsupported_protocol_level) {
    code = rules->unsupported_level_answer({level});
    if (code && *code >= 0x80) c.version = protocol_version::v5;
  } else if (f.error != wire_error::bad_protocol_name &&
             static_cast<packet_type>(octets[0] >> 4) == packet_type::connect) {
    model::fault_facts facts;
    facts.error = f.error;
    facts.packet = packet_type::connect;
    facts.version = c.version;
    facts.connected = false;
    facts.octet = f.offset < octets.size() ? octets[f.offset] : std::uint8_t{0};
    code = rules->malformed_connect_answer(facts);
    by_disconnect = rules->malformed_connect_gets_disconnect(facts);
    if (rules->malformed_connect_discards_session(facts)) {
      store.discard(client_id_in(octets, c.version), model::discard_cause::clean_start, now);
    }
  }
  if (code) {
    const auto type = by_disconnect ? packet_type::disconnect : packet_type::connack;
    wire::packet answer = wire::make(type, c.version);
    answer.reason = *code;
    send(c, answer);
  }
  outputs.emplace_back(close_connection{c.id});
  finish(c, {close_cause::protocol_error, 0, {}}, now);
}

void broker::state::refuse(connection& c, const wire::packet& p, const std::string& key,
                           std::uint8_t reason, instant now) {
  const model::refusal_facts f{p.version, p.clean_start, store.holds(key), reason};
  // [v311:MQTT-3.2.2-6]: without a fitting return code, none at all.
  if ((is_v5(p.version) || reason <= largest_v311_return_code) && rules->refusal_is_told(f)) {
    wire::packet answer = wire::make(packet_type::connack, p.version);
    answer.reason = reason;
    send(c, answer);
  }
  if (rules->refusal_takes_over(f)) take_over(p, key, now);
  if (p.will && rules->refusal_publishes_will(f)) {
    model::message m;
    m.topic = p.will->topic;
    m.payload = p.will->payload;
    m.qos = p.will->qos;
    m.received = now;
    store.publish(std::move(m), now);
  }
  if (rules->refusal_discards_session(f))
    store.discard(key, model::discard_cause::clean_start, now);
  if (rules->processes_behind_refusal(f)) {
    c.now_in = phase::lingering;
    silence.clear(c.id);
    return;
  }
  if (!rules->refusal_closes(f)) {
    c.now_in = phase::awaiting_connect;
    silence.clear(c.id);
    return;
  }
  outputs.emplace_back(close_connection{c.id});
  finish(c, {close_cause::protocol_error, 0, {}}, now);
}

bool broker::state::credentials_refused(connection& c, const wire::packet& p,
                                        const std::string& key, instant now) {
  const auto user = p.user_name ? options.users.find(*p.user_name) : options.users.end();
  const bool known = user != options.users.end();
  const model::credential_facts f{p.version, !options.users.empty(), p.user_name.has_value(), known,
                                  known && p.password && *p.password == user->second};
  if (rules->credentials_accepted(f)) return false;
  refuse(c, p, key, rules->credentials_reason(f), now);
  return true;
}

bool broker::state::refused(connection& c, const wire::packet& p, const std::string& key,
                            instant now) {
  if (c.surplus) {
    refuse(c, p, key, is_v5(p.version) ? code_of(reason_code::server_busy) : v311_unavailable, now);
    return true;
  }
  const wire::property* method = find_property(p.properties, property_id::authentication_method);
  const bool known = method != nullptr && options.test_method_known && method->text == test_method;
  if (method != nullptr &&
      !rules->authentication_method_accepted({p.version, false, false, false, false, known})) {
    refuse(c, p, key, code_of(reason_code::bad_authentication_method), now);
    return true;
  }
  if (const std::uint8_t reason = rules->client_id_refusal(client_id_of(c, p)); reason != 0) {
    refuse(c, p, key, reason, now);
    return true;
  }
  if (credentials_refused(c, p, key, now)) return true;
  const model::connect_limit_facts limits{p.version,
                                          p.will.has_value(),
                                          p.will ? p.will->qos : std::uint8_t{0},
                                          p.will && p.will->retain,
                                          options.maximum_qos,
                                          options.retain_available};
  if (const std::uint8_t reason = rules->will_refusal(limits); reason != 0) {
    refuse(c, p, key, reason, now);
    return true;
  }
  const model::refusal_facts f{p.version, p.clean_start, store.holds(key), 0};
  if (const std::uint8_t reason = rules->missing_session_refusal(f); reason != 0) {
    refuse(c, p, key, reason, now);
    return true;
  }
  return false;
}

model::client_id_facts broker::state::client_id_of(const connection& c,
                                                   const wire::packet& p) const {
  return {p.version,
          p.client_id,
          p.clean_start,
          options.empty_client_id_refused,
          find_number(p.properties, property_id::session_expiry_interval).value_or(0) != 0,
          c.id};
}

std::string broker::state::assign_client_id(const model::client_id_facts& f) {
  if (!rules->assigned_id_is_fresh(f)) return options.assigned_ids_begin_with + "0";
  while (true) {
    std::string id = fmt::format("{}{:016x}", options.assigned_ids_begin_with, random.next());
    if (!store.holds(id)) return id;
  }
}

void broker::state::handle_connect(connection& c, const wire::packet& p, instant now) {
  // Answers that refuse keep to it too.
  c.packet_limit = find_number(p.properties, property_id::maximum_packet_size).value_or(0xFFFFFFFF);
  c.version = p.version;
  const model::client_id_facts f = client_id_of(c, p);
  std::string key = rules->session_key(f);
  if (refused(c, p, key, now)) return;
  if (begin_authentication(c, p, now)) return;
  accept_connect(c, p, std::move(key), now);
}

void broker::state::accept_connect(connection& c, const wire::packet& p, std::string key,
                                   instant now) {
  if (p.client_id.empty()) key = assign_client_id(client_id_of(c, p));
  const bool took_over = take_over(p, key, now);
  begin(c, p, key, took_over, now);
}

bool broker::state::take_over(const wire::packet& p, const std::string& key, instant now) {
  model::session* who = store.find(key);
  if (who == nullptr || !who->connected) return false;
  const auto at = by_session.find(who->serial);
  connection* old = at == by_session.end() ? nullptr : find(at->second);
  const model::takeover_facts f{who->version, p.version, p.clean_start};
  if (old == nullptr) {
    store.disconnect(*who, {close_cause::takeover, 0, {}}, now);
    return true;
  }
  if (rules->takeover_closes_old(f)) {
    if (rules->takeover_is_told(f)) {
      wire::packet bye = wire::make(packet_type::disconnect, protocol_version::v5);
      bye.reason = rules->takeover_reason(f);
      send(*old, bye);
    }
    outputs.emplace_back(close_connection{old->id});
    finish(*old, {close_cause::takeover, 0, {}}, now);
  } else {
    old->who = nullptr;
    by_session.erase(at);
    store.disconnect(*who, {close_cause::takeover, 0, {}}, now);
  }
  return true;
}

void broker::state::begin(connection& c, const wire::packet& p, const std::string& key,
                          bool took_over, instant now) {
  model::connect_request request;
  request.client_id = key;
  request.version = p.version;
  request.clean_start = p.clean_start;
  request.asked_interval = find_number(p.properties, property_id::session_expiry_interval);
  request.receive_maximum = find_number(p.properties, property_id::receive_maximum).value_or(65535);
  request.will = p.will;
  request.took_over = took_over;
  const protocol_version former = store.holds(key) ? store.find(key)->version : p.version;
  const model::connect_outcome o = store.connect(std::move(request), now);

  c.now_in = phase::connected;
  c.who = o.who;
  by_session[o.who->serial] = c.id;
  c.problems_wanted =
      find_number(p.properties, property_id::request_problem_information).value_or(1) != 0;
  c.former_packet_limit = o.who->former_packet_limit;
  o.who->former_packet_limit = c.packet_limit;
  if (rules->aliases_survive_connection(o.facts)) {
    if (const auto old = old_aliases.find(key); old != old_aliases.end()) c.aliases = old->second;
  }
  model::keep_alive_facts k{
      p.version,           p.keep_alive, options.server_keep_alive, 0, o.who->former_keep_alive,
      packet_type::connect};
  o.who->former_keep_alive = p.keep_alive;
  c.asked_keep_alive = p.keep_alive;
  c.keep_alive = rules->keep_alive_in_force(k);
  silence.clear(c.id);
  restart_keep_alive(c, packet_type::connect, now);

  if (!rules->connack_before_messages(o.facts)) flush(c, now);
  const bool useless = took_over && rules->takeover_closes_new({former, p.version, p.clean_start});
  if (useless || !send_connack(c, p, o)) {
    // Not even CONNACK fits into what the client accepts.
    outputs.emplace_back(close_connection{c.id});
    finish(c, {close_cause::server_limit, 0, {}}, now);
  }
}

bool broker::state::send_connack(connection& c, const wire::packet& p,
                                 const model::connect_outcome& o) {
  wire::packet answer = wire::make(packet_type::connack, p.version);
  answer.session_present = o.session_present;
  if (!is_v5(p.version)) {
    return send(c, answer);
  }
  // Only what differs from what the client would assume.
  answer.properties.reserve(8);
  const auto tell = [&](property_id id, std::uint32_t value) {
    answer.properties.push_back(number_property(id, value));
  };
  if (o.announce_interval) tell(property_id::session_expiry_interval, o.interval);
  if (options.receive_maximum < 65535) tell(property_id::receive_maximum, options.receive_maximum);
  if (options.maximum_qos < 2) tell(property_id::maximum_qos, options.maximum_qos);
  if (!options.retain_available) tell(property_id::retain_available, 0);
  if (options.maximum_packet_size < wire::largest_variable_integer) {
    tell(property_id::maximum_packet_size, options.maximum_packet_size);
  }
  if (rules->assigned_id_is_returned(client_id_of(c, p))) {
    answer.properties.push_back(
        text_property(property_id::assigned_client_identifier, o.who->client_id));
  }
  if (options.topic_alias_maximum > 0) {
    tell(property_id::topic_alias_maximum, options.topic_alias_maximum);
  }
  const model::keep_alive_facts k{
      p.version, p.keep_alive, options.server_keep_alive, c.keep_alive, 0, packet_type::connect};
  if (rules->keep_alive_is_announced(k)) tell(property_id::server_keep_alive, c.keep_alive);
  if (!c.method.empty() && rules->method_is_repeated({.right = true})) {
    answer.properties.push_back(text_property(property_id::authentication_method, c.method));
  }
  if (!options.wildcards_available) tell(property_id::wildcard_subscription_available, 0);
  if (!options.subscription_identifiers_available) {
    tell(property_id::subscription_identifier_available, 0);
  }
  if (!options.shared_subscriptions_available) {
    tell(property_id::shared_subscription_available, 0);
  }
  if (options.connack_user_properties > 0) {
    wire::packet talkative = answer;
    for (std::uint16_t n = 1; n <= options.connack_user_properties; ++n) {
      talkative.properties.push_back(wire::user_property(
          fmt::format("x-property-{}", n), fmt::format("value number {} of the server", n)));
    }
    // [v5:MQTT-3.2.2-20]: not where they make it larger than the client accepts.
    if (send(c, talkative)) return true;
  }
  return send(c, answer);
}

}  // namespace mqttspec::broker
