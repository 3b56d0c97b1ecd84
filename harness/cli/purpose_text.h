#pragma once
// A test purpose and its cases, for people.

#include <string>

#include "script/coverage.h"

namespace mqttspec::cli {

std::string purpose_text(const script::purpose_row& row);

}  // namespace mqttspec::cli
