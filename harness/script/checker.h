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

namespace mqttspec::script {

std::vector<diagnostic> check(const file_set& files, const catalogue& statements);

}  // namespace mqttspec::script
