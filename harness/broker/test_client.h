#pragma once
// For tests: clients that talk octets to a broker in virtual time.
//
//   test_world w;
//   test_client a(w, v5);
//   a.connect("a", {.clean_start = true});
//   a.subscribe("t", 1);
//   EXPECT_EQ(a.take().payload, "x");

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "model/rules.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::broker {

using namespace std::chrono_literals;
using wire::packet;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;
using wire::reason_code;

inline constexpr protocol_version v5 = protocol_version::v5;
inline constexpr protocol_version v311 = protocol_version::v311;

struct test_world {
  explicit test_world(broker_options options = {}, const model::rules& r = model::sound_rules())
      : b(std::move(options), 7, r) {}

  // Hands out what the broker wants done.
  void settle() {
    for (output& o : b.take_outputs()) {
      if (auto* send = std::get_if<send_octets>(&o)) {
        EXPECT_FALSE(closed.contains(send->to)) << "octets behind a close";
        byte_buffer& in = octets[send->to];
        in.insert(in.end(), send->octets.begin(), send->octets.end());
      } else {
        closed.insert(std::get<close_connection>(o).to);
      }
    }
  }
  // Lets time pass, from deadline to deadline.
  void pass(duration length) {
    const instant end = now + length;
    while (b.next_deadline() <= end) {
      now = b.next_deadline();
      b.advance(now);
      settle();
    }
    now = end;
    b.advance(now);
    settle();
  }

  broker b;
  instant now{};
  std::map<connection_id, byte_buffer> octets;
  std::set<connection_id> closed;
};

struct connect_arguments {
  bool clean_start = false;
  std::optional<std::uint32_t> expiry = std::nullopt;
  std::uint16_t keep_alive = 0;
  std::optional<wire::will_message> will = std::nullopt;
  std::optional<std::uint32_t> receive_maximum = std::nullopt;
  std::optional<std::uint32_t> packet_limit = std::nullopt;
};

class test_client {
 public:
  test_client(test_world& w, protocol_version version)
      : world_(w), version_(version), id_(w.b.accept(w.now)) {}

  void write(byte_view octets) {
    world_.b.receive(id_, octets, world_.now);
    world_.settle();
  }
  void send(const packet& p) {
    const auto e = wire::encode(p);
    ASSERT_TRUE(e) << print(p);
    write(e->bytes);
  }
  void drop() {
    world_.b.peer_closed(id_, world_.now);
    world_.settle();
  }
  bool closed() { return world_.closed.contains(id_); }
  bool quiet() { return world_.octets[id_].empty(); }

  // The next packet from the broker.
  packet take() {
    byte_buffer& in = world_.octets[id_];
    const auto f = wire::split(in, version_);
    if (!f || !*f) {
      ADD_FAILURE() << "no packet from the broker";
      return {};
    }
    const auto p = wire::decode((*f)->bytes, {version_, wire::sender::server});
    if (!p) {
      ADD_FAILURE() << print(p.error());
      return {};
    }
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>((*f)->bytes.size()));
    return *p;
  }
  packet take(packet_type type) {
    packet p = take();
    EXPECT_EQ(p.type, type) << wire::print(p);
    return p;
  }
  std::vector<packet> take_all() {
    std::vector<packet> all;
    while (!quiet() && !testing::Test::HasFailure()) all.push_back(take());
    return all;
  }

  packet make(packet_type type) const { return wire::make(type, version_); }

  packet connect_packet(const std::string& client_id, const connect_arguments& a) {
    packet p = make(packet_type::connect);
    p.client_id = client_id;
    p.clean_start = a.clean_start;
    p.keep_alive = a.keep_alive;
    p.will = a.will;
    const auto property = [&](property_id id, std::optional<std::uint32_t> value) {
      if (value && version_ == v5) p.properties.push_back(wire::number_property(id, *value));
    };
    property(property_id::session_expiry_interval, a.expiry);
    property(property_id::receive_maximum, a.receive_maximum);
    property(property_id::maximum_packet_size, a.packet_limit);
    return p;
  }
  packet connect(const std::string& client_id, const connect_arguments& a = {}) {
    send(connect_packet(client_id, a));
    return take(packet_type::connack);
  }
  packet subscribe(const std::string& filter, std::uint8_t qos) {
    return subscribe(wire::subscription_request{filter, qos});
  }
  packet subscribe(const wire::subscription_request& r, std::uint32_t identifier = 0) {
    packet p = make(packet_type::subscribe);
    p.packet_id = 1;
    p.subscriptions.push_back(r);
    if (identifier != 0) {
      p.properties.push_back(
          wire::number_property(property_id::subscription_identifier, identifier));
    }
    send(p);
    return take(packet_type::suback);
  }
  packet publish_packet(const std::string& topic, const std::string& payload, std::uint8_t qos = 0,
                        std::uint16_t id = 0, bool retain = false) {
    packet p = make(packet_type::publish);
    p.topic = topic;
    p.payload = payload;
    p.qos = qos;
    p.packet_id = id;
    p.retain = retain;
    return p;
  }
  void publish(const std::string& topic, const std::string& payload, std::uint8_t qos = 0,
               std::uint16_t id = 0, bool retain = false) {
    send(publish_packet(topic, payload, qos, id, retain));
  }
  void acknowledge(packet_type type, std::uint16_t id, std::uint8_t reason = 0) {
    packet p = make(type);
    p.packet_id = id;
    p.reason = reason;
    send(p);
  }
  void leave(std::uint8_t reason = 0, std::optional<std::uint32_t> expiry = std::nullopt) {
    packet p = make(packet_type::disconnect);
    p.reason = reason;
    if (expiry) {
      p.properties.push_back(wire::number_property(property_id::session_expiry_interval, *expiry));
    }
    send(p);
  }
  connection_id id() const { return id_; }

 private:
  test_world& world_;
  protocol_version version_;
  connection_id id_;
};

inline wire::will_message make_will(const std::string& topic, std::uint32_t delay = 0) {
  wire::will_message w;
  w.topic = topic;
  w.payload = "gone";
  if (delay > 0) {
    w.properties.push_back(wire::number_property(property_id::will_delay_interval, delay));
  }
  return w;
}

}  // namespace mqttspec::broker
