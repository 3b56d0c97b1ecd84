#pragma once
// An MQTT Control Packet as a value: what a program builds to send, or keeps of what it received.
//
//   packet p = make(packet_type::publish, protocol_version::v5);
//   p.topic = "a/b"; p.qos = 1; p.packet_id = 7; p.payload = "hello";
//   p.properties.push_back(number_property(property_id::message_expiry_interval, 60));
//
// One flat structure for all fifteen types: a member that its type does not have stays at its
// default. Which members a type has, under which names, is told by the table (table.h); encode.h
// refuses what the table does not allow. Text and binary data are std::string; text is not
// checked here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/types.h"

namespace mqttspec::wire {

// One property. Numbers of every width are in |number|; strings and binary data in |text|; a user
// property has its name in |text| and its value in |value|.
struct property {
  property_id id{};
  std::uint32_t number = 0;
  std::string text;
  std::string value;

  friend bool operator==(const property&, const property&) = default;
};

property number_property(property_id id, std::uint32_t number);
property text_property(property_id id, std::string_view text);
property user_property(std::string_view name, std::string_view value);

using property_list = std::vector<property>;  // in the order of the wire

// The first property |id| of |list|, or nullptr.
const property* find_property(const property_list& list, property_id id);
std::optional<std::uint32_t> find_number(const property_list& list, property_id id);

// One Topic Filter of a SUBSCRIBE with its Subscription Options (5.0 section 3.8.3.1). 3.1.1 has
// max_qos only.
struct subscription_request {
  std::string filter;
  std::uint8_t max_qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;

  friend bool operator==(const subscription_request&, const subscription_request&) = default;
};

struct will_message {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  property_list properties;  // 5.0, Will Delay Interval among them

  friend bool operator==(const will_message&, const will_message&) = default;
};

struct packet {
  packet_type type = packet_type::pingreq;
  protocol_version version = protocol_version::v5;

  // PUBLISH: the flags of the fixed header.
  bool dup = false;
  std::uint8_t qos = 0;
  bool retain = false;

  bool session_present = false;  // CONNACK
  bool clean_start = false;      // CONNECT: Clean Start in 5.0, Clean Session in 3.1.1

  // Packet Identifier: PUBLISH with QoS above 0, PUBACK to UNSUBACK.
  std::uint16_t packet_id = 0;
  std::uint16_t keep_alive = 0;  // CONNECT, seconds

  // Reason code (5.0) or return code (3.1.1): CONNACK, PUBACK to PUBCOMP, DISCONNECT, AUTH.
  std::uint8_t reason = 0;

  std::string protocol_name;             // CONNECT; make() sets "MQTT"
  std::uint8_t protocol_level = 0;       // CONNECT; make() sets it from the version
  std::string client_id;                 // CONNECT
  std::optional<will_message> will;      // CONNECT
  std::optional<std::string> user_name;  // CONNECT
  std::optional<std::string> password;   // CONNECT

  std::string topic;    // PUBLISH
  std::string payload;  // PUBLISH

  std::vector<subscription_request> subscriptions;  // SUBSCRIBE
  std::vector<std::string> filters;                 // UNSUBSCRIBE
  std::vector<std::uint8_t> reasons;                // SUBACK, UNSUBACK (5.0)

  property_list properties;  // 5.0; never those of the will

  friend bool operator==(const packet&, const packet&) = default;
};

// A packet of |type| with the fields every such packet has at their usual values: CONNECT gets
// protocol name and level.
packet make(packet_type type, protocol_version version);

}  // namespace mqttspec::wire
