#pragma once
// The headers of a scenario that stand on one line: all but tables.
//
//   clients a b over tls      a scenario_node with another clients_node

#include <string_view>

#include "script/line_parser.h"

namespace mqttspec::script {

// The word behind `plays`.
side read_side(line_parser& line);

// Reads what follows the word |key| into |scenario|; a line that cannot be read leaves it alone.
void read_header(scenario_node& scenario, std::string_view key, line_parser& line);

}  // namespace mqttspec::script
