#pragma once
// The options that say what a run is against: the broker's listeners, TLS, user and password.

#include <optional>

#include "cli/run_options.h"

namespace mqttspec::cli {

void add_target_options(po::options_description& to);

// Fills what |out| says about the target, and the options for "run again". false: told on err.
bool read_target_options(const parsed_options& options, run_request& out, console& on);

// The password that an option names by the variable or the file that holds it; "" without one,
// nullopt with the mistake told. |variable| and |file| are what stands in for the options.
std::optional<std::string> read_password(const parsed_options& options, std::string variable,
                                         std::string file, console& on);

}  // namespace mqttspec::cli
