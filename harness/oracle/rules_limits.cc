// What the client said in CONNECT binds the server.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"
#include "wire/table.h"

namespace mqttspec::oracle {
namespace {

using wire::property_id;

bool speaks_v5(const link& on) {
  return is_v5(on.version) && on.connect && !on.odd_before_connack;
}

class receive_maximum : public rule {
 public:
  receive_maximum()
      : rule("receive-maximum", "no more unacknowledged QoS 1 and 2 messages than the client takes",
             {{"MQTT-3.3.4-9", ""}, {"MQTT-4.9.0-2", ""}}, {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (p.qos == 0 || !speaks_v5(on) || on.odd) return;
    if (std::find(on.window.begin(), on.window.end(), p.packet_id) != on.window.end()) return;
    const std::uint32_t most = on.asked_number(property_id::receive_maximum, 65535);
    if (on.window.size() < most) return;
    report(w, on,
           fmt::format("{} messages are unacknowledged, the client takes {}", on.window.size() + 1,
                       most));
  }
};

class maximum_packet_size : public rule {
 public:
  maximum_packet_size()
      : rule("maximum-packet-size", "no packet is larger than the client takes",
             {{"MQTT-3.1.2-24", ""}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t size) const override {
    if (!speaks_v5(on)) return;
    const auto most = on.asked_number(property_id::maximum_packet_size, 0);
    if (most == 0 || size <= most) return;
    report(w, on,
           fmt::format("{} has {} octets, the client takes {}", wire::packet_of(p.type).name, size,
                       most));
  }
};

class topic_alias : public rule {
 public:
  topic_alias()
      : rule("topic-alias", "Topic Aliases of the server are known and within the client's maximum",
             {{"MQTT-3.1.2-26", ""}, {"MQTT-3.1.2-27", ""}, {"MQTT-3.3.2-7", ""}},
             {packet_type::publish}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!speaks_v5(on)) return;
    const auto alias = wire::find_number(p.properties, property_id::topic_alias);
    if (!alias) return;
    const auto most = on.asked_number(property_id::topic_alias_maximum, 0);
    if (*alias > most) {
      report(w, on, fmt::format("Topic Alias {}, the client takes {}", *alias, most),
             {most == 0 ? demand{"MQTT-3.1.2-27", ""} : demand{"MQTT-3.1.2-26", ""}});
    } else if (!w.seen.topic_of(on, p)) {
      report(w, on, fmt::format("Topic Alias {} was not set on this connection", *alias),
             {{"MQTT-3.3.2-7", ""}});
    }
  }
};

class request_problem_information : public rule {
 public:
  request_problem_information()
      : rule("request-problem-information",
             "with 0, reason strings and user properties are on CONNACK, PUBLISH and DISCONNECT "
             "only",
             {{"MQTT-3.1.2-29", ""}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!speaks_v5(on) || on.asked_number(property_id::request_problem_information, 1) != 0) return;
    if (p.type == packet_type::connack || p.type == packet_type::publish ||
        p.type == packet_type::disconnect) {
      return;
    }
    if (wire::find_property(p.properties, property_id::reason_string) != nullptr ||
        wire::find_property(p.properties, property_id::user_property) != nullptr) {
      report(w, on,
             fmt::format("{} has a reason string or user property, and the client wants none",
                         wire::packet_of(p.type).name));
    }
  }
};

class request_response_information : public rule {
 public:
  request_response_information()
      : rule("request-response-information", "Response Information only when it was asked for",
             {{"MQTT-3.1.2-28", ""}}, {packet_type::connack}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!speaks_v5(on)) return;
    if (on.asked_number(property_id::request_response_information, 0) != 0) return;
    if (wire::find_property(p.properties, property_id::response_information) != nullptr) {
      report(w, on, "CONNACK has Response Information that was not asked for");
    }
  }
};

class authentication_is_asked_for : public rule {
 public:
  authentication_is_asked_for()
      : rule("authentication-is-asked-for", "no AUTH and no method for a client that named none",
             {{"MQTT-4.12.0-6", ""}}, {packet_type::connack, packet_type::auth}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!speaks_v5(on) || on.odd) return;
    if (wire::find_property(on.connect->properties, property_id::authentication_method) !=
        nullptr) {
      return;
    }
    const bool method =
        p.type == packet_type::connack &&
        wire::find_property(p.properties, property_id::authentication_method) != nullptr;
    if (p.type == packet_type::auth || method) {
      report(w, on, "the server authenticates a client that named no method");
    }
  }
};

}  // namespace

void add_limit_rules(rule_list& to) {
  to.push_back(std::make_unique<receive_maximum>());
  to.push_back(std::make_unique<maximum_packet_size>());
  to.push_back(std::make_unique<topic_alias>());
  to.push_back(std::make_unique<request_problem_information>());
  to.push_back(std::make_unique<request_response_information>());
  to.push_back(std::make_unique<authentication_is_asked_for>());
}

}  // namespace mqttspec::oracle
