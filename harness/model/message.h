#pragma once
// Application messages as a server keeps them, and subscriptions.
//
// A message is stored once and shared by all sessions that wait for it; what differs between the
// copies (QoS, RETAIN flag, identifiers) is a delivery.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "wire/packet.h"

namespace mqttspec::model {

struct message {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  bool dup = false;                // as it came; never copied to what is sent
  wire::property_list properties;  // those that are passed on, Message Expiry Interval among them
  std::optional<std::uint32_t> expiry_interval;  // seconds from |received|
  instant received{};
  std::string publisher;  // Client Identifier
};

using message_pointer = std::shared_ptr<const message>;

// A message from the fields of PUBLISH |p|, with the topic already resolved from its alias.
message message_of(const wire::packet& p, std::string topic, std::string publisher, instant now);

struct delivery {
  message_pointer content;
  std::uint8_t qos = 0;
  bool retain = false;
  std::vector<std::uint32_t> identifiers;  // Subscription Identifiers, of all that match
  std::string filter;                      // the first subscription that matched
};

struct subscription_options {
  std::uint8_t max_qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;
  std::optional<std::uint32_t> identifier;
  std::uint32_t times_subscribed = 1;  // by SUBSCRIBEs that replaced it
  bool resumed = false;                // made on an earlier connection

  friend bool operator==(const subscription_options&, const subscription_options&) = default;
};

}  // namespace mqttspec::model
