#pragma once
// A history that was played, as a scenario file that `mqttspec run` plays again: what was sent,
// what came, and at the end what had to come, with the statement.

#include <string>

#include "explore/recording.h"

namespace mqttspec::explore {

struct writing_options {
  std::string name;           // of the scenario
  std::string comment;        // lines for the head of the file
  bool without_last = false;  // the messages that came last are no part of what leads to it
  bool nothing_more = false;  // what was expected need not come: it is only not what came
};

// Not laid out (script/formatter.h does that).
std::string write_scenario(const recording& r, const writing_options& options);

// "a-message-does-not-come"
std::string slug(std::string_view sentence);

}  // namespace mqttspec::explore
