#include "robustness/experiment.h"

#include <fmt/format.h>

namespace mqttspec::robustness {

std::string_view state_name(session_state s) {
  switch (s) {
    case session_state::unconnected:
      return "unconnected";
    case session_state::connected:
      return "connected";
    case session_state::mid_qos1:
      return "mid QoS 1";
    case session_state::mid_qos2:
      return "mid QoS 2";
    case session_state::resumed:
      return "resumed";
    case session_state::taken_over:
      return "taken over";
    case session_state::offline:
      return "offline with a queue";
  }
  return "";
}

namespace {

using lines = std::vector<std::string>;

// Client Identifiers and topics of the others, behind {ns}. They are not a few octets away from
// those of x, so that no damage to its packets makes a sound one that reaches them.
constexpr std::string_view bystander = "bystander";
constexpr std::string_view absent = "absent";
constexpr std::string_view newcomer = "newcomer";

// The notation's lines for what clients do, of one version.
class lines_of {
 public:
  explicit lines_of(wire::protocol_version version)
      : is_v5_(version == wire::protocol_version::v5) {}

  // A session that ends with the connection. |id| is what follows "{ns}-".
  lines join(std::string_view c, std::string_view id) const {
    return connect(c, id, is_v5_ ? "clean_start=1" : "clean_session=1", false);
  }
  // A fresh one that outlives it.
  lines persist(std::string_view c, std::string_view id) const {
    // 3.1.1 has no packet that does both; ids are new.
    return connect(c, id, is_v5_ ? "clean_start=1 session_expiry_interval=300" : "clean_session=0",
                   false);
  }
  lines resume(std::string_view c, std::string_view id) const {
    return connect(c, id, is_v5_ ? "clean_start=0 session_expiry_interval=300" : "clean_session=0",
                   true);
  }
  lines subscribe(std::string_view c, std::string_view to, int qos) const {
    return {fmt::format("{} > SUBSCRIBE id=1 filter=\"{{ns}}/{}\" max_qos={}", c, to, qos),
            fmt::format("{} < SUBACK id=1 reasons=[{}]", c, qos)};
  }
  lines publish(std::string_view c, std::string_view to, int qos) const {
    lines out{
        fmt::format("{} > PUBLISH id=1 topic=\"{{ns}}/{}\" qos={} payload=\"m1\"", c, to, qos)};
    if (qos == 1) {
      out.push_back(fmt::format("{} < PUBACK id=1", c));
    } else {
      out.push_back(fmt::format("{} < PUBREC id=1", c));
      out.push_back(fmt::format("{} > PUBREL id=1", c));
      out.push_back(fmt::format("{} < PUBCOMP id=1", c));
    }
    return out;
  }
  lines take(std::string_view c, std::string_view from) const {
    return {fmt::format("{} < PUBLISH topic=\"{{ns}}/{}\" qos=1 payload=\"m1\" id as {}_id", c,
                        from, c),
            fmt::format("{} > PUBACK id={{{}_id}}", c, c)};
  }
  static lines drop(std::string_view c) {
    return {fmt::format("{} > shutdown", c), fmt::format("{} < close within 2s", c)};
  }
  static lines fence(std::string_view c) {
    return {fmt::format("{} > PINGREQ", c), fmt::format("{} < PINGRESP", c)};
  }

 private:
  static lines connect(std::string_view c, std::string_view id, std::string_view how,
                       bool present) {
    return {fmt::format("{} > CONNECT client_id=\"{{ns}}-{}\" {}", c, id, how),
            fmt::format("{} < CONNACK session_present={}", c, present ? 1 : 0)};
  }

  bool is_v5_;
};

lines joined(std::initializer_list<lines> parts) {
  lines out;
  for (const lines& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// Brings x into |s|. b publishes to it.
lines way_to(session_state s, const lines_of& line) {
  switch (s) {
    case session_state::unconnected:
      return {"x > open"};
    case session_state::connected:
      return joined({line.join("x", "x"), line.subscribe("x", "x", 1)});
    case session_state::mid_qos1:
      return joined({line.persist("x", "x"),
                     line.subscribe("x", "x", 1),
                     line.publish("b", "x", 1),
                     {"x < PUBLISH qos=1 payload=\"m1\""}});
    case session_state::mid_qos2:
      return joined(
          {line.persist("x", "x"),
           line.subscribe("x", "x", 2),
           {"x > PUBLISH id=5 topic=\"{ns}/y\" qos=2 payload=\"half\"", "x < PUBREC id=5"},
           line.publish("b", "x", 2),
           {"x < PUBLISH qos=2 payload=\"m1\" id as first", "x > PUBREC id={first}",
            "x < PUBREL id={first}"}});
    case session_state::resumed:
      return joined({line.persist("x", "x"), line.subscribe("x", "x", 1), line.drop("x"),
                     line.publish("b", "x", 1), line.resume("x", "x")});
    case session_state::taken_over:
      return joined({line.persist("w", "x"), line.subscribe("w", "x", 1), line.publish("b", "x", 1),
                     line.resume("x", "x")});
    case session_state::offline:
      return joined({line.persist("x", "x"),
                     line.subscribe("x", "x", 1),
                     line.drop("x"),
                     line.publish("b", "x", 1),
                     {"x > open"}});
  }
  return {};
}

lines attack_of(const experiment& e) {
  lines out;
  for (std::size_t i = 0; i < e.sends.size(); ++i) {
    std::string line = "x > " + e.sends[i].packet;
    for (const std::string& t : e.sends[i].transforms) line += " | " + t;
    if (e.in_pieces) {
      line += " | split 1 every 1ms";
    } else if (i + 1 < e.sends.size()) {
      line += " | join";
    }
    out.push_back(std::move(line));
  }
  // Not a fence, there is none behind such octets: it gives them time to do their harm first.
  out.emplace_back("wait 20ms");
  return out;
}

// What the others are owed whatever x sends, with the statements that say so.
lines probe_of(const experiment& e, const lines_of& line) {
  const bool v5 = e.version == wire::protocol_version::v5;
  const auto cited = [&](lines some, std::string_view v5_id, std::string_view v311_id) {
    for (std::string& each : some) {
      if (each.find(" < ") != each.npos) each += fmt::format("   @{}", v5 ? v5_id : v311_id);
    }
    return some;
  };
  lines out = joined({cited(line.fence("b"), "MQTT-3.12.4-1", "MQTT-3.12.4-1"),
                      cited(line.join("n", newcomer), "MQTT-3.1.4-5", "MQTT-3.1.4-4"),
                      cited(line.publish("n", bystander, 1), "MQTT-4.3.2-4", "MQTT-4.3.2-2"),
                      cited(line.take("b", bystander), "MQTT-4.5.0-1", "MQTT-4.5.0-1")});
  if (!e.with_absent) return out;
  return joined({out, cited(line.resume("o", absent), "MQTT-3.1.2-23", "MQTT-3.1.2-4"),
                 cited(line.take("o", absent), "MQTT-4.5.0-1", "MQTT-3.1.2-5")});
}

}  // namespace

std::string scenario_text(const experiment& e, std::string_view name) {
  const lines_of line(e.version);
  std::string out = fmt::format("scenario {}\n", name);
  const auto header = [&](std::string_view key, std::string_view value) {
    out += fmt::format("  {:<8} {}\n", key, value);
  };
  header("title",
         fmt::format("\"others are served after: {}, {}\"", e.operation, state_name(e.state)));
  header("versions", e.version == wire::protocol_version::v5 ? "5" : "3.1.1");
  header("clients", fmt::format("b{} x{} n z", e.with_absent ? " o" : "",
                                e.state == session_state::taken_over ? " w" : ""));
  if (e.state == session_state::mid_qos2) header("needs", "maximum_qos >= 2");
  const auto step = [&](std::string_view title, const lines& all) {
    out += fmt::format("\n  step \"{}\"\n", title);
    for (const std::string& each : all) out += fmt::format("    {}\n", each);
  };
  lines before = joined({line.join("b", bystander), line.subscribe("b", bystander, 1)});
  if (e.with_absent) {
    before = joined({line.persist("o", absent), line.subscribe("o", absent, 1), line.drop("o"),
                     before, line.publish("b", absent, 1)});
  }
  step(preparing, joined({before, way_to(e.state, line)}));
  step(attacking, attack_of(e));
  step(serving, probe_of(e, line));
  lines again = line.join("z", "x");
  again.back() += e.version == wire::protocol_version::v5 ? "   @MQTT-3.1.4-5" : "   @MQTT-3.1.4-4";
  step(returning, again);
  return out;
}

}  // namespace mqttspec::robustness
