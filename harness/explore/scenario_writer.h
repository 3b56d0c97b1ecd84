#pragma once
// A history that was played, as a scenario file that `mqttspec run` plays again: what was sent,
// what came, and at the end what had to come, with the statement.

#include <string>
#include <vector>

#include "explore/player.h"

namespace mqttspec::explore {

struct recording {
  std::vector<event> events;
  std::vector<std::uint8_t> client_of;             // by connection
  std::vector<wire::protocol_version> version_of;  // by connection
  std::string ns;
  violation broken;
  std::vector<std::string> debts;  // of the connection that it was found on
};

recording record_of(const player& p);

struct writing_options {
  std::string name;           // of the scenario
  std::string comment;        // lines for the head of the file
  bool any_order = false;     // packets that come one behind the other may change places
  bool without_last = false;  // the messages that came last are no part of what leads to it
  bool nothing_more = false;  // what was expected need not come: it is only not what came
};

// Not laid out (script/formatter.h does that).
std::string write_scenario(const recording& r, const writing_options& options);

// "a-message-does-not-come"
std::string slug(std::string_view sentence);

// The recording as a trace: time, client, direction, packet.
std::string write_trace(const recording& r);

}  // namespace mqttspec::explore
