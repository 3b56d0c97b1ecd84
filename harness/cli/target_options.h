#pragma once
// The options that say what is tested: the broker's listeners, TLS, who starts it, user and
// password, patience. All commands that ask a broker something have the same.

#include <optional>

#include "cli/options.h"
#include "target/description.h"

namespace mqttspec::cli {

void add_target_options(po::options_description& to);

// What they say, after the target file. nullopt: told on err.
std::optional<target::description> read_target(const parsed_options& options, console& on);

// --mqtt, into |into|: both versions where nothing names any. false: told on err.
bool read_versions(const parsed_options& options, std::vector<wire::protocol_version>& into,
                   console& on);

// The options about the target, the cases and the embedded broker as words that give them again.
arguments target_again(const parsed_options& options);

// The password that an option names by the variable or the file that holds it; "" without one,
// nullopt with the mistake told. |variable| and |file| are what stands in for the options.
std::optional<std::string> read_password(const parsed_options& options, std::string variable,
                                         std::string file, console& on);

}  // namespace mqttspec::cli
