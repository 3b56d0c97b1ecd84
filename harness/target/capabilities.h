#pragma once
// What a target can do, under the names that `needs` and guards use. Flags are 0 or 1; text facts
// of the target file become a flag a value: queue_overflow = "drop-oldest" gives
// queue_overflow_drop_oldest = 1.
//
// A name without a value is neither true nor false: `needs` then skips the case and says so; a
// guard [name] is off.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "broker/broker.h"
#include "script/scenario.h"
#include "wire/packet.h"

namespace mqttspec::target {

// By name. Ordered, so that everything made from it is too.
using capability_values = std::map<std::string, std::int64_t>;

enum class capability_source : std::uint8_t {
  learned,   // from CONNACK, or from what the broker did at the sanity check
  declared,  // [facts] of the target file; cannot be asked on the wire
  reach,     // what the harness can do or reach: [hooks] and addresses of the target file
};

struct capability_description {
  std::string_view name;
  std::string_view meaning;
  capability_source source;
  // The value of a server that says nothing about it; nullopt: unknown then.
  std::optional<std::int64_t> fallback;
};

// Every name that a case may use. Target files may declare learned ones too: a declaration wins.
std::span<const capability_description> known_capabilities();

// The values that |connack| tells, by MQTT 5.0 section 3.2.2.3: absent properties have the meaning
// that the standard gives to their absence. |asked_expiry| is the interval that CONNECT asked for.
capability_values learned_from(const wire::packet& connack, std::uint32_t asked_expiry);

// What is known of an embedded broker with these |options|, as a target file would declare it.
capability_values facts_of(const broker::broker_options& options);
// Takes from |facts| what is not true of |odd|: nobody declares what is odd.
void drop_odd_facts(capability_values& facts, const broker::broker_options& odd);

// nullopt when |have| meets |need|; else the reason for a skip:
// "needs queue_limit >= 100; here it is 20", "needs queue_limit >= 100; the target does not say",
// "needs restart; this target has none".
std::optional<std::string> unmet(const script::need& need, const capability_values& have);

}  // namespace mqttspec::target
