#pragma once
// mqttspec prove --generated

#include "cli/case_files.h"
#include "prove/prove.h"

namespace mqttspec::cli {

void add_generated_flags(po::options_description& to);

// The exit code.
int prove_generated_command(const case_request& request, const prove::prove_settings& settings,
                            const suite::scenario_source& source, console& on);

}  // namespace mqttspec::cli
