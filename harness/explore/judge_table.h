#pragma once
// For tests: a judge with the packets of clients and broker put before it by hand.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "explore/judge.h"
#include "wire/encode.h"

namespace mqttspec::explore {

using wire::packet_type;
using wire::protocol_version;

struct table {
  judge j{{"t/"}};
  instant now{};

  table() = default;
  explicit table(judge_options options) : j(std::move(options)) {}

  wire::packet make(packet_type type) const { return wire::make(type, protocol_version::v5); }

  void give(connection_id c, const wire::packet& p) {
    const auto e = wire::encode(p);
    ASSERT_TRUE(e);
    const auto v = wire::decode_view(e->bytes, {protocol_version::v5, wire::sender::server});
    ASSERT_TRUE(v);
    j.received(c, *v, now);
  }
  void give(connection_id c, packet_type type, std::uint16_t id) {
    wire::packet p = make(type);
    p.packet_id = id;
    give(c, p);
  }
  action act(std::string_view text) { return parse_history(text)->front(); }

  connection_id connect(std::string_view text, bool present = false) {
    const action a = act(text);
    const connection_id c = j.connect(a.client, a, now);
    wire::packet p = make(packet_type::connack);
    p.session_present = present;
    give(c, p);
    return c;
  }
  void subscribe(connection_id c, std::string_view text) { subscribe(c, text, {act(text).qos}); }
  void subscribe(connection_id c, std::string_view text, std::vector<std::uint8_t> reasons) {
    j.subscribe(c, act(text), 1000, now);
    wire::packet p = make(packet_type::suback);
    p.packet_id = 1000;
    p.reasons = std::move(reasons);
    give(c, p);
  }
  message_id publish(connection_id c, std::string_view text) {
    const message_id m = j.publish(c, act(text), now);
    if (act(text).qos == 1) give(c, packet_type::puback, act(text).id);
    if (act(text).qos == 2) give(c, packet_type::pubrec, act(text).id);
    return m;
  }
  void deliver(connection_id c, message_id m, std::uint8_t qos, std::uint16_t id, bool dup = false,
               const std::vector<std::uint32_t>& identifiers = {}) {
    wire::packet p = make(packet_type::publish);
    p.topic = j.topic_text(j.message_of(m).topic);
    p.qos = qos;
    p.packet_id = id;
    p.dup = dup;
    p.payload = "m" + std::to_string(m);
    for (const std::uint32_t i : identifiers) {
      p.properties.push_back(wire::number_property(wire::property_id::subscription_identifier, i));
    }
    give(c, p);
  }
  std::string accused() const { return j.found() ? j.found()->statements : j.gave_up(); }
};

}  // namespace mqttspec::explore
