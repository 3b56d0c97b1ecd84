#pragma once
// Options of the embedded broker, shared by `broker` and `run`.

#include <optional>
#include <string>

#include "broker/oddities.h"
#include "cli/options.h"
#include "target/capabilities.h"

namespace mqttspec::cli {

void add_broker_flags(po::options_description& to);

// --odd and --list-oddities, of commands that can do without sound rules.
void add_odd_flags(po::options_description& to);
std::string list_of_oddities();
// Adds the oddities of --odd to |s|. False, with an error told, when there is none of that name.
bool add_oddities(const parsed_options& options, broker::odd_setup& s, console& on);
// What the options say, with the oddities on top.
std::optional<broker::odd_setup> odd_setup_from(const parsed_options& options, console& on);

// nullopt, with an error told, when a value is not possible.
std::optional<broker::broker_options> broker_options_from(const parsed_options& options,
                                                          console& on);

// What a target file would declare about such a broker.
target::capability_values facts_of(const broker::broker_options& options);
// Takes from |facts| what is not true of |odd|: nobody declares what is odd.
void drop_odd_facts(target::capability_values& facts, const broker::broker_options& odd);

}  // namespace mqttspec::cli
