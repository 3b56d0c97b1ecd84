#pragma once
// Options of the embedded broker, shared by `broker` and `run`.

#include <optional>

#include "broker/broker.h"
#include "cli/options.h"
#include "target/capabilities.h"

namespace mqttspec::cli {

void add_broker_flags(po::options_description& to);

// nullopt, with an error told, when a value is not possible.
std::optional<broker::broker_options> broker_options_from(const parsed_options& options,
                                                          console& on);

// What a target file would declare about such a broker.
target::capability_values facts_of(const broker::broker_options& options);

}  // namespace mqttspec::cli
