#pragma once
// Commands and events as lines of JSON: {"cmd":"publish","n":1,"topic":"a","qos":1}. Octets that
// are no UTF-8 travel as NAME_hex.

#include <optional>
#include <string>
#include <string_view>

#include "adapter/protocol.h"
#include "base/result.h"

namespace mqttspec::adapter {

// With the end of its line.
std::string line_of(const message& command);

// nullopt: a line that does not begin with `{` is none of ours. The error is a sentence.
result<std::optional<message>, std::string> event_in(std::string_view line);

}  // namespace mqttspec::adapter
