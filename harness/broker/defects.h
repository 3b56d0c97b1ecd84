#pragma once
// What can be wrong with a broker: small wrong decisions, each planted in the sound rules at the
// place where a real broker would make it. They are the proof of the cases: for every defect there
// must be a case that fails and cites a statement that the defect breaks (docs/proving.md).
//
//   model::rules r;
//   find_defect("session-lost-at-close")->plant(r);
//   broker b({}, 1, r);
//
// The tables stand in defects_<area>.cc, to be read from top to bottom.

#include <span>
#include <string_view>
#include <vector>

#include "model/rules.h"

namespace mqttspec::broker {

struct defect {
  std::string_view name;
  std::string_view sentence;  // what the broker does
  std::string_view breaks;   // statements, with blanks between: "v5:MQTT-3.1.2-4 v311:MQTT-3.1.2-6"
  std::string_view seen_in;  // a public thread or change log of a broker that had it; "" if none
  void (*plant)(model::rules& r);
  // It takes away what many claims stand on: nothing is queued, no PINGRESP comes. A case that
  // fails may then blame the statement that it was about to check; only a kill needs one of
  // |breaks|.
  bool sweeping = false;
};

// Stands among `breaks` for a malformed packet to a 3.1.1 client: that standard lays the format
// down in prose and tables, without a statement of its own.
inline constexpr std::string_view format_of_311 = "v311:format";

// What the tables share: `sweeping` reads better than `true` at the end of an entry.
inline constexpr bool sweeping = true;
constexpr bool is_v5(model::protocol_version v) {
  return v == model::protocol_version::v5;
}

// CONNECT: Clean Start, Session Present, Client Identifiers, refusals, takeover.
std::span<const defect> connect_defects();
// What a session is made of, how long it lasts, and restarts.
std::span<const defect> session_defects();
std::span<const defect> will_defects();
// Queues, message expiry, order, redelivery.
std::span<const defect> delivery_defects();
// Acknowledgements from clients, flow control.
std::span<const defect> acknowledgement_defects();
// PUBLISH from clients: QoS 2, aliases, limits; what is passed on.
std::span<const defect> publish_defects();
// Subscriptions, their options, matching, shares.
std::span<const defect> subscription_defects();
std::span<const defect> retained_defects();
// Malformed packets that are taken.
std::span<const defect> malformed_defects();
// Malformed packets that are sent.
std::span<const defect> packet_defects();
// Limits of its own, keep alive, goodbye, reads.
std::span<const defect> connection_defects();

// AUTH, access rules, and what the operator does not let clients have.
std::span<const defect> authentication_defects();

// All of them, by area.
std::vector<const defect*> all_defects();
const defect* find_defect(std::string_view name);

bool breaks(const defect& d, std::string_view statement);  // "v5:MQTT-3.1.2-4"
std::vector<std::string_view> statements_of(const defect& d);

}  // namespace mqttspec::broker
