#pragma once
// Which cases a command is about, for `run` and `list` alike: the words and the options that narrow
// them.

#include <optional>

#include "cli/case_files.h"
#include "suite/selection.h"

namespace mqttspec::cli {

void add_selection_options(po::options_description& to);

// Without --seed the seed is a new one. nullopt, told on err: a value that is none.
std::optional<suite::selection> read_selection(const parsed_options& options,
                                               const case_files& cases, console& on);

}  // namespace mqttspec::cli
