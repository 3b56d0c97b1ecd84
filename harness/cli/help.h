#pragma once
// What `mqttspec COMMAND --help` prints.

#include <string>
#include <string_view>

#include "cli/option_table.h"

namespace mqttspec::cli {

// |text| in lines of at most |columns|, broken between words; each line but the first begins with
// |indent| blanks. A longer word has a line of its own.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent = 0);

std::string help_text(const command_description& c, std::size_t columns);

}  // namespace mqttspec::cli
