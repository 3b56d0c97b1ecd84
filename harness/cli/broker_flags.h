#pragma once
// Options of the embedded broker, shared by the commands.

#include <optional>
#include <string>

#include "broker/defects.h"
#include "broker/oddities.h"
#include "cli/options.h"

namespace mqttspec::cli {

void add_broker_flags(po::options_description& to);

// --odd and --list-oddities, of commands that can do without sound rules.
void add_odd_flags(po::options_description& to);
std::string list_of_oddities();
// Those of --odd. False, with an error told, when there is none of that name.
bool read_oddities(const parsed_options& options, std::vector<const broker::oddity*>& into,
                   console& on);

// --defect and --list-defects, likewise.
void add_defect_flags(po::options_description& to);
std::string list_of_defects();
bool read_defects(const parsed_options& options, std::vector<const broker::defect*>& into,
                  console& on);

// nullopt, with an error told, when a value is not possible.
std::optional<broker::broker_options> broker_options_from(const parsed_options& options,
                                                          console& on);

}  // namespace mqttspec::cli
