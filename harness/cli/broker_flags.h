#pragma once
// Options of the embedded broker, shared by the commands.

#include <optional>

#include "broker/broker.h"
#include "cli/options.h"

namespace mqttspec::cli {

void add_broker_flags(po::options_description& to);

// nullopt, with an error told, when a value is not possible.
std::optional<broker::broker_options> broker_options_from(const parsed_options& options,
                                                          console& on);

}  // namespace mqttspec::cli
