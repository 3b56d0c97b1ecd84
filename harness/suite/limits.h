#pragma once
// How many connections a broker serves at once, and how many sessions it keeps: measured when cases
// are hurt by the crowd, so that they can be played again below the limit.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "play/driver.h"
#include "play/scenario_player.h"
#include "suite/schedule.h"

namespace mqttspec::suite {

// nullopt: all that were asked for.
struct limits {
  std::optional<std::size_t> connections;  // beside the driver's own
  std::optional<std::size_t> sessions;

  bool any() const { return connections || sessions; }
};

// Asks for |most| of each. |run_tag| begins every Client Identifier.
limits measure_limits(play::driver& on, const std::string& run_tag, wire::protocol_version version,
                      const play::run_options& options, std::size_t most);

// What may be under way at once below |what|: with some to spare, since a broker notices late that
// a connection has ended.
room room_below(const limits& what);

// "serves 15 connections at once, keeps 64 sessions"
std::string describe(const limits& what);

// Why |times| cases failed beside up to |at_once| - 1 others and passed beside |few| - 1 or below
// the limit.
std::string crowd_note(const limits& l, std::size_t times, std::size_t at_once, std::size_t few);

}  // namespace mqttspec::suite
