#pragma once
// The one way to lay out a scenario file.
//
//   format("a.mqs", text)    // the same text, laid out; or what keeps it from being read
//
// Two spaces a level; guards in a margin of their own, as wide as the file's widest; headers in two
// columns, tables in as many as they have; one space between words; at most one empty line. Tags
// and comments behind a line keep their column where there is room. Nothing but white space
// changes.

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"

namespace mqttspec::script {

result<std::string, std::vector<diagnostic>> format(const std::string& name,
                                                    const std::string& text);

}  // namespace mqttspec::script
