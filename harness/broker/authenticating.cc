// Enhanced authentication: AUTH, with a method made for tests.
//
// Its name is "mqttspec". Whatever Authentication Data CONNECT or AUTH 0x19 brings, the server asks
// by AUTH 0x18 with the data "who is there". The answer "friend" is right, after "again" it asks
// once more, and everything else is wrong. So a scenario can play the client without computing
// anything.

#include "broker/state.h"

namespace mqttspec::broker {

using model::close_cause;
using wire::code_of;
using wire::packet_type;
using wire::property_id;
using wire::reason_code;

namespace {

constexpr std::string_view question = "who is there";
constexpr std::string_view right_answer = "friend";
constexpr std::string_view another_round = "again";

std::string text_of(const wire::packet& p, property_id id) {
  const wire::property* found = find_property(p.properties, id);
  return found == nullptr ? std::string() : found->text;
}

}  // namespace

bool broker::state::begin_authentication(connection& c, const wire::packet& connect, instant now) {
  c.method = text_of(connect, property_id::authentication_method);
  if (!options.test_method_known || c.method != test_method) {
    c.method.clear();
    return false;
  }
  c.waiting_connect = connect;
  c.now_in = phase::authenticating;
  challenge(c, now);
  return true;
}

void broker::state::challenge(connection& c, instant now) {
  const model::authentication_facts f{true, !c.waiting_connect};
  c.challenged = true;
  wire::packet ask = wire::make(packet_type::auth, c.version);
  ask.reason = rules->authentication_reason(f);
  if (rules->method_is_repeated(f)) {
    ask.properties.push_back(text_property(property_id::authentication_method, c.method));
    ask.properties.push_back(text_property(property_id::authentication_data, question));
  }
  send_or_close(c, ask, now);
}

// Before CONNACK there is no DISCONNECT of a server. [v5:MQTT-3.14.0-1]
void broker::state::fail_authentication(connection& c, std::uint8_t reason, instant now) {
  c.challenged = false;
  if (!rules->failed_authentication_closes({false, !c.waiting_connect})) return;
  if (!c.waiting_connect) return close_for(c, reason, close_cause::protocol_error, now);
  wire::packet answer = wire::make(packet_type::connack, c.version);
  answer.reason = reason;
  send(c, answer);
  outputs.emplace_back(close_connection{c.id});
  finish(c, {close_cause::protocol_error, 0, {}}, now);
}

void broker::state::handle_auth(connection& c, const wire::packet& p, instant now) {
  const std::string data = text_of(p, property_id::authentication_data);
  model::authentication_facts f{c.challenged, !c.waiting_connect,
                                text_of(p, property_id::authentication_method) != c.method,
                                data == right_answer, p.reason};
  if (const std::uint8_t reason = rules->authentication_fault(f); reason != 0) {
    return fail_authentication(c, reason, now);
  }
  if (!c.challenged || data == another_round) return challenge(c, now);
  if (!rules->response_accepted(f)) {
    return fail_authentication(c, code_of(reason_code::not_authorized), now);
  }
  c.challenged = false;
  if (c.waiting_connect) {
    const wire::packet connect = *std::exchange(c.waiting_connect, std::nullopt);
    c.now_in = phase::awaiting_connect;
    return accept_connect(c, connect, rules->session_key(client_id_of(c, connect)), now);
  }
  f.right = true;
  wire::packet done = wire::make(packet_type::auth, c.version);
  done.reason = rules->authentication_reason(f);
  if (rules->method_is_repeated(f)) {
    done.properties.push_back(text_property(property_id::authentication_method, c.method));
  }
  send_or_close(c, done, now);
}

}  // namespace mqttspec::broker
