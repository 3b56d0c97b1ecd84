#include "target/capabilities.h"

#include <fmt/format.h>

#include <array>

namespace mqttspec::target {

namespace {

using wire::property_id;
constexpr auto learned = capability_source::learned;
constexpr auto declared = capability_source::declared;
constexpr auto reach = capability_source::reach;

constexpr std::array capabilities = std::to_array<capability_description>({
    // What CONNACK tells [v5 section 3.2.2.3].
    {"receive_maximum", "QoS 1 and 2 PUBLISH packets the broker takes at once", learned, 65535},
    {"maximum_qos", "highest QoS the broker takes in PUBLISH", learned, 2},
    {"retain_available", "retained messages are supported", learned, 1},
    {"maximum_packet_size", "longest packet the broker takes, in octets", learned, 268435460},
    {"topic_alias_maximum", "highest Topic Alias the broker takes; 0: none", learned, 0},
    {"wildcard_subscription_available", "+ and # are supported", learned, 1},
    {"subscription_identifier_available", "Subscription Identifiers are supported", learned, 1},
    {"shared_subscription_available", "$share is supported", learned, 1},
    {"server_keep_alive", "Keep Alive the broker imposes, in seconds; 0: the client's rules",
     learned, 0},
    {"session_expiry_max", "longest Session Expiry Interval granted when 0xFFFFFFFF is asked for",
     learned, 4294967295},
    {"assigned_client_ids", "an empty Client Identifier is given an assigned one", learned, {}},
    {"granted_qos", "highest QoS the broker grants", learned, 2},
    {"session_expiry_min", "shortest Session Expiry Interval above 0 granted, in seconds", learned,
     1},
    {"inflight_window", "most QoS 1 and 2 messages in flight to a client, if fewer than 8", learned,
     65535},
    {"auth", "the broker refuses wrong credentials", learned, {}},
    // What only the operator knows.
    {"queue_limit", "messages kept for an absent client", declared, {}},
    {"queue_overflow_drop_oldest", "a full queue loses its oldest message", declared, {}},
    {"queue_overflow_drop_newest", "a full queue refuses new messages", declared, {}},
    {"queue_overflow_disconnect", "a full queue ends the session", declared, {}},
    {"qos0_queued", "QoS 0 messages are kept for absent clients too", declared, {}},
    {"v311_session_expiry", "seconds a 3.1.1 session with Clean Session 0 is kept", declared, {}},
    {"test_authentication", "the Authentication Method mqttspec is known", declared, 0},
    {"denied_topics", "nobody may use topics that end in /denied", declared, 0},
    {"pubrel_after_refusal", "a PUBREC that refuses is answered by PUBREL too", declared, 0},
    {"sessions_survive_restart", "sessions are kept over a clean restart", declared, {}},
    {"sessions_survive_kill", "sessions are kept when the process is killed", declared, {}},
    {"retained_survive_restart", "retained messages are kept over a clean restart", declared, {}},
    // What the harness may do to the broker.
    {"restart", "the target file has a hook to restart the broker", reach, 0},
    {"kill", "the target file has hooks to kill and start the broker", reach, 0},
    {"stop", "the target file has hooks to stop and start the broker", reach, 0},
    {"tls", "the broker is reachable over TLS too", reach, 0},
    {"ws", "the broker is reachable over WebSocket too", reach, 0},
    {"wss", "the broker is reachable over WebSocket and TLS too", reach, 0},
    {"two_nodes", "the target file names nodes `one` and `two` of a cluster", reach, 0},
});

std::string_view sign_of(script::comparison op) {
  switch (op) {
    case script::comparison::exists:
      return "";
    case script::comparison::equal:
      return "=";
    case script::comparison::not_equal:
      return "!=";
    case script::comparison::less:
      return "<";
    case script::comparison::less_or_equal:
      return "<=";
    case script::comparison::greater:
      return ">";
    case script::comparison::greater_or_equal:
      return ">=";
  }
  return "";
}

bool holds(std::int64_t value, script::comparison op, std::int64_t number) {
  switch (op) {
    case script::comparison::exists:
      return value != 0;
    case script::comparison::equal:
      return value == number;
    case script::comparison::not_equal:
      return value != number;
    case script::comparison::less:
      return value < number;
    case script::comparison::less_or_equal:
      return value <= number;
    case script::comparison::greater:
      return value > number;
    case script::comparison::greater_or_equal:
      return value >= number;
  }
  return false;
}

}  // namespace

std::span<const capability_description> known_capabilities() {
  return capabilities;
}

capability_values learned_from(const wire::packet& connack, std::uint32_t asked_expiry) {
  struct rule {
    std::string_view name;
    property_id id;
  };
  static constexpr rule rules[] = {
      {"receive_maximum", property_id::receive_maximum},
      {"maximum_qos", property_id::maximum_qos},
      {"retain_available", property_id::retain_available},
      {"maximum_packet_size", property_id::maximum_packet_size},
      {"topic_alias_maximum", property_id::topic_alias_maximum},
      {"wildcard_subscription_available", property_id::wildcard_subscription_available},
      {"subscription_identifier_available", property_id::subscription_identifier_available},
      {"shared_subscription_available", property_id::shared_subscription_available},
      {"server_keep_alive", property_id::server_keep_alive},
  };
  capability_values out;
  for (const capability_description& c : capabilities) {
    if (c.source == learned && c.fallback) out[std::string(c.name)] = *c.fallback;
  }
  for (const rule& r : rules) {
    if (const auto told = wire::find_number(connack.properties, r.id)) {
      out[std::string(r.name)] = *told;
    }
  }
  out["session_expiry_max"] =
      wire::find_number(connack.properties, property_id::session_expiry_interval)
          .value_or(asked_expiry);
  return out;
}

capability_values facts_of(const broker::broker_options& b) {
  using broker::overflow_policy;
  return {{"queue_limit", b.queue_limit},
          {"queue_overflow_drop_newest", b.overflow == overflow_policy::drop_newest},
          {"queue_overflow_drop_oldest", b.overflow == overflow_policy::drop_oldest},
          {"queue_overflow_disconnect", b.overflow == overflow_policy::disconnect},
          {"qos0_queued", b.qos0_queued},
          {"v311_session_expiry", b.v311_session_expiry},
          {"test_authentication", b.test_method_known},
          {"denied_topics", b.denied_topics},
          {"sessions_survive_restart", b.sessions_survive_restart},
          {"sessions_survive_kill", b.sessions_survive_restart},
          {"retained_survive_restart", b.sessions_survive_restart}};
}

void drop_odd_facts(capability_values& facts, const broker::broker_options& odd) {
  for (const auto& [name, value] : facts_of(odd)) {
    const auto found = facts.find(name);
    if (found != facts.end() && found->second != value) facts.erase(found);
  }
}

std::optional<std::string> unmet(const script::need& need, const capability_values& have) {
  const auto found = have.find(need.capability);
  if (found != have.end() && holds(found->second, need.op, need.number)) return std::nullopt;
  const std::string wanted =
      need.op == script::comparison::exists
          ? fmt::format("needs {}", need.capability)
          : fmt::format("needs {} {} {}", need.capability, sign_of(need.op), need.number);
  if (found == have.end()) return wanted + "; the target does not say";
  if (need.op == script::comparison::exists) return wanted + "; this target has none";
  return fmt::format("{}; here it is {}", wanted, found->second);
}

}  // namespace mqttspec::target
