#pragma once
// What is wrong with scenario files, all of it at once.
//
//   std::vector<diagnostic> found = check(files, catalogue::load("cases/statements", problems));
//   fmt::print(stderr, "{}", render(found));
//   return has_errors(found) ? 2 : 0;         // warnings alone are no reason to stop
//
// Includes what reading the files found. Files that are imported are checked, too.

#include <vector>

#include "script/catalogue.h"
#include "script/library.h"
#include "script/walker.h"

namespace mqttspec::script {

// |limits|: how much a scenario may ask for.
std::vector<diagnostic> check(const file_set& files, const catalogue& statements,
                              const budget& limits = {});

}  // namespace mqttspec::script
